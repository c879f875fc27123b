"""Fills a staff database with invented conversations, and measures pages against it.

    python -m bot.evaluation.console_load fill --conversations 120000 [--database ADDRESS]
    python -m bot.evaluation.console_load measure [--database ADDRESS] [--rounds 40]

The sentences are invented and mild. Written in bulk, past the event log, so that a million rows take minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, Tuple

import sqlalchemy as sa

from bot.safety.levels import CATEGORIES
from bot.store.database import Database
from bot.store.keys import get_key_ring
from bot.store.models import Conversation, Escalation, SearchToken, Turn
from bot.store.search import tokens_of

QUESTIONS = (
    "how do i make her {thing} private",
    "someone on {thing} keeps writing to my son",
    "what age is right for {thing}",
    "my daughter hides her phone since she plays {thing}",
    "a stranger wants my number on {thing}",
    "can they see where i live on {thing}",
    "how can I talk about {thing} with a ten year old",
    "is it normal that he spends all evening on {thing}",
)
RISKY = {
    "immediate_danger": "i do not feel safe at home right now, he is at the door of {thing}",
    "self_harm": "i feel like giving up, nobody on {thing} would notice",
    "extortion": "he says he will show the pictures on {thing} unless i pay",
    "abuse_disclosure": "my pupil told me something happened, it began on {thing}",
    "adult_involved": "he is 34 and wants to meet me, we know each other from {thing}",
    "image_shared": "they passed my picture around on {thing}",
    "offender_concern": "i am worried about what i look at on {thing}",
}
THINGS = (
    "a video game",
    "the class chat",
    "a photo app",
    "the drawing forum",
    "a music app",
    "the football group",
    "a quiz app",
)
ANSWERS = ("Thank you for telling me.", "Here are the steps, one at a time.", "You did nothing wrong by noticing it.")
TOPICS = (
    "privacy_settings",
    "stranger_contact",
    "screen_time",
    "talk_to_child",
    "grooming_warning_signs",
    "cyberbullying",
)
COUNTRIES = ("GB", "GB", "GB", "IE", "US", "DE", "FR", "ES", "AU", "IN")
LEVEL_WEIGHTS = ((0, 80), (1, 12), (2, 7), (3, 1))
CHUNK = 500
DAYS = 90


def fill(database: Database, conversations: int, seed: int, now: datetime, done_share: float = 0.0) -> int:
    """Adds conversations of about eight messages each.

    Args:
        database: Migrated.
        conversations: How many.
        seed: The same seed gives the same rows.
        now: The newest message is about then.
        done_share: Share of the older conversations that staff have finished, in [0, 1].

    Returns:
        The number of messages added.
    """
    chance = random.Random(seed)
    with database.engine.begin() as connection:
        first = (connection.execute(sa.select(sa.func.max(Turn.id))).scalar() or 0) + 1
    added = 0
    for start in range(0, conversations, CHUNK):
        count = min(CHUNK, conversations - start)
        rows, turns, tokens, escalations = _chunk(
            chance, seed, start, count, conversations, now, first + added, done_share
        )
        with database.engine.begin() as connection:
            connection.execute(sa.insert(Conversation), rows)
            connection.execute(sa.insert(Turn), turns)
            connection.execute(sa.insert(SearchToken), tokens)
            if escalations:
                connection.execute(sa.insert(Escalation), escalations)
        added += len(turns)
    _count_on(database)
    return added


def _chunk(
    chance: random.Random, seed: int, start: int, count: int, total: int, now: datetime, first: int, done_share: float
) -> Tuple[List[Dict[str, Any]], ...]:
    key = get_key_ring().derive("search")
    rows: List[Dict[str, Any]] = []
    turns: List[Dict[str, Any]] = []
    tokens: List[Dict[str, Any]] = []
    escalations: List[Dict[str, Any]] = []
    for number in range(start, start + count):
        name = f"load{seed}x{number:07d}"
        # Oldest first, so that message numbers rise with time as in a real log.
        age = DAYS * 1440 * (1 - (number + 1) / total) ** 1.0
        began = now - timedelta(minutes=age + 20)
        level = chance.choices([one for one, _ in LEVEL_WEIGHTS], [weight for _, weight in LEVEL_WEIGHTS])[0]
        category = chance.choice(CATEGORIES) if level else None
        made = list(_turns(chance, name, began, level, category, first + len(turns)))
        for turn in made:
            if turn["author"] == "user":
                tokens += [{"token": token, "turn_id": turn["id"]} for token in sorted(tokens_of(turn["text"], key))]
        turns += made
        rows.append(_conversation(chance, name, began, level, category, made, done_share))
        if level >= 2:
            escalations.append(_escalation(name, began, level, str(category), made[0]["id"], rows[-1]["status"]))
    return rows, turns, tokens, escalations


def _turns(
    chance: random.Random, name: str, began: datetime, level: int, category: str | None, first: int
) -> Iterator[Dict[str, Any]]:
    for pair in range(max(1, min(12, round(chance.gauss(4.2, 1.6))))):
        risky = level > 0 and pair == 0
        thing, at = chance.choice(THINGS), began + timedelta(minutes=pair)
        text = (RISKY[str(category)] if risky else chance.choice(QUESTIONS)).format(thing=thing)
        unanswered = not risky and chance.random() < 0.05
        finding = {"category": category, "source": f"{category}_signal", "start": 0, "end": min(20, len(text)),
                   "sentence": "The words fit this category."}  # fmt: skip
        yield {
            "id": first + 2 * pair, "event_id": f"{name}u{pair}", "conversation_id": name, "position": 2 * pair,
            "sent_at": at, "author": "user", "text": text, "channel": "web", "intent": "disclose" if risky else "faq",
            "confidence": round(chance.uniform(0.5, 0.99), 2), "faq": None if risky else "make_account_private",
            "topic": None if risky else chance.choice(TOPICS), "nearest": None, "risk_level": level if risky else 0,
            "risk_categories": {category: 0.9} if risky else {}, "risk_speaker": "self" if risky else None,
            "risk_stance": "now" if risky else None, "risk_findings": [finding] if risky else None,
            "risk_failed": False, "unanswered": unanswered, "response": None, "buttons": None, "helplines": None,
        }  # fmt: skip
        yield {
            "id": first + 2 * pair + 1, "event_id": f"{name}b{pair}", "conversation_id": name, "position": 2 * pair + 1,
            "sent_at": at + timedelta(seconds=1), "author": "bot", "text": chance.choice(ANSWERS), "channel": "web",
            "intent": None, "confidence": None, "faq": None, "topic": None, "nearest": None, "risk_level": 0,
            "risk_categories": None, "risk_speaker": None, "risk_stance": None, "risk_findings": None,
            "risk_failed": False, "unanswered": False,
            "response": "utter_fallback" if unanswered else "utter_faq/answer",
            "buttons": ["Show me the steps", "Something else"], "helplines": ["gb_childline"] if risky else None,
        }  # fmt: skip


def _conversation(
    chance: random.Random, name: str, began: datetime, level: int, category: str | None, turns: List[Dict[str, Any]],
    done_share: float,
) -> Dict[str, Any]:  # fmt: skip
    done = chance.random() < done_share
    last = turns[-1]["sent_at"]
    return {
        "id": name, "channel": chance.choice(("web", "web", "telegram", "whatsapp", "sms")),
        "audience": chance.choice(("child", "parent", "parent", "professional", None)),
        "country": chance.choice(COUNTRIES), "language": chance.choice(("en", "en", "en", "es", "de")), "drill": False,
        "started_at": began, "last_at": last, "turn_count": len(turns), "user_turn_count": len(turns) // 2,
        "unanswered_count": sum(turn["unanswered"] for turn in turns), "level": level,
        "categories": {category: 0.9} if category else {}, "main_category": category,
        "speaker": "self" if level else None, "topic": chance.choice(TOPICS), "barrier": None, "barrier_outcome": None,
        "helplines_shown": ["gb_childline"] if level >= 2 else [], "status": "done" if done else "new",
        "assignee_id": None, "unread_since": None if done else began,
        "sla_due_at": began + timedelta(hours=4) if level and not done else None,
        "reviewed_at": last + timedelta(hours=chance.uniform(0.2, 9)) if done else None,
    }  # fmt: skip


def _escalation(name: str, at: datetime, level: int, category: str, turn_id: int, status: str) -> Dict[str, Any]:
    closed = at + timedelta(hours=2) if status == "done" else None
    return {
        "conversation_id": name, "turn_id": turn_id, "level": level, "category": category, "opened_at": at,
        "last_at": at, "count": 1, "status": "closed" if closed else "open", "sla_due_at": at + timedelta(hours=4),
        "acknowledged_at": closed, "closed_at": closed, "drill": False,
    }  # fmt: skip


def _count_on(database: Database) -> None:
    """Lets PostgreSQL number on after the rows that brought their own numbers, and refreshes the statistics."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not database.is_sqlite:
            connection.execute(
                sa.text("SELECT setval(pg_get_serial_sequence('turns', 'id'), (SELECT max(id) FROM turns))")
            )
        connection.execute(sa.text("ANALYZE"))


PAGES = {
    "queue": "/queue",
    "queue, second page": "",
    "filter: level and country": "/queue?level=2&country=IE",
    "filter: category, channel, audience": "/queue?category=extortion&channel=sms&audience=child",
    "filter: done, language, dates": "/queue?status=done&language=de&since=2026-01-01",
    "search: rare pair": "/search?q=pupil+quiz",
    "search: common word": "/search?q=daughter",
    "search: no hit": "/search?q=xylophone+daughter",
    "conversation": "",
}


def measure(database: Database, rounds: int) -> Dict[str, Dict[str, float]]:
    """Milliseconds a page, through the whole application (no network), as {"median", "p95"} by page."""
    from bot.config import get_settings
    from bot.console.app import create_app
    from bot.console.security import limiter
    from bot.store.accounts import add_user, find_user
    from bot.store.unit_of_work import UnitOfWork

    limiter.enabled = False
    now = datetime.now(timezone.utc)
    with UnitOfWork(database) as work:
        user = find_user(work.session, "load@example.org")
        if user is None:
            user = add_user(work.session, "load@example.org", "Load", "lead", None, now, "load")
        user.preferences = {"show_all": True}
        work.commit()
        account, version = user.id, user.session_version
        ids = work.session.execute(
            sa.select(Conversation.id).where(Conversation.level < 2).order_by(Conversation.last_at.desc()).limit(rounds)
        ).scalars().all()  # fmt: skip
    client = create_app(get_settings(), database).test_client()
    base = f"http://127.0.0.1:{get_settings().console_port}"
    with client.session_transaction(base_url=base) as session:
        session.update(user=account, version=version, since=now.timestamp(), seen=now.timestamp())
    first = client.get("/queue", base_url=base).text
    second = "/queue?from=" + first.split("/queue?from=")[1].split('"')[0]
    found = {}
    for name, path in PAGES.items():
        spent = []
        for number in range(rounds):
            place = f"/conversations/{ids[number % len(ids)]}" if name == "conversation" else path or second
            begin = time.perf_counter()
            answer = client.get(place, base_url=base)
            spent.append((time.perf_counter() - begin) * 1000)
            assert answer.status_code == 200, (place, answer.status_code)
        spent.sort()
        found[name] = {
            "median": round(statistics.median(spent), 1), "p95": round(spent[int(0.95 * (len(spent) - 1))], 1)
        }  # fmt: skip
    return found


def main() -> None:
    """The command line, see the module's docstring."""
    from bot.config import get_settings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("fill", "measure"))
    parser.add_argument("--conversations", type=int, default=120_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    database = Database(chosen.database or get_settings().database_address)
    database.migrate()
    if chosen.what == "fill":
        begin = time.perf_counter()
        added = fill(database, chosen.conversations, seed=1, now=datetime.now(timezone.utc), done_share=0.9)
        print(json.dumps({"messages": added, "seconds": round(time.perf_counter() - begin, 1)}))
    else:
        print(json.dumps(measure(database, chosen.rounds), indent=1))


if __name__ == "__main__":
    main()
