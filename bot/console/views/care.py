"""Looking after oneself: what was read today, breaks, whom to talk to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from bot.console.permissions import Permission, requires
from bot.console.words import label
from bot.store import reviews

pages = Blueprint("care", __name__)


@pages.get("/care")
@requires(Permission.OWN_ACCOUNT)
def show() -> Any:
    """The page."""
    day = reviews.exposure_today(g.work.session, g.user.id, g.now)
    return render_template(
        "views/care.html",
        day=day,
        cap=g.settings.exposure_cap,
        minutes=g.settings.break_minutes,
        support=g.settings.staff_support,
    )


@pages.post("/care/break")
@requires(Permission.OWN_ACCOUNT)
def take_break() -> Any:
    """Starts the count anew."""
    reviews.take_break(g.work.session, g.user, g.now)
    g.work.commit()
    flash(label("messages", "break_taken"))
    return redirect(url_for("care.show"))
