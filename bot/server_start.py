"""What happens once before a Rasa server starts: checks, the action server's address, a note of the process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Sequence

from bot import preflight
from bot.config import Settings
from bot.private_folder import make_private_folder


def get_ready(settings: Settings, arguments: Sequence[str] = ()) -> None:
    """Stops a server that must not start (`bot.preflight`), and prepares one that may.

    Args:
        settings: Of this process.
        arguments: Of `rasa run`.

    Raises:
        ConfigError: Says what is wrong and what to do.
    """
    preflight.check(settings, arguments)
    # Named in deploy/endpoints.production.yml, which holds no address itself.
    os.environ.setdefault("KINDLIGHT_ACTIONS_URL", settings.actions_address)
    path = process_file(settings.var_dir, settings.rasa_port)
    make_private_folder(path.parent)
    path.write_text(f"{os.getpid()}\n", encoding="ascii")


def process_file(var_dir: Path, port: int) -> Path:
    """Where the id of the process that serves a port stands, for `python -m bot restart-servers`."""
    return var_dir / "run" / f"rasa-{port}.pid"
