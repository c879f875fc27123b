"""Understanding happens in threads; what it raises and returns reaches the caller."""

import asyncio
import threading

import pytest

from bot import off_loop


class Processor:
    http_interpreter = None

    async def parse_message(self, text):
        if text == "broken":
            raise ValueError(text)
        return text, threading.current_thread().name


@pytest.fixture
def processor(monkeypatch):
    import rasa.core.processor

    monkeypatch.setattr(rasa.core.processor, "MessageProcessor", type("Processor", (Processor,), {"parse_message": Processor.parse_message}))
    off_loop.install()
    off_loop.install()
    return rasa.core.processor.MessageProcessor()


async def test_messages_are_understood_in_threads_and_in_their_own_order(processor):
    found = await asyncio.gather(*(processor.parse_message(str(number)) for number in range(20)))
    assert [text for text, _ in found] == [str(number) for number in range(20)]
    assert all(name.startswith("understanding") for _, name in found)


async def test_a_failure_reaches_the_caller(processor):
    with pytest.raises(ValueError, match="broken"):
        await processor.parse_message("broken")


async def test_a_remote_interpreter_stays_on_the_event_loop(processor):
    processor.http_interpreter = object()
    assert (await processor.parse_message("a"))[1] == threading.current_thread().name
