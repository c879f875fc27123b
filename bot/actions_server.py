"""The action server: `rasa_sdk` on our port, loopback only, without the message texts in its log."""

from __future__ import annotations

import logging
from typing import Any

from bot.config import get_settings


def serve() -> None:
    """Serves every action in `actions/` until the process is stopped."""
    from rasa_sdk.endpoint import create_app

    settings = get_settings()
    # rasa_sdk logs whole requests at DEBUG; a person's words stay out of the log.
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    app = create_app("actions")
    load_content()
    _add_health(app)
    app.run(host=settings.host, port=settings.actions_port, workers=1, access_log=False)


def load_content() -> None:
    """Loads what the actions answer from before the port opens.

    It takes about two seconds, and so long Rasa waits for an action: the first one who asked for helplines after a
    start would be told that something does not work.
    """
    from bot.content.helpline_answers import show_helplines
    from bot.content.platforms import get_platforms

    show_helplines(country=None, audience=None, channel="web")
    get_platforms()


def _add_health(app: Any) -> None:
    """`/healthz` and `/readyz`: the actions are registered before the port opens, so that both mean the same."""
    from sanic.response import json

    async def healthy(request: Any) -> Any:
        return json({"status": "ok"})

    for path in ("/healthz", "/readyz"):
        app.add_route(healthy, path, name=path.strip("/"))
