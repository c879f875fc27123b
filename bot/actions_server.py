"""The action server: `rasa_sdk` on our port, loopback only, without the message texts in its log."""

from __future__ import annotations

import logging

from bot.config import get_settings


def serve() -> None:
    """Serves every action in `actions/` until the process is stopped."""
    from rasa_sdk.endpoint import create_app

    settings = get_settings()
    # rasa_sdk logs whole requests at DEBUG; a person's words stay out of the log.
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    app = create_app("actions")
    app.run(host=settings.host, port=settings.actions_port, workers=1, access_log=False)
