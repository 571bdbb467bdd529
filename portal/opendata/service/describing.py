"""The OpenAPI 3.1 document and the JSON Schema of each answer, made from the same fields."""

from functools import cache
from typing import Any

from portal.commitments import service as commitments
from portal.opendata import rules
from portal.records import service as records

TEXT = {"type": "string"}
# No name and no code has a NUL; a question with one is refused.
NUMBER = {"type": "string", "pattern": "^[0-9]{0,18}$"}
ASKED = {"type": "string", "pattern": "^[^\\u0000]*$"}
COUNT = {"type": "integer"}
DAY = {"type": "string", "format": "date"}
NEXT = {"type": ["string", "null"], "description": "the cursor of the next page, as `after`"}


def _things(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


# The further parts of each answer; the answer of a subject is the subject itself.
ANSWERS: dict[str, dict[str, Any]] = {
    "record_page": {"date": DAY, "total": COUNT, "records": _things("record"), "next": NEXT},
    "grades": {"date": DAY, "grades": _things("grade")},
    "search": {"query": TEXT, "total": COUNT, "is_capped": {"type": "boolean"}, "page": COUNT,
               "pages": COUNT, "hits": _things("hit")},
    "scenarios": {"date": DAY, "scenarios": _things("scenario")},
    "listing": {"scenario": TEXT, "date": DAY, "total": COUNT, "is_capped": {"type": "boolean"},
                "entries": _things("listed"), "next": NEXT},
    "commitment_page": {"date": DAY, "commitments": _things("commitment"), "next": NEXT},
    "standings": {"date": DAY, "bodies": _things("standing")},
    "promises": {"date": DAY, "promises": _things("promise")},
    "areas": {"areas": _things("area")},
    "bodies": {"bodies": _things("body")},
    "terms": {"terms": _things("term")},
    "changes": {"since": DAY, "date": DAY, "changes": _things("change"),
                "next": {"type": ["integer", "null"]}, "next_since": DAY},
    "files": {"licence": TEXT, "licence_en": TEXT, "files": _things("file")},
    "problem": {"type": TEXT, "title": TEXT, "status": COUNT, "detail": TEXT},
}  # fmt: skip
# Address, answer, one sentence, and the arguments in the query.
PATHS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("/subjects/{code}", "subject", "The public facts of a subject.", ()),
    ("/subjects/{code}/records", "record_page", "Its public records, newest first.",
     ("kind", "after")),
    ("/subjects/{code}/grades", "grades", "Its grades, computed at the moment of asking.", ()),
    ("/search", "search", "Subjects by name, sign, pinyin or code.",
     ("q", "district", "kind", "page")),
    ("/scenarios", "scenarios", "The scenarios with the versions of their rules.", ()),
    ("/scenarios/{slug}", "listing", "The list of a scenario with today's grades.",
     ("q", "district", "grade", "after")),
    ("/commitments", "commitment_page", "The public register of commitments, newest first.",
     ("q", "kind", "state", "after")),
    ("/commitments/{number}", "commitment", "One commitment.", ()),
    ("/subjects/{code}/commitments", "commitments_of", "The commitments of a subject.",
     ("after",)),
    ("/government", "standings", "The government's own promises, counted by body.", ()),
    ("/government/{body}", "promises", "The promises of one body, newest first.", ()),
    ("/areas", "areas", "Counties, districts and towns.", ()),
    ("/bodies", "bodies", "The bodies that handle what.", ()),
    ("/terms", "terms", "Every time limit with its legal basis.", ()),
    ("/changes", "changes", "What became public and what is gone since a day.",
     ("since", "after")),
    ("/files", "files", "The daily files with their checksums.", ()),
)  # fmt: skip
# What may be asked, where not every text is understood; empty is the same as not asked.
ARGUMENTS: dict[tuple[str, str], dict[str, Any]] = {
    ("record_page", "kind"): {"type": "string", "enum": ["", *records.KINDS]},
    ("record_page", "after"): {"type": "string", "pattern": f"^({rules.CURSOR.pattern})?$"},
    ("commitment_page", "kind"): {"type": "string", "enum": ["", *commitments.KINDS]},
    ("commitment_page", "state"): {"type": "string", "enum": ["", *commitments.STATES]},
    ("commitment_page", "after"): NUMBER,
    ("commitments_of", "after"): NUMBER,
    ("changes", "since"): {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
                           "description": f"a day, at most {rules.MOST_DAYS} days back"},
    ("changes", "after"): NUMBER,
}  # fmt: skip


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of everything that an answer holds, by name."""
    things = {name: rules.schema(name) for name in rules.TYPES}
    answers = {
        name: {"type": "object", "properties": parts, "required": list(parts),
               "additionalProperties": False}
        for name, parts in ANSWERS.items()
    }  # fmt: skip
    return {**things, **answers, "commitments_of": answers["commitment_page"]}


@cache
def openapi(site_name: str, site_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{site_name} open data",
            "version": "1",
            "description": f"{rules.LICENCE} {rules.LICENCE_EN}",
        },
        "servers": [{"url": f"{site_url}/api/v1"}],
        "paths": {told[0]: {"get": _operation(*told)} for told in PATHS},
        "components": {"schemas": schemas()},
    }


def _operation(path: str, answer: str, summary: str, asked: tuple[str, ...]) -> dict[str, Any]:
    inside = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": ASKED} for name in inside
    ] + [
        {"name": name, "in": "query", "schema": ARGUMENTS.get((answer, name), ASKED)}
        for name in asked
    ]
    problems = {"400": "What was asked is not understood."}
    if inside:
        problems["404"] = "There is no such thing, or it is not public any more."
    problems["429"] = "Asked too often; take the daily files."
    return {
        "operationId": answer,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": _response("The answer; its ETag serves If-None-Match.", answer),
            "304": {"description": "Nothing changed since the ETag that was sent."},
            **{status: _response(text, "problem") for status, text in problems.items()},
        },
    }


def _response(description: str, answer: str) -> dict[str, Any]:
    kind = "application/problem+json" if answer == "problem" else "application/json"
    schema = {"$ref": f"#/components/schemas/{answer}"}
    return {"description": description, "content": {kind: {"schema": schema}}}
