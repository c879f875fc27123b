"""The id of an event is the same for the same message, however often it was handled, and for nothing else."""

from __future__ import annotations

from bot.store.records import make_event_id

KEY = b"k" * 32


def message(text: str = "hello there", message_id: str | None = "m1", at: float = 1000.0) -> dict:
    return {"event": "user", "text": text, "message_id": message_id, "timestamp": at}


def test_a_message_that_a_second_server_answers_again_is_the_same_message():
    assert make_event_id(KEY, "c1", message(at=1000.0)) == make_event_id(KEY, "c1", message(at=1007.5))


def test_another_message_another_conversation_and_another_key_give_another_id():
    ids = {
        make_event_id(KEY, "c1", message()),
        make_event_id(KEY, "c1", message(message_id="m2")),
        make_event_id(KEY, "c1", message(text="hello again")),
        make_event_id(KEY, "c2", message()),
        make_event_id(b"x" * 32, "c1", message()),
    }
    assert len(ids) == 5


def test_what_has_no_id_of_its_own_is_told_apart_by_its_time():
    answers = [{"event": "bot", "text": "Hello.", "timestamp": at} for at in (1000.0, 1001.0)]
    no_ids = [message(message_id=None, at=at) for at in (1000.0, 1001.0)]
    assert len({make_event_id(KEY, "c1", event) for event in [*answers, *no_ids]}) == 4
