"""Rows of a register turned into the facts that the subjects service stores."""

import re
from collections.abc import Sequence
from typing import Any

from portal.bodies import service as bodies
from portal.ingest.rules.forms import Layout
from portal.subjects import service as subjects
from portal.subjects.service import codes

_SEVERAL = re.compile(r"[;；、|]")
# By the registering authority, where the kind of body does not tell.
KIND_BY_AUTHORITY = {"1": "government", "9": "enterprise", "N": "cooperative", "Y": "enterprise"}
NOT_STORED = ("company_type", "area_code")


class SubjectBuilder:
    """Makes facts of the rows of one file."""

    def __init__(self, layout: Layout) -> None:
        self.places = {each.to: place for place, each in enumerate(layout.form.fields) if each.to}

    def build(
        self,
        columns: Sequence[Sequence[Any]],
        _cells: Sequence[Sequence[str]],
        _numbers: Sequence[int],
    ) -> list[subjects.SubjectFacts]:
        """The facts of rows whose values are given column by column."""
        told = [columns[place] for place in self.places.values()]
        return [
            _facts(dict(zip(self.places, each, strict=True))) for each in zip(*told, strict=True)
        ]


def _facts(told: dict[str, Any]) -> subjects.SubjectFacts:
    code = told.pop("subject_code")
    area = bodies.find_area(told["area_code"]) or bodies.find_in_address(told["address"])
    kind = codes.parts(code).subject_kind or KIND_BY_AUTHORITY.get(code[0], "social_organisation")
    return subjects.SubjectFacts(
        code=code,
        kind=kind,
        status=told.pop("status") or "active",
        area_code=area.code if area else None,
        former_names=_split(told.pop("former_names")),
        signs=_split(told.pop("signs")),
        **{to: value for to, value in told.items() if to not in NOT_STORED},
    )


def _split(names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in _SEVERAL.split(names) if name.strip()))
