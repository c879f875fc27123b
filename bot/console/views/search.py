"""Finding messages by their words: the words are compared as keyed digests, the texts stay encrypted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from bot.console.filters import read_number
from bot.console.permissions import Permission, requires
from bot.console.timeline import is_veiled
from bot.console.words import label
from bot.store import audit, queries
from bot.store.keys import get_key_ring
from bot.store.search import words_of

pages = Blueprint("search", __name__)
MAX_QUERY = 200


@pages.get("/search")
@requires(Permission.READ)
def show() -> Any:
    """Messages that hold every word; a conversation's id leads straight to it.

    The words of a conversation at `escalate` or above are read in the conversation only, where the look counts for
    the reader's protection. The others are shown here, which is a look at each of their conversations.
    """
    text = request.args.get("q", "").strip()[:MAX_QUERY]
    if text and " " not in text and queries.get_conversation(g.work.session, text) is not None:
        return redirect(url_for("conversation.show", conversation_id=text))
    words = words_of(text)
    place = read_number(request.args.get("from"))
    found, following = queries.search_turns(g.work.session, text, get_key_ring().derive("search"), place)
    closed = {turn.id for turn, row in found if is_veiled(max(turn.risk_level, row.level), False)}
    if words:
        # The words themselves may be a name: only their number is recorded.
        details = {"words": len(words), "hits": len(found)}
        audit.record(g.work.session, g.user.email, "search.run", details=details, at=g.now)
        for name in dict.fromkeys(row.id for turn, row in found if turn.id not in closed):
            audit.record(g.work.session, g.user.email, "search.read", "conversation", name, at=g.now)
        g.work.commit()
    return render_template(
        "views/search.html",
        q=text,
        found=found,
        following=following,
        closed=closed,
        pages={turn.id: queries.find_page_of(turn, row) for turn, row in found},
        problem=label("messages", "search_short") if text and not words else "",
    )
