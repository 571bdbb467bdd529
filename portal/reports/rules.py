"""What a report holds: sections, domains, marks, limits, and who may ask for what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.core.calendar import add_months
from portal.core.errors import Refused
from portal.core.text import N_

PRODUCTS = {
    "general": N_("普通信用报告"),
    "special": N_("专项信用报告（信用代证）"),
    "listing": N_("企业上市合法合规信息核查报告"),
    "statement": N_("自然人无违法违规信息核查"),
}
# Those that need the business's own word, and choose period and domains.
RESTRICTED = frozenset({"special", "listing"})
CHOOSING = frozenset({"special", "listing", "statement"})

# The thirteen parts in their order; kinds of record stand where the national form has them.
SECTIONS: Mapping[str, str] = {
    "notes": N_("报告说明"),
    "overview": N_("信息概览"),
    "registration": N_("登记注册基础信息"),
    "administrative": N_("行政管理信息"),
    "honours": N_("诚实守信相关荣誉信息"),
    "serious": N_("严重失信主体名单信息"),
    "abnormal": N_("经营（活动）异常名录信息"),
    "commitments": N_("信用承诺信息"),
    "evaluations": N_("信用评价信息"),
    "judicial": N_("司法判决及执行信息"),
    "other": N_("其他信息"),
    "advice": N_("信用状况提升建议"),
    "local": N_("公共信用信息地方补充内容"),
}
# The sections that list records, counted on the first page.
COUNTED = (
    "administrative", "honours", "serious", "abnormal", "commitments", "evaluations", "judicial",
    "other",
)  # fmt: skip
PLACES = {
    "honour": "honours", "serious": "serious", "abnormal": "abnormal", "court": "judicial",
    "contract": "other", "commitment": "commitments",
}  # fmt: skip
MARKS = {
    "disputed": N_("有异议，正在核实"),
    "in_repair": N_("正在修复"),
    "repaired": N_("已修复"),
    "ended": N_("公示期已满"),
    "not_public": N_("不向社会公示"),
}
# Rows beyond this are in the attached data only; the report says how many.
MOST_ROWS = 1000


@dataclass(frozen=True)
class Domain:
    """A field that reports search, told by words in the names of authorities."""

    key: str
    zh: str
    en: str
    words: tuple[str, ...]
    verified: bool


@dataclass(frozen=True)
class Option:
    """A purpose or a recipient that can be chosen."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True)
class Missing:
    """A source that no report searches yet, as every report says."""

    zh: str
    en: str


@dataclass(frozen=True)
class Limit:
    """How many reports of one product may be issued on one day."""

    product: str
    per_day: int
    verified: bool


@dataclass(frozen=True)
class Wording:
    """What one kind of report says of itself."""

    zh: str
    en: str
    about_zh: str
    about_en: str
    notes_zh: tuple[str, ...]
    notes_en: tuple[str, ...]


@dataclass(frozen=True)
class Law:
    """The dated data of content/law/reports.toml, loaded once."""

    max_years: int
    default_years: int
    share_days: tuple[int, ...]
    grant_days: tuple[int, ...]
    grant_uses: tuple[int, ...]
    include_repaired: bool
    include_repaired_basis: str
    special_kinds: tuple[str, ...]
    unconnected: tuple[str, ...]
    basis: str
    limits: Mapping[str, Limit]
    domains: tuple[Domain, ...]
    purposes: Mapping[str, Option]
    recipients: Mapping[str, Option]
    missing: tuple[Missing, ...]
    wording: Mapping[str, Wording]


@dataclass(frozen=True)
class Scope:
    """What is asked for: which report, for what, over which time and which domains."""

    product: str
    purpose: str
    recipient: str
    since: date | None = None
    until: date | None = None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Granting:
    """What a business allows: to whom, what about, how long and how often."""

    label: str
    contact: str
    product: str
    domains: tuple[str, ...]
    since: date | None
    until: date | None
    purpose: str
    days: int
    uses: int


class Reported(Protocol):
    """What rules look at of a record."""

    kind: str
    decided_on: date
    public_from: date | None
    public_until: date | None
    repaired_on: date | None
    withdrawn_on: date | None
    is_disputed: bool
    authority: str


def check_period(since: date, until: date, *, law: Law, today: date) -> None:
    """Refuse a period that is upside down, in the future or too long."""
    if until > today:
        raise Refused("in_future", "until")
    if since > until:
        raise Refused("upside_down", "since")
    if since < add_months(until, -12 * law.max_years):
        raise Refused("too_long", "since", years=law.max_years)


def check_limit(product: str, issued_today: int, *, law: Law) -> None:
    """Refuse one more than a day allows."""
    most = law.limits[product].per_day
    if issued_today >= most:
        raise Refused("limit_reached", None, most=most)


def check_domains(chosen: Iterable[str], *, law: Law) -> tuple[str, ...]:
    """The chosen domains in their usual order; refuses none and unknown ones."""
    wanted = set(chosen)
    known = tuple(domain.key for domain in law.domains if domain.key in wanted)
    if not known or len(known) != len(wanted):
        raise Refused("no_domain", "domains")
    return known


def domain_of(authority: str, *, law: Law) -> str:
    """The domain of an authority; the last one takes what no other has."""
    for domain in law.domains:
        if any(word in authority for word in domain.words):
            return domain.key
    return law.domains[-1].key


def is_public(record: Reported, today: date) -> bool:
    """Whether anyone may read a record on this day."""
    if record.public_from is None or today < record.public_from:
        return False
    return record.public_until is None or today < record.public_until


def years_before(day: date, years: int) -> date:
    """The same day some years earlier."""
    return add_months(day, -12 * years)


def section_of(kind: str) -> str:
    """Where records of this kind stand."""
    return PLACES.get(kind, "administrative")


def belongs_in_special(
    record: Reported, *, since: date, until: date, domains: Sequence[str], law: Law
) -> bool:
    """Whether a record stands in a special report of this period and these domains.

    A withdrawn decision never does; a repaired one only where the city so decides.
    """
    if record.kind not in law.special_kinds or record.withdrawn_on is not None:
        return False
    if record.repaired_on is not None and not law.include_repaired:
        return False
    return since <= record.decided_on <= until and domain_of(record.authority, law=law) in domains


def marks_of(record: Reported, today: date, *, in_repair: bool = False) -> list[str]:
    """The marks that stand beside a record, explained in the legend."""
    found = {
        "disputed": record.is_disputed,
        "in_repair": in_repair,
        "repaired": record.repaired_on is not None,
        "not_public": record.public_from is None,
        "ended": record.repaired_on is None
        and record.public_until is not None
        and record.public_until <= today,
    }
    return [mark for mark in MARKS if found[mark]]


class Granted(Protocol):
    """What rules look at of a permission to look up."""

    valid_until: date
    uses: int
    uses_allowed: int
    withdrawn_on: date | None


def check_grant(grant: Granted, today: date) -> None:
    """Refuse a look-up that the business did not, or does no longer, allow."""
    if grant.withdrawn_on is not None:
        raise Refused("withdrawn")
    if today > grant.valid_until:
        raise Refused("expired")
    if grant.uses >= grant.uses_allowed:
        raise Refused("used_up")


class Shared(Protocol):
    """What rules look at of a link."""

    valid_until: date
    withdrawn_on: date | None


def is_open(share: Shared, today: date) -> bool:
    """Whether a share link still opens; its last day counts."""
    return share.withdrawn_on is None and today <= share.valid_until
