"""Steps whose words are made from the answers given so far: a plan, an agreement, the next setting to look at. Pure.

A composer is named by `composer:` in `data/journeys/*.yml`. It puts vetted texts of `data/` together and writes no
sentence of its own. For a step that asks, it is called again after each answer until it returns None: then the journey
goes on with the step's `next`. For an end step it returns the closing page.
"""

from __future__ import annotations

from functools import partial
from typing import Mapping

from bot.content.composed import Answers, Composed, Composer, JourneyFacts
from bot.content.country_step import ask_country
from bot.content.privacy_walk import ask_app, ask_setting, summary
from bot.content.sheets import compose_sheet

__all__ = ["COMPOSERS", "Answers", "Composed", "Composer", "JourneyFacts"]

COMPOSERS: Mapping[str, Composer] = {
    "country": ask_country,
    "disclosure_plan": partial(compose_sheet, "disclosure_plan"),
    "family_agreement": partial(compose_sheet, "family_agreement"),
    "professional_card": partial(compose_sheet, "professional_card"),
    "privacy_app": ask_app,
    "privacy_setting": ask_setting,
    "privacy_summary": summary,
}
