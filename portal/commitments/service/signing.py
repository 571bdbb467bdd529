"""Reading, ticking and signing: one commitment at most, whatever two tabs do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, inspect, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts import service as accounts
from portal.accounts.models import Passkey
from portal.accounts.service.passkeys import RelyingParty
from portal.bodies import service as bodies
from portal.commitments import rules, texts
from portal.commitments.models import Ask, Commitment, Duty, Signing, SigningRequest, UsedText
from portal.commitments.service import history
from portal.commitments.texts import Text
from portal.core import audit, clock, ids, jobs, revision
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_person, mask_text
from portal.documents import service as documents

ID_LENGTH = 26
DAYS_KEPT = 60
SELF = "self"
TEMPLATE = "commitments/print.html"


@dataclass(frozen=True)
class Promisor:
    """In whose name a person may sign: a business, or their own."""

    key: str
    name: str
    subject_id: int | None = None
    code: str = ""


@dataclass(frozen=True)
class Confirmation:
    """How it was proved that it is the signer: a code, or a passkey's answer."""

    code: str = ""
    ticket: str = ""
    credential: str = ""
    party: RelyingParty | None = None


def promisors(text: Text, actor: Actor) -> list[Promisor]:
    """Everyone in whose name this person may sign this text today."""
    found = []
    if text.is_for_business:
        found += [
            Promisor(f"subject:{each.subject_id}", each.name, each.subject_id, each.code)
            for each in accounts.represented(actor)
            if accounts.may(actor, each.subject_id, "sign")
        ]
    if text.is_for_individual and actor.kind == "individual":
        found.append(Promisor(SELF, actor.name))
    return found


def begin(text: Text, promisor: str, actor: Actor) -> Signing:
    """Start signing, or go on where one left off; a newer version begins anew.

    Raises Refused when the text is not offered, or nobody of this name can sign it.
    """
    rules.check_offer(is_open=text.is_open, from_on=text.from_on, today=clock.today())
    chosen = next((each for each in promisors(text, actor) if each.key == promisor), None)
    if chosen is None:
        raise Refused("promisor_missing", "promisor")
    _check_none_open(text.slug, chosen.subject_id, actor)
    draft = session.scalar(
        select(Signing)
        .where(
            Signing.account_id == actor.account_id, Signing.slug == text.slug,
            Signing.promisor == chosen.key,
        )
        .with_for_update()
    )  # fmt: skip
    if draft is not None and signed(draft.id, actor) is not None:
        # That one became a commitment, which has ended; this is another.
        session.delete(draft)
        session.flush()  # its place is taken by the new one
        draft = None
    if draft is None:
        draft = Signing(
            id=ids.random_id(ID_LENGTH), account_id=actor.account_id, slug=text.slug,
            promisor=chosen.key, subject_id=chosen.subject_id, version=text.version,
            answers={}, ticked=[], consents=False, signer="", started_at=clock.now(),
        )  # fmt: skip
        session.add(draft)
    elif draft.version != text.version:
        # Ticks belong to the words they stood beside; answers may be used again.
        draft.version, draft.ticked, draft.consents = text.version, [], False
    _touch(draft)
    session.flush()  # its address is asked for at once
    return draft


def get(draft_id: str, actor: Actor) -> Signing | None:
    """This person's signing, whatever became of its text or of their right to sign."""
    return session.scalar(
        select(Signing)
        .where(Signing.id == draft_id, Signing.account_id == actor.account_id)
        .with_for_update()
    )


def signed(draft_id: str, actor: Actor) -> Commitment | None:
    """The commitment that this person's signing became already."""
    return session.scalar(
        select(Commitment).where(
            Commitment.signing_id == draft_id, Commitment.account_id == actor.account_id
        )
    )


def text_of(draft: Signing) -> Text:
    """The version that this signing is about. Raises Refused when its file is gone."""
    text = texts.get(draft.slug, draft.version)
    if text is None:
        raise Refused("template_withdrawn")
    return text


def save(
    draft: Signing, *, answers: Mapping[str, str], ticked: Sequence[str], consents: bool
) -> None:
    """Keep what was filled in and ticked so far, complete or not."""
    text = text_of(draft)
    keys = {each.key for each in text.blanks}
    wanted = [each.key for each in text.clauses]
    limit = rules.BLANK_LENGTH + 1
    draft.answers = {key: value[:limit] for key, value in answers.items() if key in keys}
    draft.ticked = [key for key in wanted if key in ticked]
    draft.consents = consents and text.publication != "none"
    _touch(draft)


def check(draft: Signing) -> None:
    """Raises Refused beside the first blank, clause or consent that is missing."""
    text = text_of(draft)
    rules.check_offer(is_open=text.is_open, from_on=text.from_on, today=clock.today())
    if texts.newest(draft.slug, clock.today()) != text:
        raise Refused("template_replaced")
    rules.check_answers(text.blanks, draft.answers, clock.today())
    rules.check_ticks([each.key for each in text.clauses], draft.ticked)
    rules.check_consent(text.publication, agreed=draft.consents)


def save_signer(draft: Signing, typed: str, actor: Actor) -> None:
    """Keep the typed name, which is the signature's picture. Raises Refused."""
    rules.check_signer(actor.level, typed, actor.name, is_own_name=True)
    draft.signer = "".join(typed.split()) if not typed.isascii() else typed.strip()
    _touch(draft)


def content_of(draft: Signing) -> dict[str, Any]:
    """Everything that is signed, in both languages, as it stands today."""
    text, today = text_of(draft), clock.today()
    until = rules.term_until(today, text.term_months)
    name, code = _promisor(draft)

    def pair(zh: str, en: str) -> dict[str, str]:
        answers = {key: mask_text(value) for key, value in draft.answers.items()}
        return {"zh": texts.filled(zh, answers), "en": texts.filled(en, answers)}

    return {
        "text": text.slug,
        "version": text.version,
        "text_hash": text.hash,
        "kind": text.kind,
        "title": pair(text.title, text.title_en),
        "matter": pair(text.matter, text.matter_en),
        "promisor": {"name": name, "code": code},
        "receiver": bodies.names_by_slug()[text.body],
        "clauses": [pair(each.zh, each.en) for each in text.clauses],
        "duties": [
            {
                "clause": each.key,
                **pair(each.duty, each.duty_en),
                "due_on": rules.due_on(
                    each.due, signed_on=today, until=until, answers=draft.answers
                ).isoformat(),
            }
            for each in text.clauses
            if each.due is not None
        ],
        "consequences": [
            {**pair(each.zh, each.en), "basis": each.basis, "basis_en": each.basis_en,
             "verified": each.verified}
            for each in text.consequences
        ],
        "notes": [pair(each.zh, each.en) for each in text.notes],
        "publication": text.publication,
        "consent": draft.consents,
        "signer": draft.signer,
        "signed_on": today.isoformat(),
        "until": until.isoformat() if until else "",
        "signing": draft.id,
    }  # fmt: skip


def challenge(draft: Signing, actor: Actor, party: RelyingParty) -> str:
    """What the browser needs to have the signer's passkey sign the hash of the text, as JSON."""
    check(draft)
    account = accounts.account_of(actor)
    text = rules.as_text(content_of(draft))
    return accounts.sign_challenge(account, rules.sha256(text), party)


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
    _check_none_open(draft.slug, draft.subject_id, actor)
    text = text_of(draft)
    _use(text)
    content = content_of(draft)
    written = rules.as_text(content)
    means, proof = _prove(actor, rules.sha256(written), confirmation)
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


def purge() -> int:
    """Forget what nobody went on with for sixty days."""
    old = session.scalars(select(Signing).where(Signing.expires_on < clock.today())).all()
    for draft in old:
        session.delete(draft)
    return len(old)


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


def _touch(draft: Signing) -> None:
    draft.changed_at = clock.now()
    draft.expires_on = clock.today() + timedelta(days=DAYS_KEPT)


def _check_none_open(slug: str, subject_id: int | None, actor: Actor) -> None:
    key = _open_key(slug, subject_id, actor.account_id)
    known = session.scalar(select(Commitment).where(Commitment.open_key == key).with_for_update())
    if known is None:
        return
    if known.standing == "expired":
        known.open_key = None
        session.flush()  # the next one takes its place
        return
    raise Refused("signed_already", number=known.number)


def _open_key(slug: str, subject_id: int | None, account_id: int) -> str:
    return f"{slug}:subject:{subject_id}" if subject_id else f"{slug}:account:{account_id}"


def _promisor(draft: Signing) -> tuple[str, str]:
    if draft.subject is not None:
        return draft.subject.name, draft.subject.code
    account = accounts.get_open(draft.account_id)
    return (account.name if account else ""), ""


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


def _prove(actor: Actor, digest: bytes, given: Confirmation) -> tuple[str, dict[str, str]]:
    account = accounts.account_of(actor)
    if given.credential and given.party is not None:
        passkey = accounts.verify_assertion(account, digest, given.credential, given.party)
        return "passkey", _passkey_proof(passkey, given.credential)
    if account.has_totp:
        accounts.check_code(account, given.code)
        return "totp", {}
    accounts.take_signing_code(account, given.ticket, given.code)
    return "code", {}


def _passkey_proof(passkey: Passkey, credential: str) -> dict[str, str]:
    return {**rules.assertion(credential), "public_key": accounts.public_key_of(passkey)}


def _new(
    draft: Signing, text: Text, actor: Actor, content: dict[str, Any], written: str
) -> Commitment:
    now, name = clock.now(), content["promisor"]["name"]
    is_person = draft.subject_id is None
    is_public = text.publication != "none" and draft.consents
    return Commitment(
        signing_id=draft.id,
        open_key=_open_key(text.slug, draft.subject_id, actor.account_id),
        slug=text.slug,
        version=text.version,
        kind=text.kind,
        subject_id=draft.subject_id,
        account_id=actor.account_id,
        promisor_name=name,
        shown_name=mask_person(name) if is_person else name,
        body_slug=text.body,
        content=content,
        text=written,
        sha256=rules.sha256(written).hex(),
        sm3=rules.sm3(written),
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
