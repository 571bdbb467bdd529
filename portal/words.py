"""The words of the capabilities that templates print: kinds, classes, areas."""

import re
from typing import Any

from flask import Flask
from markupsafe import Markup

from portal.bodies import service as bodies
from portal.core import content
from portal.objections import rules as objections
from portal.records import law
from portal.records.rules import CLASSES, KINDS
from portal.scenarios.rules import GRADES, FactKind, Line, Rule
from portal.subjects.models import KINDS as SUBJECT_KINDS
from portal.subjects.models import NAME_KINDS
from portal.subjects.service.codes import Finding
from portal.web import i18n

HAN = re.compile(r"([\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)")


def area(code: str | None) -> str:
    """County and town in the page's language."""
    return bodies.area_path(code, i18n.locale())


def repair_way(kind: str) -> str:
    """Where a record of this kind is repaired, in the page's language."""
    known = law.load()
    route = known.routes[known.kinds[kind].repair_route]
    return route.en if i18n.locale() == "en" else route.zh


def detail_label(label: str) -> str:
    """The label of a further fact; one that no catalogue knows stays Chinese and says so."""
    translated = i18n.translate(label)
    return translated if translated != label else _marked(label)


def said(finding: Finding) -> Markup:
    """One finding about a code; what was typed in Chinese is marked so on an English page."""
    values = {
        name: value if isinstance(value, int) else _marked(value)
        for name, value in finding.data.items()
    }
    return i18n.in_template(finding.message, **values)


def local(thing: Any, name: str = "") -> str:
    """The words of a scenario, a rule or one of its parts in the page's language."""
    return str(getattr(thing, f"{name}_{i18n.locale()}" if name else i18n.locale()))


def outcome(line: Line, name: str = "") -> str:
    """What one line of a grade came to, or with "advice" what to do about it."""
    return local(line.outcome, name).replace("{n}", str(line.count))


def body_name(slug: str) -> str:
    """A body in the page's language."""
    rows = {row["slug"]: row for row in content.need("bodies.toml", "bodies")}
    return str(rows[slug]["english" if i18n.locale() == "en" else "name"])


def fact_kind(rule: Rule, key: str) -> FactKind:
    """What a rule says of one of its facts."""
    return next(fact for fact in rule.facts if fact.key == key)


def fact_value(value: str, kind: FactKind) -> str:
    """The value of a fact in words; a text that was reported stays as it is."""
    known = kind.values.get(value)
    return known[i18n.locale() == "en"] if known else _marked(value)


def quoted(text: str) -> Markup | str:
    """A sentence of ours with what somebody filled in; Chinese in it is marked on English pages."""
    if i18n.locale() == i18n.DEFAULT:
        return text
    pieces = HAN.split(text)
    return Markup("").join(
        _marked(piece) if place % 2 else piece for place, piece in enumerate(pieces)
    )


def blanks(sentence: str, text: Any) -> str:
    """A sentence of a text that is not signed yet, with the names of its blanks in brackets."""
    for blank in text.blanks:
        sentence = sentence.replace(f"{{{blank.key}}}", f"［{local(blank)}］")
    return sentence


def _marked(value: str) -> str:
    if value.isascii() or i18n.locale() == i18n.DEFAULT:
        return value
    return Markup('<span lang="zh">{}</span>').format(value)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        area=area,
        repair_way=repair_way,
        detail_label=detail_label,
        said=said,
        local=local,
        outcome=outcome,
        body_name=body_name,
        fact_value=fact_value,
        quoted=quoted,
        blanks=blanks,
    )
    app.jinja_env.globals.update(
        subject_kinds=SUBJECT_KINDS,
        name_kinds=NAME_KINDS,
        record_kinds=KINDS,
        grade_words=GRADES,
        fact_kind=fact_kind,
        record_classes=CLASSES,
        objection_fields=objections.FIELDS,
        objection_grounds=objections.GROUNDS,
        objection_outcomes=objections.OUTCOMES,
        adverse_kinds=frozenset(k for k, kind in law.load().kinds.items() if kind.is_adverse),
    )
