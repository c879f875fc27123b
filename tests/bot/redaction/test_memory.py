"""Who is who in one conversation, without a readable word."""

from __future__ import annotations

import json

from bot.redaction.memory import ConversationMemory, MemoryBook


def test_the_state_holds_no_words_and_brings_the_numbers_back(memory):
    assert memory.placeholder("PERSON", "Katie") == "<PERSON_1>"
    assert memory.placeholder("PERSON", "tariq") == "<PERSON_2>"
    state = json.loads(json.dumps(memory.as_state()))
    assert "atie" not in str(state)
    again = ConversationMemory(b"m" * 16, state)
    assert again.placeholder("PERSON", "KATIE") == "<PERSON_1>"
    assert again.placeholder("PERSON", "zoe") == "<PERSON_3>"


def test_two_conversations_share_nothing():
    book = MemoryBook(b"k" * 16)
    one, other = book.get("c1"), book.get("c2")
    one.placeholder("PERSON", "katie")
    other.placeholder("PERSON", "katie")
    assert set(one.as_state()["PERSON"]) & set(other.as_state()["PERSON"]) == set()


def test_an_echo_is_known_and_a_strange_word_is_not(memory):
    memory.placeholder("PERSON", "Katie Smith")
    assert memory.known_placeholder("katie smith") == "<PERSON_1>"
    assert memory.known_placeholder("katie") == "<PERSON_1>"
    assert memory.known_placeholder("smith") is None


def test_the_book_drops_the_oldest_and_forgets_on_request():
    book = MemoryBook(b"k" * 16, size=2)
    book.get("c1").placeholder("PERSON", "katie")
    book.get("c2")
    book.get("c3")
    assert book.get("c1").is_empty
    book.get("c1").placeholder("PERSON", "katie")
    book.forget("c1")
    assert book.get("c1").is_empty


def test_numbers_given_by_another_server_are_learned_and_own_ones_stay():
    here, there = MemoryBook(b"k" * 16), MemoryBook(b"k" * 16)
    here.get("c1").placeholder("PERSON", "katie")
    state = here.get("c1").as_state()
    there.get("c1", state).placeholder("PERSON", "tariq")
    memory = here.get("c1", there.get("c1").as_state())
    assert memory.placeholder("PERSON", "tariq") == "<PERSON_2>"
    assert memory.placeholder("PERSON", "katie") == "<PERSON_1>"
    assert memory.placeholder("PERSON", "zoe") == "<PERSON_3>"


def test_half_a_character_has_a_placeholder_too():
    memory = ConversationMemory(b"m" * 16)
    assert memory.placeholder("PERSON", "katie\udfff") == "<PERSON_1>"
    assert memory.known_placeholder("katie\udfff") == "<PERSON_1>"
