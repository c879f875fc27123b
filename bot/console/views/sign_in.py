"""Signing in: password, then code; the second factor is set up at the first sign-in."""

from __future__ import annotations

import io
from typing import Any

import segno
from flask import Blueprint, Response, abort, g, redirect, render_template, request, session, url_for

from bot.console import accounts, lock_out, open_id, sessions
from bot.console.permissions import Permission, public, requires
from bot.console.security import safe_path, sign_in_limit
from bot.console.words import label
from bot.errors import InputError
from bot.store import audit
from bot.store.accounts import find_user, get_user
from bot.store.staff_models import User

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
@public
def show() -> Any:
    """The form."""
    notice = request.args.get("notice", "")
    return render_template(
        "views/sign_in.html",
        notice=label("messages", notice) if notice in ("timed_out", "timed_out_unsaved", "signed_out") else "",
        after=safe_path(request.args.get("after")),
        open_id=open_id.is_on(),
    )


@pages.get("/sign-in/open-id")
@sign_in_limit
@public
def to_provider() -> Any:
    """Off to the organisation's own sign-in."""
    if not open_id.is_on():
        abort(404)
    session.clear()
    session["after"] = safe_path(request.args.get("after"))
    try:
        return open_id.redirect_to_provider(_back_address())
    except InputError as error:
        return _refuse(session.get("after", "/"), str(error), 503)


@pages.get("/sign-in/open-id/back")
@sign_in_limit
@public
def from_provider() -> Any:
    """Back from there. Without a second factor at the provider, ours follows as after a password."""
    if not open_id.is_on():
        abort(404)
    after = safe_path(session.get("after"))
    try:
        claims = open_id.read_claims()
    except InputError as error:
        return _refuse(after, str(error))
    user = open_id.account_of(g.work.session, claims)
    if user is None:
        return _refuse(after, "open_id_unknown")
    g.work.commit()
    sessions.begin_pending(user, after)
    if open_id.had_second_factor(claims):
        return _sign_in(user, "session.open_id", {})
    return redirect(url_for("sign_in.show_code" if user.totp_secret else "sign_in.show_set_up"))


def _back_address() -> str:
    """As the provider knows it: under the console's public address, whatever name this request came by."""
    return f"{g.settings.console_url.rstrip('/')}{url_for('sign_in.from_provider')}"


@pages.post("/sign-in")
@sign_in_limit
@public
def check() -> Any:
    """Checks the password. An unknown address, a wrong password and a locked account read the same."""
    user = find_user(g.work.session, request.form.get("email", "")[:254])
    password = request.form.get("password", "")[: accounts.MAX_PASSWORD + 1]
    after = safe_path(request.form.get("after"))
    locked = user is not None and lock_out.is_locked(user, g.now)
    # The hash is compared in every case, so that the time taken tells nothing.
    right = accounts.check_password(user.password_hash if user is not None else None, password)
    if user is None or locked or not right or not user.active:
        if user is not None and not locked:
            _note_failure(user)
        return _refuse(after)
    sessions.begin_pending(user, after)
    return redirect(url_for("sign_in.show_code" if user.totp_secret else "sign_in.show_set_up"))


@pages.get("/sign-in/code")
@public
def show_code() -> Any:
    """Asks for the code."""
    _pending()
    return render_template("views/code.html", problem="")


@pages.post("/sign-in/code")
@sign_in_limit
@public
def check_code() -> Any:
    """Checks a code of the app, or a recovery code."""
    user = _pending()
    if lock_out.is_locked(user, g.now):
        return render_template("views/code.html", problem=label("messages", "code_failed")), 401
    code = request.form.get("code", "")[:40]
    step = accounts.totp_step(user.totp_secret or "", code, g.now, user.totp_last_step) if user.totp_secret else None
    if step is not None:
        user.totp_last_step = step
        return _sign_in(user, "session.sign_in", {})
    left = accounts.use_recovery_code(user.recovery_codes or [], code)
    if left is not None:
        user.recovery_codes = left
        return _sign_in(user, "session.recovery", {"left": len(left)})
    _note_failure(user)
    return render_template("views/code.html", problem=label("messages", "code_failed")), 401


@pages.get("/set-up")
@public
def show_set_up() -> Any:
    """Shows the QR code of a new second factor."""
    user = _without_second_factor()
    session.setdefault("new_secret", accounts.new_totp_secret())
    return render_template("views/set_up.html", secret=session["new_secret"], email=user.email, problem="")


@pages.get("/set-up/qr.svg")
@public
def show_qr() -> Response:
    """The QR code as a picture."""
    user = _without_second_factor()
    picture = io.BytesIO()
    address = accounts.totp_address(session.get("new_secret") or abort(404), user.email)
    segno.make(address).save(picture, kind="svg", scale=5, border=3, dark="#000", light="#fff")
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@pages.post("/set-up")
@sign_in_limit
@public
def finish_set_up() -> Any:
    """The first code proves that the app has the secret; recovery codes are shown once."""
    user = _without_second_factor()
    secret = session.get("new_secret") or ""
    step = accounts.totp_step(secret, request.form.get("code", "")[:40], g.now, None) if secret else None
    if step is None:
        problem = label("messages", "code_failed")
        return render_template("views/set_up.html", secret=secret, email=user.email, problem=problem), 401
    codes, user.recovery_codes = accounts.new_recovery_codes()
    user.totp_secret, user.totp_last_step = secret, step
    audit.record(g.work.session, user.email, "session.second_factor", "user", str(user.id), at=g.now)
    after = session.get("after", "/")
    _sign_in(user, "session.sign_in", {})
    return render_template("views/recovery_codes.html", codes=codes, after=after)


@pages.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> Any:
    """Ends every session of the account: a copied cookie is worthless from now on."""
    g.user.session_version += 1
    audit.record(g.work.session, g.user.email, "session.sign_out", "user", str(g.user.id), at=g.now)
    g.work.commit()
    session.clear()
    return redirect(url_for("sign_in.show", notice="signed_out"))


def _pending() -> User:
    user_id = sessions.pending_user_id()
    user = get_user(g.work.session, user_id) if user_id is not None else None
    if user is None or not user.active:
        abort(redirect(url_for("sign_in.show", notice="timed_out")))
    return user


def _without_second_factor() -> User:
    user = _pending()
    if user.totp_secret:
        abort(404)
    return user


def _refuse(after: str, reason: str = "sign_in_failed", status: int = 401) -> Any:
    notice = label("messages", reason)
    page = render_template("views/sign_in.html", notice=notice, failed=True, after=after, open_id=open_id.is_on())
    return page, status


def _note_failure(user: User) -> None:
    lock_out.note_failure(g.work.session, user, "session.failed", g.now)
    g.work.commit()


def _sign_in(user: User, action: str, details: dict[str, Any]) -> Any:
    after = session.get("after", "/")
    lock_out.forget_failures(user)
    user.last_sign_in_at = g.now
    audit.record(g.work.session, user.email, action, "user", str(user.id), details, at=g.now)
    g.work.commit()
    sessions.begin(user)
    return redirect(safe_path(after))
