"""Starts Rasa's own program inside this Python process, with this project's limits in place."""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import Iterable, Sequence

from bot import action_limit, lean_import, logs, off_loop, standby, tensorflow_stand_in
from bot.config import PROJECT_DIR, get_settings
from bot.mapped_tables import load_encoders

#: Longer than any action of ours takes; Rasa's default of 300 s outlives the conversation lock (60 s), and the
#: person would wait in silence. When it passes, the channel guard answers.
ACTION_TIMEOUT_SECONDS = 2

#: glibc's `mallopt`: one pool for all threads; blocks from 2 MB are given back when freed, also while loading.
_MEMORY_OPTIONS = {"M_ARENA_MAX": (-8, 1), "M_MMAP_THRESHOLD": (-3, 2 * 2**20), "M_TRIM_THRESHOLD": (-1, 8 * 2**20)}


def prepare() -> None:
    """Makes `import rasa` light and bounded. Call it before the first import of Rasa."""
    _prepare_process()
    _bound_rasa()


def prepare_to_answer(files: Iterable[Path] = ()) -> None:
    """As `prepare`, and imports what answering needs, without the packages that nothing here uses.

    Args:
        files: Endpoints and credentials; packages they need stay real.
    """
    _prepare_process()
    with lean_import.installed_packages_left_out(lean_import.unneeded(files)):
        import rasa.core.agent
        import rasa.core.run
        import rasa.engine.recipes.default_components  # noqa: F401 - the components of a model are looked up in it
    _bound_rasa()


def run_rasa(arguments: Sequence[str]) -> int:
    """Runs Rasa's command line with the given arguments and returns its exit code.

    Raises:
        ConfigError: `config.yml` names a component that needs TensorFlow, which is not installed.
    """
    prepare()
    import rasa.__main__

    # Rasa's program sets up its own log, with message texts in it.
    rasa.__main__.configure_structlog = lambda *_: logs.configure()
    sys.argv = ["rasa", *arguments]
    try:
        rasa.__main__.main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0


def serve_rasa(arguments: Sequence[str], files: Iterable[Path], copy_of: Path | None = None) -> int:
    """Runs `rasa run` with the given arguments, without loading Rasa's other commands.

    Args:
        arguments: What follows `rasa`, beginning with `run`.
        files: Endpoints and credentials named in the arguments.
        copy_of: The model of which this process keeps a loaded copy, while another one forked from it serves
            (`bot.standby`); None serves here.

    Returns:
        The exit code.

    Raises:
        ConfigError: As `run_rasa`.
    """
    _give_memory_back()
    # On another core while this one imports Rasa; what fails there fails again, and is told, when the model loads.
    encoders = threading.Thread(target=load_encoders, args=(get_settings().models_dir,), name="encoder-load")
    encoders.start()
    prepare_to_answer(files)
    encoders.join()
    if copy_of is None:
        return _serve(arguments)
    standby.load(copy_of)
    return standby.keep_serving(lambda: _serve(arguments))


def _serve(arguments: Sequence[str]) -> int:
    action_limit.install()
    off_loop.install()
    import rasa.cli.run
    import rasa.shared.utils.cli
    from rasa.shared.exceptions import RasaException

    parser = argparse.ArgumentParser(prog="rasa")
    rasa.cli.run.add_subparser(parser.add_subparsers(), parents=[])
    chosen = parser.parse_args(list(arguments))
    try:
        chosen.func(chosen)
    except RasaException as error:
        rasa.shared.utils.cli.print_error(f"{type(error).__name__}: {error}")
        return 1
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0


def _give_memory_back() -> None:
    """Else every thread keeps what it ever freed: some 50 MB. Other C libraries have no such options."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        for option, value in _MEMORY_OPTIONS.values():
            set_option(option, value)


def _prepare_process() -> None:
    tensorflow_stand_in.check_config(PROJECT_DIR / "config.yml")
    tensorflow_stand_in.install()
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category)
    logs.configure()


def _bound_rasa() -> None:
    import rasa.core.actions.action

    from bot import action_answers, model_domain

    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT_SECONDS
    model_domain.install()
    action_answers.install()
