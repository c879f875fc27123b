"""Starts Rasa's own program inside this Python process, with this project's limits in place."""

from __future__ import annotations

import sys
import warnings
from typing import Sequence

from bot import logs, tensorflow_stand_in
from bot.config import PROJECT_DIR

#: Longer than any action of ours takes; Rasa's default of 300 s outlives the conversation lock (60 s), and the
#: person would wait in silence. When it passes, the channel guard answers.
ACTION_TIMEOUT_SECONDS = 2


def prepare() -> None:
    """Makes `import rasa` light and bounded. Call it before the first import of Rasa."""
    tensorflow_stand_in.check_config(PROJECT_DIR / "config.yml")
    tensorflow_stand_in.install()
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category)
    logs.configure()
    import rasa.__main__
    import rasa.core.actions.action

    # Rasa's program sets up its own log, with message texts in it.
    rasa.__main__.configure_structlog = lambda *_: logs.configure()
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT_SECONDS


def run_rasa(arguments: Sequence[str]) -> int:
    """Runs Rasa's command line with the given arguments and returns its exit code.

    Raises:
        ConfigError: `config.yml` names a component that needs TensorFlow, which is not installed.
    """
    prepare()
    from rasa.__main__ import main

    sys.argv = ["rasa", *arguments]
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0
