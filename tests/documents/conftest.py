"""A document of every state, and a made-up template that prints any rows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from portal.core import db, jobs
from portal.documents import service
from portal.documents.models import Document

TEMPLATE = """
{% extends "layouts/document.html" %}
{% block facts %}{% for label, value in facts.public %}<tr><th scope="row">{{ label }}</th><td>{{ value }}</td></tr>{% endfor %}{% endblock %}
{% block content %}<h2>记录</h2>
<table class="rows"><thead><tr>{% for head in facts.heads %}<th scope="col">{{ head }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in facts.rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</tbody></table>
{% endblock %}
"""
HEADS = ["文书号", "事项", "机关", "决定日期"]

Issue = Callable[..., Document]


def facts(rows: int = 3, name: str = "虚构县张记牛肉汤馆") -> dict[str, Any]:
    return {
        "watermark": name,
        "public": [["主体", name], ["期间", "2023-11-20至2026-11-20"]],
        "heads": HEADS,
        "rows": [
            [f"虚构市监许〔2026〕{place}号", "食品经营许可", "虚构县市场监督管理局", "2026-09-01"]
            for place in range(rows)
        ],
    }


@pytest.fixture
def sample(shared_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of the made-up template; jobs see it too, whichever portal was made last."""
    monkeypatch.setattr(jobs, "_context", shared_app.app_context)
    environments = shared_app.extensions["templates"].values()
    before = [each.loader for each in environments]
    for each in environments:
        each.loader = ChoiceLoader([DictLoader({"sample.html": TEMPLATE}), each.loader])
    yield "sample.html"
    for each, loader in zip(environments, before, strict=True):
        each.loader = loader


@pytest.fixture
def issue(app: Flask, sample: str) -> Issue:
    """Issues a document, and prints it unless told otherwise."""

    def issue(*, printed: bool = True, **changes: Any) -> Document:
        given: dict[str, Any] = {
            "kind": "general", "subject_id": None, "account_id": None, "title": "普通信用报告",
            "snapshot": facts(), "template": sample, "actor": "test",
        }  # fmt: skip
        given.update(changes)
        document = service.issue(given.pop("kind"), **given)
        db.session.commit()
        if printed:
            jobs.run_due()
            db.session.refresh(document)
        return document

    return issue
