"""`python -m bot refit` fits the named layers, in the order in which one rests on the other."""

from __future__ import annotations

import importlib
from typing import List

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.commands import refit
from bot.errors import InputError


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> List[str]:
    """Which layers were fitted; the fits themselves take half an hour."""
    done: List[str] = []
    for name, module in refit.LAYERS.items():
        monkeypatch.setattr(importlib.import_module(module), "main", lambda name=name: done.append(name))
    return done


def run(*arguments: str) -> str:
    result = CliRunner().invoke(build_app(), ["refit", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_all_layers_are_fitted_in_their_order_and_each_is_announced(fitted: List[str]) -> None:
    said = run()
    assert fitted == ["middle-view", "joining", "context", "phrasings"]
    assert "joining …" in said and "phrasings: 0 s" in said


def test_named_layers_keep_that_order(fitted: List[str]) -> None:
    run("context", "joining")
    assert fitted == ["joining", "context"]


def test_a_name_that_is_none_is_said_and_nothing_is_fitted(fitted: List[str]) -> None:
    with pytest.raises(InputError, match="There is no layer 'adapter'. Use one of: middle-view, joining, context, phrasings."):
        run("joining", "adapter")
    assert not fitted
