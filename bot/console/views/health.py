"""Is the console alive, and can it serve."""

from __future__ import annotations

from flask import Blueprint, g
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.console.permissions import public
from bot.console.security import limiter

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@limiter.exempt
@public
def healthz() -> dict[str, str]:
    """For the supervisor; touches no database, so that a slow one does not look like a dead console."""
    return {"status": "ok"}


@pages.get("/readyz")
@limiter.exempt
@public
def readyz() -> tuple[dict[str, str], int]:
    """For load balancers: whether the staff database answers."""
    try:
        with g.work.session.get_bind().connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"status": "the database is away"}, 503
    return {"status": "ok"}, 200
