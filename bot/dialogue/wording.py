"""VettedWording: Rasa's NLG for this assistant. It chooses and fills vetted sentences; it writes none."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue.facts import read_facts
from bot.dialogue.help_in_sight import keep_help_in_sight
from bot.dialogue.special import composer_of, plain

logger = logging.getLogger(__name__)


class VettedWording(NaturalLanguageGenerator):
    """Named in `endpoints.yml` under `nlg: type`. Needs no action server and no network."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """Takes what Rasa hands to a custom NLG; both are unused."""

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Words one response.

        Args:
            utter_action: Response name, such as `utter_faq/what_is_grooming` or `utter_crisis_card`.
            tracker: The conversation so far.
            output_channel: Name of the channel that will carry the reply.
            **kwargs: Template values from a custom action, used to fill placeholders.

        Returns:
            `text` (bubbles separated by a blank line), `buttons`, `response` (the id that was spoken),
            `hotlines` (ids shown) and, where the widget draws more than text, `custom`.
        """
        facts = read_facts(tracker, output_channel)
        compose, now = composer_of(utter_action), datetime.now(timezone.utc)
        if compose is not None:
            draft = compose(tracker, facts, now)
        else:
            values = {name: value for name, value in kwargs.items() if isinstance(value, (str, int, float))}
            draft = plain(utter_action, facts, values)
        return keep_help_in_sight(utter_action, draft, tracker, facts, now)
