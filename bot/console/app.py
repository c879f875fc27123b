"""create_app(settings): the one place where the console is put together."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from bot.config import Settings
from bot.console import open_id, permissions, security, sessions, views, words
from bot.console.exposure import needs_break
from bot.store import noted_tombstones
from bot.store.database import Database
from bot.store.keys import get_key_ring
from bot.store.reviews import exposure_today
from bot.store.unit_of_work import UnitOfWork


class _RowNumber(IntegerConverter):
    """A number that a column of row numbers can hold; a larger one is an address of nothing."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """Builds the console.

    Args:
        settings: Of this process.
        database: For tests; by default the process's own.

    Raises:
        RuntimeError: A view names no permission.
        ConfigError: OpenID Connect is half configured.
    """
    app = Flask("bot.console")
    app.config.update(
        SECRET_KEY=get_key_ring().derive("console-session"),
        SESSION_COOKIE_NAME="kindlight_console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Browsers drop secure cookies on plain http; on loopback there is no wire to listen on.
        SESSION_COOKIE_SECURE=settings.console_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = _RowNumber
    app.extensions["settings"] = settings
    app.extensions["database"] = database
    security.protect(app, settings)
    open_id.connect(app, settings)
    app.before_request(_open)
    app.teardown_request(_close)
    for module in sorted(pkgutil.iter_modules(views.__path__), key=lambda found: found.name):
        app.register_blueprint(importlib.import_module(f"bot.console.views.{module.name}").pages)
    permissions.public(app.view_functions["static"])
    _check_permissions(app)
    _add_words(app)
    return app


def _check_permissions(app: Flask) -> None:
    bare = [name for name, view in app.view_functions.items() if not hasattr(view, "permission")]
    if bare:
        raise RuntimeError(f"These views name no permission: {', '.join(bare)}.")


def _open() -> Response | None:
    from flask import current_app, session

    view: Any = current_app.view_functions.get(request.endpoint or "")
    g.user = None
    if view is None or request.endpoint in ("static", "health.healthz"):
        return None
    g.settings = current_app.extensions["settings"]
    g.work = UnitOfWork(current_app.extensions["database"]).__enter__()
    g.now = sessions.now()
    g.user = sessions.current_user(g.work.session, g.settings, touch=not _asked_by_itself())
    if g.user is None and view.permission is not None:
        is_sent = request.method == "POST"
        notice = ("timed_out_unsaved" if is_sent else "timed_out") if session.get("timed_out") else ""
        wanted = _conversation_path() if is_sent else request.full_path.rstrip("?")
        query = {name: value for name, value in (("notice", notice), ("after", wanted)) if value}
        return redirect("/sign-in" + (f"?{urlencode(query)}" if query else ""))
    return None


def _conversation_path() -> str:
    """The page of the conversation that a form belongs to; empty for other forms."""
    conversation_id = (request.view_args or {}).get("conversation_id")
    return url_for("conversation.show", conversation_id=conversation_id) if conversation_id else ""


def _asked_by_itself() -> bool:
    """Whether the open queue page asks, without anybody at the desk (`static/live-queue.js`)."""
    return request.endpoint == "queue.events" or (
        request.endpoint == "queue.show" and request.args.get("part") == "rows"
    )


def _close(error: BaseException | None) -> None:
    work = g.pop("work", None)
    if work is not None:
        work.__exit__(None, None, None)


def _add_words(app: Flask) -> None:
    app.jinja_env.globals.update(label=words.label, sentence=words.sentence, P=permissions.Permission)
    app.jinja_env.filters.update(
        counted=words.counted,
        moment=_moment,
        day=_day,
        span=_span,
        pairs=lambda rows, key, name: [(getattr(row, key), getattr(row, name)) for row in rows],
        pairs_of=lambda keys, group: [(key, words.label(group, key)) for key in keys],
        pairs_same=lambda names: [(name, name) for name in names],
    )

    @app.context_processor
    def page_values() -> dict[str, Any]:
        user = g.get("user")
        values: dict[str, Any] = {
            "user": user,
            "may": lambda permission: user is not None and permissions.may(user.role, permission),
        }
        if user is not None and request.endpoint not in ("care.show",):
            day = exposure_today(g.work.session, user.id, g.now)
            values["break_due"] = needs_break(day, g.now, g.settings.break_minutes)
        values["restore_stopped"] = user is not None and noted_tombstones.are_left(g.settings.var_dir)
        values["here"] = request.path
        values["static_url"] = lambda name: url_for("static", filename=name)
        return values


def _moment(value: datetime | None) -> str:
    """A time of day in UTC and says so; `static/times.js` writes the reader's own zone in its place."""
    if value is None:
        return words.label("words", None)
    at = value.astimezone(timezone.utc)
    pattern = '<time datetime="{}">{}</time>'
    return Markup(pattern).format(at.isoformat(timespec="seconds"), at.strftime("%-d %b %Y, %H:%M UTC"))


def _day(value: Any) -> str:
    return value.strftime("%-d %B %Y") if value else words.label("words", None)


def _span(value: timedelta | float | None) -> str:
    """A length of time in its largest unit, such as `3 h`."""
    if value is None:
        return "–"
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{sign}{seconds / size:.0f} {unit}"
    return f"{sign}{seconds:.0f} s"
