"""The messaging core: once, in order, guarded, in a child's words, private on a lock screen, deletable."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels import guard as guard_module
from bot.channels import messaging
from bot.channels.chat_queues import ChatQueues
from bot.channels.chat_store import ChatStore
from bot.channels.delivery import Refused
from bot.channels.identity import pseudonym
from bot.channels.limits import MAX_MESSAGE_CHARS, RateLimit
from bot.channels.messaging import Outcome
from bot.content.responses import get_responses

from .fake_messaging import RISKY_WORDS, Channel


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
    assert [heard.text for heard in channel.assistant.heard] == ["ireland", "hello"]
    assert channel.assistant.heard[-1].metadata["country"] == "IE"


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


@pytest.mark.parametrize("kind", messaging.UNREAD_KINDS)
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
    await asyncio.sleep(0.05)
    assert outcomes.count(Outcome.LIMITED) == 195 and set(others) == {Outcome.ANSWERED}
    assert channel.platform.texts("flooder").count(words("utter_slow_down")) == 1


async def test_every_chat_keeps_its_order_while_others_run():
    channel = Channel(rate=RateLimit(100, 600), queues=ChatQueues(parallel=8))
    channel.assistant.waits = 0.002
    sent = [(f"chat {chat}", f"message {number}") for number in range(10) for chat in range(30)]
    await asyncio.gather(*(channel.say(text, person=person) for person, text in sent))
    for chat in range(30):
        said = [text for text in channel.platform.texts(f"chat {chat}") if text.startswith("You said")]
        assert said == [f"You said message {number}" for number in range(10)]


async def test_a_full_house_asks_for_another_delivery():
    channel = Channel(queues=ChatQueues(parallel=1, most=1))
    channel.assistant.waits = 0.02
    first, second, third = [asyncio.ensure_future(channel.say("hi", person=str(n), update=n)) for n in (1, 2, 3)]
    outcomes = await asyncio.gather(first, second, third)
    assert Outcome.TRY_AGAIN in outcomes
    late = outcomes.index(Outcome.TRY_AGAIN) + 1
    assert await channel.say("hi", person=str(late), update=late) is Outcome.ANSWERED


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
    assert channel.platform.withdrawn == [] and channel.texts[-1] == words("utter_technical_problem")


async def test_a_broken_file_does_not_keep_a_person_from_an_answer():
    channel = Channel()
    channel.store.close()
    assert await channel.say("hello", update=1) is Outcome.ANSWERED
    assert await channel.say("hello", update=1) is Outcome.REPEATED
    assert channel.texts[0] == "You said hello"


async def test_half_a_character_and_nothing_at_all_do_no_harm():
    channel = Channel()
    await channel.say("he\ud800llo\x00")
    assert channel.assistant.heard[0].text == "he?llo"
    assert await channel.say("   ") is Outcome.ANSWERED


async def test_a_drill_goes_the_whole_way_and_sends_nothing():
    from bot.channels.chat_store import Chat
    from bot.channels.messaging import Incoming

    channel = Channel()
    replies, shown = await channel.core.rehearse("d" * 32, Incoming("1", "0", RISKY_WORDS), Chat("d" * 32, country="GB"))
    assert replies[0]["hotlines"] and shown[0].text.startswith(words("utter_messaging_first_line"))
    assert channel.texts == [] and channel.assistant.heard[0].sender_id == "d" * 32
