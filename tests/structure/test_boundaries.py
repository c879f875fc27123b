"""Dependencies point one way: what decides knows no framework."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

#: Package → top-level names that it must not import, at module level or inside functions.
FORBIDDEN = {
    "bot/safety": {"rasa", "rasa_sdk", "sqlalchemy", "flask", "sanic"},
    "bot/redaction": {"rasa", "rasa_sdk", "sqlalchemy", "flask", "sanic"},
    "bot/learning": {"rasa", "rasa_sdk", "sqlalchemy", "flask", "sanic"},
    "bot/content": {"rasa", "rasa_sdk", "sqlalchemy", "flask", "sanic"},
    "bot/text": {"rasa", "rasa_sdk", "sqlalchemy", "flask", "sanic"},
    "bot/store": {"rasa", "rasa_sdk", "flask", "sanic"},
    "bot/console": {"rasa", "rasa_sdk", "sanic"},
    "bot/nlu": {"sqlalchemy", "flask", "sanic"},
    "bot/policies": {"sqlalchemy", "flask", "sanic"},
    "bot/dialogue": {"sqlalchemy", "flask", "sanic"},
    "actions": {"rasa", "sqlalchemy", "flask", "sanic"},
}


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_package_keeps_its_direction(package):
    files = sorted((PROJECT / package).rglob("*.py"))
    assert files, f"{package} has no modules"
    broken = {str(path.relative_to(PROJECT)): imported_names(path) & FORBIDDEN[package] for path in files}
    assert not {path: names for path, names in broken.items() if names}


def test_the_package_itself_imports_nothing():
    assert imported_names(PROJECT / "bot" / "__init__.py") == set()


@pytest.mark.parametrize("words", [("..", "/shared"), ("/wo", "rk/"), ("/ro", "ot/"), ("pythonhosted", ""), ("py", "pi.org"), ("/tmp", "/bash_jobs")])
def test_no_file_names_the_machine_it_was_written_on(words):
    needle = "".join(words)
    folders = ("bot", "actions", "data", "docs", "deploy", ".ci")
    files = [p for folder in folders for p in (PROJECT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    files += [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "Makefile", "config.yml", "domain.yml")]
    text_files = [path for path in files if path.suffix not in (".png", ".pyc", ".npz", ".woff2", ".db")]
    found = [str(p.relative_to(PROJECT)) for p in text_files if needle in p.read_text(encoding="utf-8", errors="ignore")]
    assert not found
