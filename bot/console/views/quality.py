"""The quality loop: unanswered questions in groups, staged examples, their download."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from bot.console.exports import patch
from bot.console.permissions import Permission, requires
from bot.console.similar import group_texts
from bot.console.words import label
from bot.store import audit, queries, reviews

pages = Blueprint("quality", __name__)
DAYS = 30


@pages.get("/quality/unanswered")
@requires(Permission.QUALITY)
def unanswered() -> Any:
    """Questions without an answer, the most asked first."""
    turns = queries.find_unanswered(g.work.session, g.now - timedelta(days=DAYS))
    groups = [[turns[number] for number in members] for members in group_texts([turn.text or "" for turn in turns])]
    audit.record(g.work.session, g.user.email, "unanswered.view", at=g.now)
    g.work.commit()
    return render_template("views/unanswered.html", groups=groups, count=len(turns), days=DAYS)


@pages.get("/quality/examples")
@requires(Permission.QUALITY)
def examples() -> Any:
    """What reviewers staged."""
    found = reviews.find_examples(g.work.session)
    audit.record(g.work.session, g.user.email, "examples.view", at=g.now)
    g.work.commit()
    return render_template("views/examples.html", examples=found, new=sum(one.exported_at is None for one in found))


@pages.post("/quality/examples/download")
@requires(Permission.QUALITY)
def download() -> Any:
    """The examples nobody has downloaded as one patch, or those of the latest download again."""
    again = request.form.get("again") == "yes"
    found = (reviews.find_latest_export if again else reviews.find_new_examples)(g.work.session)
    if not found:
        flash(label("messages", "nothing_to_download"))
        return redirect(url_for("quality.examples"))
    reviews.note_export(g.work.session, g.user, found, g.now)
    g.work.commit()
    headers = {"Content-Disposition": 'attachment; filename="kindlight-reviewed.patch"'}
    return Response(patch(found), mimetype="text/x-diff", headers=headers)
