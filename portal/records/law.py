"""Load the law data of records from content/law/ into one frozen value."""

from functools import cache
from typing import Any, TypeVar

from portal.core import content
from portal.records.rules import (
    CLASSES,
    KINDS,
    CatalogueClass,
    ClassRule,
    Instrument,
    Law,
    PenaltyKind,
    RecordKind,
    RepairRoute,
)

Value = TypeVar("Value")
CLASS_FILE = "law/classes.toml"
KIND_FILE = "law/record_kinds.toml"
PENALTY_FILE = "law/penalty_kinds.toml"


@cache
def load() -> Law:
    instruments = _all(Instrument, CLASS_FILE, "instruments")
    classes = {
        (rule.instrument, rule.record_class): rule
        for rule in _all(ClassRule, CLASS_FILE, "classes")
    }
    law = Law(
        instruments=tuple(sorted(instruments, key=lambda each: each.effective_from)),
        classes=classes,
        kinds={kind.key: kind for kind in _all(RecordKind, KIND_FILE, "kinds")},
        penalty_kinds=_all(PenaltyKind, PENALTY_FILE, "penalty_kinds"),
        catalogue=_all(CatalogueClass, KIND_FILE, "catalogue_classes"),
        routes={route.key: route for route in _all(RepairRoute, KIND_FILE, "repair_routes")},
        small_fine_fen=content.need(PENALTY_FILE, "small_fine_fen"),
        small_fine_basis=content.need(PENALTY_FILE, "small_fine_basis"),
        simplified_basis=content.need(PENALTY_FILE, "simplified_basis"),
    )
    _check(law)
    return law


def _all(kind: type[Value], path: str, key: str) -> tuple[Value, ...]:
    rows: list[dict[str, Any]] = content.need(path, key)
    return tuple(
        content.build(kind, row, f"{path}, {key} {place}") for place, row in enumerate(rows, 1)
    )


def _check(law: Law) -> None:
    for instrument in law.instruments:
        for record_class in CLASSES:
            if (instrument.key, record_class) not in law.classes:
                where = f"content/{CLASS_FILE}: {instrument.key} has no class '{record_class}'"
                raise content.ContentError(where)
    for key in KINDS:
        if key not in law.kinds:
            raise content.ContentError(f"content/{KIND_FILE}: kind '{key}' is missing")
    for kind in law.kinds.values():
        if kind.repair_route not in law.routes:
            raise content.ContentError(f"content/{KIND_FILE}: route of '{kind.key}' is unknown")
