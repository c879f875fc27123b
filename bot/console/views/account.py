"""A person's own account: password, recovery codes, what is shown."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for

from bot.console import accounts, lock_out
from bot.console.permissions import Permission, requires
from bot.console.security import sign_in_limit
from bot.console.words import label
from bot.store import audit

pages = Blueprint("account", __name__)


@pages.get("/account")
@requires(Permission.OWN_ACCOUNT)
def show() -> Any:
    """The page."""
    return render_template("views/account.html", left=len(g.user.recovery_codes or []))


@pages.get("/account/stay")
@requires(Permission.OWN_ACCOUNT)
def stay() -> Any:
    """Asked while somebody writes (`static/keep-signed-in.js`): like any page, it counts as somebody there."""
    return "", 204


@pages.post("/account/preferences")
@requires(Permission.OWN_ACCOUNT)
def save_preferences() -> Any:
    """Whether hard messages are shown at once, and whether single keys do anything (WCAG 2.1.4: they can be off)."""
    chosen = {name: request.form.get(name) == "yes" for name in ("show_all", "keys")}
    g.user.preferences = {**g.user.preferences, **chosen}
    g.work.commit()
    flash(label("messages", "preferences_saved"))
    return redirect(url_for("account.show"))


@pages.post("/account/password")
@sign_in_limit
@requires(Permission.OWN_ACCOUNT)
def change_password() -> Any:
    """Needs the current one; ends every session of the account."""
    new = request.form.get("new", "")
    problem = _current_problem() or accounts.password_problem(new, g.user.email, g.user.name)
    if problem:
        flash(label("messages", problem))
        return redirect(url_for("account.show"))
    g.user.password_hash, g.user.password_changed_at = accounts.hash_password(new), g.now
    g.user.session_version += 1
    audit.record(g.work.session, g.user.email, "session.password", "user", str(g.user.id), at=g.now)
    g.work.commit()
    session.clear()
    flash(label("messages", "password_changed"))
    return redirect(url_for("sign_in.show"))


@pages.post("/account/recovery-codes")
@sign_in_limit
@requires(Permission.OWN_ACCOUNT)
def renew_codes() -> Any:
    """New codes, shown once; needs the current password."""
    if problem := _current_problem():
        flash(label("messages", problem))
        return redirect(url_for("account.show"))
    codes, g.user.recovery_codes = accounts.new_recovery_codes()
    audit.record(g.work.session, g.user.email, "session.codes", "user", str(g.user.id), at=g.now)
    g.work.commit()
    return render_template("views/recovery_codes.html", codes=codes, after=url_for("account.show"))


def _current_problem() -> str | None:
    """Why the current password is not taken, None when it is; counted and recorded as at signing in."""
    right = accounts.check_password(g.user.password_hash, request.form.get("current", ""))
    locked = lock_out.is_locked(g.user, g.now)
    if right and not locked:
        lock_out.forget_failures(g.user)
    elif not locked:
        lock_out.note_failure(g.work.session, g.user, "session.wrong_password", g.now)
    g.work.commit()
    return None if right and not locked else "password_wrong"
