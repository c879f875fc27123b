"""What failed a moment ago is waited for briefly, and not for ever."""

from __future__ import annotations

from bot.channels.patience import BRIEF_SECONDS, WARY_SECONDS, Patience


def test_after_a_failure_the_wait_is_brief_for_a_while_and_as_long_as_ever_afterwards():
    now = [0.0]
    patience = Patience(5.0, lambda: now[0])
    assert patience.seconds == 5.0
    patience.note_failure()
    assert patience.seconds == BRIEF_SECONDS
    now[0] += WARY_SECONDS
    assert patience.seconds == 5.0


def test_brief_waits_in_vain_do_not_put_off_the_next_long_one():
    now = [0.0]
    patience = Patience(5.0, lambda: now[0])
    for _ in range(4):
        patience.note_failure()
        now[0] += WARY_SECONDS / 4
    assert patience.seconds == 5.0
