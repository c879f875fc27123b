"""The share of fitting replies after a card may not fall: what was reached once on the held-out conversations is kept."""

from bot.evaluation.after_card import fitting, hurting, load_conversations, play

#: A little below and above what docs/scorecard.md shows: another processor rounds the eight-bit network otherwise.
FIT_AT_LEAST, HURT_AT_MOST = 0.79, 0.065


def test_replies_after_a_card_fit_as_often_as_before(assistant):
    def converse(turns, audience, country):
        return assistant.converse(turns, "held-out", audience, country)

    answered = play(load_conversations(), converse)
    assert fitting(answered).value >= FIT_AT_LEAST, fitting(answered).as_text()
    assert hurting(answered).value <= HURT_AT_MOST, hurting(answered).as_text()
