"""What is remembered for a while: the newest stay, a key noted again is new again, and values can be changed."""

from bot.channels.recent import Recent


def test_the_oldest_is_forgotten_first_and_a_key_noted_again_is_the_newest():
    memory = Recent(2)
    for key in ("a", "b", "a", "c"):
        memory.note(key)
    assert list(memory) == ["a", "c"]


def test_a_value_is_kept_and_can_be_replaced():
    memory = Recent(2)
    memory.note("a", 1)
    memory.note("a", 2)
    assert dict(memory) == {"a": 2}
