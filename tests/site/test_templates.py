"""Every template compiles, belongs to its package, is used, and stays short."""

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))
SHARED = {"layouts", "components", "errors"}
LONGEST = 150


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(app: Flask, name: str) -> None:
    for environment in app.extensions["templates"].values():
        environment.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_short(name: str) -> None:
    assert len((TEMPLATES / name).read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("name", NAMES)
def test_a_template_decides_nothing_and_escapes_everything(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    assert not re.search(r"\bautoescape\b", source)
    assert not re.search(r"\|\s*safe\b", source), "only portal.pages may vouch for its own text"


@pytest.mark.parametrize("name", NAMES)
def test_a_template_imports_only_what_it_uses(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    imported = re.findall(r'{% from "[^"]+" import ([\w, ]+) %}', source)
    macros = [each.split()[-1] for names in imported for each in names.split(",")]
    assert [macro for macro in macros if len(re.findall(rf"\b{macro}\b", source)) < 2] == []


@pytest.mark.parametrize("name", NAMES)
def test_only_tasks_look_like_tasks(name: str) -> None:
    """Each of them is one link as large as its line; other lists fall apart when they look so."""
    if name != "components/tasks.html":
        assert not re.search(r'class="tasks\b', (TEMPLATES / name).read_text())


def test_templates_mirror_packages(app: Flask) -> None:
    folders = {Path(name).parts[0] for name in NAMES}
    assert folders <= SHARED | set(app.blueprints)


def test_every_template_is_used() -> None:
    sources = "".join(
        path.read_text()
        for folder, pattern in ((ROOT / "portal", "*.py"), (TEMPLATES, "*.*"))
        for path in folder.rglob(pattern)
    )
    assert [name for name in NAMES if f'"{name}"' not in sources] == []
