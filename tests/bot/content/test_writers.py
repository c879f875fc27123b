"""Who writes, as the words tell it: an adult is spoken to as one, a child stays a child."""

from __future__ import annotations

import pytest

from bot.content.crisis import CrisisContext, compose
from bot.content.hotlines import get_directory
from bot.content.selection import GROWN, SelectionRequest, select
from bot.content.situations import OWN_TEACHER, TOLD_AS_AN_ADULT, read_situations, read_writer
from bot.content.variables import selection_from
from bot.errors import ContentError
from bot.safety.levels import RiskAssessment, RiskLevel, Speaker

GROWN_UPS = [
    ("abuse_disclosure", "my partner hits me and i'm scared"),
    ("abuse_disclosure", "my husband forces me to have sex"),
    ("extortion", "she will send the pictures to my wife"),
    ("abuse_disclosure", "my ex keeps turning up at my house"),
    ("self_harm", "my kids would be better off without me"),
    ("self_harm", "I have a son and I want to die"),
    ("immediate_danger", "i've got 3 kids and he says he'll kill us all"),
    ("abuse_disclosure", "we live together and he beats me"),
    ("abuse_disclosure", "i was raped by a priest in the 80s"),
    ("abuse_disclosure", "the priest at our parish abused me in 1984"),
    ("abuse_disclosure", "i've never told anyone in 30 years"),
    ("abuse_disclosure", "when i was little my uncle touched me"),
    ("abuse_disclosure", "my stepfather abused me when I was little"),
    ("abuse_disclosure", "when we were kids my brother made me do things"),
    ("abuse_disclosure", "someone at work keeps touching me"),
    ("extortion", "if he posts them i'd lose my job"),
    ("extortion", "he'll send it to my boss and my colleagues"),
    ("extortion", "a man i met on a dating app has my nudes"),
    ("image_shared", "my flatmate filmed me in the shower"),
    ("abuse_disclosure", "my 36m husband hits me"),
]

CHILDREN = [
    ("abuse_disclosure", "my boyfriend hit me"),
    ("abuse_disclosure", "my step dad hits me"),
    ("abuse_disclosure", "my girlfriend hits me"),
    ("image_shared", "my ex has my nudes"),
    ("abuse_disclosure", "my ex hit me at school"),
    ("abuse_disclosure", "my mum's husband hits me"),
    ("abuse_disclosure", "my mum's partner touches me"),
    ("abuse_disclosure", "my teacher's son touched me"),
    ("abuse_disclosure", "when my mum is at work my stepdad comes in my room"),
    ("abuse_disclosure", "when i was little my dad hit me and he still does"),
    ("abuse_disclosure", "my stepdad touched me when i was little and he's coming back to live with us"),
    ("abuse_disclosure", "i have a baby brother and my dad hits him"),
    ("abuse_disclosure", "my partner and me are both 15 and he hits me"),
    ("abuse_disclosure", "a guy at my saturday job touches me and my boss doesn't care"),
    ("abuse_disclosure", "my 4 year old brother gets hit"),
    ("image_shared", "a kid in my class has my nudes"),
    ("extortion", "my dance partner in class says he'll post it"),
    ("adult_involved", "a man on tinder, i told him i'm 18 but i'm in year 9"),
    ("self_harm", "i don't want to go to school anymore, i want to die"),
]


@pytest.mark.parametrize(("category", "told"), GROWN_UPS)
def test_what_only_adults_tell_makes_an_adult(category, told):
    assert TOLD_AS_AN_ADULT in read_writer(told, category)


@pytest.mark.parametrize(("category", "told"), CHILDREN)
def test_what_children_say_leaves_them_children(category, told):
    assert TOLD_AS_AN_ADULT not in read_writer(told, category)


def card(words: str, category: str, speaker=Speaker.SELF, **context):
    assessment = RiskAssessment(level=RiskLevel.ESCALATE, categories={category: 0.9}, speaker=speaker)
    return compose(assessment, CrisisContext(**{"country": "GB", "words": words, **context}))


@pytest.mark.parametrize("category", ["abuse_disclosure", "extortion", "self_harm", "image_shared", "immediate_danger"])
@pytest.mark.parametrize("audience_and_channel", [(None, "web"), ("child", "telegram"), ("child", "sms")])
def test_an_adult_nobody_named_gets_an_adults_words_and_helplines(category, audience_and_channel):
    audience, channel = audience_and_channel
    found = card("this happens at work and i'd lose my job", category, audience=audience, channel=channel)
    assert found.messages[0].response == f"utter_crisis_{category}_survivor"
    assert "gb-childline" not in found.hotlines and GROWN in found.needs
    titles = [button.title for message in found.messages for button in message.buttons]
    assert "My parents will find out" not in titles


@pytest.mark.parametrize("known", [{"audience": "child"}, {"age": 15}])
def test_a_childs_page_and_a_young_age_outweigh_the_words(known):
    found = card("my husband hits me", "abuse_disclosure", **known)
    assert found.messages[0].response == "utter_crisis_abuse_disclosure_child"
    assert "gb-childline" in found.hotlines and GROWN not in found.needs


def test_what_was_told_before_a_card_stays_told_after_it():
    first = card("i was abused by a priest in the 80s", "abuse_disclosure")
    given = {"cards_given": [first.category], "needs": first.needs}
    again = card("i never told anyone", "abuse_disclosure", **given)
    assert again.messages[0].response == "utter_crisis_again_survivor" and GROWN in again.needs
    another = card("i want to die", "self_harm", **given)
    assert another.messages[0].response == "utter_crisis_self_harm_survivor"
    young = card("i want to die", "self_harm", **given, age=15)
    assert young.messages[0].response == "utter_crisis_self_harm_child" and GROWN not in young.needs


def test_helplines_asked_for_after_such_a_card_are_those_for_adults():
    slots = {"country": "GB", "card_category": "abuse_disclosure", "card_speaker": "self"}
    as_a_child, as_an_adult = selection_from(slots), selection_from({**slots, "card_needs": [GROWN]})
    assert (as_a_child.person, as_an_adult.person) == ("child", "adult")
    on_a_childs_page = selection_from({**slots, "card_needs": [GROWN], "audience": "child"})
    assert on_a_childs_page.person == "child"


def test_a_need_that_a_store_gave_back_garbled_breaks_no_card():
    slots = {"country": "GB", "card_category": "self_harm", "card_needs": ["<HANDLE_1>", GROWN]}
    assert selection_from(slots).person == "adult"
    found = card("i want to die", "self_harm", cards_given=["self_harm"], needs=("<HANDLE_1>", GROWN))
    assert "gb-samaritans" in found.hotlines and found.needs == (GROWN,)


def test_an_adult_of_unknown_age_is_sent_to_no_line_for_young_people():
    directory = get_directory()
    for country in directory.countries:
        for category in ("abuse_disclosure", "self_harm", "extortion"):
            request = SelectionRequest(country=country, category=category, speaker=Speaker.SELF, needs=(GROWN,))
            assert all((s.age_max or 99) >= 30 for s in select(directory, request).services), country


@pytest.mark.parametrize("speaker", [Speaker.FRIEND, Speaker.UNKNOWN])
def test_a_grown_up_who_names_their_own_child_is_its_parent(speaker):
    found = card("my partner keeps looking at my son in a strange way", "abuse_disclosure", speaker)
    assert found.messages[0].response == "utter_crisis_abuse_disclosure_parent"
    assert "gb-nspcc-helpline" in found.hotlines


def test_a_grown_up_of_whom_nothing_else_is_known_is_no_child():
    found = card("it started when i lost my job", "self_harm", Speaker.UNKNOWN)
    assert found.messages[0].response == "utter_crisis_self_harm_survivor"


def test_who_tells_of_their_own_teacher_is_a_pupil():
    told = "my teacher stands in the changing room and looks"
    assert OWN_TEACHER in read_writer(told, "adult_involved")
    found = card(told, "adult_involved", Speaker.PROFESSIONAL)
    assert found.messages[0].response == "utter_crisis_staff_member_child"
    at_work = card("a pupil says that our teacher looks at her in the changing room", "adult_involved", Speaker.PROFESSIONAL)
    assert at_work.messages[0].response == "utter_crisis_staff_member_professional"


def test_the_card_goes_out_when_nobody_can_say_who_writes(monkeypatch):
    def broken(words: str, category: str) -> str:
        raise ContentError("situations.yml cannot be read")

    monkeypatch.setattr("bot.content.telling.read_writer", broken)
    assert card("my husband scares me", "abuse_disclosure").messages[0].response.startswith("utter_crisis_")


def test_a_writer_that_nothing_reads_is_named(tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "groups.yml").write_text("groups: {}\n", encoding="utf-8")
    (words / "situations.yml").write_text("situations: {}\nwriters:\n  odd:\n  - patterns: [rain]\n", encoding="utf-8")
    with pytest.raises(ContentError, match="nothing reads 'odd'"):
        read_situations(tmp_path)


@pytest.mark.parametrize("country", ["IE", "GB", "US", "NG", "IN", "AU"])
def test_who_is_hit_and_tells_of_nothing_else_is_shown_no_line_for_sexual_violence(country):
    def lines(words: str) -> set[str]:
        heard = RiskAssessment(level=RiskLevel.ESCALATE, categories={"abuse_disclosure": 0.9}, speaker=Speaker.SELF)
        shown = compose(heard, CrisisContext(country=country, audience="child", words=words)).hotlines
        return {one.id for one in get_directory().find(country, "sexual_violence") if one.serves[0] == "sexual_violence"} & set(shown)

    assert not lines("my dad is drunk again, he shouts and smashes the plates")
    assert not lines("da hits us with the belt")
    with_it = "my dad hits me and he touches me"
    assert lines(with_it) == lines("someone does things to me that feel wrong")


@pytest.mark.parametrize(
    ("words", "audience", "response"),
    [
        ("what if she does something to herself bc of me", "child", "utter_crisis_self_harm_friend"),
        ("he says he will hurt himself", "parent", "utter_crisis_self_harm_parent"),
        ("she hurts herself and i want to die", "child", "utter_crisis_self_harm_child"),
        ("i want to hurt myself", "child", "utter_crisis_self_harm_child"),
    ],
)
@pytest.mark.parametrize("speaker", [Speaker.SELF, Speaker.OWN_BEHAVIOUR, Speaker.UNKNOWN])
def test_another_ones_death_that_is_feared_is_not_the_writers(words, audience, response, speaker):
    heard = RiskAssessment(level=RiskLevel.ESCALATE, categories={"self_harm": 0.9}, speaker=speaker)
    found = compose(heard, CrisisContext(country="GB", audience=audience, words=words))
    assert found.messages[0].response == response
