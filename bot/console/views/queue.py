"""The queue: riskiest unread first, filters, saved views, live update."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for

from bot.console.filters import read_cursor, read_filter, read_kept
from bot.console.permissions import Permission, may, requires
from bot.console.security import limiter
from bot.console.watch import QueueWatch
from bot.console.words import label
from bot.store import audit, queries, reviews

pages = Blueprint("queue", __name__)


@pages.get("/")
@requires(Permission.OWN_ACCOUNT)
def home() -> Any:
    """The first page of each role."""
    for permission, target in (
        (Permission.READ, "queue.show"),
        (Permission.AUDIT, "audit.show"),
        (Permission.QUALITY, "quality.unanswered"),
    ):
        if may(g.user.role, permission):
            return redirect(url_for(target))
    return redirect(url_for("account.show"))


@pages.get("/queue")
@requires(Permission.READ)
def show() -> Any:
    """One page of the queue; with `part=rows` only its rows, for the live update."""
    wanted, dropped = read_filter(request.args)
    # Read before the rows: what comes in between is told once too often rather than never.
    version = _watch().version()
    page = queries.find_queue(g.work.session, wanted, g.user.id, read_cursor(request.args.get("from")))
    values = {
        "page": page,
        "wanted": wanted,
        "query": wanted.as_query(),
        "now": g.now,
        "waiting": queries.count_waiting(g.work.session),
        "names": queries.names_of(g.work.session, [row.assignee_id for row in page.rows]),
        "limit": queries.COUNT_LIMIT,
        "first_page": read_cursor(request.args.get("from")) is None,
    }
    if request.args.get("part") == "rows":
        return render_template("components/queue_rows.html", **values)
    if dropped:
        flash(label("messages", "filter_wrong"))
    audit.record(g.work.session, g.user.email, "queue.view", at=g.now)
    g.work.commit()
    return render_template(
        "views/queue.html",
        views=queries.find_saved_views(g.work.session, g.user.id),
        tags=queries.find_tags(g.work.session),
        reviewers=queries.find_reviewers(g.work.session),
        failed_alerts=queries.find_failed_alerts(g.work.session),
        version=version,
        **values,
    )


@pages.get("/queue/next")
@requires(Permission.READ)
def open_next() -> Any:
    """The riskiest unread conversation, in one click."""
    wanted, _ = read_filter(request.args)
    page = queries.find_queue(g.work.session, wanted, g.user.id, size=1, unread_only=True)
    if not page.rows:
        flash(label("messages", "nothing_unread"))
        return redirect(url_for("queue.show", **wanted.as_query()))
    return redirect(url_for("conversation.show", conversation_id=page.rows[0].id, **wanted.as_query()))


@pages.get("/queue/events")
@limiter.exempt
@requires(Permission.READ)
def events() -> Any:
    """Server-sent events for the open queue page."""
    watch = _watch()
    if not watch.streams.acquire(blocking=False):
        return Response(status=503, headers={"Retry-After": "15"})
    g.work.session.close()
    # The browser names what it was told last; before that, the page's own address of the stream tells.
    known = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    response = Response(watch.stream(known), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    # Not in the generator: one that was never begun (HEAD, a line that broke at once) would keep its place for ever.
    response.call_on_close(watch.streams.release)
    return response


@pages.post("/queue/views")
@requires(Permission.READ)
def save_view() -> Any:
    """Keeps the filters under a name."""
    wanted = read_kept(request.form)
    name = " ".join(request.form.get("name", "").split())
    if not 0 < len(name) <= 60:
        flash(label("messages", "view_named"))
    else:
        reviews.save_view(g.work.session, g.user, name, wanted.as_query(), g.now)
        g.work.commit()
        flash(label("messages", "view_saved"))
    return redirect(url_for("queue.show", **wanted.as_query()))


@pages.post("/queue/views/<int:view_id>/remove")
@requires(Permission.READ)
def remove_view(view_id: int) -> Any:
    """Removes a saved view."""
    reviews.remove_view(g.work.session, g.user, view_id)
    g.work.commit()
    flash(label("messages", "view_removed"))
    return redirect(url_for("queue.show"))


def _watch() -> QueueWatch:
    watch: QueueWatch = current_app.extensions.setdefault("watch", QueueWatch(current_app.extensions["database"]))
    return watch
