"""Whatever the open data are asked, the answer is one that their own document describes."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.opendata import service
from tests.browser import Browser
from tests.factories import make_listed, make_record, make_subject
from tests.opendata.schema import faults

# By the name of an argument, what leads somewhere; anything else is asked too.
KNOWN = {
    "code": "92340499MADEM0011M", "slug": "beef-soup", "kind": "penalty", "district": "340403",
    "grade": "good", "q": "牛肉汤", "page": "2", "since": "2026-11-19", "after": "2026-11-19.7",
    "state": "in_force", "number": "34040020261120000001", "body": "tax",
}  # fmt: skip
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.from_regex(r"[0-9]{1,20}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[0-9]{1,20})?", fullmatch=True),
)


PATHS = service.openapi("site", "http://localhost")["paths"]


@pytest.mark.parametrize("path", PATHS)
@settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_every_question_is_answered_as_the_document_says(
    browser: Browser, path: str, data: st.DataObject
) -> None:
    shop = make_listed(make_subject())
    make_record(shop)
    operation, query = PATHS[path]["get"], {}
    for each in operation["parameters"]:
        known = shop.code if each["name"] == "code" else KNOWN[each["name"]]
        value = data.draw(st.one_of(st.just(known), WORDS), label=each["name"])
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", value.replace("/", "") or "x")
        elif data.draw(st.booleans()):
            query[each["name"]] = value
    answer = browser.client.get("/api/v1" + path.replace("?", "%3F"), query_string=query)
    described = operation["responses"]
    assert str(answer.status_code) in described, answer.text
    ((kind, content),) = described[str(answer.status_code)]["content"].items()
    assert answer.mimetype == kind
    schema = content["schema"]
    assert faults(json.loads(answer.text), schema, service.schemas()) == []
