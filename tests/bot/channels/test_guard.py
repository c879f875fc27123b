"""The guard answers when the assistant does not, and keeps still when it does."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bot.channels import guard as guard_module
from bot.channels import recent
from bot.channels.guard import Guard, GuardContext, answer_guarded
from bot.channels.limits import MAX_MESSAGE_CHARS
from bot.safety.levels import EXTORTION, Finding, RiskAssessment, RiskLevel, Speaker
from tests.waiting import until

CONTEXT = GuardContext("c1", "child", "GB", "web")
AT_RISK = RiskAssessment(RiskLevel.ESCALATE, {EXTORTION: 0.9}, Speaker.SELF)
QUIET = RiskAssessment()
CARD = {"text": "card", "hotlines": ["gb-childline"], "response": "utter_crisis_extortion_child"}
ANSWER = {"text": "answer", "hotlines": [], "response": "utter_faq/what_is_grooming"}


def guard_saying(assessment):
    return Guard(assess=lambda texts: assessment)


async def ask(guard, handle, collected):
    return await answer_guarded(guard, CONTEXT, "he says he'll post my pics", handle, collected)


def handler(collected, *replies, error=None, seconds=0.0):
    async def handle():
        await asyncio.sleep(seconds)
        if error:
            raise error
        collected.extend(replies)

    return handle


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(guard_module, "RISK_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(guard_module, "ORDINARY_WAIT_SECONDS", 0.05)


async def test_a_proper_card_passes_untouched():
    collected = []
    assert await ask(guard_saying(AT_RISK), handler(collected, CARD), collected) == [CARD]


async def test_an_ordinary_answer_passes_untouched():
    collected = []
    assert await ask(guard_saying(QUIET), handler(collected, ANSWER), collected) == [ANSWER]


@pytest.mark.parametrize(
    "answer", [{"response": "utter_journey/refusal_practice/secret", "practised": True}, {"response": "utter_barrier_my_fault"}]
)
async def test_an_exercise_and_talk_about_the_card_are_left_to_their_answer_but_an_emergency_never_is(answer):
    practised = {**ANSWER, **answer}
    collected = []
    assert await ask(guard_saying(AT_RISK), handler(collected, practised), collected) == [practised]
    emergency = RiskAssessment(RiskLevel.EMERGENCY, {EXTORTION: 0.9}, Speaker.SELF)
    collected = []
    assert (await ask(guard_saying(emergency), handler(collected, practised), collected))[0]["hotlines"]


@pytest.mark.parametrize(
    ("found", "shown"),
    [({"abuse_disclosure": 0.96}, "utter_crisis_abuse_disclosure_child"), ({EXTORTION: 0.96}, None),
     ({"abuse_disclosure": 0.7}, None)],
)  # fmt: skip
async def test_talk_about_a_card_that_surely_tells_of_another_trouble_gets_that_card(found, shown):
    """ "nobody would believe me, he comes in at night" after the assistant's card about blackmail."""
    guard = guard_saying(AT_RISK)
    collected = []
    await ask(guard, handler(collected, {**CARD, "card_category": EXTORTION}), collected)
    guard._assess_texts = lambda texts: RiskAssessment(RiskLevel.ESCALATE, found, Speaker.SELF)
    barrier = {**ANSWER, "response": "utter_barrier_not_believed"}
    collected = []
    replies = await ask(guard, handler(collected, barrier), collected)
    assert [reply["response"] for reply in replies] == [*([shown] if shown else []), barrier["response"]]


QUESTION = {"text": "Is this person an adult?", "hotlines": [], "response": "utter_check_in_adult_involved"}


@pytest.mark.parametrize(("in_conversation", "is_added"), [(QUIET, False), (AT_RISK, True), (None, True)])
async def test_a_message_is_weighed_in_its_conversation_before_a_card_is_added_to_the_answer(in_conversation, is_added):
    """ "She gives her lifts home" after talk of a dance school: the assistant asks, and no card stands before its question."""

    def assess(texts):
        if len(texts) == 1:
            return AT_RISK
        if in_conversation is None:
            raise RuntimeError("the engine fails")
        return in_conversation

    guard = Guard(assess=assess)
    guard.assess(CONTEXT.conversation_id, "how much is a dance school")
    collected = []
    said = await ask(guard, handler(collected, QUESTION), collected)
    assert said[-1] == QUESTION and (len(said) == 2) is is_added


async def test_an_emergency_in_the_conversation_keeps_its_card():
    emergency = RiskAssessment(RiskLevel.EMERGENCY, {EXTORTION: 0.9}, Speaker.SELF)
    guard = guard_saying(emergency)
    guard.assess(CONTEXT.conversation_id, "hi")
    collected = []
    assert (await ask(guard, handler(collected, QUESTION), collected))[0]["hotlines"]


@pytest.mark.parametrize("fault", [{"error": RuntimeError("broken")}, {"seconds": 1.0}, {}])
async def test_a_person_at_risk_gets_the_card_when_rasa_fails_is_slow_or_silent(fault):
    collected = []
    replies = await ask(guard_saying(AT_RISK), handler(collected, **fault), collected)
    assert replies[0]["response"] == "utter_crisis_extortion_child"
    assert "gb-childline" in replies[0]["hotlines"] and "0800 1111" in replies[0]["text"]


@pytest.mark.parametrize("fault", [{"error": RuntimeError("broken")}, {"seconds": 1.0}, {}])
async def test_an_ordinary_question_gets_an_honest_word_and_the_help_strip(fault):
    collected = []
    replies = await ask(guard_saying(QUIET), handler(collected, **fault), collected)
    assert [reply["response"] for reply in replies] == ["utter_technical_problem"]
    assert "999" in replies[0]["text"]


async def test_an_answer_without_helplines_to_a_person_at_risk_gets_the_card_in_front():
    collected = []
    replies = await ask(guard_saying(AT_RISK), handler(collected, ANSWER), collected)
    assert [reply["response"] for reply in replies] == ["utter_crisis_extortion_child", ANSWER["response"]]


async def test_a_failing_engine_leads_to_a_question_never_to_silence():
    def broken(texts):
        raise ValueError("engine")

    collected = []
    replies = await ask(Guard(assess=broken), handler(collected, error=RuntimeError("broken")), collected)
    assert replies[0]["response"].startswith("utter_check_in")


async def test_an_engine_that_hangs_leads_to_a_question_and_never_to_waiting(monkeypatch):
    monkeypatch.setattr(guard_module, "READ_WAIT_SECONDS", 0.05)
    goes_on = threading.Event()
    collected = []
    guard = Guard(assess=lambda texts: goes_on.wait(5) and AT_RISK)
    try:
        replies = await ask(guard, handler(collected, error=RuntimeError("broken")), collected)
    finally:
        goes_on.set()
    assert replies[0]["response"].startswith("utter_check_in")


def reading_slowly(goes_on, seen):
    """A guard whose engine reads only when it may go on."""

    def assess(texts):
        seen.append(list(texts))
        goes_on.wait(5)
        return AT_RISK

    return Guard(assess=assess)


async def test_after_a_reading_that_did_not_end_in_time_no_other_is_begun(monkeypatch):
    monkeypatch.setattr(guard_module, "READ_WAIT_SECONDS", 0.05)
    goes_on, seen = threading.Event(), []
    try:
        (question,) = await ask(reading_slowly(goes_on, seen), handler([], seconds=60), [])
    finally:
        goes_on.set()
    assert question["response"].startswith("utter_check_in") and len(seen) == 1


async def test_what_reading_took_is_not_added_to_the_wait_for_the_assistant(monkeypatch):
    monkeypatch.setattr(guard_module, "READ_WAIT_SECONDS", 0.2)
    monkeypatch.setattr(guard_module, "CARD_SECONDS", 0.3)
    monkeypatch.setattr(guard_module, "RISK_WAIT_SECONDS", 4.0)
    goes_on, begun = threading.Event(), time.monotonic()
    try:
        await ask(reading_slowly(goes_on, []), handler([], seconds=60), [])
    finally:
        goes_on.set()
    # Well before the wait for the assistant alone would be over.
    assert time.monotonic() - begun < 2.0


async def test_a_reading_that_ends_while_the_assistant_is_waited_for_still_brings_the_card(monkeypatch):
    monkeypatch.setattr(guard_module, "READ_WAIT_SECONDS", 0.05)
    goes_on, heard = threading.Event(), []

    async def handle():
        goes_on.set()
        await until(readings[0].done)
        raise RuntimeError("broken")

    readings, begin = [], guard_module._begin

    def noted(*arguments):
        readings.append(begin(*arguments))
        return readings[-1]

    monkeypatch.setattr(guard_module, "_begin", noted)
    monkeypatch.setattr(guard_module, "RISK_WAIT_SECONDS", 5.0)
    guard = reading_slowly(goes_on, [])
    (card,) = await answer_guarded(guard, CONTEXT, "he says he'll post my pics", handle, [], heard.append)
    assert card["response"] == "utter_crisis_extortion_child" and heard == [AT_RISK]


async def test_the_card_does_not_wait_for_threads_that_a_database_or_a_name_server_holds():
    goes_on = threading.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    held = [loop.run_in_executor(None, goes_on.wait, 5) for _ in range(3)]
    collected = []
    try:
        replies = await ask(guard_saying(AT_RISK), handler(collected, error=RuntimeError("broken")), collected)
        assert replies[0]["hotlines"] and not any(work.done() for work in held)
    finally:
        goes_on.set()
        await asyncio.gather(*held)


async def test_a_story_told_in_pieces_is_put_together_when_rasa_is_away():
    seen = []

    def assess(texts):
        seen.append(list(texts))
        return AT_RISK if len(texts) > 1 else QUIET

    guard, collected = Guard(assess=assess), []
    guard.assess("c1", "he has pics")
    replies = await ask(guard, handler(collected, error=RuntimeError("broken")), collected)
    assert ["he has pics", "he says he'll post my pics"] in seen
    assert replies[0]["hotlines"]


def logging_guard(assessment, events):
    return Guard(assess=lambda texts: assessment, log=events.append)


async def test_a_message_that_rasa_lost_is_logged_with_its_risk_and_the_card_that_was_given():
    collected, events = [], []
    await ask(logging_guard(AT_RISK, events), handler(collected, error=RuntimeError("broken")), collected)
    await asyncio.sleep(0)
    card, heard = sorted(events, key=lambda event: event["event"])
    assert card["metadata"]["response"] == "utter_crisis_extortion_child"
    assert "gb-childline" in card["metadata"]["hotlines"]
    assert heard["parse_data"]["risk"]["level"] == "escalate" and heard["timestamp"] <= card["timestamp"]
    assert heard["metadata"] == {"channel_kind": "web", "audience": "child", "country": "GB"}


def test_the_age_that_a_person_gave_before_is_still_known():
    guard = guard_saying(AT_RISK)
    guard.assess("c1", "im 34, a man")
    guard.assess("c1", "he wants money or he posts it")
    (first, *_) = guard.reply(AT_RISK, GuardContext("c1", None, "GB", "web"))
    assert first["response"] == "utter_crisis_extortion_survivor"


def test_the_word_about_a_technical_problem_names_lines_for_the_age_that_was_given():
    guard = guard_saying(QUIET)
    guard.assess("c1", "im 34")
    (reply,) = guard.reply(QUIET, GuardContext("c1", None, "GB", "web"))
    assert reply["response"] == "utter_technical_problem"
    assert "116 123" in reply["text"] and "0800 1111" not in reply["text"]


async def test_a_message_that_rasa_only_answers_late_is_not_logged_twice():
    collected, events = [], []
    await ask(logging_guard(AT_RISK, events), handler(collected, CARD, seconds=0.1), collected)
    await asyncio.sleep(0.15)
    assert [event["event"] for event in events] == ["bot"]


async def test_the_guard_logs_nothing_when_the_assistant_answers():
    collected, events = [], []
    await ask(logging_guard(QUIET, events), handler(collected, ANSWER), collected)
    assert events == []


async def test_what_the_guard_logs_is_redacted_and_read_like_any_message():
    from bot.redaction.events import redact_event
    from bot.redaction.memory import ConversationMemory
    from bot.store.records import LoggedEvent, read_turn

    collected, events = [], []
    guard = logging_guard(AT_RISK, events)
    text = "my name is katie morgan, he says he'll post my pics"
    await answer_guarded(guard, CONTEXT, text, handler(collected, error=RuntimeError("broken")), collected)
    await asyncio.sleep(0)
    turns = [read_turn(LoggedEvent("e", "c1", redact_event(event, ConversationMemory(b"k" * 32)))) for event in events]
    heard = next(turn for turn in turns if turn.author == "user")
    assert "katie" not in heard.text and heard.risk_level == 2 and heard.main_category == "extortion"
    assert next(turn for turn in turns if turn.author == "bot").helplines


async def test_the_card_of_the_guard_hears_the_situation_as_the_assistant_does():
    guard = guard_saying(RiskAssessment(RiskLevel.ESCALATE, {"adult_involved": 0.9}, Speaker.SELF))
    replies = await answer_guarded(
        guard, CONTEXT, "he wants to meet me tomorrow", handler([], error=RuntimeError("broken")), []
    )
    assert replies[0]["response"] == "utter_crisis_planned_meeting_child"


ASKED = RiskAssessment(RiskLevel.CHECK_IN, {EXTORTION: 0.6}, Speaker.SELF)


async def answered(*answers, guard=None):
    """What is said to the last of several messages, of which the first is unclear and lost by the assistant."""
    unclear = ("unclear", "homework", "point in")
    guard = guard or Guard(assess=lambda texts: ASKED if any(word in texts[-1] for word in unclear) else QUIET)
    broken = handler([], error=RuntimeError("broken"))
    (question,) = await answer_guarded(guard, CONTEXT, "unclear words", broken, [])
    assert question["response"] == "utter_check_in_extortion"
    for text in answers:
        collected = []
        replies = await answer_guarded(guard, CONTEXT, text, handler(collected, ANSWER), collected)
    return [reply["response"] for reply in replies]


@pytest.mark.parametrize("yes", ["yes", "/affirm", "still unclear", "no point in anything", "no please help me"])
async def test_a_yes_to_the_guards_own_question_brings_the_card(yes):
    assert await answered(yes) == ["utter_crisis_extortion_child", ANSWER["response"]]


@pytest.mark.parametrize("answers", [["no"], ["/deny"], ["lol no its just homework"], ["what is grooming?"], ["thanks", "yes"]])
async def test_a_no_or_another_subject_is_left_to_the_assistant(answers):
    assert await answered(*answers) == [ANSWER["response"]]


async def test_a_yes_to_a_question_without_a_guess_is_not_read_as_the_guess():
    guess = RiskAssessment(RiskLevel.CHECK_IN, {EXTORTION: 0.13}, Speaker.SELF)
    guard = Guard(assess=lambda texts: guess if "unclear" in texts[-1] else QUIET)
    broken = handler([], error=RuntimeError("broken"))
    (question,) = await answer_guarded(guard, CONTEXT, "unclear words", broken, [])
    card = (await answer_guarded(guard, CONTEXT, "yes", broken, []))[0]
    assert (question["response"], card["response"]) == ("utter_check_in_unclear", "utter_crisis_self_harm_child")


async def test_the_guard_gives_the_helplines_of_the_country_that_the_person_says_they_are_in():
    guard = guard_saying(RiskAssessment(RiskLevel.ESCALATE, {EXTORTION: 0.9}, Speaker.SELF))
    context = replace(CONTEXT, country=None)
    words = "he wants money for my pics, im in ireland"
    replies = await answer_guarded(guard, context, words, handler([], error=RuntimeError("broken")), [])
    shown = {line for reply in replies for line in reply.get("hotlines", [])}
    assert shown and all(line.startswith("ie-") for line in shown)


async def test_a_no_ends_the_question_also_while_the_assistant_is_away():
    guard = Guard(assess=lambda texts: ASKED if any("unclear" in text for text in texts) else QUIET)
    said = []
    for text in ("unclear words", "no", "hello"):
        said += await answer_guarded(guard, CONTEXT, text, handler([], error=RuntimeError("broken")), [])
    assert [reply["response"] for reply in said] == ["utter_check_in_extortion", *["utter_technical_problem"] * 2]


async def test_a_cancelled_assistant_is_a_failed_one():
    async def cancelled():
        raise asyncio.CancelledError

    replies = await ask(guard_saying(AT_RISK), cancelled, [])
    assert "gb-childline" in replies[0]["hotlines"]


def test_of_a_story_without_end_only_the_end_is_remembered():
    seen = []
    guard = Guard(assess=lambda texts: seen.append(list(texts)) or QUIET)
    guard.assess("c1", "a" * 100_000 + " the end")
    guard.assess_together("c1")
    assert len(seen[1][0]) == MAX_MESSAGE_CHARS and seen[1][0].endswith("the end")


def test_words_go_from_memory_an_hour_after_the_last_message_of_their_conversation(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=time.sleep))
    guard = guard_saying(AT_RISK)
    guard.assess("a", "he made me send a picture")
    guard.assess("b", "my name is katie")
    now[0] += 1800
    guard.assess("b", "and i am scared")
    now[0] += 1800
    guard._recent.forget_old()
    assert list(guard._recent) == ["b"] and guard.assess_together("a") == RiskAssessment()
    now[0] += 1800
    guard._recent.forget_old()
    assert not guard._recent


def test_reading_a_text_remembers_nothing():
    guard = Guard(assess=lambda texts: AT_RISK)
    assert guard.read("he has pics").level == RiskLevel.ESCALATE
    assert guard.assess_together("c1").level == RiskLevel.NONE


async def test_an_answer_about_what_a_score_takes_for_a_risk_gets_no_card_unless_words_tell_of_it_or_it_is_an_emergency():
    harmless, collected = {"text": "a shop", "hotlines": [], "response": "utter_faq/bought_from_scam_shop"}, []
    assert await ask(guard_saying(AT_RISK), handler(collected, harmless), collected) == [harmless]
    told = replace(AT_RISK, findings=(Finding(EXTORTION, "signal", 0, 4, ""),))
    for found in (told, replace(AT_RISK, level=RiskLevel.EMERGENCY)):
        collected = []
        replies = await ask(guard_saying(found), handler(collected, harmless), collected)
        assert replies[-1] == harmless and replies[0]["hotlines"]


async def test_a_question_of_the_assistant_about_an_unsure_card_gets_none_beside_it():
    unsure = replace(AT_RISK, categories={EXTORTION: 0.75})
    asked, collected = {"text": "Is somebody threatening you?", "hotlines": [], "response": "utter_check_in_extortion"}, []
    assert await ask(guard_saying(unsure), handler(collected, asked), collected) == [asked]
    collected = []
    replies = await ask(guard_saying(AT_RISK), handler(collected, asked), collected)
    assert replies[-1] == asked and replies[0]["hotlines"]


async def test_a_no_to_a_question_of_the_assistant_gets_no_card():
    no, collected = {"text": "Okay", "hotlines": [], "response": "utter_check_in_no"}, []
    assert await ask(guard_saying(AT_RISK), handler(collected, no), collected) == [no]
