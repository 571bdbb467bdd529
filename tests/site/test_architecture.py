"""The import ladder holds, modules stay small, and both checks find what breaks them."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "portal").rglob("*.py") if "versions" not in path.parts)
SHARED = {"core", "web", "config"}
OPEN_TO_OTHERS = {"service", "models"}
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def strangers(graph: grimp.ImportGraph) -> Iterator[str]:
    """Imports from one capability into another that are neither its service nor its models."""
    for importer in sorted(graph.modules):
        own = importer.split(".")[1:2]
        if len(importer.split(".")) < 3 or own == ["migrations"]:
            continue  # these stand above all: portal itself, its command line, its list of models
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            package, *inside = imported.split(".")[1:]
            if [package] == own or package in SHARED:
                continue
            if not inside or inside[0] not in OPEN_TO_OTHERS:
                yield f"{importer} imports {imported}"


def test_imports_go_down_the_ladder() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def test_across_packages_only_service_and_models_are_imported() -> None:
    assert list(strangers(grimp.build_graph("portal", cache_dir=None))) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("core/text.py", "import flask"),
        ("core/text.py", "import portal.web.pages"),
        ("subjects/models.py", "import portal.records.models"),
        ("subjects/models.py", "import portal.records.service"),
        ("subjects/rules.py", "import sqlalchemy"),
        ("subjects/rules.py", "import portal.core.clock"),
        ("lookup/routes.py", "import portal.core.db"),
        ("lookup/service.py", "import portal.ingest.service"),
        ("lookup/service.py", "import flask"),
        ("unplaced/__init__.py", ""),
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, module: str, line: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "portal", tmp_path / "portal", ignore=shutil.ignore_patterns("__pycache__")
    )
    path = tmp_path / "portal" / module
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as source:
        source.write(f"\n{line}\n")
    for missing in ("records/service.py", "ingest/service.py"):
        (tmp_path / "portal" / missing).touch()
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr


def test_an_import_of_another_packages_routes_is_found() -> None:
    graph = grimp.ImportGraph()
    graph.add_import(importer="portal.lookup.service", imported="portal.records.rules")
    graph.add_import(importer="portal.lookup.routes", imported="portal.records.service")
    assert list(strangers(graph)) == ["portal.lookup.service imports portal.records.rules"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_fits_in_the_head(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    assert len(source.splitlines()) <= LONGEST_MODULE
    assert not source.strip() or ast.get_docstring(tree), "opens without a docstring"
    functions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert [function.name for function in functions] == []
