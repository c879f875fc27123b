"""What a person tells about the situation chooses between wordings, and never anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.content.cards import GSM, segments
from bot.content.crisis import CrisisContext, compose
from bot.content.responses import get_responses
from bot.content.selection import PURPOSES
from bot.content.situations import TOLD_AS_AN_ADULT, find_situation, get_situations, read_situations, read_writer
from bot.errors import ContentError
from bot.safety.levels import CATEGORIES, Finding, RiskAssessment, RiskLevel, Speaker
from bot.safety.protocol import VOICES

TOLD = {
    "planned_meeting": [
        ("adult_involved", "he wants to meet me at the station on saturday"),
        ("adult_involved", "My daughter agreed to meet a man she knows from a game"),
        ("adult_involved", "she bought a train ticket to see him"),
        ("adult_involved", "he said he'll pick me up after school"),
        ("adult_involved", "he wants to meet saturday"),
        ("adult_involved", "the man from the game is coming to our town next week"),
        ("immediate_danger", "she sneaked out to meet a boy she met online"),
    ],
    "staff_member": [
        ("abuse_disclosure", "my coach keeps touching me after training"),
        ("abuse_disclosure", "my son says that his teacher hit him"),
        ("adult_involved", "A colleague is messaging one of our pupils at night"),
        ("adult_involved", "our youth leader asked me for pictures"),
        ("adult_involved", "my teacher stands in the changing room and looks"),
        ("adult_involved", "our coach comes in when we shower in the changing room"),
    ],
    "parent_is_abuser": [
        ("abuse_disclosure", "my dad hits me when he is drunk"),
        ("abuse_disclosure", "my husband touched our daughter"),
        ("abuse_disclosure", "her stepdad hurts her"),
        ("abuse_disclosure", "my friend was beaten by her mum"),
        ("image_shared", "my ex took pics of my son in the bath and told him its a secret"),
        ("image_shared", "her uncle films my daughter and says not to tell"),
    ],
    "ai_made": [
        ("image_shared", "boys in my class made a deepfake of me"),
        ("image_shared", "someone put my face on a naked body"),
        ("image_shared", "they made fake nudes of my daughter with ai"),
        ("extortion", "he says he will post fake nudes of me"),
    ],
    "own_fake": [
        ("image_shared", "i used an ai app to make a nude of a girl in my class"),
        ("image_shared", "my son has made deepfakes of two girls in his year"),
        ("image_shared", "my 13 year old son was caught making fake nudes of a classmate"),
        ("offender_concern", "one of our pupils used an undress app on another pupil"),
    ],
    "asked_for_picture": [
        ("image_shared", "a boy keeps asking me for a pic but i said no"),
        ("image_shared", "my daughter's boyfriend wants pictures of her"),
        ("image_shared", "my friend is pressured to send nudes"),
        ("image_shared", "One of my pupils is being pushed to send a photo"),
    ],
    "someone_elses_image": [
        ("image_shared", "a nude of a girl in my year is going round and i have it"),
        ("image_shared", "i forwarded her nudes"),
        ("image_shared", "my son got nudes from another boy"),
    ],
    "partner_violence": [
        ("abuse_disclosure", "my ex hits me when he brings the kids"),
        ("abuse_disclosure", "my husband forces me to have sex"),
        ("abuse_disclosure", "we live together and he beats me"),
        ("immediate_danger", "my ex keeps coming to my house and threatens to kill me"),
    ],
    "others_partner_violence": [
        ("abuse_disclosure", "my friend is being beaten by her husband"),
        ("immediate_danger", "my colleague's husband punched her"),
        ("abuse_disclosure", "my daughter's husband keeps hitting her"),
    ],
    "made_to_carry": [
        ("adult_involved", "the olders make me carry packages for them"),
        ("abuse_disclosure", "my son owes a gang money"),
    ],
    "forced_marriage": [
        ("abuse_disclosure", "my parents fixed my marriage and i am only 15"),
        ("adult_involved", "they got me a one way ticket and there is a bridal dress in my size"),
    ],
    "fgm_risk": [
        ("self_harm", "my friend is going to a ceremony and she is scared of the cutting"),
        ("abuse_disclosure", "they will do fgm on my sister and my brother says its normal"),
    ],
    "own_weapon": [("immediate_danger", "i put my dads knife in my bag for tomorrow")],
    "collapsed": [("immediate_danger", "my mum is on the floor and she wont wake up")],
    "followed": [
        ("immediate_danger", "theres a man in a car he keeps asking me to get in"),
        ("immediate_danger", "someone is following me home"),
        ("immediate_danger", "hes still behind me"),
    ],
    "urge_to_hurt": [("offender_concern", "a voice tells me to hurt my little brother")],
    "eating_worries": [
        ("self_harm", "i make myself sick after every meal"),
        ("self_harm", "she is starving herself"),
    ],
    "threat_of_suicide_as_pressure": [
        ("self_harm", "my boyfriend says he will kill himself if i leave him"),
        ("self_harm", "he says he will kill himself if i dont send more"),
    ],
    "own_hand": [
        ("abuse_disclosure", "i slapped my 15 year old daughter across the face"),
        ("self_harm", "i grabbed my son by the arm and it left a bruise, i hate myself"),
        ("abuse_disclosure", "i threw my phone at my kid"),
        ("offender_concern", "i left a mark on my little boy"),
        ("immediate_danger", "i frighten my kids when i shout"),
        ("abuse_disclosure", "i've been hitting my children"),
        ("abuse_disclosure", "i scream at my kids every single day"),
        ("abuse_disclosure", "i'm the one who yells at my daughter"),
    ],
    "harm_to_a_baby": [
        ("abuse_disclosure", "I'm scared I'll shake the baby"),
        ("offender_concern", "I might hurt my baby"),
        ("self_harm", "she won't stop crying and i'm going to snap, she is only 6 weeks"),
        ("offender_concern", "i shook him. he's five weeks old"),
        ("abuse_disclosure", "i keep having thoughts of hurting my newborn"),
    ],
    "wants_to_hurt_them": [
        ("self_harm", "I can't stop thinking about killing the man who did this"),
        ("adult_involved", "I want to kill the guy who groomed my daughter"),
        ("immediate_danger", "i'm going to kill him for what he did to my son"),
        ("abuse_disclosure", "i dream of hurting my abuser"),
        ("image_shared", "i could murder the boy who posted her pictures"),
    ],
    "school_threat": [
        ("immediate_danger", "a kid says he's gonna shoot up the school"),
        ("immediate_danger", "he said he will bring something bad on friday"),
        ("self_harm", "my friend has a list of people he wants to hurt at school"),
        ("immediate_danger", "someone posted don't come to school tomorrow"),
        ("immediate_danger", "A pupil says that he will bring a knife to school"),
    ],
    "young_person": [
        ("offender_concern", "my 15 year old son had illegal images on his laptop"),
        ("offender_concern", "Police found illegal pictures on our son's computer"),
        ("offender_concern", "my 13 year old son has been looking at pictures of little children"),
        ("offender_concern", "my son, 15, touched his little sister"),
        ("offender_concern", "a 6 year old in my class touches other children"),
        ("offender_concern", "my nephew is accused of touching his cousin"),
        ("abuse_disclosure", "caught my 8 year old playing doctors with the neighbours girl"),
        ("abuse_disclosure", "my brother is 13 and he touches my little sister"),
        ("offender_concern", "my friend told me he touched his little cousin"),
    ],
}  # fmt: skip

GENERAL = [
    ("image_shared", "my son has been asking girls for pictures"),
    ("image_shared", "i asked a girl in my class for nudes"),
    ("adult_involved", "a man online asks what i look like"),
    ("adult_involved", "my daughter told her teacher that a man writes to her"),
    ("abuse_disclosure", "someone hurts me and i don't know what to do"),
    ("abuse_disclosure", "my mum believes me but my uncle touched me"),
    ("image_shared", "my ex shared my nudes with the whole school"),
    ("image_shared", "someone has a picture of me and made a fake account"),
    ("extortion", "he wants to meet me or he posts my pics"),
    ("abuse_disclosure", "my mum's husband hits me"),
    ("abuse_disclosure", "my child was touched by an older kid on the bus"),
    ("abuse_disclosure", "i hit my little brother"),
    ("abuse_disclosure", "i hit my friend's kid"),
    ("abuse_disclosure", "the man next door hits and i scream at my kids to come in"),
    ("immediate_danger", "i want to shoot up my school"),
    ("immediate_danger", "parents booked a flight to my grandparents, only one way"),
    ("offender_concern", "i'm attracted to children"),
]

#: By what is told a child's brother is a child as well; of a grown-up's brother nobody knows.
BY_WHO_WRITES = [
    ("my brother touched my sister", "abuse_disclosure", None, "young_person"),
    ("my brother touched my sister", "abuse_disclosure", True, None),
    ("i grabbed her hard and she cried", "offender_concern", True, "own_hand"),
    ("i grabbed her hard and she cried", "offender_concern", None, None),
    ("he has been making deepfakes of girls with an ai app", "image_shared", True, "ai_made"),
    ("hes been making deepfakes of two girls in his class", "image_shared", True, "own_fake"),
    ("he made a deepfake of a girl", "image_shared", None, "ai_made"),
    ("i made a report about a deepfake", "image_shared", None, "ai_made"),
    ("i sent him a pic and he made a deepfake of me", "image_shared", None, "ai_made"),
    ("a student made a deepfake of my daughter", "image_shared", True, "ai_made"),
    ("i keep yelling at her", "abuse_disclosure", True, "own_hand"),
    ("i keep yelling at her", "abuse_disclosure", None, None),
    ("she screams at me and i scream at her", "abuse_disclosure", True, None),
    ("her little brother told me she made him do things with her like on a video", "offender_concern", True, "young_person"),
    ("my brother said she made him do the dishes", "abuse_disclosure", True, None),
    ("my wife hit me and i hit her", "abuse_disclosure", True, "partner_violence"),
    ("i want to kill him", "abuse_disclosure", True, "wants_to_hurt_them"),
    ("i want to kill him", "abuse_disclosure", None, None),
    ("my ex hits me", "abuse_disclosure", True, "partner_violence"),
    ("my ex hits me", "abuse_disclosure", False, None),
    ("my sister's husband hits her", "abuse_disclosure", True, "others_partner_violence"),
    ("my sister's husband hits her", "abuse_disclosure", None, "parent_is_abuser"),
    ("my best friends partner keeps hitting her", "abuse_disclosure", True, "others_partner_violence"),
    ("my best friends boyfriend hits her", "abuse_disclosure", False, None),
    ("my cousin is in an abusive relationship", "abuse_disclosure", True, "others_partner_violence"),
    ("my friend's dad hits her", "abuse_disclosure", True, "parent_is_abuser"),
    ("my mum's husband hits her", "abuse_disclosure", True, "parent_is_abuser"),
    ("her husband touched my daughter", "abuse_disclosure", True, None),
    ("my sister says her husband hurts her daughter", "abuse_disclosure", True, None),
    ("i've got 3 kids and he says he'll kill us all", "abuse_disclosure", None, "partner_violence"),
    ("i have a kid in my class and he hit me", "abuse_disclosure", None, None),
    ("i just want to go to sleep and not wake up", "immediate_danger", None, None),
    ("he choked me until i passed out", "immediate_danger", None, None),
    ("her boyfriend left her and she says she will kill herself", "self_harm", None, None),
    ("my friend says she will kill herself if i tell anyone", "self_harm", None, None),
    ("my daughter says she will kill herself if we take her phone", "self_harm", True, None),
    ("over the summer i started cutting again", "self_harm", None, None),
    ("im scared if i tell he will hurt my mum", "immediate_danger", None, None),
    ("voices in my head keep telling me to hurt my arms", "self_harm", None, None),
    ("i stopped eating i just want it to be over", "self_harm", None, None),
    ("i put a knife in my bag im gonna stab him tomorrow", "immediate_danger", None, None),
    ("my parents found out about my boyfriend and are forcing me to marry my cousin", "abuse_disclosure", None, "forced_marriage"),
    ("dad takes me to the priest every sunday, the priest touched me", "abuse_disclosure", None, "staff_member"),
]


@pytest.mark.parametrize(
    ("name", "category", "text"), [(name, category, text) for name, rows in TOLD.items() for category, text in rows]
)
def test_a_situation_is_found_in_plain_words(name, category, text):
    found = find_situation(text, category)
    assert found is not None and found.name == name


@pytest.mark.parametrize(("category", "text"), GENERAL)
def test_where_nothing_more_is_told_the_general_words_stand(category, text):
    assert find_situation(text, category) is None


@pytest.mark.parametrize(("text", "category", "by_a_grown_up", "name"), BY_WHO_WRITES)
def test_some_words_tell_a_situation_only_of_those_who_write_so(text, category, by_a_grown_up, name):
    assert getattr(find_situation(text, category, by_a_grown_up), "name", None) == name


@pytest.mark.parametrize("told", ["my son is 22 and looks at pictures of children", "our adult son touched a little girl"])
def test_a_grown_up_son_is_no_child_who_harms(told):
    assert getattr(find_situation(told, "offender_concern", True), "name", None) != "young_person"


@pytest.mark.parametrize(
    "told", ["i want to kill the man who did this and myself, i want to die", "i hit my son and i want to end my life"]
)
def test_words_of_the_writers_own_death_go_before_everything(told):
    assert getattr(find_situation(told, "self_harm", True), "name", None) in (None, "words_of_dying")


def test_a_situation_told_one_message_earlier_still_counts():
    found = find_situation("he is 30\nhe wants to meet me tomorrow\nim scared", "adult_involved")
    assert found is not None and found.name == "planned_meeting"
    assert find_situation("", "adult_involved") is None


def card(words: str, category: str, speaker=Speaker.SELF, **context):
    assessment = RiskAssessment(level=RiskLevel.ESCALATE, categories={category: 0.9}, speaker=speaker)
    return compose(assessment, CrisisContext(**{"country": "GB", "audience": "child", "words": words, **context}))


def test_a_planned_meeting_gets_its_own_first_words_and_the_same_helplines():
    with_meeting = card("he wants to meet me tomorrow", "adult_involved")
    without = card("he is 30 and sends me hearts", "adult_involved")
    assert with_meeting.messages[0].response == "utter_crisis_planned_meeting_child"
    assert "please don't go" in with_meeting.messages[0].text
    assert with_meeting.hotlines == without.hotlines


def test_a_child_hurt_by_a_parent_is_never_sent_to_anyone_at_home():
    text = card("my dad hits me", "abuse_disclosure").messages[0].text
    assert "does not live with that person" in text
    assert "You don't have to tell anyone at home first" in text


def test_words_told_of_a_meeting_change_neither_a_question_nor_an_emergency():
    for level in (RiskLevel.CHECK_IN, RiskLevel.EMERGENCY):
        assessment = RiskAssessment(level=level, categories={"adult_involved": 0.9}, speaker=Speaker.SELF)
        told = compose(assessment, CrisisContext(country="GB", words="he wants to meet me tomorrow"))
        assert told == compose(assessment, CrisisContext(country="GB"))


def test_every_situation_has_words_for_who_tells_it_or_a_question_and_only_for_known_voices():
    for situation in get_situations().all:
        assert set(situation.categories) <= set(CATEGORIES) and set().union(*situation.needs.values()) <= set(PURPOSES)
        on_cards, asked = _voices(f"utter_crisis_{situation.name}_"), _voices(f"utter_check_in_{situation.name}_")
        assert on_cards | asked <= set(VOICES)
        if situation.about_another:
            # The general words, in another voice; or words of its own for whoever tells of somebody else.
            assert on_cards <= {"friend", "parent", "professional"}
        elif f"utter_emergency_{situation.name}" in get_responses().names:
            # What to do at this moment, whoever writes; a child may have words for before it is an emergency.
            assert on_cards <= {"child"}
        elif situation.about_a_grown_up:
            assert on_cards == {"friend"}
        elif situation.by_a_parent or situation.grown:
            assert "parent" in on_cards or not on_cards
        else:
            assert {"child", "parent"} <= on_cards or (asked and not on_cards)


def _voices(start: str) -> set[str]:
    """The voices in which words of that name are written."""
    return {name.removeprefix(start) for name in get_responses().names if name.startswith(start)}


@pytest.mark.parametrize("country", ["GB", "KE", None])
def test_a_situation_in_a_text_message_takes_two_segments_at_most(country):
    speakers = {"child": Speaker.SELF, "parent": Speaker.ABOUT_CHILD, "professional": Speaker.PROFESSIONAL}
    for rows in TOLD.values():
        category, text = rows[0]
        for audience, speaker in speakers.items():
            first = card(text, category, speaker, audience=audience, channel="sms", country=country).messages[0].text
            assert segments(first) <= 2, first
            assert set(first) <= GSM


def test_an_unknown_category_is_named(tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "groups.yml").write_text("groups: {}\n", encoding="utf-8")
    (words / "situations.yml").write_text(
        "situations:\n  odd:\n    categories: [weather]\n    patterns: [rain]\n", encoding="utf-8"
    )
    with pytest.raises(ContentError, match="odd: no category 'weather'"):
        read_situations(tmp_path)


def test_a_word_for_how_often_that_nobody_knows_is_named(tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "groups.yml").write_text("groups: {}\n", encoding="utf-8")
    (words / "situations.yml").write_text(
        "situations:\n  odd:\n    categories: [self_harm]\n    patterns: [rain]\n    anew: twice\n", encoding="utf-8"
    )
    with pytest.raises(ContentError, match="odd: anew is 'twice'"):
        read_situations(tmp_path)


def test_the_card_goes_out_when_the_situations_cannot_be_read(monkeypatch):
    def broken(words: str, category: str, by_a_grown_up: bool | None = None) -> str:
        raise ContentError("situations.yml cannot be read")

    monkeypatch.setattr("bot.content.telling.find_situation", broken)
    assert card("he wants to meet me", "adult_involved").messages[0].response == "utter_crisis_adult_involved_child"


@pytest.mark.parametrize("told", ["i lost it and hit my son today", "I gave him a slap", "I frightened her when I shouted"])
@pytest.mark.parametrize("category", ["abuse_disclosure", "offender_concern", "self_harm", "immediate_danger"])
@pytest.mark.parametrize("speaker", [Speaker.SELF, Speaker.OWN_BEHAVIOUR, Speaker.UNKNOWN])
def test_a_parent_who_hit_a_child_is_neither_survivor_nor_offender(told, category, speaker):
    found = card(told, category, speaker, audience="parent", country="GB")
    assert found.messages[0].response == "utter_crisis_own_hand_parent"
    assert found.category == "abuse_disclosure" and "gb-nspcc-helpline" in found.hotlines
    assert "gb-stop-it-now" not in found.hotlines


@pytest.mark.parametrize(
    ("words", "audience", "response"),
    [
        ("its ME who screams", "parent", "utter_crisis_own_hand_parent"),
        ("its me, the baby cries all day", "parent", "utter_crisis_harm_to_a_baby_parent"),
        ("its me", "child", "utter_crisis_abuse_disclosure_child"),
    ],
)
def test_a_situation_known_from_the_conversation_counts_without_words_for_it(words, audience, response):
    found = card(words, "abuse_disclosure", Speaker.SELF, audience=audience, situation="own_hand")
    assert found.messages[0].response == response
    assert find_situation(words, "abuse_disclosure", False) is None


@pytest.mark.parametrize("audience", ["parent", None])
def test_fear_of_harming_a_baby_first_brings_the_baby_to_a_safe_place(audience):
    found = card("im scared i might hurt my baby", "offender_concern", Speaker.SELF, audience=audience)
    assert found.messages[0].response == "utter_crisis_harm_to_a_baby_parent"
    text = found.messages[0].text
    assert text.index("in a safe place, such as the cot") < text.index("999")
    teenager = card("i slapped my 15 year old daughter", "abuse_disclosure", Speaker.SELF, audience=audience)
    assert "cot" not in teenager.messages[0].text


def test_what_a_parent_did_after_what_they_feared_brings_the_doctor_into_it():
    feared = card("im scared i might hurt my baby", "offender_concern", Speaker.SELF, audience=None)
    given = {"audience": None, "cards_given": [feared.category], "needs": feared.needs}
    done = card("i shook her", "abuse_disclosure", Speaker.OWN_BEHAVIOUR, **given)
    assert done.messages[0].response == "utter_crisis_harm_to_a_baby_parent"
    assert "was shaken" in done.messages[0].text


def asked(words: str, category: str, speaker=Speaker.SELF, **context):
    assessment = RiskAssessment(level=RiskLevel.CHECK_IN, categories={category: 0.6}, speaker=speaker)
    return compose(assessment, CrisisContext(**{"country": "GB", "words": words, **context}))


@pytest.mark.parametrize(
    ("told", "category", "audience", "name"),
    [
        ("i spanked my child and it left bruises", "abuse_disclosure", None, "own_hand_parent"),
        ("a kid says hes gonna shoot up the school", "immediate_danger", "child", "school_threat_child"),
        ("i could kill the man who did this", "self_harm", "parent", "wants_to_hurt_them_parent"),
    ],
)
def test_what_was_told_plainly_is_not_asked_for(told, category, audience, name):
    found = asked(told, category, audience=audience)
    assert found.messages[0].response == f"utter_crisis_{name}" and found.level is RiskLevel.ESCALATE
    earlier = asked(f"{told}\nhm", category, audience=audience)
    assert earlier.messages[0].response.startswith("utter_check_in_") and earlier.level is RiskLevel.CHECK_IN


def test_a_wish_to_hurt_the_one_who_did_it_gets_its_words_once_after_the_card_about_the_child():
    first = card("he groomed my daughter", "adult_involved", Speaker.ABOUT_CHILD, audience="parent")
    given = {"audience": "parent", "cards_given": [first.category], "needs": first.needs}
    rage = card("i want to kill him", "adult_involved", Speaker.SELF, **given)
    assert rage.messages[0].response == "utter_crisis_wants_to_hurt_them_parent"
    assert "Your child needs you" in rage.messages[0].text and "999" in rage.messages[0].text
    given |= {"cards_given": [first.category, rage.category], "needs": rage.needs}
    given |= {"words_given": [found.messages[0].response for found in (first, rage)]}
    again = card("i will kill him", rage.category, Speaker.SELF, **given)
    assert again.messages[0].response == "utter_crisis_again_parent"


@pytest.mark.parametrize(
    ("first", "then", "category", "name"),
    [
        ("a man asks me for pictures", "he is coming to my town on saturday", "adult_involved", "planned_meeting_child"),
        ("someone hurts me", "my dad hit me again", "abuse_disclosure", "parent_is_abuser_child"),
        ("someone is hurting me", "it was my teacher who touched me, my teacher did it", "abuse_disclosure", "staff_member_child"),
        ("my picture is everywhere", "they made it with ai", "image_shared", "ai_made_child"),
    ],
)
def test_a_situation_told_after_the_card_for_its_trouble_gets_its_words_once(first, then, category, name):
    given = card(first, category, audience="child")
    known = {"audience": "child", "cards_given": [category]}
    sharper = card(then, category, words_given=[given.messages[0].response], **known)
    assert sharper.messages[0].response == f"utter_crisis_{name}"
    said = [given.messages[0].response, sharper.messages[0].response]
    assert card(then, category, words_given=said, **known).messages[0].response.startswith("utter_crisis_again")


@pytest.mark.parametrize("category", ["self_harm", "immediate_danger", "offender_concern"])
def test_a_wish_to_hurt_somebody_else_is_no_wish_to_die_and_no_offence(category):
    found = card("i want to hurt the man who abused me", category, Speaker.OWN_BEHAVIOUR, audience="parent")
    assert found.messages[0].response == "utter_crisis_wants_to_hurt_them_survivor"
    assert "missing" not in str(found.messages) and "gb-runaway-helpline" not in found.hotlines


def test_a_child_who_harms_gets_no_card_about_an_adult_offender():
    told = "my son touched his little sister"
    found = card(told, "offender_concern", Speaker.ABOUT_CHILD, audience="parent")
    assert found.messages[0].response == "utter_crisis_young_person_parent"
    assert "don't confront or warn" not in found.messages[0].text and "both children safe" in found.messages[0].text
    sounds_like_oneself = card(told, "offender_concern", Speaker.OWN_BEHAVIOUR, audience="parent")
    assert sounds_like_oneself.messages[0].response == "utter_crisis_young_person_parent"


def test_a_threat_at_school_sends_nobody_to_a_line_for_missing_children():
    told = "he is going to shoot up the school"
    for audience in ("child", "parent", "professional"):
        found = card(told, "immediate_danger", Speaker.SELF, audience=audience)
        assert found.messages[0].response == f"utter_crisis_school_threat_{audience}"
        assert "999" in found.messages[0].text and "gb-runaway-helpline" not in found.hotlines


def test_a_planned_meeting_on_a_parents_page_is_the_childs_unless_they_speak_of_themselves():
    of_a_child = card("he wants to meet saturday", "adult_involved", Speaker.SELF, audience="parent")
    assert of_a_child.messages[0].response == "utter_crisis_planned_meeting_parent"
    own = card("he wants to meet me saturday", "adult_involved", Speaker.SELF, audience="parent")
    assert own.messages[0].response == "utter_crisis_adult_involved_survivor"


@pytest.mark.parametrize("country", ["IE", "CA", "GB", None])
def test_the_words_about_violence_by_a_partner_promise_no_line_that_is_not_there(country):
    for told, speaker in (("my husband hits me", Speaker.SELF), ("my husband hits me and my kids", Speaker.ABOUT_CHILD)):
        text = card(told, "abuse_disclosure", speaker, audience="parent", country=country).messages[0].text
        assert "The people below help you make" not in text and "If none is named below" in text


def test_violence_by_a_partner_brings_the_line_for_it_to_an_adult_of_any_page():
    for audience in ("parent", None):
        found = card("my husband hits me", "abuse_disclosure", Speaker.SELF, audience=audience, country="US")
        assert found.messages[0].response == "utter_crisis_partner_violence_survivor"
        assert "us-ndvh" in found.hotlines


def test_a_grown_up_who_worries_about_a_grown_up_gets_the_line_for_them_and_no_line_for_children():
    for speaker in (Speaker.FRIEND, Speaker.ABOUT_CHILD, Speaker.UNKNOWN):
        words = "my sister's husband hits her"
        found = card(words, "abuse_disclosure", speaker, audience="parent", country="GB")
        assert found.messages[0].response == "utter_crisis_others_partner_violence_friend"
        assert "gb-domestic-abuse" in found.hotlines and "gb-childline" not in found.hotlines
    child = card("my sister's husband hits her", "abuse_disclosure", Speaker.FRIEND, audience="child", country="GB")
    assert "gb-childline" in child.hotlines


def test_who_found_something_at_their_partner_is_not_spoken_to_as_the_one_who_did_it():
    found = card("i found something on my husbands laptop", "offender_concern", Speaker.SELF, audience=None)
    assert found.messages[0].response == "utter_crisis_offender_concern_parent"
    own = card("my wife doesnt know about my thoughts", "offender_concern", Speaker.SELF, audience=None)
    assert own.messages[0].response == "utter_crisis_offender_concern_own_behaviour"


def test_who_tells_what_was_done_to_them_as_a_child_is_an_adult():
    found = card("i was abused as a child", "abuse_disclosure", Speaker.SELF, audience=None)
    assert found.messages[0].response == "utter_crisis_abuse_disclosure_survivor"
    on_a_page_for_children = card("i was hit as a kid, im 13", "abuse_disclosure", Speaker.SELF)
    assert on_a_page_for_children.messages[0].response == "utter_crisis_abuse_disclosure_child"


@pytest.mark.parametrize(
    "told",
    ["i think he hurt my son", "i saw my brother hit my baby sister", "he said he will hurt my kids",
     "i would never hit my kids"],
)  # fmt: skip
def test_who_protects_a_child_is_not_told_that_they_did_it(told):
    assert getattr(find_situation(told, "abuse_disclosure"), "name", None) != "own_hand"


@pytest.mark.parametrize(
    "told", ["a man posed as a kid online and has my nudes", "he treats me as a child", "it started 10 years ago"]
)
def test_a_child_is_not_made_an_adult_by_a_word(told):
    assert TOLD_AS_AN_ADULT not in read_writer(told, "extortion")


@pytest.mark.parametrize(
    "told", ["my husband hit me in the face", "my wife punched me", "my husband hits me and my kids"]
)
def test_who_is_hurt_by_a_partner_is_no_child_of_theirs(told):
    assert find_situation(told, "abuse_disclosure").name == "partner_violence"
    assert find_situation("my husband hits our son", "abuse_disclosure").name == "parent_is_abuser"


def test_own_thoughts_stay_ones_own_whoever_else_is_named():
    told = "my wife says i need help because of my thoughts"
    found = card(told, "offender_concern", Speaker.OWN_BEHAVIOUR, audience=None)
    assert found.messages[0].response == "utter_crisis_offender_concern_own_behaviour"


def test_a_child_page_never_gets_the_words_for_a_parent_who_hit():
    found = card("i hit my baby", "abuse_disclosure", Speaker.SELF)
    assert "own_hand" not in found.messages[0].response and found.hotlines[0] == "gb-childline"


def test_what_a_parent_who_hit_is_told_fits_a_child_of_any_age():
    for channel in ("web", "sms"):
        text = get_responses().choose("utter_crisis_own_hand_parent", "parent", channel, {"country": "GB"}).text
        assert "in a cot" not in text and "small child goes somewhere safe first" in text


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("i pushed him off me and ran, he raped me", "abuse_disclosure"),
        ("she took pills, i grabbed her", "self_harm"),
        ("i don't go to school today because i want to die", "self_harm"),
        ("dad says don't go to school tomorrow so no one sees the bruises", "abuse_disclosure"),
        ("i brought a knife to school to cut myself", "self_harm"),
        ("my stepdad says be a good girl and he pulled my pants down", "abuse_disclosure"),
        ("he said he'd take revenge for this and post my pics", "extortion"),
        ("i want to kill him for what he did and then myself", "self_harm"),
    ],
)
def test_words_that_only_sound_like_a_situation_keep_their_own_card(words, category):
    for by_a_grown_up in (True, False, None):
        found = find_situation(words, category, by_a_grown_up)
        assert found is None or found.name not in SWALLOWS, found


SWALLOWS = ("own_hand", "own_hand_of_whom", "school_threat", "young_person", "young_person_at_play", "wants_to_hurt_them")


def test_what_was_told_before_does_not_swallow_a_wish_to_die():
    words = "a boy in my class says hes going to shoot up the school\ni want to die"
    found = compose(
        RiskAssessment(RiskLevel.ESCALATE, {"self_harm": 0.97}, Speaker.SELF),
        CrisisContext(country="GB", audience="child", words=words, cards_given=("immediate_danger",)),
    )
    assert found.category == "self_harm" and "self_harm" in found.messages[0].response


def test_another_kind_of_emergency_is_no_repeat():
    taken = RiskAssessment(RiskLevel.EMERGENCY, {"self_harm": 0.97}, Speaker.SELF)
    context = CrisisContext(country="GB", audience="child", words="i took all the pills", emergencies=1)
    assert compose(taken, context).messages[0].response == "utter_emergency_self_harm_child"
    again = compose(taken, replace(context, emergency_from_oneself=True))
    assert again.messages[0].response == "utter_emergency_again_self_harm"


def test_once_help_was_called_the_number_is_for_what_gets_worse_and_another_danger_is_met_anew():
    taken = RiskAssessment(RiskLevel.EMERGENCY, {"self_harm": 0.97}, Speaker.SELF)
    context = CrisisContext(country="GB", audience="child", emergency_from_oneself=True, help_is_called=True)
    assert compose(taken, context).messages[0].response == "utter_emergency_help_called"
    hit = RiskAssessment(RiskLevel.EMERGENCY, {"immediate_danger": 0.97}, Speaker.SELF)
    assert compose(hit, context).messages[0].response == "utter_emergency_danger_child"


@pytest.mark.parametrize(
    ("categories", "findings", "expected"),
    [
        # What is written on is about who does not wake up, also where a score hears danger by another.
        ({"immediate_danger": 0.9}, (), "utter_emergency_again_collapsed"),
        ({"immediate_danger": 0.9}, (Finding("immediate_danger", "signal", 0, 4, "…"),), "utter_emergency_danger_child"),
        ({"self_harm": 0.97}, (), "utter_emergency_self_harm_child"),
    ],
)
def test_who_found_somebody_that_does_not_wake_up_is_not_spoken_to_of_an_attack_or_of_tablets(categories, findings, expected):
    risk = RiskAssessment(RiskLevel.EMERGENCY, categories, Speaker.SELF, findings=findings)
    opened = {"emergencies": 1, "emergency_from_oneself": True, "emergency_of_a_collapse": True}
    context = CrisisContext(country="GB", audience="child", words="she smells like wine", **opened)
    assert compose(risk, context).messages[0].response == expected


@pytest.mark.parametrize(
    ("told_anew", "category", "expected"),
    [
        (False, "immediate_danger", "utter_emergency_help_called"),
        (True, "immediate_danger", "utter_emergency_worse_danger"),
        (True, "self_harm", "utter_emergency_still_self_harm"),
    ],
)
def test_once_help_was_called_what_gets_worse_is_to_be_told_to_them_at_once(told_anew, category, expected):
    risk = RiskAssessment(RiskLevel.EMERGENCY, {category: 0.97}, Speaker.SELF)
    state = {"help_is_called": True, "emergency_told_anew": told_anew, "emergency_from_oneself": category == "self_harm"}
    context = CrisisContext(country="GB", audience="child", emergencies=2, **state)
    assert compose(risk, context).messages[0].response == expected


@pytest.mark.parametrize(
    ("emergencies", "told_anew", "expected"),
    [(1, True, "worse"), (1, False, "again"), (2, True, "still"), (3, True, "worse"), (3, False, "still")],
)
def test_danger_that_is_told_anew_gets_the_number_without_an_if_and_not_the_same_words_twice(emergencies, told_anew, expected):
    hit = RiskAssessment(RiskLevel.EMERGENCY, {"immediate_danger": 0.97}, Speaker.SELF)
    context = CrisisContext(country="GB", audience="child", emergencies=emergencies, emergency_told_anew=told_anew)
    assert compose(hit, context).messages[0].response == f"utter_emergency_{expected}_danger"


@pytest.mark.parametrize(("emergencies", "expected"), [(1, "again"), (2, "still"), (5, "still")])
def test_the_same_words_are_not_said_a_third_time(emergencies, expected):
    taken = RiskAssessment(RiskLevel.EMERGENCY, {"self_harm": 0.97}, Speaker.SELF)
    context = CrisisContext(country="GB", audience="child", emergencies=emergencies, emergency_from_oneself=True)
    assert compose(taken, context).messages[0].response == f"utter_emergency_{expected}_self_harm"


def told_by_staff(told, category):
    """The reply on a page for professionals, when the learned guess is that a professional writes of a child."""
    risk = RiskAssessment(RiskLevel.ESCALATE, {category: 0.95}, Speaker.PROFESSIONAL)
    return compose(risk, CrisisContext(country="GB", audience="professional", words=told))


@pytest.mark.parametrize(
    ("told", "category"),
    [
        ("I'm a nurse and I've been thinking about ending it", "self_harm"),
        ("I feel suicidal, me, not a student", "self_harm"),
        ("my husband hits me", "abuse_disclosure"),
        ("I was raped by a colleague", "abuse_disclosure"),
        ("I'm being blackmailed with a video of me, I'm a teacher", "extortion"),
        ("students made a deepfake of me, their teacher", "image_shared"),
    ],
)
def test_a_professional_who_writes_of_themselves_is_answered_as_an_adult(told, category):
    reply = told_by_staff(told, category)
    said = " ".join(message.text for message in reply.messages)
    assert "safeguarding lead" not in said and "Childline" not in said and "the child" not in said, said
    assert reply.speaker is Speaker.SELF and "of_themselves" in reply.needs


@pytest.mark.parametrize(
    ("told", "category"),
    [
        ("a pupil told me he wants to die", "self_harm"),
        ("one of my students said i want to kill myself", "self_harm"),
        ("a girl in my class is being blackmailed", "extortion"),
        ("her stepdad hits her, she told me", "abuse_disclosure"),
    ],
)
def test_a_professional_who_writes_of_a_child_stays_one(told, category):
    reply = told_by_staff(told, category)
    assert reply.messages[0].response.endswith("_professional")


@pytest.mark.parametrize(
    "told",
    [
        "my boyfriend chokes me when he's angry",
        "my partner pushed me down the stairs",
        "my boyfriend won't let me see my friends and takes my money",
        "my partner put a tracker on my car",
    ],
)
def test_violence_by_a_boyfriend_brings_the_line_for_it_to_a_grown_up(told):
    assert getattr(find_situation(told, "abuse_disclosure", True), "name", None) == "partner_violence"
    assert getattr(find_situation("my boyfriend chokes me", "abuse_disclosure", False), "name", None) is None


@pytest.mark.parametrize("told", ["i shared my gfs nude with my mates", "i sent a pic of my ex to my friends", "i posted my ex's nudes"])
def test_who_passed_on_a_picture_is_not_the_one_in_it(told):
    assert find_situation(told, "image_shared").name == "someone_elses_image"


def test_a_situation_that_was_answered_before_is_not_answered_again_for_other_words():
    known = {"audience": "child", "cards_given": ["adult_involved"], "words_given": ["utter_crisis_adult_involved_child"]}
    later = card("he is coming to my town on saturday\nhe knows where my brother goes to school", "adult_involved", **known)
    assert later.messages[0].response.startswith("utter_crisis_again")
