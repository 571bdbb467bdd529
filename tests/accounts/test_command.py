"""Appointing staff and claim codes from the command line."""

from pathlib import Path

import pytest
from flask import Flask

from portal.accounts import service
from portal.accounts.rules import Contact
from portal.config import Config, ConfigurationError
from portal.demo import people
from portal.demo.rules.people import PASSWORD, PEOPLE
from tests.factories import make_subject

GIVEN = ("--name", "李公正", "--contact", "li@example.com", "--role", "handler")


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["portal", *arguments])
    return result.exit_code, result.output


def test_staff_are_appointed(own_app: Flask) -> None:
    good = (*GIVEN, "--body", "market-regulation", "--password", "一碗牛肉汤再加两个烧饼")
    assert run(own_app, "create-staff", *good)[0] == 0
    account = service.find_by_contact(Contact("email", "li@example.com"))
    assert account is not None
    assert (account.roles, account.body) == (["handler"], "market-regulation")
    assert run(own_app, "create-staff", *good)[0] == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        (("--password", "short"), 1),
        (("--password", "一碗牛肉汤再加两个烧饼", "--body", "nowhere"), 2),
        (("--password", "一碗牛肉汤再加两个烧饼", "--area", "999"), 2),
    ],
)
def test_a_bad_appointment_is_refused(
    own_app: Flask, changed: tuple[str, ...], status: int
) -> None:
    assert run(own_app, "create-staff", *GIVEN, *changed)[0] == status


def test_claim_codes_are_imported_whole_or_not_at_all(own_app: Flask, tmp_path: Path) -> None:
    shop = make_subject()
    file = tmp_path / "codes.csv"
    file.write_text(f"code,claim_code\n{shop.code},7K3M9QXA11ZZ\n{shop.code},x\n")
    status, said = run(own_app, "claim-codes", "import", str(file))
    assert status == 1
    assert "line 3" in said
    file.write_text(f"code,claim_code\n{shop.code},7K3M9QXA11ZZ\n")
    assert run(own_app, "claim-codes", "import", str(file)) == (0, "claim codes: 1 stored\n")


def test_a_claim_code_is_issued(own_app: Flask) -> None:
    shop = make_subject()
    assert len(run(own_app, "claim-codes", "issue", shop.code)[1].strip()) == 14
    assert run(own_app, "claim-codes", "issue", "x")[0] == 1


def test_the_people_of_the_demo_settle_once(app: Flask) -> None:
    assert not people.is_settled()
    people.settle()
    people.settle()
    assert people.is_settled()
    assert len(list(people.sheet())) == len(PEOPLE) + 2
    assert service.authenticate("city@demo.example", PASSWORD).has_totp


def test_an_identity_service_needs_a_client_and_in_production_https() -> None:
    with pytest.raises(ConfigurationError, match="OIDC_CLIENT_ID"):
        Config.from_environment({"OIDC_ISSUER": "https://id.example"})
    good = {
        "PORTAL_ENV": "production", "SECRET_KEY": "s" * 40, "QR_KEY": "q" * 40,
        "SITE_URL": "https://x.example", "DATABASE_URL": "sqlite://", "OIDC_CLIENT_ID": "x",
    }  # fmt: skip
    with pytest.raises(ConfigurationError, match="https"):
        Config.from_environment({**good, "OIDC_ISSUER": "http://id.example"})
