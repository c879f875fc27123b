"""What is remembered for a while: the newest stay, a key noted again is new again, and values can be changed."""

import gc
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from bot.channels import recent
from bot.channels.recent import Recent
from tests.waiting import wait_until


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


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=time.sleep))
    return now


def test_a_key_goes_when_its_time_is_over_and_one_noted_again_has_its_time_anew(clock):
    memory = Recent(10, 60)
    memory.note("a")
    memory.note("b")
    clock[0] += 30
    memory.note("a")
    memory.forget_old()
    assert list(memory) == ["b", "a"]
    clock[0] += 30
    memory.forget_old()
    assert list(memory) == ["a"]
    clock[0] += 30
    memory.forget_old()
    assert not memory


def test_without_a_time_nothing_goes(clock):
    memory = Recent(10)
    memory.note("a")
    clock[0] += 10**9
    memory.forget_old()
    assert list(memory) == ["a"]


def test_keys_that_were_taken_out_are_not_counted_for_ever(clock):
    memory = Recent(3, 60)
    for number in range(100):
        memory.note(number)
        memory.pop(number)
    memory.note("a")
    assert list(memory) == ["a"] and len(memory._noted) <= 3


def test_what_is_old_goes_by_itself_where_nobody_writes_any_more(monkeypatch):
    monkeypatch.setattr(recent, "SWEEP_SECONDS", 0.01)
    monkeypatch.setattr(recent, "_sweeper", recent._Sweeper())
    memory = Recent(10, 0.05)
    memory.note("a", "words")
    assert wait_until(lambda: not memory)


def test_a_memory_that_nobody_holds_any_more_is_not_kept_for_the_sweep():
    memory = Recent(10, 60)
    held = weakref.ref(memory)
    del memory
    gc.collect()
    assert held() is None
    recent._sweeper.sweep()


def test_several_threads_may_note_while_old_keys_go():
    memory = Recent(50, 0.0005)
    stop = time.monotonic() + 0.3

    def write(name):
        while time.monotonic() < stop:
            for number in range(100):
                memory.note((name, number))
                memory.get((name, number))
                memory.pop((name, number - 1), None)
            memory.forget_old()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, "abcd"))
    assert len(memory) <= 50
