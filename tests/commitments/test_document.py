"""The sealed letter: verified by the portal and without it, one changed byte is found."""

import base64
import json
from pathlib import Path

import pytest
from flask import Flask

from portal.commitments import service
from portal.commitments.models import Commitment
from portal.core import db, digest, jobs, pdf
from portal.documents import rules
from portal.documents import service as documents
from portal.documents.models import Document
from tests.browser import Browser
from tests.commitments.conftest import PARTY, Shop


@pytest.fixture
def signed(shop: Shop) -> Commitment:
    """Signed with the owner's own key, and printed."""
    phone = shop.passkey()
    draft = shop.draft()
    options = service.challenge(draft, shop.actor, PARTY)
    proof = service.Confirmation(credential=phone.sign(options), party=PARTY)
    commitment = service.sign(draft, shop.actor, proof)
    db.session.commit()
    jobs.run_due()
    return db.session.get_one(Commitment, commitment.id)


def letter_of(commitment: Commitment) -> Document:
    document = service.document_of(commitment)
    assert document is not None
    assert document.state == "ready", document.failure
    return document


@pytest.mark.limit(30)
def test_the_passkey_signed_the_hash_of_exactly_this_text(signed: Commitment) -> None:
    facts = pdf.attached(documents.file(letter_of(signed)))
    assert facts["signed_text"] == signed.text
    assert digest.sha256(facts["signed_text"].encode()) == signed.sha256 == facts["text_sha256"]
    assert digest.sm3(facts["signed_text"].encode()) == signed.sm3
    client = json.loads(base64.b64decode(facts["signature"]["client_data"]))
    challenge = base64.urlsafe_b64decode(client["challenge"] + "=")
    assert challenge.hex() == signed.sha256
    assert rules.signature_of(facts) == "yes"


@pytest.mark.limit(30)
def test_a_stranger_verifies_it_from_the_file_alone(signed: Commitment) -> None:
    data = documents.file(letter_of(signed))
    answer = documents.verify_file(data)
    assert (answer.genuine, answer.unchanged, answer.standing) == ("yes", "yes", "in_force")
    assert answer.signature == documents.signature_in(data) == "yes"


@pytest.mark.limit(60)
def test_one_changed_byte_is_found(signed: Commitment) -> None:
    data = documents.file(letter_of(signed))
    for place in range(200, len(data) - 6000, len(data) // 12):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        answer = documents.verify_file(changed)
        assert (answer.genuine, answer.unchanged) != ("yes", "yes"), place


@pytest.mark.limit(30)
@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("signed_text", "another text"),
        ("signature", {"client_data": "e30=", "authenticator_data": "", "signature": ""}),
    ],
)
def test_another_text_or_proof_does_not_fit(signed: Commitment, part: str, value: object) -> None:
    facts = letter_of(signed).snapshot
    assert rules.signature_of({**facts, part: value}) == "no"


@pytest.mark.limit(30)
def test_a_changed_signature_does_not_fit(signed: Commitment) -> None:
    facts = letter_of(signed).snapshot
    data = base64.b64decode(facts["signature"]["authenticator_data"])
    other = base64.b64encode(data[:-1] + bytes([data[-1] ^ 1])).decode()
    proof = {**facts["signature"], "authenticator_data": other}
    assert rules.signature_of({**facts, "signature": proof}) == "no"


@pytest.mark.limit(30)
def test_the_command_says_whether_the_signature_fits(
    signed: Commitment, app: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(documents.file(letter_of(signed)))
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["portal", "verify-pdf", str(file)])
    assert "fits the text" in result.output


@pytest.mark.limit(30)
def test_the_page_of_its_code_shows_the_signature_and_no_more_than_the_points(
    signed: Commitment, browser: Browser
) -> None:
    document = letter_of(signed)
    page = browser.get(f"/v/{document.code}")
    assert "通行密钥的签名与文本相符" in page.main
    assert signed.number in page.main
    assert signed.signer not in page.main


def test_facts_without_a_signature_say_nothing() -> None:
    assert rules.signature_of({}) == ""
    assert documents.signature_in(b"no pdf") == ""
