"""No place in a Rasa event lets a person's words through, known or unknown."""

from __future__ import annotations

import copy
import json

import pytest
import yaml
from rasa.shared.core import events as rasa_events

from bot.config import PROJECT_DIR
from bot.redaction.events import CLOSED_NAMES, PLACES, Treatment, redact_event, treatment_for
from bot.safety.levels import CATEGORIES, Speaker

WORDS = "im katie, 07700 900123"
CLEAN = "im <PERSON_1>, <PHONE_1>"


def user_event(**values):
    parsed = {
        "text": WORDS,
        "intent": {"name": "faq", "confidence": 0.9},
        "intent_ranking": [{"name": "faq", "confidence": 0.9}],
        "entities": [
            {"entity": "name", "value": "katie", "start": 3, "end": 8, "extractor": "x"},
            {"entity": "platform", "value": "instagram", "start": 0, "end": 2},
        ],
        "text_tokens": [[0, 2]],
        "response_selector": {"faq": {"response": {"responses": [{"text": "x"}], "intent_response_key": "faq/x"}}},
        "risk": {
            "level": "escalate",
            "categories": {"extortion": 0.91},
            "findings": [{"category": "extortion", "source": "threat", "start": 10, "end": 22, "sentence": "Threat."}],
        },
        "nearest": [{"faq": "what_is_grooming", "topic": "grooming_what_is", "score": 0.8}],
    }
    event = {"event": "user", "timestamp": 1.0, "sender_id": "a" * 20, "text": WORDS, "parse_data": parsed}
    return {**event, "input_channel": "web", "message_id": "0123456789abcdef0123456789abcdef", "metadata": {}, **values}


def test_a_user_event_keeps_its_facts_and_loses_the_words(memory):
    before = user_event()
    original = copy.deepcopy(before)
    after = redact_event(before, memory)
    assert before == original
    assert after["text"] == after["parse_data"]["text"] == CLEAN
    assert after["parse_data"]["entities"][0]["value"] == "<PERSON_1>"
    assert after["parse_data"]["entities"][1]["value"] == "instagram"
    for name in ("intent", "intent_ranking", "nearest"):
        assert after["parse_data"][name] == before["parse_data"][name]
    assert after["parse_data"]["risk"]["categories"] == {"extortion": 0.91}
    assert after["message_id"] == before["message_id"]
    assert "katie" not in json.dumps(after) and "900123" not in json.dumps(after)


def test_spans_fit_the_redacted_text(memory):
    after = redact_event(user_event(), memory)
    entity, finding = after["parse_data"]["entities"][0], after["parse_data"]["risk"]["findings"][0]
    assert after["text"][entity["start"] : entity["end"]] == "<PERSON_1>"
    assert after["text"][finding["start"] : finding["end"]] == "<PHONE_1>"


def test_metadata_of_a_channel_is_left_out_but_for_what_we_know(memory):
    metadata = {
        "channel_kind": "telegram",
        "country": "GB",
        "drill": True,
        "username": "katie_b",
        "chat": {"id": 7700900123},
    }
    after = redact_event(user_event(metadata=metadata), memory)
    assert after["metadata"] == {"channel_kind": "telegram", "country": "GB", "drill": True}


@pytest.mark.parametrize(
    "place",
    [
        {"new_field": WORDS},
        {"parse_data": {"new_field": {"deep": [WORDS]}}},
        {"parse_data": {"risk": {"quote": WORDS}}},
        {"parse_data": {"intent": {"name": WORDS}}},
        {"metadata": {"country": WORDS}},
        {"input_channel": WORDS},
        {"message_id": WORDS},
    ],
)
def test_words_in_an_unexpected_place_are_redacted(memory, place):
    after = json.dumps(redact_event({"event": "user", "timestamp": 1.0, **place}, memory))
    assert "katie" not in after and "900123" not in after


@pytest.mark.parametrize("name", ["country", "audience", "last_platform", "mood", "session_started_metadata"])
@pytest.mark.parametrize("value", ["katie", WORDS, {"text": WORDS}, [WORDS], {"a": {"b": ["katie"]}}])
def test_a_slot_never_keeps_a_name(memory, name, value):
    after = json.dumps(redact_event({"event": "slot", "name": name, "value": value, "timestamp": 1.0}, memory))
    assert "katie" not in after and "900123" not in after


@pytest.mark.parametrize(
    "name, value",
    [("country", "GB"), ("audience", "child"), ("last_faq", "what_is_grooming"), ("last_setting", "private_account"),
     ("last_platform", "instagram"), ("card_level", "escalate"), ("barrier", "parents_find_out"), ("age", 13)],
)  # fmt: skip
def test_a_slot_keeps_a_value_of_our_own_lists(memory, name, value):
    assert redact_event({"event": "slot", "name": name, "value": value}, memory)["value"] == value


def test_every_slot_of_the_domain_is_filled_from_our_own_lists():
    """One that is missing loses its value with the first reload: a card's category became "<HANDLE_1>"."""
    slots = yaml.safe_load((PROJECT_DIR / "domain.yml").read_text(encoding="utf-8"))["slots"]
    assert slots and set(slots) <= CLOSED_NAMES


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("speaker", [speaker.value for speaker in Speaker])
def test_what_a_card_was_about_is_known_after_a_reload(memory, category, speaker):
    for name, value in (("card_category", category), ("card_speaker", speaker), ("check_in", category)):
        assert redact_event({"event": "slot", "name": name, "value": value}, memory)["value"] == value
    metadata = {"utter_action": "utter_crisis_card", "card_category": category, "card_level": "escalate"}
    assert redact_event({"event": "bot", "text": "words", "metadata": metadata}, memory)["metadata"] == metadata


def test_an_answer_that_repeats_a_detail_is_cleaned_and_others_stay(memory):
    redact_event(user_event(), memory)
    buttons = [{"title": "Tell Katie", "payload": '/ask{"faq": "x"}'}]
    metadata = {"utter_action": "utter_x", "hotlines": ["gb-childline"]}
    bot = {"event": "bot", "text": "Hello Katie. Ring 0800 1111.", "data": {"buttons": buttons}, "metadata": metadata}
    after = redact_event(bot, memory)
    assert after["text"] == "Hello <PERSON_1>. Ring 0800 1111."
    assert after["data"]["buttons"] == [{"title": "Tell <PERSON_1>", "payload": '/ask{"faq": "x"}'}]
    assert after["metadata"] == metadata


@pytest.mark.parametrize(
    "text, expected",
    [
        ('/ask{"faq": "what_is_grooming"}', '/ask{"faq": "what_is_grooming"}'),
        ("/get_hotline", "/get_hotline"),
        ('/inform{"name": "katie"}', '/inform{"name": "<PERSON_1>"}'),
        ('/inform{"country": "katie"}', '/inform{"country": "<PERSON_1>"}'),
        ('/inform{"age": 13, "drill": true, "topic": null}', '/inform{"age": 13, "drill": true, "topic": null}'),
        ('/inform{"age": 999999}', '/inform{"age": 999999}'),
        ('/inform{"age": 7700900}', '/inform{"age": "<WITHHELD>"}'),
        ('/inform{"mood": -447700900123.0}', '/inform{"mood": "<WITHHELD>"}'),
        ('/inform{"topic": "7700900123"}', '/inform{"topic": "<PHONE_1>"}'),
        ('/inform{"topic": ["katie", "discord"]}', '/inform{"topic": ["<PERSON_1>", "discord"]}'),
        ('/inform{"topic": {"katie": [7700900123]}}', '/inform{"topic": {"<PERSON_1>": ["<WITHHELD>"]}}'),
        ("/katie", "/<PERSON_1>"),
        ("/07700900123", "/<PHONE_1>"),
        ('/inform{"katie": "x"}', '/inform{"<PERSON_1>": "x"}'),
    ],
)
def test_a_button_stays_readable_and_a_typed_command_is_redacted(memory, text, expected):
    assert redact_event({"event": "user", "text": text}, memory)["text"] == expected


def test_every_intent_of_the_domain_stays_as_a_button(memory):
    intents = yaml.safe_load((PROJECT_DIR / "domain.yml").read_text(encoding="utf-8"))["intents"]
    assert intents
    for intent in intents:
        name = intent if isinstance(intent, str) else next(iter(intent))
        for text in (f"/{name}", f'/{name}{{"country": "GB"}}'):
            assert redact_event({"event": "user", "text": text}, memory)["text"] == text


def test_a_command_nested_too_deeply_to_be_read_is_redacted_as_words(memory):
    typed = '/inform{"topic": ' + "[" * 5000 + '"katie"' + "]" * 5000 + "}"
    assert "katie" not in redact_event({"event": "user", "text": typed}, memory)["text"]


@pytest.mark.parametrize("value", [447700900123, -447700900123, 7700900123.0, [7700900123], {"katie": [7700900123]}])
@pytest.mark.parametrize("entity", ["age", "topic", "mood"])
def test_a_long_number_stays_in_no_place_but_the_time(memory, entity, value):
    """`/inform{"age": 447700900123}` comes as a number into the entity and the slot."""
    entities = [{"entity": entity, "value": value, "confidence": 1.0, "start": 3}]
    made = [
        {"event": "user", "timestamp": 1760000000.5, "parse_data": {"entities": entities}},
        {"event": "entities", "timestamp": 1760000000.5, "entities": entities},
        {"event": "slot", "timestamp": 1760000000.5, "name": entity, "value": value},
        {"event": "bot", "timestamp": 1760000000.5, "text": "x", "data": {"custom": {"age": value}}},
    ]
    for event in made:
        after = redact_event(event, memory)
        assert after["timestamp"] == 1760000000.5
        assert "7700900123" not in json.dumps(after)
        assert event["event"] == "bot" or "katie" not in json.dumps(after)


def test_an_object_as_the_value_of_an_entity_keeps_no_words(memory):
    entities = [{"entity": "topic", "value": {"who": "katie", "katie": {"place": ["katie"]}}, "confidence": 1.0}]
    for event in ({"event": "user", "parse_data": {"entities": entities}}, {"event": "entities", "entities": entities}):
        after = redact_event(event, memory)
        assert "katie" not in json.dumps(after) and '"confidence": 1.0' in json.dumps(after)


def test_every_event_kind_of_rasa_comes_back_with_its_type(memory):
    made = [
        rasa_events.UserUttered(WORDS), rasa_events.BotUttered("x"), rasa_events.SlotSet("mood", WORDS),
        rasa_events.AgentUttered(WORDS), rasa_events.ActionExecuted("action_listen"), rasa_events.SessionStarted(),
        rasa_events.EntitiesAdded([{"entity": "name", "value": "katie"}]), rasa_events.ActiveLoop("country_form"),
        rasa_events.FollowupAction("action_x"), rasa_events.ActionExecutionRejected("action_x"),
    ]  # fmt: skip
    for event in made:
        after = redact_event(event.as_dict(), memory)
        assert after["event"] == event.type_name
        assert "katie" not in json.dumps(after)
    assert redact_event(rasa_events.ActionExecuted("action_listen").as_dict(), memory)["name"] == "action_listen"


def test_a_place_nobody_named_counts_as_a_persons_words():
    assert PLACES[-1].path == "**" and PLACES[-1].treatment is Treatment.WORDS
    assert treatment_for("no_such_event", "any.where") is Treatment.WORDS


def test_words_that_cannot_be_searched_are_withheld_everywhere(memory, redactor, monkeypatch):
    monkeypatch.setattr(redactor, "find", lambda text: (_ for _ in ()).throw(TimeoutError()))
    after = json.dumps(redact_event(user_event(), memory, redactor))
    assert "katie" not in after


def test_half_characters_and_zero_bytes_stay_in_no_place(memory):
    """`/start{"country":"\\udfff"}` is plain text as typed; the JSON decoder behind it makes half a character of it."""
    memory.placeholder("PERSON", "katie")
    half, zero = "a\udfff katie", "ka\x00tie"
    words = {"text": half, "a\x00b\udfff": half, "value": {half: [zero]}}
    for event in (
        {"event": "user", "text": '/start{"country": "\\udfff", "a\\udfff": {"\\udfff": "ka\\u0000tie"}}'},
        {"event": "user", "text": f"im {half}", "parse_data": {"text": half, "entities": [{"value": words}]}},
        {"event": "slot", "name": "country", "value": half, "sender_id": "b\x00\udfff"},
        {"event": "slot", "name": "mood", "value": {half: [zero]}},
        {"event": "bot", "text": half, "data": words, "metadata": words},
        {"event": "agent", "a\x00b\udfff": {"text": half}},
    ):
        after = json.dumps(redact_event(event, memory), ensure_ascii=False)
        assert after.encode("utf-8")
        assert "\\u0000" not in after and "katie" not in after
