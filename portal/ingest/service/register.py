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


class SubjectBuilder:
    """Makes facts of the rows of one file."""

    def __init__(self, layout: Layout) -> None:
        self.places = {
            each.to: place for place, each in enumerate(layout.form.fields) if each.to
        }

    def build(self, values: list[Any], _cells: Sequence[str], _number: int) -> subjects.SubjectFacts:
        told = {to: values[place] for to, place in self.places.items()}
        code = told.pop("subject_code")
        told.pop("company_type")
        area = bodies.find_area(told.pop("area_code")) or bodies.find_in_address(told["address"])
        return subjects.SubjectFacts(
            code=code,
            kind=codes.parts(code).subject_kind
            or KIND_BY_AUTHORITY.get(code[0], "social_organisation"),
            status=told.pop("status") or "active",
            area_code=area.code if area else None,
            former_names=_split(told.pop("former_names")),
            signs=_split(told.pop("signs")),
            **told,
        )


def _split(names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in _SEVERAL.split(names) if name.strip()))
