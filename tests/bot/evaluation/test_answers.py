"""The answers part: nearest, given outright, wrong with confidence, out of scope."""

from __future__ import annotations

from pathlib import Path

from bot.evaluation.answers import (
    COURTESIES,
    Question,
    Understood,
    answer_figures,
    by_topic,
    courtesy_figures,
    load_questions,
    with_courtesies,
)

QUESTIONS = [
    Question("how do i block someone", "block_someone", "privacy_settings"),
    Question("what is this about", "what_is_grooming", "grooming_what_is"),
    Question("is it bad", "what_is_grooming", "grooming_what_is"),
    Question("hello you", "greet", "intents"),
    Question("who won the match", "out_of_scope_general", "intents"),
]
UNDERSTOOD = [
    Understood("block_someone", ("block_someone", "a", "b")),
    Understood(None, ("a", "what_is_grooming", "b")),
    Understood("a", ("a", "b", "c")),
    Understood("greet", ()),
    Understood(None, ("a",)),
]


def test_each_figure_counts_what_it_says() -> None:
    figures = answer_figures(QUESTIONS, UNDERSTOOD)
    counts = {name: (figure.hits, figure.total) for name, figure in figures.items()}
    assert counts == {
        "Right answer nearest (top 1)": (1, 3),
        "Right answer among the nearest three": (2, 3),
        "Right answer given outright": (1, 3),
        "Wrong answer given outright": (1, 3),
        "Not understood: the nearest three were offered": (1, 3),
        "Dialogue intent recognised": (1, 2),
        "Out of scope left without an answer": (1, 1),
    }


def test_courtesies_stand_around_questions_with_an_answer() -> None:
    asked = with_courtesies(QUESTIONS)
    assert [one.text for one in asked] == [
        words.format(one.text) for words, one in zip(COURTESIES, QUESTIONS[:3], strict=False)
    ]
    figures = courtesy_figures(asked, UNDERSTOOD[:3])
    assert [(figure.hits, figure.total) for figure in figures.values()] == [(1, 3), (1, 3)]


def test_topics_leave_dialogue_intents_out() -> None:
    assert set(by_topic(QUESTIONS, UNDERSTOOD)) == {"privacy_settings", "grooming_what_is"}


def test_questions_are_read_from_topic_files(tmp_path: Path) -> None:
    (tmp_path / "talk.yml").write_text("start_the_talk:\n  - how to begin\n  - where to begin\n", encoding="utf-8")
    assert load_questions(tmp_path) == [
        Question("how to begin", "start_the_talk", "talk"),
        Question("where to begin", "start_the_talk", "talk"),
    ]
