"""Which messaging channels are switched on, for the start and for `doctor`. Pure, no Rasa.

A new channel adds its two functions here: sentences about settings that cannot work, and lines for `make run`.
"""

from __future__ import annotations

from typing import Callable, List, Tuple

from bot.channels.generic_signature import gateway_lines, gateway_problems
from bot.channels.telegram_settings import telegram_lines, telegram_problems
from bot.channels.twilio_settings import twilio_lines, twilio_problems
from bot.config import Settings

Say = Callable[[Settings], List[str]]

_CHANNELS: Tuple[Tuple[Say, Say], ...] = (
    (telegram_problems, telegram_lines),
    (twilio_problems, twilio_lines),
    (gateway_problems, gateway_lines),
)


def channel_problems(settings: Settings) -> List[str]:
    """Sentences about settings that cannot work; a server does not start with one."""
    return [sentence for problems, _ in _CHANNELS for sentence in problems(settings)]


def channel_lines(settings: Settings) -> List[str]:
    """One line a channel: on or off, and how."""
    return [line for _, lines in _CHANNELS for line in lines(settings)]
