"""Staff accounts: an admin gives roles, closes accounts and resets a lost second factor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from bot.console.permissions import ROLE_PERMISSIONS, Permission, requires
from bot.console.words import label
from bot.store.accounts import change_user, get_user, list_users
from bot.store.constants import ROLES

pages = Blueprint("staff", __name__)


@pages.get("/staff")
@requires(Permission.STAFF)
def show() -> Any:
    """The list, and what each role may do."""
    people = list_users(g.work.session)
    return render_template(
        "views/staff.html", people=people, roles=ROLES, table=ROLE_PERMISSIONS, every=list(Permission)
    )


@pages.post("/staff/<int:user_id>")
@requires(Permission.STAFF)
def change(user_id: int) -> Any:
    """Changes one account; never one's own, so that no admin locks everybody out by a slip."""
    person = get_user(g.work.session, user_id)
    if person is None:
        abort(404)
    if person.id == g.user.id:
        flash(label("messages", "staff_self"))
        return redirect(url_for("staff.show"))
    what, role = request.form.get("what", ""), request.form.get("role", "")
    changes: dict[str, dict[str, object]] = {
        "role": {"role": role},
        "close": {"active": False},
        "open": {"active": True, "failed_attempts": 0, "locked_until": None},
        "second-factor": {"totp_secret": None, "recovery_codes": None, "totp_last_step": None},
    }
    if what not in changes or (what == "role" and role not in ROLES):
        abort(400)
    change_user(g.work.session, person, g.user.email, g.now, **changes[what])
    g.work.commit()
    flash(label("messages", "staff_changed"))
    return redirect(url_for("staff.show"))
