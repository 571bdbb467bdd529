"""Documents: issued once, printed by a job, found by whoever holds them, ended with a reason."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.core import db, digest, jobs, pdf, storage
from portal.core.audit import Event
from portal.core.errors import Refused
from portal.documents import rules, service
from tests.conftest import Clock
from tests.documents.conftest import Issue, facts
from tests.factories import make_subject

pytestmark = pytest.mark.limit(10)


def actions() -> list[str]:
    found = db.session.scalars(select(Event.action).order_by(Event.id))
    return [action for action in found if action.startswith("documents.")]


def test_a_document_gets_a_number_and_a_code_and_is_printed_by_a_job(issue: Issue) -> None:
    document = issue(printed=False)
    assert document.state == "preparing"
    assert rules.read_number(document.number or "") == document.number
    assert rules.read_code(document.code) == document.code
    assert service.standing(document) == "preparing"
    with pytest.raises(storage.Missing):
        service.file(document)
    jobs.run_due()
    db.session.refresh(document)
    assert document.state == "ready"
    data = service.file(document)
    assert digest.sha256(data) == document.sha256
    assert digest.sm3(data) == document.sm3
    assert len(data) == document.size
    assert actions() == ["documents.issue", "documents.seal"]


def test_a_finished_document_is_not_printed_again(issue: Issue) -> None:
    document = issue()
    before = document.sha256
    service.finish(document.id, service.Printed("x", "y", "z", 1))
    assert document.sha256 == before
    assert service.to_print(document.id) is None
    assert service.to_print(-1) is None


def test_a_document_whose_character_was_missed_fails_and_can_be_tried_again(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "printable", str)
    document = issue(snapshot=facts(name="虚构县𪚥记"))
    assert (document.state, document.failure) == ("failed", "glyph")
    service.print_again(document, "test")
    assert document.state == "preparing"
    with pytest.raises(Refused, match="not_failed"):
        service.print_again(document, "test")


def test_a_document_that_takes_too_long_fails(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(*_arguments: Any, **_named: Any) -> bytes:
        raise pdf.PrintError("the document took too long or too much memory")

    monkeypatch.setattr(pdf, "render_document", render)
    assert issue().failure == "limits"


def test_number_and_code_together_find_it_and_neither_alone(issue: Issue) -> None:
    document, other = issue(), issue(printed=False)
    answer = service.verify_number(document.number or "", rules.in_groups(document.code).lower())
    assert (answer.genuine, answer.unchanged, answer.standing) == ("yes", "unknown", "in_force")
    assert answer.facts[0][0] == "主体"
    for number, code in (
        (document.number, other.code), (other.number, document.code), ("HN", document.code),
        (document.number, "short"),
    ):  # fmt: skip
        wrong = service.verify_number(number or "", code)
        assert wrong == service.verify_number("nothing", "nothing")
        assert wrong.facts == []


def test_a_scanned_code_and_a_signed_token_find_it(issue: Issue) -> None:
    shop = make_subject()
    document = issue(printed=False, subject_id=shop.id)
    frozen = service.to_print(document.id)
    assert frozen
    token = service.token(frozen)
    jobs.run_due()
    assert service.verify_code(document.code).document is document
    found = service.verify_code(token.lower())
    assert (found.found, found.document) == ("by_token", document)
    claim = rules.read_token(token)
    assert claim
    assert (claim.number, claim.subject_code) == (document.number, shop.code)
    for wrong in (token[:-8] + "AAAAAAAA", "AAAA", "ZZZZZZZZZZZZZZZZ", "%%%"):
        assert service.verify_code(wrong).found == "unknown"


def test_a_token_of_a_revoked_key_is_unknown(issue: Issue) -> None:
    document = issue(printed=False)
    frozen = service.to_print(document.id)
    assert frozen
    token = service.token(frozen)
    service.register_keys()
    service.revoke_key(service.published_keys("token")[-1].fingerprint, actor="test")
    assert service.verify_code(token).found == "unknown"
    with pytest.raises(Refused, match="no_such_key"):
        service.revoke_key("no such", actor="test")


def test_the_original_file_answers_yes_three_times(issue: Issue) -> None:
    answer = service.verify_file(service.file(issue()))
    assert (answer.found, answer.genuine, answer.unchanged, answer.standing) == (
        "original", "yes", "yes", "in_force",
    )  # fmt: skip


def test_a_sealed_file_that_is_not_the_archived_one_is_told_apart(issue: Issue) -> None:
    document = issue()
    data = service.file(document)
    document.sha256 = "0" * 64
    db.session.commit()
    answer = service.verify_file(data)
    assert (answer.found, answer.document) == ("sealed", document)
    service.revoke_key(service.published_keys("seal")[-1].fingerprint, actor="test")
    assert service.verify_file(data).found == "withdrawn_seal"
    assert service.revocation_list()


def test_a_sealed_file_whose_number_nobody_issued_is_not_confirmed(issue: Issue) -> None:
    document = issue()
    data = service.file(document)
    document.sha256 = "0" * 64
    document.number = None
    db.session.commit()
    assert service.verify_file(data).genuine == "no"


def test_a_revoked_document_says_so_and_why(issue: Issue) -> None:
    document = issue()
    service.revoke(document, reason="数据有误", actor="test")
    assert service.verify_code(document.code).standing == "revoked"
    with pytest.raises(Refused, match="ended_already"):
        service.revoke(document, reason="再来", actor="test")
    with pytest.raises(Refused, match="ended_already"):
        service.supersede(document, by=document, reason="", actor="test")


def test_a_superseded_document_leads_to_its_successor(issue: Issue) -> None:
    old, new = issue(), issue(printed=False)
    service.supersede(old, by=new, reason="更正", actor="test")
    answer = service.verify_file(service.file(old))
    assert (answer.standing, answer.successor) == ("superseded", new)
    service.revoke(old, reason="也撤销", actor="test")
    assert service.standing(old) == "revoked"


def test_the_last_day_of_validity_still_counts(issue: Issue, clock: Clock) -> None:
    document = issue(valid_until=date(2026, 12, 20))
    clock.set(date(2026, 12, 20), hour=23)
    assert service.standing(document) == "in_force"
    clock.set(date(2026, 12, 21), hour=0)
    assert service.standing(document) == "expired"


def test_a_document_is_found_by_its_number(issue: Issue) -> None:
    document = issue(printed=False)
    assert service.get((document.number or "").lower()) is document
    assert service.get("HNG") is None
    assert service.by_id(document.id) is document


def test_keys_are_published_once(issue: Issue) -> None:
    issue()
    service.register_keys()
    published = service.as_published()
    assert len(published["seals"]) == len(published["tokens"]) == 1
    assert "演示专用" in service.seal.certificate().subject
    assert service.has_authority()
    assert "BEGIN CERTIFICATE" in service.authority()


def test_finishing_what_does_not_exist_is_an_error(issue: Issue) -> None:
    with pytest.raises(LookupError):
        service.fail(-1, "limits")
