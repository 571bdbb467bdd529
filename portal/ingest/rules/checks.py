"""What fields of a row must say of each other."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.core.masking import mask_text, mask_texts
from portal.core.text import N_
from portal.ingest.rules import advice
from portal.ingest.rules.forms import Form
from portal.ingest.rules.values import FEN, Remark, show_amount

# An amount as large as this was perhaps typed in yuan; one of the second size probably.
SUSPICIOUS_FEN, LARGE_FEN = 100 * FEN, 500 * FEN
FINE_NEEDED = "罚款"
INDIVIDUAL_CODE = "92"
PUBLIC_AS_THEY_ARE = (
    "name", "number", "authority", "source_unit", "legal_representative", "former_names", "signs",
    "capital", "industry",
)  # fmt: skip

Told = Iterator[tuple[int, Remark]]


@dataclass(frozen=True)
class Check:
    """One rule over some fields: `judge` takes their values and says at which what is wrong.

    Where the last of the fields is empty there is nothing to judge.
    """

    places: tuple[int, ...]
    judge: Callable[..., Told]
    # Whether many values of the fields are all in order, where that is quicker to say.
    are_good: Callable[[Collection[Any]], bool] | None = None

    def on_row(self, values: Sequence[Any]) -> Told:
        return self.judge(*[values[place] for place in self.places])

    def bad_rows(self, columns: Sequence[Sequence[Any]]) -> Collection[int]:
        """The places of the rows, given as columns, of which there is something to say."""
        if not any(columns[self.places[-1]]):
            return ()
        mine = [columns[place] for place in self.places]
        combinations = set(zip(*mine, strict=True))
        if self.are_good and self.are_good(combinations):
            return ()
        bad = {each for each in combinations if next(self.judge(*each), None)}
        if not bad:
            return ()
        return [row for row, each in enumerate(zip(*mine, strict=True)) if each in bad]


def checks(form: Form, today: date) -> list[Check]:
    """Every check that the fields of a form allow."""
    made = (
        *_not_in_the_future(form, today),
        *_periods_run_forward(form),
        _fine_is_there(form),
        _old_code_is_the_same_body(form),
        _category_fits_the_code(form),
        *_no_person_in_public(form),
    )
    return [check for check in made if check is not None]


def _places(form: Form, *names: str) -> tuple[int, ...] | None:
    places = tuple(place for name in names if (place := form.place(name)) is not None)
    return places if len(places) == len(names) else None


def _not_in_the_future(form: Form, today: date) -> Iterator[Check]:
    for name in ("decided_on", "registered_on"):
        places = _places(form, name)
        if places:
            yield Check(places, _past(form, places[0], today), are_good=_are_past(today))


def _past(form: Form, place: int, today: date) -> Callable[..., Told]:
    message = advice.LATER_THAN_TODAY % {"field": form.fields[place].label, "today": today}

    def judge(day: date | None) -> Told:
        if day and day > today:
            yield place, Remark("future_date", message)

    return judge


def _are_past(today: date) -> Callable[[Collection[tuple[date | None]]], bool]:
    return lambda days: all(day is None or day <= today for (day,) in days)


def _periods_run_forward(form: Form) -> Iterator[Check]:
    start_name = "valid_from" if _places(form, "valid_from") else "decided_on"
    for end_name in ("valid_until", "publish_until", "repaired_on"):
        begins = "decided_on" if end_name != "valid_until" else start_name
        places = _places(form, begins, end_name)
        if places:
            yield Check(places, _forward(form, *places), are_good=_are_forward)


def _forward(form: Form, start: int, end: int) -> Callable[..., Told]:
    message = advice.TURNED % {"end": form.fields[end].label, "start": form.fields[start].label}

    def judge(begun: date | None, ended: date | None) -> Told:
        if begun and ended and ended < begun:
            yield end, Remark("period", message)

    return judge


def _are_forward(periods: Collection[tuple[date | None, date | None]]) -> bool:
    return not any(begun and ended and ended < begun for begun, ended in periods)


def _fine_is_there(form: Form) -> Check | None:
    places = _places(form, "fine_fen", "summary", "penalties")
    if places is None:
        return None

    def judge(fen: int | None, summary: str, penalties: str) -> Told:
        if not fen:
            if FINE_NEEDED in penalties:
                yield (
                    places[0],
                    Remark("fine_missing", N_("处罚类别有罚款，请填写罚款金额（万元）。")),
                )
        elif fen >= SUSPICIOUS_FEN:
            yield from ((places[0], remark) for remark in _large(fen, summary))

    return Check(places, judge)


def _large(fen: int, summary: str) -> Iterator[Remark]:
    amount = show_amount(fen)
    if re.search(rf"(?<![\d.,]){re.escape(amount)}(?:\.0+)? ?元", summary):
        message = advice.IN_YUAN % {"amount": amount}
        yield Remark("amount_in_yuan", message)
    elif fen >= LARGE_FEN:
        message = advice.LARGE % {"amount": amount, "same": amount}
        yield Remark("amount_large", message, is_notice=True)


def _old_code_is_the_same_body(form: Form) -> Check | None:
    """The organisation code is part of the credit code, or one of them is another's."""
    places = _places(form, "subject_code", "organisation_code")
    if places is None:
        return None

    def judge(code: str, organisation: str) -> Told:
        plain = organisation.replace("-", "").upper()
        if len(plain) == 9 and len(code) == 18 and plain != code[8:17]:
            message = N_(
                "组织机构代码与统一社会信用代码第9至17位不同，两者之一属于别的主体，请核对。"
            )
            yield places[1], Remark("organisation_code", message)

    return Check(places, judge)


def _category_fits_the_code(form: Form) -> Check | None:
    """A code that begins with 92 belongs to an individual business, and no other does."""
    places = _places(form, "subject_code", "category")
    if places is None:
        return None

    def judge(code: str, category: str | None) -> Told:
        if category and code and (code[:2] == INDIVIDUAL_CODE) != (category == "individual"):
            message = N_(
                "类别与代码不符：92开头的代码是个体工商户，其他不是；已按代码收入，请核对类别。"
            )
            yield places[1], Remark("category_mismatch", message, is_notice=True)

    return Check(places, judge)


def _no_person_in_public(form: Form) -> Iterator[Check]:
    """Fields that are shown as they are hold no citizen's number, mobile or address."""
    for name in PUBLIC_AS_THEY_ARE:
        places = _places(form, name)
        if places:
            yield Check(places, _impersonal(places[0]), are_good=_are_impersonal)


def _impersonal(place: int) -> Callable[..., Told]:
    message = N_("此栏会公开，却含有身份号码、手机号码、银行卡号或邮箱，请删去后重新导入。")

    def judge(text: str) -> Told:
        if mask_text(text) != text:
            yield place, Remark("personal_data", message)

    return judge


def _are_impersonal(told: Collection[tuple[str]]) -> bool:
    texts = [text for (text,) in told]
    return mask_texts(texts) == texts
