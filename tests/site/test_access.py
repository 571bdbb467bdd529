"""Every view says who may open it; one that does not is refused."""

import ast
from pathlib import Path

from flask import Flask

from portal.web import access
from tests.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
MARKS = {"public", "visitor", "signed_in", "staff"}
ROUTES = {"get", "post", "route"}


def marks_of_views(source: str) -> dict[str, int]:
    """How many access marks stand directly under the route of each view in `source`."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            names = [_name(decorator) for decorator in node.decorator_list]
            if ROUTES & set(names):
                after = names[max(i for i, name in enumerate(names) if name in ROUTES) + 1 :]
                is_next = bool(after) and after[0] in MARKS
                found[node.name] = sum(name in MARKS for name in names) if is_next else 0
    return found


def _name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_every_view_is_marked(app: Flask) -> None:
    unmarked = [name for name, view in app.view_functions.items() if not access.mark_of(view)]
    assert unmarked == []


def test_every_view_has_one_mark_directly_under_its_route() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {view}": marks
        for path in (ROOT / "portal").rglob("*.py")
        for view, marks in marks_of_views(path.read_text()).items()
        if marks != 1
    }
    assert wrong == {}


def test_missing_double_and_distant_marks_are_found() -> None:
    source = (
        "@bp.get('/a')\n@public\ndef good(): ...\n"
        "@bp.get('/b')\ndef none(): ...\n"
        "@bp.get('/c')\n@public\n@staff('clerk')\ndef double(): ...\n"
        "@bp.get('/d')\n@limiter.limit(f)\n@public\ndef distant(): ...\n"
    )
    assert marks_of_views(source) == {"good": 1, "none": 0, "double": 2, "distant": 0}


def test_an_unmarked_view_answers_403(own_app: Flask) -> None:
    own_app.add_url_rule("/unmarked", "unmarked", lambda: "secret")
    page = Browser(own_app).get("/unmarked", status=403)
    assert "secret" not in page.source
