"""Whose situation it is in a later turn of a conversation."""

import pytest

from bot.safety.levels import Speaker
from bot.safety.speaker_memory import carried_speaker

CHILD, SELF, FRIEND = Speaker.ABOUT_CHILD, Speaker.SELF, Speaker.FRIEND


@pytest.mark.parametrize(
    ("newest", "text", "before", "meant"),
    [
        (SELF, "he is 15 he says", CHILD, CHILD),
        (SELF, "how do i know if he is really 15", CHILD, CHILD),
        (FRIEND, "can the photos be deleted from his phone", CHILD, CHILD),
        (Speaker.OWN_BEHAVIOUR, "my daughter wrote to him again", CHILD, CHILD),
        (SELF, "she did it again", FRIEND, FRIEND),
        (SELF, "should i tell the parents", Speaker.PROFESSIONAL, Speaker.PROFESSIONAL),
        # The writer speaks of themselves, or somebody is named.
        (SELF, "he wrote to me too when i was her age", CHILD, SELF),
        (SELF, "i want to die", CHILD, SELF),
        (CHILD, "it is my sister's boy", FRIEND, CHILD),
        # Nothing was told before, or the writer's own trouble was.
        (SELF, "he is 15 he says", None, SELF),
        (FRIEND, "she did it again", SELF, FRIEND),
    ],
)
def test_a_turn_that_names_nobody_is_about_the_person_told_of_before(newest, text, before, meant):
    assert carried_speaker(newest, text, before) is meant
