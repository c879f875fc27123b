"""The registers agree: domain, rules, actions, responses, buttons, endpoints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.content.responses import get_responses

PROJECT = Path(__file__).resolve().parents[2]
DOMAIN = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
PAYLOAD = re.compile(r'^/(?P<intent>[a-z_]+)(?P<entities>\{.*\})?$')
WORDED_IN_CODE = {"utter_told_a_detail", "utter_told_it_is_me", "utter_told_another_child", "utter_crisis_card", "utter_crisis_answer", "utter_crisis_meant", "utter_check_in", "utter_check_in_yes", "utter_asked_faq", "utter_small_answer", "utter_say_simpler", "utter_faq", "utter_journey", "utter_journeys"}


def rules():
    for path in sorted((PROJECT / "data" / "rules").glob("*.yml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]


def test_every_intent_of_the_domain_is_unique():
    assert len(DOMAIN["intents"]) == len(set(DOMAIN["intents"]))


def test_every_intent_has_a_rule():
    handled = {step["intent"] for rule in rules() for step in rule["steps"] if "intent" in step}
    # Rasa answers `restart` by itself; the channels answer `confirm_delete_chat`, since the tracker goes with the chat.
    assert set(DOMAIN["intents"]) - handled <= {"restart", "confirm_delete_chat"}


def test_every_rule_leads_to_words_or_an_action_that_exists():
    named = {step["action"] for rule in rules() for step in rule["steps"] if "action" in step}
    custom = {name for name in DOMAIN["actions"] if name.startswith("action_")}
    missing = {n for n in named if n not in get_responses() and n not in WORDED_IN_CODE and n not in custom}
    assert not missing


def test_every_custom_action_of_the_domain_has_a_class():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "actions").glob("*.py"))
    missing = [name for name in DOMAIN["actions"] if name.startswith("action_") and f'"{name}"' not in source]
    assert not missing


def buttons():
    book = get_responses()
    for name in book.names:
        for variation in book.variations(name):
            for button in variation.buttons:
                yield name, button


def test_every_button_leads_to_something_that_exists():
    lost = []
    for name, button in buttons():
        match = PAYLOAD.match(button.payload)
        if not match or match["intent"] not in DOMAIN["intents"]:
            lost.append((name, button.payload))
        elif match["intent"] == "ask":
            faq = yaml.safe_load(match["entities"])["faq"]
            if f"utter_faq/{faq}" not in get_responses():
                lost.append((name, button.payload))
    assert not lost


def test_every_question_has_an_answer_and_every_answer_a_question():
    asked = set()
    for path in (PROJECT / "data" / "nlu" / "faq").glob("*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        asked |= {entry["intent"] for entry in content["nlu"]}
    answered = {name.removeprefix("utter_") for name in get_responses().names if name.startswith("utter_faq/")}
    assert asked == answered


def test_every_answer_that_comes_next_exists():
    book = get_responses()
    following = {v.metadata["next"] for n in book.names for v in book.variations(n) if "next" in v.metadata}
    assert {name for name in following if f"utter_faq/{name}" not in book} == set()


def test_wording_has_no_problems():
    assert get_responses().problems() == []


@pytest.mark.parametrize("folder", ["nlu", "responses", "rules"])
def test_rasas_own_reader_takes_every_training_file(folder):
    from rasa.shared.utils.io import read_yaml

    broken = []
    for path in sorted((PROJECT / "data" / folder).rglob("*.yml")):
        try:
            read_yaml(path.read_text(encoding="utf-8"))
        except Exception as error:  # noqa: BLE001 - the reader raises its own and its parser's kinds
            broken.append(f"{path.name}: {error}")
    assert not broken


def test_classes_named_in_endpoints_and_credentials_can_be_imported():
    from bot import health

    assert [finding.sentence for finding in health._endpoints() if finding.is_fault] == []
