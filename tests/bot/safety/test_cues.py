"""Stance, denial and language from the words alone."""

from __future__ import annotations

import pytest

from bot.safety.cues import gather_evidence, get_cues, language_of
from bot.safety.levels import Stance
from bot.safety.patterns import tokenize
from bot.safety.signals import get_signals
from bot.text.cleanup import clean


@pytest.mark.parametrize(
    "text, stance",
    [
        ("what is sextortion", Stance.EDUCATIONAL),
        ("my essay is about grooming", Stance.EDUCATIONAL),
        ("it happened when i was nine", Stance.PAST),
        ("ten years ago he hurt me", Stance.PAST),
        ("he hurts me", Stance.NOW),
    ],
)
def test_stance(text: str, stance: Stance) -> None:
    assert gather_evidence(tokenize(clean(text)), get_signals(), get_cues()).stance is stance


def test_a_denial_is_trusted_only_in_a_short_message() -> None:
    short = gather_evidence(tokenize(clean("nobody is hurting me")), get_signals(), get_cues())
    text = "nobody is hurting me at school any more but at home it is every single evening when he comes back"
    assert short.denied and not gather_evidence(tokenize(clean(text)), get_signals(), get_cues()).denied


@pytest.mark.parametrize(
    "text",
    ["nobody is threatening me", "no one has ever hit me", "nobody touched me", "nobody at home hurts me",
     "no one is actually forcing me", "i was like dying laughing", "nobody has touched my son"],
)  # fmt: skip
def test_a_denial_is_believed(text: str) -> None:
    assert gather_evidence(tokenize(clean(text)), get_signals(), get_cues()).denied


@pytest.mark.parametrize(
    "text",
    ["nobody hurts me except my uncle", "no one has ever hit me like dad does", "nobody touched me except him",
     "no one hurts me but my uncle does it at night", "nobody hurts me apart from my stepdad",
     "no one touched me until last week", "nobody hurts me. but my uncle does", "nobody else hits me",
     "besides my brother nobody hits me", "nobody knows he hits me", "no one believes he touched me"],
)  # fmt: skip
def test_a_denial_with_an_exception_is_none(text: str) -> None:
    assert not gather_evidence(tokenize(clean(text)), get_signals(), get_cues()).denied


@pytest.mark.parametrize(
    "text, language",
    [
        ("i don't know what to do with my phone", "en"),
        ("no quiero vivir más con mi padre", "es"),
        ("ich will nicht mehr leben", "de"),
        ("я хочу умереть", "ru"),
        ("死にたい", "ja"),
        ("我不想活了", "zh"),
        ("أريد أن أموت", "ar"),
        ("asante sana", "und"),
        ("mes devoirs sont trop durs", "fr"),
        ("usse kya bolu", "und"),
        ("oi gente, esqueci a senha do insta", "pt"),
        ("nossa, to morta de sono kkkk", "pt"),
        ("buenas, ayuda con el tiktok", "es"),
        ("cc jsuis trop crevé mdr", "fr"),
        ("hab wieder handyverbot wegen mathe", "de"),
        ("raga sn stanchissima oggi", "it"),
        ("ff vraagje, hoe zet ik snap op privé", "nl"),
        ("szkoła mnie dzisiaj wykończy", "pl"),
        ("kanka çok yoruldum yaa", "tr"),
        # "ı" and "ł" are "i" and "l" in a clean text.
        ("artık bıktım", "tr"),
        ("on był dzisiaj miły", "pl"),
        # A letter of one language only.
        ("ağaç gölgesi değişmiş", "tr"),
        ("la jalapeño pizza was so hot", None),
        ("so tired of school lol", "en"),
        ("come on man no way", "en"),
        ("he keeps asking for pics", "en"),
        ("kms lol", None),
        ("ok", None),
        ("go on", None),
        ("", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(clean(text).text, get_cues()) == language
