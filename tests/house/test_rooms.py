"""The building: where things may stand, which way they may lean."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("config", "tracker", "peerreview")
FLOW = [
    "accounts", "clock", "trusts", "people", "audit", "ratings", "findings", "measures", "plans", "consequences",
    "reminders", "running", "pool", "pairing", "reviews", "exchanges", "library",
]  # fmt: skip


def python_files() -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_rooms_are_small_and_have_names(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) <= 400, f"{name_of(path)} has {len(lines)} lines: give its parts rooms of their own"
    assert path.stem not in {"utils", "helpers", "common"}, f"{name_of(path)} has no name"


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_no_import_hides_in_a_function_and_no_signal_is_used(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            hidden = [
                inner
                for inner in ast.walk(node)
                if isinstance(inner, ast.Import | ast.ImportFrom)
                and (getattr(inner, "module", None) or "").split(".")[0] in {"tracker", "peerreview"}
            ]
            assert not hidden, f"{name_of(path)}:{node.lineno} hides an import"
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "") not in {"django.db.models.signals", "django.dispatch"}, name_of(path)


EDGES = [p for p in python_files() if {"web", "api", "tasks.py"} & set(p.relative_to(ROOT).parts)]


@pytest.mark.parametrize("path", EDGES, ids=name_of)
def test_an_edge_never_writes_by_itself(path: Path) -> None:
    """Views, serializers, forms and tasks call operations; they do not save or create rows."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.attr
            assert called not in {"bulk_create", "bulk_update", "update_or_create", "get_or_create"}, (
                f"{name_of(path)}:{node.lineno} writes with .{called}()"
            )
            if called in {"save", "create", "delete"}:
                assert "objects" not in ast.unparse(node.func.value), f"{name_of(path)}:{node.lineno} writes"


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda m: m._meta.label)
def test_foreign_keys_lean_towards_earlier_concepts(model: type) -> None:
    here = _concept(model)
    if here is None:
        return
    for field in model._meta.get_fields():  # type: ignore[attr-defined]
        if isinstance(field, ForeignKey) and isinstance(field.related_model, type):
            there = _concept(field.related_model)
            if there is not None:
                assert FLOW.index(there) <= FLOW.index(here), f"{model.__name__}.{field.name} leans forward"


def _concept(model: type) -> str | None:
    parts = model.__module__.split(".")
    return parts[1] if parts[0] in {"tracker", "peerreview"} and parts[1] in FLOW else None


def operations() -> Iterator[tuple[str, object]]:
    for path in python_files():
        if path.name == "operations.py":
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for name, value in vars(module).items():
                if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                    yield f"{module.__name__}.{name}", value


@pytest.mark.parametrize(("name", "operation"), list(operations()), ids=lambda v: v if isinstance(v, str) else "")
def test_every_operation_is_signed_with_who_and_when(name: str, operation: object) -> None:
    parameters = inspect.signature(operation).parameters  # type: ignore[arg-type]
    assert "now" in parameters, f"{name} does not say when"
    assert parameters["now"].kind is inspect.Parameter.KEYWORD_ONLY
    by_the_service = name.split(".")[1] in {"consequences", "reminders"}
    if not by_the_service:
        assert "by" in parameters, f"{name} does not say who"
        assert parameters["by"].kind is inspect.Parameter.KEYWORD_ONLY
