"""A country's name reads well in every sentence that holds it: "in the United Kingdom", "for Ireland"."""

from __future__ import annotations

import re

import pytest

from bot.content.hotlines import get_directory
from bot.content.platform_answers import render
from bot.content.platforms import get_platforms
from bot.content.responses import get_responses

DIRECTORY = get_directory()
#: Codes of ISO 3166 whose English name takes "the" in a sentence (common usage).
ARTICLE = frozenset(["AE", "BS", "CD", "CF", "CG", "CK", "CZ", "DO", "FK", "FO", "GB", "GM", "IM", "KM", "KY", "MH", "MP", "MV", "NL", "PH", "SB", "SC", "SD", "TC", "US", "VA", "VG", "VI"])
#: Names in the directory that stand without one, though the long name of the country would take it.
WITHOUT = frozenset(("CZ",))
TEXTS = [
    (name, variation)
    for name in get_responses().names
    for variation in get_responses().variations(name)
    if "{country_name}" in variation.text
]


@pytest.mark.parametrize("country", DIRECTORY.countries)
def test_the_name_in_a_sentence_has_its_article_and_only_where_it_belongs(country):
    spoken = DIRECTORY.in_text[country]
    assert spoken.startswith("the ") == (country in ARTICLE - WITHOUT), spoken
    assert not re.search(r"\bSAR\b|\(", spoken)
    assert not DIRECTORY.names[country].startswith("the "), "Lists and labels stay without the article."


def test_a_name_that_is_a_plural_or_a_union_is_never_bare():
    bare = [name for name in DIRECTORY.in_text.values() if re.match(r"United |Republic|\w+ (Islands|States)\b", name)]
    assert not bare


@pytest.mark.parametrize("country", DIRECTORY.countries)
def test_every_text_that_names_the_country_says_it_so(country):
    assert len(TEXTS) > 5
    for name, variation in TEXTS:
        said = get_responses().fill(variation.text, {"country": country, "channel": variation.channel or "web"})
        assert re.search(rf"\b(?:for|in|In) {re.escape(DIRECTORY.in_text[country])}\b", said), (name, said)


def test_without_a_country_it_is_every_country():
    assert get_responses().fill("{country_name}", {}) == "every country"


def test_the_age_rule_of_a_platform_names_the_country_the_same_way(monkeypatch):
    book = get_platforms()
    monkeypatch.setattr(book, "under_16", {"AU": book.under_16["AU"], "GB": book.under_16["AU"]})
    for code, said in (("AU", "In Australia this platform"), ("GB", "In the United Kingdom this platform")):
        assert said in "\n".join(render("tiktok", "private_account", "parent", "web", code).texts)
