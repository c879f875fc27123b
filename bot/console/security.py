"""Security headers in one function, the host check, request limits and error pages."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, render_template, request, session
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from bot.config import Settings
from bot.errors import StoreError
from bot.store.database import describe

logger = logging.getLogger(__name__)
csrf = CSRFProtect()

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
#: Signing in, for one account from one address. Behind nginx, which hands no address on, "one address" is everybody:
#: so the account is part of it, else a hundred tries in an hour would keep all staff out.
SIGN_IN_LIMIT = "20 per minute; 100 per hour"
#: All tries from one address; above what nginx lets one person do (one a second), so that nobody uses it up for others.
ADDRESS_LIMIT = "120 per minute"
MAX_FORM_BYTES = 64 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PATH = re.compile(r"/(?![/\\])[\w./?=&%+,:-]*", re.ASCII)
# Addresses are kept in memory only, as digests under a key that dies with the process.
_ADDRESS_KEY = secrets.token_bytes(16)


def address_digest() -> str:
    """Stands for the caller's address in the limiter."""
    return hashlib.blake2b((request.remote_addr or "").encode(), key=_ADDRESS_KEY, digest_size=12).hexdigest()


def attempt_digest() -> str:
    """Stands for the account somebody tries, from where they try it."""
    # Only signing in names the account in its form; elsewhere such a field could name another one at every try.
    if request.endpoint == "sign_in.check":
        wanted = f"address\0{request.form.get('email', '').strip().lower()[:254]}"
    else:
        wanted = f"number\0{session.get('pending') or session.get('user') or ''}"
    named = f"{request.remote_addr or ''}\0{wanted}"
    return hashlib.blake2b(named.encode("utf-8", "replace"), key=_ADDRESS_KEY, digest_size=12).hexdigest()


limiter = Limiter(key_func=address_digest, storage_uri="memory://", default_limits=["1200 per minute"])


def sign_in_limit(view: Any) -> Any:
    """Both limits on a view that checks a password or a code."""
    by_account = limiter.limit(SIGN_IN_LIMIT, key_func=attempt_digest)
    return limiter.shared_limit(ADDRESS_LIMIT, scope="sign-in")(by_account(view))


def safe_path(wanted: str | None) -> str:
    """A path on this site to go to after signing in; the queue for anything else."""
    return wanted if wanted and _PATH.fullmatch(wanted) and ".." not in wanted else "/"


def protect(app: Flask, settings: Settings) -> None:
    """Adds CSRF protection, limits, host check, headers and error pages."""
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM_BYTES, MAX_FORM_PARTS=200, WTF_CSRF_TIME_LIMIT=None)
    # Behind https Flask-WTF would ask for a Referer, which our own Referrer-Policy forbids; the token is what counts.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    limiter.init_app(app)
    hosts = allowed_hosts(settings)

    @app.before_request
    def check_host() -> None:
        # Another name for this machine is DNS rebinding (or a misconfigured proxy).
        if request.host.lower() not in hosts:
            abort(400, "host")
        # No browser sends a zero byte; databases refuse it.
        if "\x00" in request.path or any("\x00" in value for value in request.values.values()):
            abort(400, "zero byte")

    app.after_request(add_headers)
    app.register_error_handler(HTTPException, show_error)
    app.register_error_handler(CSRFError, show_error)
    app.register_error_handler(StoreError, _show_store_error)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _show_store_error)


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Names under which the console answers: its public address, and this machine's own."""
    public = urlsplit(settings.console_url).netloc.lower()
    own = {f"{name}:{settings.console_port}" for name in (*_LOOPBACK, settings.host)}
    return frozenset({public, *own} - {""})


def add_headers(response: Response) -> Response:
    """The same headers on every answer."""
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
    headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    # As the cookie: behind nginx, which speaks plain http to this process, only the public address tells.
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _show_store_error(error: StoreError | SQLAlchemyError) -> tuple[str, int]:
    what = describe(error) if isinstance(error, SQLAlchemyError) else error
    logger.error("a page could not reach the staff database: %s", what)
    # The page must not ask the database who is signed in.
    g.user = None
    return render_template("error.html", code=503), 503


def show_error(error: Any) -> tuple[str, int]:
    """A plain page for 400, 403, 404, 413, 429 and the rest; says nothing about the inside."""
    code = int(error.code or 500)
    if code >= 500:
        # The database session may be the one that failed: the page must not ask it who is signed in.
        g.user = None
    return render_template("error.html", code=code), code
