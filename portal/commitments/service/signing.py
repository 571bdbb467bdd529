"""Signing: one commitment at most, whatever two tabs do."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, inspect, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts import service as accounts
from portal.accounts.models import Passkey
from portal.accounts.service.passkeys import RelyingParty
from portal.commitments import rules, texts
from portal.commitments.models import Ask, Commitment, Duty, Signing, SigningRequest, UsedText
from portal.commitments.service import history
from portal.commitments.service.drafting import (
    check,
    check_none_open,
    content_of,
    open_key,
    signed,
    text_of,
)
from portal.commitments.texts import Text
from portal.core import audit, clock, digest, jobs, revision
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_person
from portal.documents import service as documents

TEMPLATE = "commitments/print.html"


@dataclass(frozen=True)
class Confirmation:
    """How it was proved that it is the signer: a code, or a passkey's answer."""

    code: str = ""
    ticket: str = ""
    credential: str = ""
    party: RelyingParty | None = None


def challenge(draft: Signing, actor: Actor, party: RelyingParty) -> str:
    """What the browser needs to have the signer's passkey sign the hash of the text, as JSON."""
    check(draft)
    account = accounts.account_of(actor)
    text = digest.canonical(content_of(draft))
    return accounts.sign_challenge(account, _challenge(text), party)


def sign(draft: Signing, actor: Actor, confirmation: Confirmation) -> Commitment:
    """Sign: the text is frozen, hashed, proved and numbered, and its document is issued.

    The same signing sent twice gives the same commitment. Raises Refused, with nothing changed,
    when the text was withdrawn or changed, when this person may no longer sign, when something
    is missing, when another commitment of this text counts, or when the proof is wrong.
    """
    earlier = signed(draft.id, actor)
    if earlier is not None:
        return earlier
    check(draft)
    rules.check_signer(actor.level, draft.signer, actor.name, is_own_name=True)
    if draft.subject_id is not None and not accounts.may(actor, draft.subject_id, "sign"):
        raise Refused("not_representing")
    check_none_open(draft.slug, draft.subject_id, actor)
    text = text_of(draft)
    _use(text)
    content = content_of(draft)
    written = digest.canonical(content)
    means, proof = _prove(actor, _challenge(written), confirmation)
    commitment = _new(draft, text, actor, content, written)
    commitment.means, commitment.proof = means, proof
    add(commitment)
    commitment.number = rules.number(commitment.signed_on, commitment.id)
    _add_duties(commitment)
    history.note(commitment, "sign", actor.label)
    _issue(commitment, actor)
    _answer_asks(commitment)
    jobs.enqueue("commitments.list", key=str(commitment.id), at=commitment.listed_from,
                 commitment_id=commitment.id)  # fmt: skip
    audit.record("commitments.sign", "commitment", commitment.number, actor.label,
                 text=text.key, sha256=commitment.sha256, means=means)  # fmt: skip
    accounts.notify(actor.account_id, "commitment_signed", draft.subject_id,
                    number=commitment.number)  # fmt: skip
    if draft.subject_id is not None:
        accounts.log_act(actor, draft.subject_id, "commitments.sign", commitment.number)
    return commitment


def changed_texts() -> list[str]:
    """Versions that were signed and whose words are no longer what they were."""
    if not inspect(session.get_bind()).has_table(UsedText.__tablename__):
        return []
    rows = session.scalars(select(UsedText).order_by(UsedText.slug, UsedText.version))
    found = []
    for row in rows:
        text = texts.get(row.slug, row.version)
        if text is None or text.hash != row.hash:
            found.append(f"{row.slug}-{row.version}")
    return found


def _use(text: Text) -> None:
    """Note the hash of a version when it is first signed; refuse one that was changed since."""
    known = session.scalar(
        select(UsedText).where(UsedText.slug == text.slug, UsedText.version == text.version)
    )
    if known is None:
        session.add(
            UsedText(
                slug=text.slug, version=text.version, hash=text.hash, first_used_at=clock.now()
            )
        )
    elif known.hash != text.hash:
        raise Refused("template_changed")


def _challenge(written: bytes) -> bytes:
    """A passkey signs the SHA-256 of the text itself."""
    return hashlib.sha256(written).digest()


def _prove(actor: Actor, challenge: bytes, given: Confirmation) -> tuple[str, dict[str, str]]:
    account = accounts.account_of(actor)
    if given.party is not None:
        passkey = accounts.verify_assertion(account, challenge, given.credential, given.party)
        return "passkey", _passkey_proof(passkey, given.credential)
    if account.has_totp:
        accounts.check_code(account, given.code)
        return "totp", {}
    accounts.take_signing_code(account, given.ticket, given.code)
    return "code", {}


def _passkey_proof(passkey: Passkey, credential: str) -> dict[str, str]:
    return {**rules.assertion(credential), "public_key": accounts.public_key_of(passkey)}


def _new(
    draft: Signing, text: Text, actor: Actor, content: dict[str, Any], written: bytes
) -> Commitment:
    now, name = clock.now(), content["promisor"]["name"]
    is_person = draft.subject_id is None
    is_public = text.publication != "none" and draft.consents
    return Commitment(
        signing_id=draft.id,
        open_key=open_key(text.slug, draft.subject_id, actor.account_id),
        slug=text.slug,
        version=text.version,
        kind=text.kind,
        subject_id=draft.subject_id,
        account_id=actor.account_id,
        promisor_name=name,
        shown_name=mask_person(name) if is_person else name,
        body_slug=text.body,
        content=content,
        text=written.decode(),
        sha256=digest.sha256(written),
        sm3=digest.sm3(written),
        signer=draft.signer,
        begun_at=draft.started_at,
        signed_at=now,
        signed_on=clock.today(),
        listed_from=rules.withdraw_until(now),
        term_until=rules.term_until(clock.today(), text.term_months),
        is_public=is_public and (not is_person or text.lists_persons),
        state=rules.WORKFLOW.start,
        state_on=clock.today(),
    )


def add(commitment: Commitment) -> None:
    """The row, whose number follows; of two at the same moment the database lets one in."""
    try:
        with session.begin_nested():
            session.add(commitment)
    except IntegrityError as error:
        raise Refused("signed_already", number="") from error


def _add_duties(commitment: Commitment) -> None:
    for row in commitment.content["duties"]:
        day = date.fromisoformat(row["due_on"])
        duty = Duty(clause=row["clause"], zh=row["zh"][:300], en=row["en"][:300], due_on=day)
        commitment.duties.append(duty)
        session.flush()  # its reminders are told its number
        for on in rules.reminder_days(day, commitment.signed_on):
            jobs.enqueue(
                "commitments.remind",
                key=f"{duty.id}:{on.isoformat()}",
                at=datetime.combine(on, time(9), tzinfo=clock.CITY),
                duty_id=duty.id,
            )


def _issue(commitment: Commitment, actor: Actor) -> None:
    """The sealed letter with its page of evidence; whoever has its code sees no more than this."""
    content = commitment.content
    snapshot = {
        "commitment": commitment.number,
        "content": content,
        "signed_text": commitment.text,
        "text_sha256": commitment.sha256,
        "text_sm3": commitment.sm3,
        "means": commitment.means,
        "begun_at": _moment(commitment.begun_at),
        "signed_at": _moment(commitment.signed_at),
        "withdraw_until": _moment(commitment.withdraw_until),
        "signature": commitment.proof,
        "watermark": commitment.shown_name,
        "public": [
            ["承诺编号", commitment.number],
            ["承诺人", commitment.shown_name],
            ["承诺事由", content["matter"]["zh"]],
            ["受理单位", content["receiver"]],
            ["作出日期", content["signed_on"]],
            ["有效期至", content["until"] or "履行完毕为止"],
            ["文本指纹（SHA-256）", commitment.sha256],
        ],
    }
    document = documents.issue(
        "commitment",
        subject_id=commitment.subject_id,
        account_id=actor.account_id,
        title=content["title"]["zh"],
        snapshot=snapshot,
        template=TEMPLATE,
        actor=actor,
        valid_until=commitment.term_until,
    )
    commitment.document_id = document.id


def _moment(instant: datetime) -> str:
    """An instant in the city's time, to the second."""
    return instant.astimezone(clock.CITY).isoformat(timespec="seconds")


def _answer_asks(commitment: Commitment) -> None:
    if commitment.subject_id is None:
        return
    open_ = (
        select(Ask.id)
        .join(SigningRequest, SigningRequest.id == Ask.request_id)
        .where(
            Ask.subject_id == commitment.subject_id, Ask.commitment_id.is_(None),
            SigningRequest.slug == commitment.slug,
        )
    )  # fmt: skip
    session.execute(update(Ask).where(Ask.id.in_(open_)).values(commitment_id=commitment.id))


def count_signed(slug: str) -> int:
    """How often a text was signed and counts."""
    alive = (Commitment.slug == slug, Commitment.state != "withdrawn")
    return session.scalar(select(func.count(Commitment.id)).where(*alive)) or 0


def bump_when_listed(commitment_id: int) -> None:
    """Ten minutes after signing: the register shows it, and those above are told."""
    commitment = session.get(Commitment, commitment_id)
    if commitment is not None and commitment.state == "signed":
        history.changed(commitment)
        revision.bump()
