"""The action server holds what it answers from before somebody asks."""

from __future__ import annotations

from bot import actions_server
from bot.content.hotlines import get_directory
from bot.content.platforms import get_platforms
from bot.content.responses import get_responses


def test_content_is_read_before_the_port_opens():
    kept = (get_directory, get_responses, get_platforms)
    for function in kept:
        function.cache_clear()
    actions_server.load_content()
    read = [function.cache_info().misses for function in kept]
    actions_server.load_content()
    assert [function.cache_info().misses for function in kept] == read and all(read)
