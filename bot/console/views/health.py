"""Is the console alive."""

from __future__ import annotations

from flask import Blueprint

from bot.console.permissions import public
from bot.console.security import limiter

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@limiter.exempt
@public
def healthz() -> dict[str, str]:
    """For the supervisor; touches no database, so that a slow one does not look like a dead console."""
    return {"status": "ok"}
