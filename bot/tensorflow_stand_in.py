"""Lets Rasa import without TensorFlow: inert stand-ins for what its built-in components name but we never use.

Rasa imports every built-in component, and with them TensorFlow: most of its size and start-up time, for
components that our `config.yml` does not name. `install()` adds an import finder that answers for
`tensorflow*`, `keras` and `jax` **only when they are not installed**. A stand-in can be subclassed, called and
asked for any attribute; it computes nothing. See docs/decisions/0002-rasa-without-tensorflow.md.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Sequence

import yaml

from bot.errors import ConfigError

STOOD_IN = (
    "tensorflow",
    "tensorflow_addons",
    "tensorflow_hub",
    "tensorflow_text",
    "tensorflow_io",
    "keras",
    "jax",
)

#: Rasa's built-in components that compute with TensorFlow.
NEEDS_TENSORFLOW = frozenset(
    {
        "DIETClassifier",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
        "ConveRTFeaturizer",
        "LanguageModelFeaturizer",
    }
)


class _InertMeta(type):
    """Gives every inert class whatever attribute is asked for, as another inert class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        child = _InertMeta(name, (Inert,), {})
        setattr(cls, name, child)
        return child

    def __getitem__(cls, _: Any) -> Any:
        return cls

    def __iter__(cls) -> Any:
        return iter(())


class Inert(metaclass=_InertMeta):
    """Something TensorFlow would have provided; used as a decorator it gives back the function."""

    def __new__(cls, *args: Any, **_: Any) -> Any:
        if len(args) == 1 and callable(args[0]) and cls.__module__ == __name__:
            return args[0]
        return super().__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None:
        """Accepts anything."""

    def __call__(self, *args: Any, **_: Any) -> Any:
        return args[0] if len(args) == 1 and callable(args[0]) else self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


class InertModule(ModuleType):
    """A module that has every name."""

    __version__ = "0.0.0"
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        child = _InertMeta(name, (Inert,), {})
        setattr(self, name, child)
        return child


class _StandInFinder(MetaPathFinder, Loader):
    def __init__(self, missing: frozenset[str]) -> None:
        self._missing = missing

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        if fullname.split(".", 1)[0] not in self._missing:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return InertModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def is_tensorflow_installed() -> bool:
    """Whether the real TensorFlow can be imported (stand-ins do not count)."""
    if isinstance(sys.modules.get("tensorflow"), InertModule):
        return False
    finders = [finder for finder in sys.meta_path if not isinstance(finder, _StandInFinder)]
    return any(
        finder.find_spec("tensorflow", None) is not None for finder in finders if hasattr(finder, "find_spec")
    )


def install() -> None:
    """Adds the finder, once. Call it before the first `import rasa`."""
    if any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        return
    missing = frozenset(name for name in STOOD_IN if importlib.util.find_spec(name) is None)
    # Last in line: anything that is really installed wins.
    sys.meta_path.append(_StandInFinder(missing))


def check_config(path: Path) -> None:
    """Stops with a clear sentence when a Rasa configuration names a component that needs TensorFlow.

    Args:
        path: A Rasa `config.yml`.

    Raises:
        ConfigError: TensorFlow is not installed and the file names a component that needs it.
    """
    if is_tensorflow_installed():
        return
    config = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    named = [part.get("name", "") for part in (config.get("pipeline") or []) + (config.get("policies") or [])]
    needing = sorted({name for name in named if name.rsplit(".", 1)[-1] in NEEDS_TENSORFLOW})
    if needing:
        raise ConfigError(
            f"{path.name} names {', '.join(needing)}, which needs TensorFlow, and TensorFlow is left out here. "
            f"Remove it from {path.name}, or install tensorflow 2.12 in an environment of its own and train there."
        )
