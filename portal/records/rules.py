"""How long a record may be seen: classes, periods, ends, and when repair may be asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal.core.calendar import add_months
from portal.core.errors import Refused
from portal.core.text import N_

RecordClass = Literal["minor", "general", "serious"]
Period = Literal["given", "serious", "none"]

KINDS = {
    "licence": N_("行政许可"),
    "penalty": N_("行政处罚"),
    "reward": N_("行政奖励"),
    "coercion": N_("行政强制"),
    "confirmation": N_("行政确认"),
    "adjudication": N_("行政裁决"),
    "inspection": N_("行政监督检查"),
    "qualification": N_("资质"),
    "abnormal": N_("经营异常名录（状态）"),
    "serious": N_("严重失信主体名单"),
    "court": N_("司法裁判及执行"),
    "contract": N_("合同履行"),
    "honour": N_("诚实守信荣誉"),
    "commitment": N_("信用承诺"),
}
CLASSES: dict[RecordClass, str] = {
    "minor": N_("轻微"),
    "general": N_("一般"),
    "serious": N_("严重"),
}
# Labels of further facts as the national form has them, so that the catalogue holds them: they are
# translated by the label that a file brings.
DETAILS = (
    N_("违法行为类型"),
    N_("违法事实"),
    N_("处罚依据"),
    N_("处罚类别"),
    N_("处罚内容"),
    N_("罚款金额（万元）"),
    N_("没收违法所得、没收非法财物的金额（万元）"),
    N_("暂扣或吊销证照名称及编号"),
    N_("许可类别"),
    N_("许可证书名称"),
    N_("许可编号"),
    N_("许可内容"),
    N_("当前状态"),
    N_("结果"),
    N_("依据"),
    N_("等级"),
    N_("检查结果"),
    N_("备注"),
    N_("履行状态"),
    N_("认定日期"),
)
STATES = {
    "public": N_("公示中"),
    "repairable": N_("可申请修复"),
    "repaired": N_("已修复"),
    "ended": N_("到期停止公示"),
    "withdrawn": N_("已撤销"),
    "hidden": N_("不公示"),
}
SEVERITY: tuple[RecordClass, ...] = ("minor", "general", "serious")
MINOR_OVERRIDE_MONTHS = 3
SIMPLIFIED = ("简易", "simplified", "当场")


@dataclass(frozen=True)
class Instrument:
    """A regulation that sets periods of publication, and from which day it is in force."""

    key: str
    zh: str
    en: str
    effective_from: date


@dataclass(frozen=True)
class ClassRule:
    """What one instrument says of one class."""

    instrument: str
    record_class: RecordClass
    is_published: bool
    min_months: int
    max_months: int
    typical: tuple[str, ...]
    typical_en: tuple[str, ...]
    note: str
    verified: bool


@dataclass(frozen=True)
class RecordKind:
    """A kind of record: its class in the catalogue, its period, and where it is repaired."""

    key: str
    zh: str
    en: str
    catalogue_class: int
    is_adverse: bool
    period: Period
    repair_route: str
    basis: str
    verified: bool


@dataclass(frozen=True)
class CatalogueClass:
    """A class of the national basic catalogue."""

    number: int
    zh: str
    en: str


@dataclass(frozen=True)
class RepairRoute:
    """Where records of some kinds are repaired."""

    key: str
    zh: str
    en: str
    url: str


@dataclass(frozen=True)
class PenaltyKind:
    """A kind of penalty: the words that name it, and the class to assume where none is given."""

    key: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    default_class: RecordClass
    basis: str
    verified: bool


@dataclass(frozen=True)
class Law:
    """The dated data of content/law/, loaded once by `portal.records.law`."""

    instruments: tuple[Instrument, ...]
    classes: Mapping[tuple[str, RecordClass], ClassRule]
    kinds: Mapping[str, RecordKind]
    penalty_kinds: tuple[PenaltyKind, ...]
    catalogue: tuple[CatalogueClass, ...]
    routes: Mapping[str, RepairRoute]
    small_fine_fen: int
    small_fine_basis: str
    simplified_basis: str


@dataclass(frozen=True)
class Override:
    """A sector authority's decision that a minor record must be published all the same."""

    authority: str
    reason: str
    until: date


@dataclass(frozen=True)
class Publication:
    """From when until when a record is public. It is gone at 00:00 of `public_until`."""

    public_from: date | None
    public_until: date | None
    earliest_repair_on: date | None
    record_class: RecordClass | None
    class_basis: str


@dataclass(frozen=True)
class Classification:
    """The class to assume of a penalty, and the provision it stands on."""

    record_class: RecordClass
    basis: str


@dataclass(frozen=True)
class _Span:
    """Months of a period with what they stand on."""

    min_months: int
    max_months: int
    is_published: bool
    basis: str


def publication(
    kind: str,
    record_class: RecordClass | None,
    decided_on: date,
    *,
    law: Law,
    today: date,
    published_on: date | None = None,
    performed_on: date | None = None,
    repaired_on: date | None = None,
    withdrawn_on: date | None = None,
    publish_until: date | None = None,  # the source unit's own end; it can only shorten
    override: Override | None = None,
) -> Publication:
    """What the public may see of a record, from the law in force on the day of its decision.

    Where the law of today is milder, it counts. Raises Refused for an unknown kind, a missing
    class, and an override without authority, reason or a near end.
    """
    record_kind = kind_of(law, kind)
    starts_on = published_on or decided_on
    if record_kind.period == "none":
        ended_on = _earliest(repaired_on, withdrawn_on, publish_until)
        return _without_class(record_kind, starts_on, ended_on, performed_on)
    graded = _class_for(record_kind, record_class)
    span = _span(law, graded, decided_on, today)
    longest = add_months(decided_on, span.max_months)
    ended_by = [longest, repaired_on, withdrawn_on, publish_until]
    if not span.is_published and override:
        ended_by.append(_checked(override, decided_on).until)
    earliest = add_months(decided_on, span.min_months)
    return Publication(
        public_from=starts_on if span.is_published or override else None,
        public_until=_earliest(*ended_by),
        earliest_repair_on=earliest if span.min_months else performed_on or decided_on,
        record_class=graded,
        class_basis=span.basis,
    )


def _without_class(
    kind: RecordKind, starts_on: date, ended_on: date | None, performed_on: date | None
) -> Publication:
    return Publication(
        public_from=starts_on,
        public_until=ended_on,
        earliest_repair_on=performed_on if kind.is_adverse else None,
        record_class=None,
        class_basis=kind.basis,
    )


def classify(
    text: str, *, law: Law, fine_fen: int | None = None, procedure: str = ""
) -> Classification:
    """The class to assume where the source unit gives none: the gravest of its penalties.

    Sector standards stand above this. The fine is in fen.
    """
    if any(word in procedure for word in SIMPLIFIED):
        return Classification("minor", law.simplified_basis)
    kinds = penalty_kinds(text, law=law)
    is_fine_alone = [kind.key for kind in kinds] == ["fine"]
    if is_fine_alone and fine_fen is not None and 0 < fine_fen <= law.small_fine_fen:
        return Classification("minor", law.small_fine_basis)
    gravest = max(kinds, key=lambda kind: SEVERITY.index(kind.default_class))
    return Classification(gravest.default_class, gravest.basis)


def penalty_kinds(text: str, *, law: Law) -> tuple[PenaltyKind, ...]:
    """The kinds of penalty that a field such as “罚款、没收违法所得” names."""
    by_name = {name: kind for kind in law.penalty_kinds for name in (kind.zh, *kind.aliases)}
    other = by_name["其他"]
    parts = [part.strip() for part in re.split(r"[、，,;；/|+和及]|\s+", text)]
    found = [_penalty_kind(part, by_name) or other for part in parts if part]
    return tuple(dict.fromkeys(found)) or (other,)


def kind_of(law: Law, kind: str) -> RecordKind:
    """What the law data say of a kind of record; raises Refused (`record_kind_unknown`)."""
    if kind not in law.kinds:
        raise Refused("record_kind_unknown", "kind", kind=kind)
    return law.kinds[kind]


def in_force(law: Law, on: date) -> Instrument:
    """The instrument in force on a day; on days before the first on file, the first."""
    passed = [each for each in law.instruments if each.effective_from <= on]
    return passed[-1] if passed else law.instruments[0]


def _penalty_kind(part: str, by_name: Mapping[str, PenaltyKind]) -> PenaltyKind | None:
    if part in by_name:
        return by_name[part]
    # “罚款2000元”: the longest name that stands in the words.
    inside = [name for name in by_name if name in part]
    return by_name[max(inside, key=len)] if inside else None


def _class_for(kind: RecordKind, given: RecordClass | None) -> RecordClass:
    if kind.period == "serious":
        return "serious"
    if given not in CLASSES:
        raise Refused("record_class_missing", "record_class", kind=kind.key)
    return given


def _span(law: Law, graded: RecordClass, decided_on: date, today: date) -> _Span:
    """The shorter period of the law of the decision's day and that of today."""
    instrument, present = in_force(law, decided_on), in_force(law, max(today, decided_on))
    then, now = law.classes[instrument.key, graded], law.classes[present.key, graded]
    return _Span(
        min_months=min(then.min_months, now.min_months),
        max_months=min(then.max_months, now.max_months),
        is_published=then.is_published and now.is_published,
        basis=instrument.zh,
    )


def _checked(override: Override, decided_on: date) -> Override:
    if not override.authority.strip():
        raise Refused("override_needs_authority", "override_authority")
    if not override.reason.strip():
        raise Refused("override_needs_reason", "override_reason")
    latest = add_months(decided_on, MINOR_OVERRIDE_MONTHS)
    if override.until > latest:
        raise Refused("override_too_long", "override_until", latest=latest)
    return override


def remaining_until(end: date | None, repaired_on: date, revoked_on: date) -> date | None:
    """Until when a record is public whose repair was revoked: the days left, counted from then.

    `end` is when it would have ended without the repair.
    """
    return end + (revoked_on - repaired_on) if end else None


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
