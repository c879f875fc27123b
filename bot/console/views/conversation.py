"""One conversation: timeline, review, notes, tags, sealed originals. Every look is recorded."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Sequence

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.console.exposure import is_capped
from bot.console.filters import QueueFilter, read_filter, read_kept, read_number
from bot.console.permissions import Permission, may, requires
from bot.console.timeline import Piece, as_shown, cut, is_veiled
from bot.console.words import label
from bot.content.responses import get_responses
from bot.redaction.redactor import get_redactor
from bot.safety.levels import CATEGORIES
from bot.store import audit, originals, queries, reviews
from bot.store.accounts import get_user
from bot.store.constants import OUTCOMES, STATUSES, USER
from bot.store.models import Conversation, Turn
from bot.store.staff_models import User

pages = Blueprint("conversation", __name__)
MAX_NOTE = 4000
#: So much of a tag is looked at: more than one may have, so that a longer one is refused and not cut.
MAX_TAG = 80
MIN_REASON = 20
FAQ_PREFIX = "utter_faq/"


class Refused(NamedTuple):
    """What somebody typed that was not taken, given back in its field with the reason beside it.

    Attributes:
        field: `tag` or `note`; empty when nothing was refused.
        typed: As it was typed. Never in a cookie or an address: it may name somebody.
        why: A sentence.
    """

    field: str = ""
    typed: str = ""
    why: str = ""


@pages.get("/conversations/<conversation_id>")
@requires(Permission.READ)
def show(conversation_id: str) -> Any:
    """The timeline, or the gentle stop when the reader has had enough for a day."""
    row = _find(conversation_id)
    wanted, _ = read_filter(request.args)
    if (stop := _stop(row, wanted.as_query())) is not None:
        return stop
    return _timeline(row, wanted)


@pages.get("/conversations/<conversation_id>/print")
@requires(Permission.READ)
def show_print(conversation_id: str) -> Any:
    """All messages without menus and veils, for a case file; stopped as gently as the timeline."""
    row = _find(conversation_id)
    if (stop := _stop(row, {})) is not None:
        return stop
    reviews.note_view(g.work.session, g.user, row, g.now, "conversation.print")
    g.work.commit()
    turns = queries.find_all_turns(g.work.session, row.id)
    return render_template("views/conversation_print.html", **_values(row, turns))


@pages.post("/conversations/<conversation_id>/status")
@requires(Permission.REVIEW)
def set_status(conversation_id: str) -> Any:
    """Moves the conversation on; refused when the page did not show its newest message or how it stands."""
    status = request.form.get("status", "")
    if status not in STATUSES:
        abort(400)
    row = _find_to_change(conversation_id)
    if request.form.get("seen") != str(row.turn_count):
        flash(label("messages", "new_message_meanwhile"))
        return _back(row)
    if _differs(row, "status", "assignee"):
        flash(_changed_by(row))
        return _back(row)
    wanted = read_kept(request.form)
    following = queries.find_neighbours(g.work.session, row, wanted, g.user.id)
    reviews.set_status(g.work.session, g.user, row, status, g.now)
    g.work.commit()
    flash(label("messages", "status_changed"))
    if request.form.get("then") == "next" and following:
        return redirect(url_for("conversation.show", conversation_id=following, **wanted.as_query()))
    return _back(row)


@pages.post("/conversations/<conversation_id>/assign")
@requires(Permission.REVIEW)
def assign(conversation_id: str) -> Any:
    """Takes, gives or gives back the conversation; giving it to or taking it from somebody else needs a lead."""
    row = _find_to_change(conversation_id)
    to = _chosen_person(request.form.get("to", ""))
    if _differs(row, "assignee"):
        flash(_changed_by(row))
        return _back(row)
    if (to.id if to is not None else None) != row.assignee_id:
        if (refusal := _may_not_assign(row, to)) is not None:
            flash(refusal)
            return _back(row)
        reviews.assign(g.work.session, g.user, row, to, g.now)
        g.work.commit()
    flash(label("messages", "assigned"))
    return _back(row)


@pages.post("/conversations/<conversation_id>/notes")
@requires(Permission.REVIEW)
def add_note(conversation_id: str) -> Any:
    """Adds a remark, redacted like everything else; an empty or too long one is given back."""
    row = _find(conversation_id)
    # A form sends two characters for each end of a line, where the page counts one.
    text = request.form.get("text", "").replace("\r\n", "\n").strip()
    if not 0 < len(text) <= MAX_NOTE:
        return _give_back(row, "note", text, "note_long" if text else "note_empty")
    reviews.add_note(g.work.session, g.user, row, get_redactor().redact(text).text, g.now)
    g.work.commit()
    flash(label("messages", "note_added"))
    return _back(row)


@pages.post("/conversations/<conversation_id>/tags")
@requires(Permission.REVIEW)
def add_tag(conversation_id: str) -> Any:
    """Adds a tag; given back when it names somebody, since tags outlive the words of a conversation."""
    row = _find(conversation_id)
    typed = request.form.get("tag", "")
    tag = typed.strip()[:MAX_TAG]
    if get_redactor().redact(tag).found:
        return _give_back(row, "tag", typed, "tag_personal")
    if not reviews.add_tag(g.work.session, g.user, row, tag, g.now):
        return _give_back(row, "tag", typed, "tag_wrong")
    g.work.commit()
    flash(label("messages", "tag_added"))
    return _back(row)


@pages.post("/conversations/<conversation_id>/tags/remove")
@requires(Permission.REVIEW)
def remove_tag(conversation_id: str) -> Any:
    """Takes a tag off."""
    row = _find(conversation_id)
    reviews.remove_tag(g.work.session, g.user, row, request.form.get("tag", ""), g.now)
    g.work.commit()
    flash(label("messages", "tag_removed"))
    return _back(row)


@pages.post("/conversations/<conversation_id>/marks")
@requires(Permission.REVIEW)
def mark(conversation_id: str) -> Any:
    """Says what the assistant got wrong in one message; it is staged as an example."""
    row = _find(conversation_id)
    turn_id, outcome = read_number(request.form.get("turn")), request.form.get("outcome", "")
    turn = queries.get_turn(g.work.session, turn_id) if turn_id is not None else None
    if turn is None or turn.conversation_id != row.id or outcome not in OUTCOMES[1:]:
        abort(400)
    category, expected = request.form.get("category", ""), request.form.get("expected", "").strip()
    labels: dict[str, Any] = {"level": "none"} if outcome == "false_alarm" else {}
    # What cannot be taught is refused here: its case would fail after every training.
    if outcome == "missed_risk":
        if category not in CATEGORIES:
            flash(label("messages", "mark_category"))
            return _back(row)
        labels = {"level": "escalate", "categories": [category]}
    elif outcome in ("wrong_answer", "unanswered") and expected:
        if expected not in _known_answers():
            flash(label("messages", "mark_answer"))
            return _back(row)
        labels = {"faq": expected}
    told = str(labels.get("faq") or ", ".join(labels.get("categories", [])))
    staged = reviews.mark(g.work.session, g.user, turn, outcome, told, labels, g.now)
    g.work.commit()
    flash(label("messages", "marked" if staged else "marked_only"))
    return _back(row)


@pages.get("/conversations/<conversation_id>/originals")
@requires(Permission.OPEN_ORIGINALS)
def show_originals(conversation_id: str) -> Any:
    """Requests for the sealed originals, and the words while a confirmed request is open."""
    row = _find(conversation_id)
    wish = reviews.open_request(g.work.session, g.user, row.id, g.now) if g.settings.sealed_originals else None
    texts = []
    if wish is not None:
        if (stop := _stop(row, {})) is not None:
            return stop
        reviews.count_look(g.work.session, g.user, row, g.now)
        texts = [text for _, text in originals.read_originals(g.work.session, wish, g.user, g.now)]
    g.work.commit()
    return _originals_page(row, texts)


@pages.post("/conversations/<conversation_id>/originals")
@requires(Permission.OPEN_ORIGINALS)
def ask_originals(conversation_id: str) -> Any:
    """Asks, with a reason; one that is too short without its personal details is given back to be written further."""
    row = _find(conversation_id)
    written = request.form.get("reason", "").strip()[:1000]
    if not g.settings.sealed_originals:
        abort(404)
    reason = get_redactor().redact(written).text.strip()
    if len(reason) < MIN_REASON:
        flash(label("messages", "original_reason"))
        return _originals_page(row, [], written)
    originals.request_originals(g.work.session, row.id, g.user, reason, g.now)
    g.work.commit()
    flash(label("messages", "original_asked"))
    return redirect(url_for("conversation.show_originals", conversation_id=row.id))


@pages.post("/conversations/<conversation_id>/originals/<int:request_id>/confirm")
@requires(Permission.OPEN_ORIGINALS)
def confirm_originals(conversation_id: str, request_id: int) -> Any:
    """A second person agrees."""
    row = _find(conversation_id)
    known = {one.id: one for one in reviews.find_original_requests(g.work.session, row.id)}
    if not g.settings.sealed_originals or request_id not in known:
        abort(404)
    wish = known[request_id]
    if wish.requested_by == g.user.id:
        flash(label("messages", "original_same_person"))
    elif wish.confirmed_at is None:
        originals.confirm_originals(g.work.session, wish, g.user, g.now)
        g.work.commit()
        flash(label("messages", "original_confirmed"))
    return redirect(url_for("conversation.show_originals", conversation_id=row.id))


def _timeline(row: Conversation, wanted: QueueFilter, refused: Refused = Refused()) -> str:
    reviews.note_view(g.work.session, g.user, row, g.now)
    g.work.commit()
    turns = queries.find_turns(g.work.session, row.id, read_number(request.args.get("before")))
    values = {**_values(row, turns), **_around(row, wanted), "refused": refused}
    return render_template("views/conversation.html", **values)


def _give_back(row: Conversation, field: str, typed: str, why: str) -> str:
    """The timeline with what was typed still in its field; `why` is a key of the messages."""
    return _timeline(row, read_kept(request.form), Refused(field, typed, label("messages", why)))


def _originals_page(row: Conversation, texts: Sequence[str], written: str = "") -> str:
    requests = reviews.find_original_requests(g.work.session, row.id)
    people = queries.names_of(g.work.session, [p for one in requests for p in (one.requested_by, one.confirmed_by)])
    values = {"row": row, "texts": texts, "requests": requests, "names": people, "written": written}
    return render_template("views/originals.html", on=g.settings.sealed_originals, **values)


def _find(conversation_id: str) -> Conversation:
    row = queries.get_conversation(g.work.session, conversation_id)
    if row is None:
        abort(404)
    return row


def _find_to_change(conversation_id: str) -> Conversation:
    """Read under its lock: what is compared with the page cannot change before it is written."""
    row = reviews.lock_conversation(g.work.session, conversation_id)
    if row is None:
        abort(404)
    return row


def _differs(row: Conversation, *names: str) -> bool:
    """Whether the conversation stands otherwise than on the page that a form came from (its fields `shown-<name>`)."""
    now = {"status": row.status, "assignee": str(row.assignee_id or "")}
    return any(request.form.get(f"shown-{name}") != now[name] for name in names)


def _changed_by(row: Conversation) -> str:
    """Says who changed the conversation while the reader had it open."""
    person = queries.find_last_changer(g.work.session, row.id)
    if person is not None and person.id == g.user.id:
        return label("messages", "changed_by_yourself")
    name = person.name if person is not None else label("messages", "a_colleague")
    return label("messages", "changed_meanwhile").format(name=name)


def _chosen_person(chosen: str) -> User | None:
    """The account that was chosen, None for nobody."""
    number = read_number(chosen)
    person = get_user(g.work.session, number) if number is not None else None
    if chosen and person is None:
        abort(400)
    return person


def _may_not_assign(row: Conversation, to: User | None) -> str | None:
    """Why the reader may not change whose conversation it is; None when they may."""
    if to is not None and (not to.active or not may(to.role, Permission.REVIEW)):
        abort(400)
    if _is_held_by_another(row):
        names = queries.names_of(g.work.session, [row.assignee_id])
        name = names.get(row.assignee_id, label("messages", "a_colleague"))
        return label("messages", "assign_held").format(name=name)
    if to is not None and to.id != g.user.id and not may(g.user.role, Permission.ASSIGN_OTHERS):
        return label("messages", "assign_others")
    return None


def _is_held_by_another(row: Conversation) -> bool:
    """Whether somebody holds the conversation from whom the reader may not take it."""
    return row.assignee_id not in (None, g.user.id) and not may(g.user.role, Permission.ASSIGN_OTHERS)


def _stop(row: Conversation, query: Mapping[str, str]) -> str | None:
    """The page that stops gently when the reader has had enough for a day; None to go on, which is recorded then."""
    day = reviews.exposure_today(g.work.session, g.user.id, g.now)
    # What was opened today is not stopped again: a note or a tag leads back to the same page.
    if not is_capped(day, g.settings.exposure_cap, row.level) or reviews.was_opened_today(
        g.work.session, g.user, row, g.now
    ):
        return None
    if request.args.get("more") != "yes":
        return render_template("views/stop.html", row=row, day=day, query=query, page=request.endpoint)
    audit.record(g.work.session, g.user.email, "conversation.more", "conversation", row.id, at=g.now)
    return None


def _back(row: Conversation) -> Response:
    wanted = read_kept(request.form)
    return redirect(url_for("conversation.show", conversation_id=row.id, **wanted.as_query()))


def _values(row: Conversation, turns: Sequence[Turn]) -> dict[str, Any]:
    reviewed = queries.find_reviews(g.work.session, row.id)
    notes = queries.find_notes(g.work.session, row.id)
    people = [row.assignee_id, *(n.author_id for n in notes), *(r.reviewer_id for r in reviewed)]
    show_all = bool(g.user.preferences.get("show_all")) or request.args.get("show") == "all"
    return {
        "row": row,
        "turns": turns,
        "pieces": {turn.id: _pieces(turn) for turn in turns},
        "veiled": {turn.id for turn in turns if is_veiled(turn.risk_level, show_all)},
        "marks": {turn.id: [r for r in reviewed if r.turn_id == turn.id] for turn in turns},
        "escalations": queries.find_escalations(g.work.session, row.id),
        "notes": notes,
        "names": queries.names_of(g.work.session, people),
        "helplines": _helplines(row),
        "categories": CATEGORIES,
        "now": g.now,
    }


def _pieces(turn: Turn) -> tuple[Piece, ...]:
    """What a person wrote, with what was found in it; what the assistant said, as it was shown."""
    text = turn.text or ""
    return cut(text, turn.risk_findings) if turn.author == USER else as_shown(text)


def _around(row: Conversation, wanted: Any) -> dict[str, Any]:
    before = read_number(request.args.get("before"))
    return {
        "query": wanted.as_query(),
        # Which part is open and how, so that "earlier" keeps all open and "open all" stays where one reads.
        "shown": {"show": "all"} if request.args.get("show") == "all" else {},
        "place": {"before": before} if before is not None else {},
        # "Done" closes all that is unread, so it is offered only beside the newest messages.
        "has_newest": before is None or before >= row.turn_count,
        "following": queries.find_neighbours(g.work.session, row, wanted, g.user.id),
        "previous": queries.find_previous(g.work.session, row, wanted, g.user.id),
        "assignable": _assignable(row),
        "held_by_another": _is_held_by_another(row),
        "known_tags": queries.find_tags(g.work.session),
        "known_answers": _known_answers(),
    }


def _assignable(row: Conversation) -> list[tuple[int, str]]:
    """Account and name of everybody the list offers; whoever holds the conversation is always one of them."""
    others = may(g.user.role, Permission.ASSIGN_OTHERS)
    people = {one.id: one.name for one in (queries.find_reviewers(g.work.session) if others else [g.user])}
    return list({**people, **queries.names_of(g.work.session, [row.assignee_id])}.items())


def _known_answers() -> list[str]:
    """Names of the answers to questions, as `data/nlu/faq` has them."""
    return sorted(name.removeprefix(FAQ_PREFIX) for name in get_responses().names if name.startswith(FAQ_PREFIX))


def _helplines(row: Conversation) -> list[tuple[str, str]]:
    """Id and name of each helpline shown; an id that left the directory keeps its id as name."""
    from bot.content.hotlines import get_directory

    names = {service.id: service.name for service in get_directory().services}
    return [(name, names.get(name, name)) for name in row.helplines_shown or []]
