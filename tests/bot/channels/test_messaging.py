"""The messaging core: once, in order, guarded, in a child's words, private on a lock screen, deletable."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.channels import guard as guard_module
from bot.channels import incoming, messaging
from bot.channels.carrier import Carrier
from bot.channels.chat_queues import Arrivals, ChatQueues, Full
from bot.channels.chat_store import CHAT_SECONDS, Begun, Chat, ChatStore
from bot.channels.delivery import Refused
from bot.channels.identity import pseudonym
from bot.channels.incoming import Incoming, Turn
from bot.channels.limits import MAX_MESSAGE_CHARS, RateLimit
from bot.channels.messaging import Outcome
from bot.config import Settings
from bot.content.responses import get_responses
from bot.safety.levels import RiskAssessment, RiskLevel
from tests.waiting import until

from .fake_messaging import CARD, RISKY_WORDS, Channel


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    monkeypatch.setenv("KINDLIGHT_CHANNEL_KEY", "key-of-a-test")
    monkeypatch.setattr(guard_module, "RISK_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(guard_module, "ORDINARY_WAIT_SECONDS", 0.1)


def words(name, audience="child", **slots):
    return get_responses().choose(name, audience, "telegram", slots).text


async def test_a_message_is_answered_in_a_childs_words_under_a_hashed_id():
    channel = Channel()
    assert await channel.say("hello") is Outcome.ANSWERED
    (heard,) = channel.assistant.heard
    assert heard.text == "hello" and heard.metadata == {"audience": "child", "channel_kind": "telegram"}
    assert heard.sender_id == pseudonym("telegram", "7") and heard.sender_id != "7"
    assert channel.texts == ["You said hello", words("utter_messaging_notice")]


async def test_who_began_without_a_greeting_reads_once_what_this_is():
    channel = Channel()
    await channel.say("hello")
    await channel.say("hello again")
    assert channel.texts.count(words("utter_messaging_notice")) == 1


async def test_the_notice_is_not_repeated_after_the_start_command():
    channel = Channel()
    await channel.say("/start")
    await channel.say("hello")
    assert channel.assistant.heard[0].text == "/start"
    assert channel.texts == ["You said /start", "You said hello"]


async def test_a_delivery_that_is_repeated_is_answered_once():
    channel = Channel()
    outcomes = [await channel.say("hello", update=1) for _ in range(50)]
    assert outcomes == [Outcome.ANSWERED] + [Outcome.REPEATED] * 49
    assert len(channel.assistant.heard) == 1


async def test_deliveries_repeated_at_the_same_moment_are_answered_once():
    channel = Channel()
    await asyncio.gather(*(channel.say("hello", update=1) for _ in range(50)))
    assert len(channel.assistant.heard) == 1 and channel.texts[0] == "You said hello"


async def test_a_restart_answers_nothing_twice(tmp_path):
    first = Channel(ChatStore(tmp_path / "channels.db"))
    await first.say("hello", update=1)
    await first.core.close()
    second = Channel(ChatStore(tmp_path / "channels.db"))
    assert await second.say("hello", update=1) is Outcome.REPEATED
    assert second.texts == []


async def test_the_file_holds_neither_words_nor_platform_ids(tmp_path):
    channel = Channel(ChatStore(tmp_path / "channels.db"))
    await channel.say("secretwords", person="7700900123", update=991234567)
    await channel.core.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (b"secretwords", b"7700900123", b"991234567"):
        assert secret not in kept


async def test_a_card_begins_with_a_line_that_says_nothing_on_a_lock_screen():
    channel = Channel()
    await channel.say(RISKY_WORDS)
    (text,) = channel.texts
    assert text.startswith(words("utter_messaging_first_line")) and "You said" in text
    await channel.say(RISKY_WORDS)
    assert channel.texts[-1].startswith(words("utter_messaging_next_line"))


async def test_a_tapped_button_needs_no_neutral_line():
    channel = Channel()
    channel.assistant.error = None
    await channel.press("/affirm")
    assert channel.texts == ["You said /affirm"]


@pytest.mark.parametrize("fault", ["error", "slow"])
async def test_the_guard_gives_the_card_when_the_assistant_does_not(fault):
    channel = Channel()
    if fault == "error":
        channel.assistant.error = RuntimeError("broken")
    else:
        channel.assistant.waits = 1.0
    await channel.say(RISKY_WORDS)
    assert channel.texts[0].startswith(words("utter_messaging_first_line"))
    assert "stop replying" in channel.texts[0] and "**" not in channel.texts[0]
    assert any(event["event"] == "bot" and event["metadata"]["hotlines"] for event in channel.logged)


async def test_a_word_that_looks_like_a_payload_is_not_one_when_typed():
    channel = Channel()
    await channel.say('/ask{"faq": "what_is_grooming"}')
    await channel.say("/confirm_delete_chat")
    assert [heard.text for heard in channel.assistant.heard] == ['ask{"faq": "what_is_grooming"}', "confirm_delete_chat"]


@pytest.mark.parametrize("text", ["/help", "/HELP", "/help@kindlight_bot"])
async def test_help_is_answered_with_people_to_reach(text):
    channel = Channel()
    await channel.say(text)
    assert channel.texts == [words("utter_messaging_help")] and channel.assistant.heard == []


async def test_words_behind_a_command_that_tell_of_a_risk_are_heard():
    channel = Channel()
    for command in ("/help", "/stop", "/language", "/country", "/start"):
        await channel.say(f"{command} {RISKY_WORDS}")
    told = [f"{name} {RISKY_WORDS}" for name in ("help", "stop", "language", "country", "start")]
    assert [heard.text for heard in channel.assistant.heard] == told


async def test_words_behind_a_command_that_tell_of_none_change_nothing():
    channel = Channel()
    await channel.say("/help me please")
    assert channel.texts == [words("utter_messaging_help")] and channel.assistant.heard == []


async def test_the_word_help_alone_is_a_message_not_a_command():
    channel = Channel()
    await channel.say("help")
    await channel.say("stop")
    assert [heard.text for heard in channel.assistant.heard] == ["help", "stop"]


async def test_country_is_asked_in_words_and_remembered():
    channel = Channel()
    await channel.say("/country")
    channel.assistant.slots = {"country": "IE"}
    await channel.say("/country ireland")
    await channel.say("hello")
    assert channel.texts[0] == words("utter_messaging_country")
    assert [heard.text for heard in channel.assistant.heard] == ['/ask_country{"country": "IE"}', "hello"]
    assert channel.assistant.heard[-1].metadata["country"] == "IE"


async def test_an_answer_to_the_country_command_may_be_a_nationality_and_everything_else_is_a_message():
    channel = Channel()
    said = ("/country", "im irish", "im irish", "/country", "he is irish", "/country kenyan", "/country im from leeds and sad")
    for text in said:
        await channel.say(text)
    heard = ['/ask_country{"country": "IE"}', "im irish", "he is irish", '/ask_country{"country": "KE"}']
    assert [one.text for one in channel.assistant.heard] == [*heard, "im from leeds and sad"]


@pytest.mark.parametrize(("setting", "country"), [("uk", "GB"), ("IE", "IE"), ("XX", None), ("", None)])
async def test_the_country_of_the_deployment_is_a_real_one_or_is_asked_for(monkeypatch, setting, country):
    monkeypatch.setattr("bot.channels.answering.get_settings", lambda: Settings(country=setting))
    channel = Channel()
    await channel.say("hello")
    assert channel.assistant.heard[-1].metadata.get("country") == country


async def test_language_is_asked_in_words_and_a_story_in_between_is_heard():
    channel = Channel()
    await channel.say("/language")
    await channel.say("Español")
    await channel.say("/language")
    await channel.say("he wants my pictures")
    await channel.say("spanish")
    assert channel.texts[1] == words("utter_messaging_language_noted")
    assert [heard.text for heard in channel.assistant.heard] == ["he wants my pictures", "spanish"]
    assert channel.assistant.heard[0].metadata["language"] == "es"


@pytest.mark.parametrize("kind", incoming.UNREAD_KINDS)
async def test_what_is_no_text_gets_fixed_words(kind):
    channel = Channel()
    await channel.say("", kind=kind)
    assert channel.texts == [words(f"utter_messaging_{kind}")] and channel.assistant.heard == []


async def test_the_words_under_a_picture_are_heard_first():
    channel = Channel()
    await channel.say(RISKY_WORDS, kind="image")
    assert [heard.text for heard in channel.assistant.heard] == [RISKY_WORDS]
    assert "You said" in channel.texts[0] and channel.texts[1] == words("utter_messaging_image")


async def test_an_edited_message_is_not_answered_twice():
    channel = Channel()
    await channel.say("helo")
    await channel.say("hello", edited=True)
    assert [heard.text for heard in channel.assistant.heard] == ["helo"]


async def test_an_edit_that_tells_of_a_risk_is_answered_once():
    channel = Channel()
    await channel.say("hello")
    await channel.say(RISKY_WORDS, edited=True)
    await channel.say(RISKY_WORDS, edited=True)
    assert [heard.text for heard in channel.assistant.heard] == ["hello", RISKY_WORDS]


async def test_a_very_long_story_at_risk_gets_the_card_and_is_asked_for_in_parts():
    channel = Channel()
    await channel.say("a" * MAX_MESSAGE_CHARS + RISKY_WORDS)
    assert "stop replying" in channel.texts[0] and channel.texts[-1] == words("utter_messaging_too_long")
    await channel.say("a" * (MAX_MESSAGE_CHARS + 1))
    assert channel.texts[-1] == words("utter_messaging_too_long") and channel.assistant.heard == []


async def test_a_flood_from_one_person_is_limited_and_others_are_answered():
    channel = Channel(rate=RateLimit(5, 30))
    outcomes = [await channel.say(f"flood {number}", person="flooder") for number in range(200)]
    others = [await channel.say("hello", person=f"other {number}") for number in range(20)]
    await until(lambda: words("utter_slow_down") in channel.platform.texts("flooder"))
    assert outcomes.count(Outcome.LIMITED) == 195 and set(others) == {Outcome.ANSWERED}
    assert channel.platform.texts("flooder").count(words("utter_slow_down")) == 1


async def test_a_risk_told_beyond_the_limit_gets_the_card_once():
    channel = Channel(rate=RateLimit(1, 1))
    await channel.say("hello")
    assert await channel.say("so much") is Outcome.LIMITED
    assert [await channel.say(RISKY_WORDS) for _ in range(5)] == [Outcome.LIMITED] * 5
    await until(lambda: len(channel.texts) >= 4 and len(channel.logged) >= 2)
    await asyncio.sleep(0.05)
    cards = [text for text in channel.texts if "stop replying" in text]
    assert len(cards) == 1 and cards[0].startswith(words("utter_messaging_first_line"))
    assert channel.texts.count(words("utter_slow_down")) == 1
    # Each of them is there for staff to read; the card is given once.
    assert sorted(event["event"] for event in channel.logged) == ["bot", *["user"] * 5]


async def test_messages_beyond_the_limit_are_read_beside_the_loop_and_of_a_burst_one_gets_the_card(monkeypatch):
    monkeypatch.setattr(guard_module, "READ_WAIT_SECONDS", 30.0)
    channel, begun, goes_on, told = Channel(rate=RateLimit(1, 1)), threading.Event(), threading.Event(), []
    guard = channel.core._answering._guard
    read = guard._assess_texts

    def assess(texts):
        begun.set()
        # Nobody could tell it to go on if it stood in the way of everybody else.
        told.append(goes_on.wait(5))
        return read(texts)

    await channel.say("hello")
    guard._assess_texts = assess
    assert [await channel.say(RISKY_WORDS) for _ in range(5)] == [Outcome.LIMITED] * 5
    await until(begun.is_set)
    goes_on.set()
    await until(lambda: not channel.core._aside)
    assert all(told) and len([text for text in channel.texts if "stop replying" in text]) == 1
    assert sorted(event["event"] for event in channel.logged) == ["bot", *["user"] * 5]


async def test_a_message_beyond_the_limit_that_is_being_read_when_the_server_stops_is_left_to_the_next_one(monkeypatch):
    monkeypatch.setattr(messaging, "ASIDE_CLOSE_SECONDS", 0.05)
    channel, begun, goes_on = Channel(rate=RateLimit(1, 1)), threading.Event(), threading.Event()
    released = []
    monkeypatch.setattr(channel.store, "release", released.append)
    await channel.say("hello")
    channel.core._answering._guard.read = lambda text: (begun.set(), goes_on.wait(5), RiskAssessment())[-1]
    await channel.say(RISKY_WORDS, update=9)
    await until(begun.is_set)
    await channel.core.close()
    goes_on.set()
    assert released == [pseudonym("telegram", "update 9")]


ALONE, PILLS = "i feel so alone", "i took all the pills"


def hears_two_risks(channel):
    """Lets the guard hear a question's worth in one sentence and an emergency of the same kind in another."""
    levels = {ALONE: RiskLevel.CHECK_IN, PILLS: RiskLevel.EMERGENCY}

    def assess(texts):
        level = levels.get(texts[-1], RiskLevel.NONE)
        return RiskAssessment(level, {"self_harm": 0.9} if level else {})

    channel.core._answering._guard._assess_texts = assess
    channel.assistant.cards[ALONE] = {"response": "utter_check_in_self_harm", "hotlines": []}


async def test_a_worse_risk_beyond_the_limit_gets_its_card_although_the_last_answer_was_a_question():
    channel = Channel(rate=RateLimit(1, 1))
    hears_two_risks(channel)
    await channel.say(ALONE)
    assert await channel.say(PILLS) is Outcome.LIMITED
    await until(lambda: len(channel.texts) >= 2)
    assert channel.texts[-1].startswith(words("utter_messaging_urgent_line"))
    assert [event["text"] for event in channel.logged if event["event"] == "user"] == [PILLS]


async def test_an_edit_into_an_emergency_is_answered_although_the_last_answer_was_about_safety():
    channel = Channel()
    hears_two_risks(channel)
    await channel.say(ALONE)
    await channel.say(ALONE, edited=True)
    await channel.say(PILLS, edited=True)
    assert [heard.text for heard in channel.assistant.heard] == [ALONE, PILLS]
    # The edit that changed nothing is not answered again, but staff can read it.
    assert [event["text"] for event in channel.logged][:1] == [ALONE]


async def test_a_risk_of_another_kind_beyond_the_limit_gets_its_own_card():
    channel = Channel(rate=RateLimit(1, 1))
    kinds = {"first": "extortion", "second": "abuse_disclosure"}
    guard = channel.core._answering._guard
    guard._assess_texts = lambda texts: RiskAssessment(RiskLevel.ESCALATE, {kinds[texts[-1]]: 0.9})
    channel.assistant.cards["first"] = CARD
    await channel.say("first")
    assert await channel.say("second") is Outcome.LIMITED
    await until(lambda: len(channel.texts) >= 2)
    assert channel.texts[-1].startswith(words("utter_messaging_next_line"))


async def test_what_a_machine_sends_is_not_looked_at_without_end():
    channel = Channel(rate=RateLimit(1, 1))
    looked = []
    channel.core._answering._guard.read = lambda text: looked.append(text) or RiskAssessment()
    for number in range(200):
        await channel.say(f"flood {number}")
    await until(lambda: looked)
    await asyncio.sleep(0.05)
    assert len(looked) <= 25


async def test_every_chat_keeps_its_order_while_others_run():
    channel = Channel(rate=RateLimit(100, 600), queues=ChatQueues(parallel=8))
    channel.assistant.waits = 0.002
    sent = [(f"chat {chat}", f"message {number}") for number in range(10) for chat in range(30)]
    await asyncio.gather(*(channel.say(text, person=person) for person, text in sent))
    # On a busy machine a webhook is told "accepted" before all is out.
    await channel.core._queues.drain(60)
    for chat in range(30):
        said = [text for text in channel.platform.texts(f"chat {chat}") if text.startswith("You said")]
        assert said == [f"You said message {number}" for number in range(10)]


async def test_an_earlier_message_for_which_the_file_takes_longer_is_still_answered_first():
    channel, waits = Channel(), iter([0.05, 0.0, 0.02])

    async def begin(update):
        await asyncio.sleep(next(waits))
        return Begun.NEW

    channel.core._file.begin = begin
    await asyncio.gather(*(channel.say(f"message {number}") for number in range(3)))
    said = [text for text in channel.texts if text.startswith("You said")]
    assert said == ["You said message 0", "You said message 1", "You said message 2"]


async def test_one_that_leaves_before_its_turn_lets_nobody_pass_those_before_it():
    arrivals, passed, gate = Arrivals(), [], asyncio.Event()

    async def come(name, waits_for=None):
        with arrivals.place("chat") as my_turn:
            if waits_for:
                await waits_for.wait()
            await my_turn()
            passed.append(name)

    first, second, third = [asyncio.ensure_future(come(*given)) for given in (("first", gate), ("second",), ("third",))]
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait({second, third}, timeout=0.01)
    assert passed == []
    gate.set()
    await arrivals.settle()
    await asyncio.gather(first, third)
    assert passed == ["first", "third"] and not arrivals._last


async def test_a_full_house_asks_for_another_delivery():
    channel = Channel(queues=ChatQueues(parallel=1, most=1))
    channel.assistant.waits = 0.08
    first, second, third = [asyncio.ensure_future(channel.say("hi", person=str(n), update=n)) for n in (1, 2, 3)]
    outcomes = await asyncio.gather(first, second, third)
    assert Outcome.TRY_AGAIN in outcomes
    late = outcomes.index(Outcome.TRY_AGAIN) + 1
    assert await channel.say("hi", person=str(late), update=late) is Outcome.ANSWERED


async def test_a_job_that_waits_for_room_counts_until_it_has_it():
    queues, gate = ChatQueues(parallel=1, most=2), asyncio.Event()
    done = []
    for chat in ("a", "b", "c"):
        done.append(queues.add(chat, gate.wait))
        await asyncio.sleep(0.01)
    with pytest.raises(Full):
        queues.add("d", gate.wait)
    gate.set()
    await queues.drain(5)
    assert all(one.done() for one in done) and queues._count == 0
    await queues.add("d", gate.wait)


async def test_what_waits_for_room_at_the_end_is_told_so():
    queues, gate = ChatQueues(parallel=1), asyncio.Event()
    done = [queues.add(chat, gate.wait) for chat in ("a", "b")]
    await asyncio.sleep(0.01)
    await queues.drain(0.01)
    assert all(one.cancelled() for one in done) and queues._count == 0


async def test_a_chat_that_is_turned_away_leaves_nothing_behind():
    queues = ChatQueues(parallel=1, most=0)
    for number in range(10):
        with pytest.raises(Full):
            queues.add(f"chat {number}", None)
    assert queues._waiting == {}


async def test_sending_is_tried_again():
    channel = Channel()
    channel.platform.fails = 3
    assert await channel.say("hello") is Outcome.ANSWERED
    assert channel.texts[0] == "You said hello"


async def test_an_answer_that_could_not_be_sent_is_sent_at_the_next_delivery(monkeypatch):
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.001)
    channel = Channel()
    channel.platform.fails = 6
    assert await channel.say("hello", update=5) is Outcome.TRY_AGAIN
    assert await channel.say("hello", update=5) is Outcome.ANSWERED
    assert channel.texts[0] == "You said hello"


async def test_an_answer_that_the_platform_believes_to_have_is_sent_later(monkeypatch):
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(messaging, "ANSWER_SECONDS", 0.001)
    monkeypatch.setattr(messaging, "AGAIN_SECONDS", (0.01, 0.01))
    channel = Channel()
    channel.platform.fails = 15
    assert await channel.say("hello") is Outcome.ACCEPTED
    await until(lambda: channel.texts)
    assert channel.texts[0] == "You said hello" and channel.core.figures.failed == 2
    await channel.core.close()


async def test_a_server_that_stops_does_not_wait_for_a_later_attempt(monkeypatch):
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(messaging, "ANSWER_SECONDS", 0.001)
    monkeypatch.setattr(messaging, "ASIDE_CLOSE_SECONDS", 0.01)
    channel = Channel()
    channel.platform.fails = 10**6
    assert await channel.say("hello") is Outcome.ACCEPTED
    await asyncio.wait_for(channel.core.close(), 5)


async def test_a_platform_that_hangs_up_at_once_may_deliver_again():
    channel = Channel()
    begin = channel.core._file.begin

    async def hung_up(update):
        raise asyncio.CancelledError

    channel.core._file.begin = hung_up
    with pytest.raises(asyncio.CancelledError):
        await channel.say("hello", update=5)
    channel.core._file.begin = begin
    assert await channel.say("hello", update=5) is Outcome.ANSWERED


async def test_an_answer_for_a_platform_that_hung_up_is_seen_to(monkeypatch):
    monkeypatch.setattr("bot.channels.delivery.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(messaging, "AGAIN_SECONDS", (0.01,))
    channel = Channel()
    channel.platform.fails = 6
    request = asyncio.ensure_future(channel.say("hello", update=5))
    await until(lambda: channel.platform.fails < 6)
    request.cancel()
    assert await channel.say("hello", update=5) is Outcome.REPEATED
    await until(lambda: channel.texts)
    assert channel.texts[0] == "You said hello"


async def test_a_message_that_comes_while_the_server_stops_is_left_to_the_next_one(tmp_path):
    channel = Channel(ChatStore(tmp_path / "channels.db"))
    channel.assistant.waits = 0.2
    under_way = asyncio.ensure_future(channel.say("hello", update=1))
    await until(lambda: channel.core._queues._workers)
    closing = asyncio.ensure_future(channel.core.close())
    await asyncio.sleep(0)
    assert await channel.say("are you there", person="8", update=2) is Outcome.TRY_AGAIN
    await closing
    assert await channel.say("are you there", person="8", update=2) is Outcome.TRY_AGAIN
    assert await under_way is Outcome.ANSWERED and channel.platform.texts("8") == []
    following = Channel(ChatStore(tmp_path / "channels.db"))
    assert await following.say("are you there", person="8", update=2) is Outcome.ANSWERED
    assert following.texts[0] == "You said are you there" and channel.core.figures.failed == 0


async def test_a_message_that_was_being_taken_when_the_server_stopped_is_answered_by_it(tmp_path):
    channel = Channel(ChatStore(tmp_path / "channels.db"))
    taken = asyncio.ensure_future(channel.say("hello", update=1))
    await asyncio.sleep(0)
    assert channel.core._at_work and not channel.core._queues._workers
    await channel.core.close()
    assert await taken is Outcome.ANSWERED and channel.texts[0] == "You said hello"
    following = Channel(ChatStore(tmp_path / "channels.db"))
    assert await following.say("hello", update=1) is Outcome.REPEATED


async def test_what_was_answered_counts_as_answered_also_while_the_conversation_cannot_be_read():
    channel = Channel()
    update, readable = pseudonym("telegram", "update 1"), asyncio.Event()
    retrieve = channel.assistant.retrieve

    async def slow(conversation_id):
        await readable.wait()
        return await retrieve(conversation_id)

    channel.assistant.retrieve, channel.assistant.slots = slow, {"country": "IE"}
    answered = asyncio.ensure_future(channel.say("hello", update=1))
    await until(lambda: channel.texts and channel.store.begin(update) is Begun.ANSWERED)
    assert not answered.done()
    readable.set()
    assert await answered is Outcome.ANSWERED
    # What the conversation knew of the person is kept all the same.
    assert channel.store.chat(pseudonym("telegram", "7")).country == "IE"


async def test_a_person_who_blocked_us_is_not_tried_again():
    channel = Channel()
    channel.platform.refuses = Refused("blocked")
    assert await channel.say("hello", update=5) is Outcome.ANSWERED
    assert await channel.say("hello", update=5) is Outcome.REPEATED


async def test_deleting_withdraws_messages_and_starts_a_new_conversation(monkeypatch):
    erased = []

    async def delete(conversation_id):
        erased.append(conversation_id)
        return "7KQM-2XHT"

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    channel = Channel()
    await channel.say("hello")
    await channel.press("/confirm_delete_chat")
    await channel.say("hello again")
    first, second = [heard.sender_id for heard in channel.assistant.heard]
    assert erased == [first] and first != second and channel.platform.forgotten == [first]
    assert channel.platform.withdrawn == ["1", "2"]
    assert any("7KQM-2XHT" in text for text in channel.texts)


async def test_a_deletion_that_failed_withdraws_nothing(monkeypatch):
    from bot.errors import StoreError

    async def delete(conversation_id):
        raise StoreError("away")

    monkeypatch.setattr("bot.channels.deletion.delete_conversation", delete)
    channel = Channel()
    await channel.say("hello")
    await channel.press("/confirm_delete_chat")
    assert channel.platform.withdrawn == [] and channel.texts[-1] == words("utter_chat_not_deleted")


async def test_a_broken_file_does_not_keep_a_person_from_an_answer():
    channel = Channel()
    channel.store.close()
    assert await channel.say("hello", update=1) is Outcome.ANSWERED
    assert await channel.say("hello", update=1) is Outcome.REPEATED
    assert channel.texts[0] == "You said hello"


@pytest.mark.parametrize("error", [RuntimeError, KeyError, ValueError, OSError, AttributeError])
async def test_whatever_breaks_in_the_channel_a_person_at_risk_gets_the_card(monkeypatch, caplog, error):
    channel = Channel()

    async def broken(turn):
        raise error(turn.incoming.text)

    monkeypatch.setattr(channel.core._answering, "_meant", broken)
    assert await channel.say(RISKY_WORDS) is Outcome.ANSWERED
    assert "stop replying" in channel.texts[0]
    assert error.__name__ in caplog.text and RISKY_WORDS not in caplog.text


async def test_after_a_message_that_broke_the_channel_the_next_one_is_answered_as_ever(monkeypatch):
    channel = Channel()
    with monkeypatch.context() as patched:
        patched.setattr("bot.channels.answering.find_command", lambda text: 1 / 0)
        assert await channel.say("hello") is Outcome.ANSWERED
    assert channel.texts == [words("utter_technical_problem")]
    await channel.say("hello again")
    assert channel.texts[1] == "You said hello again"


def with_a_slow_store(channel, monkeypatch):
    """Lets the conversations be read in 5 s, and the assistant be broken."""

    async def retrieve(conversation_id):
        await asyncio.sleep(5)

    monkeypatch.setattr(channel.assistant, "retrieve", retrieve)
    channel.assistant.error = RuntimeError("broken")


async def test_a_slow_database_does_not_hold_back_the_card_for_the_next_message(monkeypatch):
    channel = Channel()
    with_a_slow_store(channel, monkeypatch)
    begun = time.monotonic()
    await asyncio.gather(channel.say("hello"), channel.say(RISKY_WORDS))
    assert channel.texts[0] == words("utter_technical_problem") and "stop replying" in channel.texts[-1]
    # Well before the store has answered even once.
    assert time.monotonic() - begun < 3.0


async def test_a_message_that_is_begun_again_gets_the_card_while_the_database_is_slow(monkeypatch):
    channel = Channel()
    with_a_slow_store(channel, monkeypatch)
    begun, chat = time.monotonic(), Chat("c" * 32)
    turn = Turn(Incoming("1", "7", RISKY_WORDS), chat, chat.key, "u" * 32, Begun.AGAIN)
    (card,), _ = await channel.core._answering.replies(turn)
    assert "stop replying" in card["text"] and time.monotonic() - begun < 3.0


@pytest.fixture
def stuck():
    """An engine that reads nothing before the test is over, or 5 s have passed."""
    goes_on = threading.Event()

    def assess(texts):
        goes_on.wait(5)
        return RiskAssessment()

    yield assess
    goes_on.set()


async def longest_pause(work):
    """Does it, and says how long the loop served nobody else meanwhile."""
    longest, task, before = 0.0, asyncio.ensure_future(work), time.monotonic()
    while not task.done():
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    await task
    return longest


async def test_an_engine_that_hangs_and_a_silent_assistant_lead_to_a_question_long_before_either_ends(monkeypatch, stuck):
    for limit, seconds in {"READ_WAIT": 0.1, "RISK_WAIT": 0.2, "CARD": 0.25, "LEAST_WAIT": 0.05}.items():
        monkeypatch.setattr(guard_module, f"{limit}_SECONDS", seconds)
    channel = Channel()
    channel.core._answering._guard._assess_texts = stuck
    channel.assistant.waits = 60.0
    guard, question = channel.core._answering._guard, words("utter_check_in_unclear")
    # The first question of a process reads all wordings and helplines.
    guard.reply(RiskAssessment(RiskLevel.CHECK_IN, failed=True), guard_module.GuardContext("first", None, "GB", "fake"))
    begun = time.monotonic()
    pause = await longest_pause(channel.say("hello"))
    # The engine hangs for five seconds: nobody waits for it, neither beside the loop nor on it.
    assert time.monotonic() - begun < 4.0
    assert question in channel.texts[0]
    assert pause < 2.0


@pytest.mark.parametrize(
    "said",
    [{"text": "/help he has my pictures"}, {"text": "a" * (MAX_MESSAGE_CHARS + 1)}, {"text": "hello", "edited": True}],
)
async def test_others_are_served_while_the_engine_hangs(monkeypatch, stuck, said):
    monkeypatch.setattr(guard_module, "READ_WAIT_SECONDS", 0.1)
    monkeypatch.setattr("bot.channels.answering.LOOK_SECONDS", 0.1)
    channel = Channel()
    channel.core._answering._guard._assess_texts = stuck
    channel.assistant.error = RuntimeError("broken")
    words("utter_check_in_unclear")
    assert await longest_pause(channel.say(**said)) < 2.0
    assert words("utter_check_in_unclear") in channel.texts[0]


async def test_others_are_served_while_the_engine_hangs_and_the_channel_is_broken(monkeypatch, stuck):
    monkeypatch.setattr(guard_module, "READ_WAIT_SECONDS", 0.1)
    channel = Channel()
    channel.core._answering._guard._assess_texts = stuck
    monkeypatch.setattr("bot.channels.answering.find_command", lambda text: 1 / 0)
    words("utter_check_in_unclear")
    assert await longest_pause(channel.say("hello")) < 2.0
    assert words("utter_check_in_unclear") in channel.texts[0]


async def test_a_message_that_gets_a_card_is_read_once():
    channel, read = Channel(), []
    guard = channel.core._answering._guard
    guard._assess_texts = lambda texts: read.append(texts) or RiskAssessment(RiskLevel.ESCALATE, {"extortion": 0.9})
    await channel.say(RISKY_WORDS)
    assert len(read) == 1


def test_a_platform_that_cannot_send_is_refused_before_anybody_writes_to_it():
    class Mute(Carrier):
        def render(self, conversation_id, replies):
            return []

    with pytest.raises(TypeError, match="send"):
        Mute()


async def test_words_that_a_gateway_calls_a_button_are_read_like_any_message():
    channel = Channel()
    await channel.say("a" * (MAX_MESSAGE_CHARS + 1), kind="button")
    assert channel.texts == [words("utter_messaging_too_long")] and channel.assistant.heard == []


async def test_what_is_known_of_a_chat_stays_while_the_person_writes():
    now = [0.0]
    store = ChatStore(now=lambda: now[0])
    channel = Channel(store)
    channel.assistant.slots = {"country": "IE"}
    for _ in range(10):
        await channel.say("hello")
        now[0] += CHAT_SECONDS / 2
    store._tidy(now[0])
    assert store.chat(pseudonym("telegram", "7")).country == "IE"
    store._tidy(now[0] + CHAT_SECONDS)
    assert store.chat(pseudonym("telegram", "7")).country is None


async def test_half_a_character_and_nothing_at_all_do_no_harm():
    channel = Channel()
    await channel.say("he\ud800llo\x00")
    assert channel.assistant.heard[0].text == "he?llo"
    assert await channel.say("   ") is Outcome.ANSWERED


async def test_a_drill_goes_the_whole_way_and_sends_nothing():
    from bot.channels.chat_store import Chat
    from bot.channels.incoming import Incoming

    channel = Channel()
    replies, shown = await channel.core.rehearse("d" * 32, Incoming("1", "0", RISKY_WORDS), Chat("d" * 32, country="GB"))
    assert replies[0]["hotlines"] and shown[0].text.startswith(words("utter_messaging_first_line"))
    assert channel.texts == [] and channel.assistant.heard[0].sender_id == "d" * 32
