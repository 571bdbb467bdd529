"""The words of the capabilities that templates print: kinds, classes, areas."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g
from markupsafe import Markup, escape

from portal.accounts.models import ROLES
from portal.accounts.service.messages import Said
from portal.bodies import service as bodies
from portal.cases import service as cases
from portal.cases.rules.figures import HOPS
from portal.commitments.texts import Text
from portal.complaints import law as complaints
from portal.complaints.rules import protection
from portal.complaints.service import next_units
from portal.complaints.service.after import may_rate
from portal.core import clock, terms
from portal.core.masking import mask_person
from portal.core.text import N_
from portal.core.units import unit_of_key
from portal.desk.service import Control
from portal.ingest.rules.advice import taken_apart
from portal.objections import rules as objections
from portal.objections.forms import in_our_words
from portal.records import law
from portal.records.rules import CLASSES, KINDS
from portal.reports import law as reports_law
from portal.reports.rules import COUNTED, MARKS, PRODUCTS, SECTIONS
from portal.scenarios.rules import GRADES, FactKind, Line, Rule
from portal.scenarios.rules.agents import CLASSES as AGENT_CLASSES
from portal.scenarios.rules.agents import STATES as AGENT_STATES
from portal.statistics.rules import month_in_words
from portal.subjects.models import KINDS as SUBJECT_KINDS
from portal.subjects.models import NAME_KINDS
from portal.subjects.models import STATUSES as SUBJECT_STATUSES
from portal.subjects.service.codes import Finding
from portal.web import i18n
from portal.web.filters import instant

COMMITMENT = re.compile(r"(?<=承诺)(\d{20})")
LINK = Markup('<a class="nowrap" href="{}">{}</a>')
# A space that parts an address from a full stop or from Chinese.
AFTER_LINK = re.compile(r"^ (?![A-Za-z])")
# What a Chinese name ends with when it is not a real one; no line ends inside it.
MARK = re.compile(r"(（(?:演示|虚构)）)")
HELD = Markup('<span class="held">{}</span>')
HAN = re.compile(r"([\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)")


CASE_KINDS = {
    "repair": N_("信用修复"),
    "objection": N_("异议申诉"),
    "complaint": N_("诉求与投诉"),
}
# The further answers of a concern, and the words of those that are chosen.
COMPLAINT_FURTHER = {
    "breach": N_("怎样没有履行"),
    "contract": N_("合同或文件"),
    "signed_on": N_("签订日期"),
    "due_on": N_("应当履行的日期"),
    "amount": N_("金额，元"),
    "unpaid": N_("没有支付或兑现的金额，元"),
    "size": N_("企业大小"),
    "other": N_("对方"),
    "happened_on": N_("发生日期"),
}
COMPLAINT_VALUES = {**protection.BREACHES, **protection.SIZES}
DATASET_NAMES = {
    "subjects": N_("主体"),
    "records": N_("公开的记录"),
    "grades": N_("信用场景的名录和等级"),
    "commitments": N_("公示的信用承诺"),
    "promises": N_("政府履约情况"),
}
# The pages of the desk, and for whom each is.
DESK_PAGES = (
    (N_("待办"), "/desk/", ("handler", "reviewer", "verifier")),
    (N_("承诺"), "/desk/commitments", ("handler", "reviewer", "verifier")),
    (N_("反映本单位的事"), "/desk/answers", ("handler",)),
    (N_("待审核"), "/desk/reviews", ("publisher", "editor")),
    (N_("数据导入"), "/desk/imports", ("publisher", "editor", "handler")),
    (N_("代码核对"), "/desk/codes", ("publisher", "editor", "handler")),
    (N_("信用中国的结果"), "/desk/repair/results", ("handler",)),
    (N_("人员"), "/desk/staff", ("admin", "auditor")),
    (N_("审计"), "/desk/audit", ("auditor",)),
    (N_("等保证据"), "/desk/evidence", ("admin", "auditor")),
)


def desk_pages() -> list[tuple[str, str, tuple[str, ...]]]:
    """The pages of the desk that whoever is signed in may open."""
    roles = g.actor.roles
    return [page for page in DESK_PAGES if roles & set(page[2])]


def area(code: str | None) -> str:
    """County and town in the page's language."""
    return bodies.area_path(code, i18n.locale())


def place_name(code: str) -> str:
    """The name of one area alone, without what it lies in."""
    place = bodies.find_area(code)
    if place is None:
        return code
    return place.english if i18n.locale() == "en" else place.name


def inside(areas: Mapping[str, int], code: str) -> int:
    """How many of what is counted by area lie in one."""
    return sum(count for area_code, count in areas.items() if area_code.startswith(code))


def of_each(told: Sequence[Any], count: int) -> list[Any]:
    """The first few of each kind of fact, for a sheet with little room."""
    seen = Counter[str]()
    kept = []
    for one in told:
        seen[one.kind.key] += 1
        if seen[one.kind.key] <= count:
            kept.append(one)
    return kept


def limit_words(limit: Any) -> str:
    """A limit of the law: its length in time, or its number."""
    number = limit.length if hasattr(limit, "length") else limit.value
    between = " " if i18n.locale() == "en" else ""
    return f"{number}{between}{i18n.translate(UNITS[limit.unit])}"


UNITS = {"working days": N_("个工作日"), "days": N_("天"), "months": N_("个月"),
         "lessons": N_("课时"), "yuan": N_("元"), "per day": N_("次")}  # fmt: skip


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


def advice(sentence: str) -> Markup:
    """What an import says of a row, in the page's language; what it quotes is marked."""
    if i18n.translate(sentence) != sentence:
        return i18n.in_template(sentence)
    message, values = taken_apart(sentence)
    if i18n.locale() == i18n.DEFAULT or not values:
        return escape(_marked(sentence))
    told = {
        name: value if isinstance(value, int) else _marked(value) for name, value in values.items()
    }
    return i18n.in_template(message, **told)


def local(thing: Any, name: str = "") -> str:
    """The words of a scenario, a rule or one of its parts in the page's language."""
    key = f"{name}_{i18n.locale()}" if name else i18n.locale()
    return str(thing[key] if isinstance(thing, dict) else getattr(thing, key))


def local_list(thing: Any, name: str) -> tuple[str, ...]:
    """Several sentences in the page's language."""
    return tuple(getattr(thing, f"{name}_{i18n.locale()}"))


def outcome(line: Line, name: str = "") -> str:
    """What one line of a grade came to, or with "advice" what to do about it."""
    return local(line.outcome, name).replace("{n}", str(line.number))


def law_term(key: str) -> terms.LawTerm:
    """One time limit as the page of all terms shows it."""
    return next(term for term in terms.load() if term.key == key)


def body_name(slug: str) -> Markup | str:
    """A body in the page's language; `striptags` where no markup can stand."""
    return held(_name(slug))


def _name(slug: str) -> str:
    if "bodies" not in g:
        g.bodies = {row["slug"]: row for row in bodies.all_rows()}
    return str(g.bodies[slug]["english" if i18n.locale() == "en" else "name"])


def unit_name(key: str) -> Markup | str:
    """A body, or its station in a town, in the page's language, as `body_name` writes it."""
    unit = unit_of_key(key)
    body = _name(unit.body)
    if not unit.area:
        return held(body)
    place, is_english = place_name(unit.area), i18n.locale() == "en"
    mark = bodies.MARKS["english" if is_english else "name"]
    plain = body.removesuffix(mark)
    station = f"{place} ({plain})" if is_english else f"{place}（{plain}）"
    return station if plain == body else held(station + mark)


def held(text: str) -> Markup | str:
    """A Chinese name whose mark stays in one piece; nearly all have none and stay as they are."""
    return _in_pieces(text) if "（" in text else text


@lru_cache(maxsize=512)
def _in_pieces(text: str) -> Markup | str:
    pieces = MARK.split(text)
    if len(pieces) == 1:
        return text
    return Markup("").join(
        HELD.format(piece) if place % 2 else piece for place, piece in enumerate(pieces)
    )


def matter_name(key: str) -> str:
    """What a concern is about, in the page's language."""
    matter = complaints.matters().get(key)
    return local(matter) if matter else ""


def fact_kind(rule: Rule, key: str) -> FactKind:
    """What a rule says of one of its facts."""
    return next(fact for fact in rule.facts if fact.key == key)


def evidence_sentence(control: Control) -> str:
    """What a control is set to, in a sentence."""
    values = {
        name: instant(value) if isinstance(value, datetime) else value
        for name, value in control.values.items()
    }
    return i18n.translate(control.says, **values)


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


def spelt(value: str, field: str = "") -> str:
    """What stands in a field: a day written out, Chinese marked on an English page."""
    said = in_our_words(value, field)
    return _marked(value) if said == value else said


def on_page(said: Said) -> Markup:
    """A message as a page says it: addresses of this site as links, days written out."""
    words = Markup("")
    for piece, place in said.pieces:
        if place == "url":
            # What parts an address from Chinese words beside it is not wanted around a link.
            words = words.rstrip() if i18n.locale() == i18n.DEFAULT else words
            words += LINK.format(urlsplit(piece).path, i18n.translate(N_("这一页")))
        elif place:
            words += spelt(piece)
        else:
            words += AFTER_LINK.sub("", piece) if words.endswith("</a>") else piece
    return words


def linked(source: str) -> Markup:
    """Where a fact comes from, with a link to the commitment that it names."""
    before, number, after = (*COMMITMENT.split(source, maxsplit=1), "", "")[:3]
    link = Markup('<a href="{}">{}</a>').format(f"{i18n.root()}/commitments/{number}", number)
    return Markup("{}{}{}").format(held(before), link if number else "", after)


def blanks(sentence: str, text: Text) -> str:
    """A sentence of a text that is not signed yet, with the names of its blanks in brackets."""
    return text.with_named_blanks(sentence, i18n.locale())


def month(value: str) -> str:
    """A month of the figures, written 2026-10, in words."""
    return month_in_words(value, i18n.locale())


def wording(product: str) -> Any:
    """What a kind of report says of itself."""
    return reports_law.load().wording[product]


def purpose(key: str) -> str:
    """What a report is for, in the page's language."""
    return local(reports_law.load().purposes[key])


def recipient(key: str) -> str:
    """Whom a report is for, in the page's language."""
    return local(reports_law.load().recipients[key])


def _marked(value: str) -> str:
    if value.isascii():
        return value
    if i18n.locale() == i18n.DEFAULT:
        return held(value)
    return Markup('<span lang="zh">{}</span>').format(held(value))


FILTERS = (
    area, place_name, inside, limit_words, of_each, repair_way, detail_label, said, advice, local,
    local_list, outcome, body_name, fact_value, quoted, blanks, linked, wording, purpose,
    recipient, month, unit_name, held, spelt, on_page, matter_name, evidence_sentence,
)  # fmt: skip


def _globals() -> dict[str, Any]:
    kinds = law.load().kinds.items()
    return {
        "subject_kinds": SUBJECT_KINDS,
        "subject_statuses": SUBJECT_STATUSES,
        "name_kinds": NAME_KINDS,
        "record_kinds": KINDS,
        "dataset_names": DATASET_NAMES,
        "report_products": PRODUCTS,
        "report_sections": SECTIONS,
        "report_counted": COUNTED,
        "report_marks": MARKS,
        "grade_words": GRADES,
        "fact_kind": fact_kind,
        "agent_classes": AGENT_CLASSES,
        "agent_states": AGENT_STATES,
        "record_classes": CLASSES,
        "objection_fields": objections.FIELDS,
        "objection_grounds": objections.GROUNDS,
        "objection_outcomes": objections.OUTCOMES,
        "case_kinds": CASE_KINDS,
        "case_step_words": cases.step_words,
        "today": clock.today,
        "desk_pages": desk_pages,
        "staff_roles": ROLES,
        "case_hops": HOPS,
        "complaint_levels": protection.LEVELS,
        "complaint_marks": protection.MARKS,
        "complaint_further": COMPLAINT_FURTHER,
        "complaint_asks": protection.asks,
        "complaint_values": COMPLAINT_VALUES,
        "may_rate": may_rate,
        "next_units": next_units,
        "law_term": law_term,
        "adverse_kinds": frozenset(k for k, kind in kinds if kind.is_adverse),
    }


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update({each.__name__: each for each in FILTERS})
    app.jinja_env.filters.update(masked=mask_person)
    app.jinja_env.globals.update(_globals())
