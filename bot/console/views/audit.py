"""The audit trail as sentences, and its check."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from bot.console.filters import read_number
from bot.console.permissions import Permission, requires
from bot.console.security import limiter
from bot.console.words import get_words, label
from bot.store import audit, queries

pages = Blueprint("audit", __name__)
PAGE = 50


@pages.get("/audit")
@requires(Permission.AUDIT)
def show() -> Any:
    """Entries, newest first."""
    wanted = {name: request.args.get(name, "").strip()[:254] for name in ("actor", "action", "object_id")}
    entries = queries.find_audit(g.work.session, **wanted, before=read_number(request.args.get("from")), size=PAGE + 1)
    audit.record(g.work.session, g.user.email, "audit.view", at=g.now)
    g.work.commit()
    return render_template(
        "views/audit.html",
        entries=entries[:PAGE],
        following=entries[PAGE - 1].id if len(entries) > PAGE else None,
        wanted=wanted,
        query={name: value for name, value in wanted.items() if value},
        actions=sorted(get_words()["audit"]),
    )


@pages.post("/audit/verify")
@limiter.limit("10 per minute")
@requires(Permission.AUDIT)
def verify() -> Any:
    """Reads the whole chain."""
    check = audit.verify(g.work.session)
    result = label("verify", check.problem or "whole").format(entry=check.broken_at)
    audit.record(
        g.work.session, g.user.email, "audit.verify", details={"entries": check.entries, "result": result}, at=g.now
    )
    g.work.commit()
    flash(label("verify", "said").format(entries=check.entries, result=result, digest=check.last_digest[:16]))
    return redirect(url_for("audit.show"))
