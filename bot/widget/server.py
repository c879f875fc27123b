"""The page server: a page for parents, one for children, and the files that `<safety-chat>` loads.

It sees no message: the element talks to the chat server. It keeps no access log and sets no cookie.
"""

from __future__ import annotations

import json
from typing import Any

import markdown
from flask import Flask, Response, abort, render_template, request
from markupsafe import Markup

from bot.channels.origins import chat_address
from bot.config import Settings
from bot.content.countries import country_code
from bot.content.schema import INTERNATIONAL
from bot.privacy_policy import render_policy
from bot.store.policy import get_policy
from bot.widget.bundle import FOLDER, get_bundle
from bot.widget.help_data import help_for
from bot.widget.strings import get_strings, languages

_PUBLIC = "public, max-age=300"


def create_app(settings: Settings) -> Flask:
    """The application.

    Args:
        settings: Country, chat address and quick-exit site of the pages.
    """
    app = Flask("kindlight_pages", template_folder=str(FOLDER), static_folder=None)
    chat = chat_address(settings)
    app.after_request(lambda response: _guarded(response, chat))

    def page(template: str, **more: Any) -> Response:
        shown = {**more, "chat": chat, "country": country_code(settings.country) or "", "exit": settings.exit_url}
        shown["sri"] = get_bundle().integrity
        asked = request.args.get("lang", "")
        shown["lang"] = asked if asked in languages() else "en"
        response = Response(render_template(template, **shown), mimetype="text/html")
        # Not kept anywhere, so that Back after a quick exit finds nothing to show.
        response.headers["Cache-Control"] = "no-store"
        return response

    app.add_url_rule("/", "parents", lambda: page("demo.html"))
    app.add_url_rule("/child", "children", lambda: page("child.html"))
    app.add_url_rule("/privacy", "privacy", lambda: page("privacy.html", policy=_policy(settings.operator_contact)))
    # Nothing stands behind this server, so that alive and ready are the same.
    app.add_url_rule("/healthz", "health", lambda: {"status": "ok"})
    app.add_url_rule("/readyz", "ready", lambda: {"status": "ok"})
    app.add_url_rule("/demo.css", "look", lambda: _file("demo.css", "text/css"))
    app.add_url_rule("/favicon.svg", "icon", lambda: _file("favicon.svg", "image/svg+xml"))
    app.add_url_rule("/widget/safety-chat.js", "script", _script)
    app.add_url_rule("/widget/styles.css", "styles", lambda: _file("styles.css", "text/css"))
    app.add_url_rule("/widget/strings/<language>.json", "strings", _strings)
    app.add_url_rule("/widget/help/<country>.json", "help", _help)
    return app


def _guarded(response: Response, chat: str) -> Response:
    """Security headers, in one place. No inline script or style, no HTML from strings, no other site."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {chat}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


def _policy(contact: str) -> Markup:
    """The policy page's words as HTML: our own file, with numbers and the operator's address, which is escaped."""
    html = markdown.markdown(render_policy(get_policy(), contact), extensions=["tables"], output_format="html")
    return Markup(html)  # noqa: S704 (no visitor's input is in it: our own file and the operator's settings)


def _public(response: Response) -> Response:
    """The element's files may be loaded by any site: they hold nothing about anyone."""
    response.headers["Cache-Control"] = _PUBLIC
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.add_etag()
    response.make_conditional(request)
    return response


def _file(name: str, mimetype: str) -> Response:
    return _public(Response((FOLDER / name).read_bytes(), mimetype=mimetype))


def _json(content: Any) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return _public(Response(text, mimetype="application/json"))


def _script() -> Response:
    return _public(Response(get_bundle().text, mimetype="text/javascript"))


def _strings(language: str) -> Response:
    if language not in languages():
        abort(404)
    return _json(get_strings(language))


def _help(country: str) -> Response:
    # A country without a file gets the help that works anywhere; the element need not know which have one.
    return _json(help_for(country_code(country) or INTERNATIONAL) or help_for(INTERNATIONAL))
