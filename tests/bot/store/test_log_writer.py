"""Redacted events become conversations, turns, escalations and alerts, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.errors import StoreError
from bot.store import constants, log_writer
from bot.store.database import Database
from bot.store.log_writer import write_events
from bot.store.models import Alert, Conversation, Escalation, SealedOriginal, Turn
from bot.store.records import EventsRefused, LoggedEvent
from bot.store.unit_of_work import UnitOfWork

from .conftest import NOW


def test_a_message_and_its_answer_are_stored_with_their_facts(database, write, user_event, bot_event):
    nearest = [{"faq": "what_is_grooming", "topic": "grooming_what_is", "score": 0.8}]
    write(
        user_event("c1", "im <PERSON_1>, what is grooming", nearest=nearest),
        bot_event("c1", "Grooming is …", NOW + timedelta(seconds=1), "utter_faq/what_is_grooming", ["gb-childline"]),
    )
    with UnitOfWork(database) as work:
        conversation = work.session.get(Conversation, "c1")
        assert (conversation.channel, conversation.audience, conversation.country) == ("web", "child", "GB")
        assert (conversation.turn_count, conversation.user_turn_count, conversation.topic) == (2, 1, "grooming_what_is")
        assert conversation.helplines_shown == ["gb-childline"]
        question, answer = conversation.turns
        assert (question.text, question.intent, question.faq) == (
            "im <PERSON_1>, what is grooming",
            "faq",
            "what_is_grooming",
        )
        assert (answer.author, answer.response, answer.position) == ("bot", "utter_faq/what_is_grooming", 1)


def test_the_same_event_is_stored_once(database, write, user_event):
    event = user_event("c1", "hello there")
    assert write(event) == 1
    assert write(event, event) == 0
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1").turn_count == 1


def test_an_escalation_is_opened_once_a_category_and_alerts_once(database, write, user_event):
    first = user_event("c1", "he says he will post them", level="escalate", categories={"extortion": 0.9})
    again = user_event("c1", "he wants money", NOW + timedelta(minutes=1), "escalate", {"extortion": 0.8})
    write(first)
    write(again)
    with UnitOfWork(database) as work:
        escalation = work.session.execute(sa.select(Escalation)).scalar_one()
        assert (escalation.category, escalation.count, escalation.level) == ("extortion", 2, 2)
        assert escalation.sla_due_at == NOW + timedelta(hours=4)
        assert work.session.execute(sa.select(sa.func.count()).select_from(Alert)).scalar_one() == 1
        assert work.session.get(Conversation, "c1").main_category == "extortion"


def test_a_rise_to_emergency_alerts_again(database, write, user_event):
    write(user_event("c1", "he says he will post them", level="escalate", categories={"extortion": 0.9}))
    write(user_event("c1", "im on the bridge", NOW + timedelta(minutes=1), "emergency", {"immediate_danger": 0.9}))
    with UnitOfWork(database) as work:
        levels = work.session.execute(sa.select(Alert.level).order_by(Alert.level)).scalars().all()
        assert levels == [2, 3]
        assert work.session.get(Conversation, "c1").sla_due_at == NOW + timedelta(minutes=61)


def test_a_drill_is_marked_and_raises_no_alert(database, write, user_event):
    write(user_event("d1", "he says he will post them", level="escalate", metadata={"drill": True}))
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "d1").drill is True
        assert work.session.execute(sa.select(Escalation.drill)).scalar_one() is True
        assert work.session.execute(sa.select(Alert)).first() is None


def test_an_unreadable_level_counts_as_check_in_not_as_quiet(database, write, user_event):
    write(user_event("c1", "hm", level="no such level"))
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1").level == 1


def test_the_fallback_marks_the_question_before_it_as_unanswered(database, write, user_event, bot_event):
    write(
        user_event("c1", "what is the colour of tuesday"),
        bot_event("c1", "I don't have …", NOW, "utter_fallback_first"),
    )
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1").unanswered_count == 1
        assert [turn.unanswered for turn in work.session.get(Conversation, "c1").turns] == [True, False]


def test_a_question_that_the_steps_answered_is_none_without_an_answer(database, write, user_event, bot_event):
    missed = {"intent": {"name": "nlu_fallback", "confidence": 0.8}}
    write(user_event("c1", "what do i say to her", **missed), bot_event("c1", "1. …", NOW, "utter_first_steps_x_child"))
    write(
        user_event("c1", "can she keep the cat", NOW + timedelta(minutes=1), **missed),
        bot_event(
            "c1",
            "I'm not sure …",
            NOW + timedelta(minutes=1),
            "utter_first_steps_x_child",
            responses=["utter_crisis_unanswered_steps_first", "utter_first_steps_x_child"],
        ),
    )
    with UnitOfWork(database) as work:
        assert [turn.unanswered for turn in work.session.get(Conversation, "c1").turns] == [False, False, True, False]
        assert work.session.get(Conversation, "c1").unanswered_count == 1


def test_a_list_of_helplines_answers_who_asked_for_it_in_few_words(database, write, user_event, bot_event):
    missed = {"intent": {"name": "nlu_fallback", "confidence": 0.8}}
    write(user_event("c1", "who is open now", **missed), bot_event("c1", "These are …", NOW, "utter_hotlines"))
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1").unanswered_count == 0


def test_what_only_tells_something_is_no_unanswered_question(database, write, user_event):
    missed = {"intent": {"name": "nlu_fallback", "confidence": 0.8}}
    write(
        user_event("c1", "got it back!!!", **missed, everyday={"does": "good_news", "score": 0.9}),
        user_event("c1", "and on tuesday", **missed, everyday={"does": "asks", "score": 0.9}),
        user_event("c1", "colour of tuesday", **missed),
    )
    with UnitOfWork(database) as work:
        assert [turn.unanswered for turn in work.session.get(Conversation, "c1").turns] == [False, True, True]
        assert work.session.get(Conversation, "c1").unanswered_count == 2


def test_a_done_conversation_opens_again_with_a_new_message(database, write, user_event):
    write(user_event("c1", "hello"))
    with UnitOfWork(database) as work:
        work.session.get(Conversation, "c1").status = constants.DONE
        work.commit()
    write(user_event("c1", "me again", NOW + timedelta(hours=1)))
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1").status == constants.NEW


def test_slots_become_facts_and_a_name_in_a_slot_does_not(database, write, user_event):
    barrier = {"event": "slot", "name": "barrier", "value": "parents_find_out", "timestamp": NOW.timestamp()}
    country = {"event": "slot", "name": "country", "value": "<PERSON_1>", "timestamp": NOW.timestamp()}
    write(user_event("c1", "hi there"), LoggedEvent("e2", "c1", barrier), LoggedEvent("e3", "c1", country))
    with UnitOfWork(database) as work:
        conversation = work.session.get(Conversation, "c1")
        assert (conversation.barrier, conversation.country) == ("parents_find_out", "GB")


def test_words_are_encrypted_in_the_database_file(database, write, user_event):
    write(user_event("c1", "a sentence about a blue elephant"))
    with database.engine.connect() as connection:
        raw = connection.execute(sa.text("SELECT text FROM turns")).scalar_one()
    assert b"elephant" not in bytes(raw)
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Turn.text)).scalar_one() == "a sentence about a blue elephant"


def test_originals_are_kept_only_where_switched_on(database, write, user_event, policy):
    event = replace(user_event("c1", "im <PERSON_1>"), original="im katie")
    write(event)
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(SealedOriginal)).first() is None
    second = replace(user_event("c2", "im <PERSON_1>"), original="im katie")
    write(second, chosen=replace(policy, originals=timedelta(hours=72)))
    with UnitOfWork(database) as work:
        original = work.session.execute(sa.select(SealedOriginal)).scalar_one()
        assert (original.text, original.expires_at) == ("im katie", NOW + timedelta(hours=72))


def close(database, conversation_id, now):
    from bot.store import reviews
    from bot.store.staff_models import User

    with UnitOfWork(database) as work:
        ada = User(email="ada@example.org", name="Ada", created_at=now)
        work.session.add(ada)
        work.session.flush()
        reviews.set_status(work.session, ada, work.session.get(Conversation, conversation_id), constants.DONE, now)
        work.session.execute(sa.update(Alert).values(status=constants.SENT, attempts=1))
        work.commit()


def test_a_risk_after_staff_had_finished_alerts_again_and_starts_the_clock(database, write, user_event):
    write(user_event("c1", "he says he will post them", level="escalate", categories={"extortion": 0.9}))
    close(database, "c1", NOW + timedelta(hours=1))
    later = NOW + timedelta(days=1)
    write(user_event("c1", "there is a knife", later, "escalate", {"immediate_danger": 0.8}), now=later)
    with UnitOfWork(database) as work:
        alert = work.session.execute(sa.select(Alert)).scalar_one()
        assert (alert.status, alert.category, alert.attempts) == (constants.PENDING, "immediate_danger", 0)
        assert alert.next_attempt_at == later
        row = work.session.get(Conversation, "c1")
        assert (row.status, row.sla_due_at) == (constants.NEW, later + timedelta(hours=4))
    write(user_event("c1", "he wants money", later + timedelta(minutes=1), "escalate", {"extortion": 0.8}))
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Alert.next_attempt_at)).scalar_one() == later, "staff know already"


def test_a_quiet_message_after_staff_had_finished_alerts_nobody(database, write, user_event):
    write(user_event("c1", "he says he will post them", level="escalate", categories={"extortion": 0.9}))
    close(database, "c1", NOW + timedelta(hours=1))
    write(user_event("c1", "thank you", NOW + timedelta(days=1)))
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Alert.status)).scalar_one() == constants.SENT
        assert work.session.get(Conversation, "c1").sla_due_at is None


RISK = {"level": "escalate", "categories": {"extortion": 0.9}}


def leave(database, conversation_id, status, now):
    """Staff look at a conversation and leave it in this state."""
    from bot.store import reviews
    from bot.store.staff_models import User

    with UnitOfWork(database) as work:
        eve = User(email="eve@example.org", name="Eve", created_at=now)
        work.session.add(eve)
        work.session.flush()
        reviews.set_status(work.session, eve, work.session.get(Conversation, conversation_id), status, now)
        work.commit()


def set_alert(database, **values):
    with UnitOfWork(database) as work:
        work.session.execute(sa.update(Alert).values(**values))
        work.commit()


def alert_state(database):
    with UnitOfWork(database) as work:
        return work.session.execute(sa.select(Alert.status, Alert.attempts, Alert.created_at)).one()


def test_a_risk_after_an_alert_that_reached_nobody_alerts_again(database, write, user_event):
    write(user_event("c1", "he says he will post them", **RISK))
    set_alert(database, status=constants.FAILED, attempts=11, last_error="OSError")
    later = NOW + timedelta(minutes=50)
    write(user_event("c1", "he wants money", later, **RISK), now=later)
    assert alert_state(database) == (constants.PENDING, 0, later)
    with UnitOfWork(database) as work:
        assert work.session.execute(sa.select(Alert.last_error)).scalar_one() == "OSError", "the console still shows it"


def test_an_alert_that_is_still_tried_is_not_begun_anew(database, write, user_event):
    write(user_event("c1", "he says he will post them", **RISK))
    set_alert(database, attempts=7, last_error="OSError")
    later = NOW + timedelta(days=1)
    write(user_event("c1", "he wants money", later, **RISK), now=later)
    assert alert_state(database) == (constants.PENDING, 7, NOW)


def test_a_risk_alerts_again_when_the_time_to_review_has_passed(database, write, user_event):
    write(user_event("c1", "he says he will post them", **RISK))
    set_alert(database, status=constants.SENT, attempts=1)
    leave(database, "c1", constants.IN_REVIEW, NOW + timedelta(minutes=5))
    for hours, told in ((4, NOW), (5, NOW + timedelta(hours=5)), (6, NOW + timedelta(hours=5))):
        later = NOW + timedelta(hours=hours)
        write(user_event("c1", "he wants money", later, **RISK), now=later)
        status, _, created_at = alert_state(database)
        assert created_at == told, hours
        assert (status == constants.PENDING) is (hours > 4)


def test_a_risk_alerts_again_in_a_conversation_that_staff_left_for_a_follow_up(database, write, user_event):
    write(user_event("c1", "he says he will post them", **RISK))
    set_alert(database, status=constants.SENT, attempts=1)
    leave(database, "c1", constants.FOLLOW_UP, NOW + timedelta(minutes=5))
    later = NOW + timedelta(minutes=10)
    write(user_event("c1", "he wants money", later, **RISK), now=later)
    assert alert_state(database) == (constants.PENDING, 0, later)
    set_alert(database, status=constants.SENT, attempts=1)
    write(user_event("c1", "he wants more", later + timedelta(minutes=1), **RISK), now=later + timedelta(minutes=1))
    assert alert_state(database) == (constants.SENT, 1, later), "staff know already"


def test_an_escalation_that_opens_again_waits_for_somebody_to_take_it_up(database, write, user_event):
    write(user_event("c1", "he says he will post them", **RISK))
    close(database, "c1", NOW + timedelta(hours=1))
    later = NOW + timedelta(days=1)
    write(user_event("c1", "he wants money", later, **RISK), now=later)
    with UnitOfWork(database) as work:
        escalation = work.session.execute(sa.select(Escalation)).scalar_one()
        assert (escalation.status, escalation.acknowledged_at, escalation.acknowledged_by) == ("open", None, None)
    taken = later + timedelta(minutes=5)
    leave(database, "c1", constants.IN_REVIEW, taken)
    with UnitOfWork(database) as work:
        escalation = work.session.execute(sa.select(Escalation)).scalar_one()
        assert (escalation.status, escalation.acknowledged_at) == (constants.ACKNOWLEDGED, taken)


def test_a_country_that_is_no_code_holds_up_no_emergency_behind_it(database, write, user_event):
    """`/ask_country{"country":"ßß"}`, typed by hand: "ßß" has four capitals, and PostgreSQL takes no zero byte."""
    slot = {"event": "slot", "name": "country", "timestamp": NOW.timestamp()}
    typed = [LoggedEvent(f"e{at}", "c1", {**slot, "value": text}) for at, text in enumerate(["ßß", "\x00A", "ŉŉ"])]
    emergency = user_event("c2", "im on the bridge", level="emergency", categories={"self_harm": 0.9})
    write(user_event("c1", "hi there"), *typed, emergency)
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1").country == "GB"
        assert work.session.get(Conversation, "c2").level == 3
        assert work.session.execute(sa.select(Alert)).scalar_one().level == 3


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("country", "fr", {"country": "FR"}),
        ("language", "zh_Hant", {"language": "zh_Hant"}),
        ("language", "pt-BR", {"language": "pt-BR"}),
        ("audience", "professional", {"audience": "professional"}),
        ("barrier", "parents_find_out", {"barrier": "parents_find_out"}),
        ("barrier", None, {"barrier": None}),
        ("channel", "web\n", {}),
        ("country", "GBR", {}),
        ("country", "ß", {}),
        ("country", "12", {}),
        ("language", "e\x00", {}),
        ("barrier", "ﬁnd_out", {}),
        ("audience", "a child", {}),
        ("audience", "p" * 17, {}),
        ("audience", ["child"], {}),
    ],
)
def test_a_slot_becomes_a_fact_only_when_it_looks_like_a_code(name, value, kept):
    assert log_writer._checked({name: value}) == kept


def test_an_event_that_cannot_be_stored_is_left_out_and_the_others_are_written(
    database, policy, keys, user_event, caplog
):
    """A year beyond the calendar stands for whatever nobody thought of; the zero byte is refused by PostgreSQL only."""
    strange = replace(user_event("c1", "a blue elephant"), original="im katie")
    strange.event["timestamp"] = 1e20
    zero = user_event("c1", "hi", intent={"name": "fa\x00q"})
    emergency = user_event("c2", "im on the bridge", level="emergency", categories={"self_harm": 0.9})
    batch = [user_event("c1", "hello"), strange, zero, emergency]
    for _ in range(2):
        # Twice, as after a commit whose confirmation got lost.
        refused = write_events(batch, policy, keys, NOW, database)
        assert refused == ([strange] if database.is_sqlite else [strange, zero])
    assert "OverflowError" in caplog.text and "elephant" not in caplog.text
    # The words as typed are removed after hours, what is put aside is not.
    assert EventsRefused(refused).events[0] == replace(strange, original=None)
    with UnitOfWork(database) as work:
        assert work.session.get(Conversation, "c1").turn_count == (2 if database.is_sqlite else 1)
        assert work.session.get(Conversation, "c2").turn_count == 1
        assert work.session.execute(sa.select(Alert)).scalar_one().level == 3


@pytest.mark.parametrize("missing", ["server", "tables"])
def test_without_a_database_to_write_to_nothing_is_left_out(tmp_path, policy, keys, user_event, missing):
    away = {"server": "postgresql://postgres@127.0.0.1:1/none", "tables": f"sqlite:///{tmp_path / 'empty.db'}"}
    with pytest.raises(StoreError):
        write_events([user_event("c1", "hello")], policy, keys, NOW, Database(away[missing]))
