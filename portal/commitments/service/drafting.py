"""What a person reads, fills in and ticks before signing, kept on the server for any device."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.bodies import service as bodies
from portal.commitments import rules, texts
from portal.commitments.models import Commitment, Signing
from portal.commitments.texts import Text
from portal.core import clock, ids
from portal.core.actor import Actor
from portal.core.db import session
from portal.core.errors import Refused
from portal.core.masking import mask_text

ID_LENGTH = 26
DAYS_KEPT = 60
SELF = "self"


@dataclass(frozen=True)
class Promisor:
    """In whose name a person may sign: a business, or their own."""

    key: str
    name: str
    subject_id: int | None = None
    code: str = ""


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
    check_none_open(text.slug, chosen.subject_id, actor)
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
    answers = {key: mask_text(value) for key, value in draft.answers.items()}
    return {
        "text": text.slug,
        "version": text.version,
        "text_hash": text.hash,
        "kind": text.kind,
        "title": _pair(text.title, text.title_en, answers),
        "matter": _pair(text.matter, text.matter_en, answers),
        "promisor": {"name": name, "code": code},
        "receiver": bodies.name_of(text.body),
        "clauses": [_pair(each.zh, each.en, answers) for each in text.clauses],
        "duties": _duties(text, draft.answers, today),
        "consequences": [asdict(each) for each in text.consequences],
        "notes": [asdict(each) for each in text.notes],
        "publication": text.publication,
        "consent": draft.consents,
        "signer": draft.signer,
        "signed_on": today.isoformat(),
        "until": until.isoformat() if until else "",
        "signing": draft.id,
    }


def _pair(zh: str, en: str, answers: Mapping[str, str]) -> dict[str, str]:
    return {"zh": texts.filled(zh, answers), "en": texts.filled(en, answers)}


def _duties(text: Text, answers: Mapping[str, str], today: date) -> list[dict[str, str]]:
    until = rules.term_until(today, text.term_months)
    return [
        {
            "clause": each.key,
            **_pair(each.duty, each.duty_en, answers),
            "due_on": rules.due_on(
                each.due, signed_on=today, until=until, answers=answers
            ).isoformat(),
        }
        for each in text.clauses
        if each.due is not None
    ]


def purge() -> int:
    """Forget what nobody went on with for sixty days."""
    old = session.scalars(select(Signing).where(Signing.expires_on < clock.today())).all()
    for draft in old:
        session.delete(draft)
    return len(old)


def _touch(draft: Signing) -> None:
    draft.changed_at = clock.now()
    draft.expires_on = clock.today() + timedelta(days=DAYS_KEPT)


def check_none_open(slug: str, subject_id: int | None, actor: Actor) -> None:
    """Refuse a second commitment of one text while the first counts; one that ended makes room."""
    key = open_key(slug, subject_id, actor.account_id)
    known = session.scalar(select(Commitment).where(Commitment.open_key == key).with_for_update())
    if known is None:
        return
    if known.standing == "expired":
        known.open_key = None
        session.flush()  # the next one takes its place
        return
    raise Refused("signed_already", number=known.number)


def open_key(slug: str, subject_id: int | None, account_id: int) -> str:
    """What there is one of at a time: this text by this promisor."""
    return f"{slug}:subject:{subject_id}" if subject_id else f"{slug}:account:{account_id}"


def _promisor(draft: Signing) -> tuple[str, str]:
    if draft.subject is not None:
        return draft.subject.name, draft.subject.code
    account = accounts.get_open(draft.account_id)
    return (account.name if account else ""), ""
