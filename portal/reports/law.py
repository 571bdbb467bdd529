"""Load the limits, domains and lists of content/law/reports.toml into frozen values."""

from functools import cache
from typing import Any, TypeVar

from portal.core import content
from portal.records import service as records
from portal.reports.rules import COUNTED, PRODUCTS, Domain, Law, Limit, Missing, Option, Wording

Value = TypeVar("Value")
FILE = "law/reports.toml"
WORDS = "reports.toml"


@cache
def load() -> Law:
    need = content.need
    law = Law(
        max_years=need(FILE, "max_years"),
        default_years=need(FILE, "default_years"),
        share_days=tuple(need(FILE, "share_days")),
        grant_days=tuple(need(FILE, "grant_days")),
        grant_uses=tuple(need(FILE, "grant_uses")),
        include_repaired=need(FILE, "include_repaired"),
        include_repaired_basis=need(FILE, "include_repaired_basis"),
        special_kinds=tuple(need(FILE, "special_kinds")),
        unconnected=tuple(need(FILE, "unconnected")),
        basis=need(FILE, "basis"),
        limits={each.product: each for each in _all(Limit, "limits")},
        domains=_all(Domain, "domains"),
        purposes={each.key: each for each in _all(Option, "purposes")},
        recipients={each.key: each for each in _all(Option, "recipients")},
        missing=_all(Missing, "missing"),
        wording={
            name: content.build(Wording, row, f"{WORDS}, {name}")
            for name, row in content.load(WORDS).items()
        },
    )
    _check(law)
    return law


def _all(kind: type[Value], key: str) -> tuple[Value, ...]:
    rows: list[dict[str, Any]] = content.need(FILE, key)
    return tuple(
        content.build(kind, row, f"{FILE}, {key} {place}") for place, row in enumerate(rows, 1)
    )


def _check(law: Law) -> None:
    for product in PRODUCTS:
        if product not in law.limits or product not in law.wording:
            raise content.ContentError(f"content/{FILE}: '{product}' has no limit or no wording")
    for name in law.unconnected:
        if name not in COUNTED:
            raise content.ContentError(f"content/{FILE}: section '{name}' is unknown")
    for kind in law.special_kinds:
        if kind not in records.KINDS:
            raise content.ContentError(f"content/{FILE}: record kind '{kind}' is unknown")
