"""Answers to our own direct question, with near-misses."""

import time

import pytest

from bot.safety.answers import (
    AFTER_AN_EMERGENCY,
    AFTER_AN_OVERDOSE,
    adds_trouble,
    asks_about_death,
    asks_for_numbers,
    asks_if_normal,
    asks_to_stop_an_insult,
    asks_to_wait,
    asks_until_help_comes,
    asks_what_now,
    asks_where,
    begins_with_no,
    behind_thanks,
    calls_off,
    carries_out,
    comes_near,
    comes_upon_pornography,
    cries_for_help,
    denies_dying,
    denies_dying_of_others,
    denies_help,
    denies_trouble,
    doubts_telling,
    explains,
    feels_the_same,
    has_changed_mind,
    hides,
    hides_scars,
    is_about_me,
    is_back,
    is_kept_away,
    is_looked_after,
    is_of_the_writer_alone,
    is_one_word,
    is_question,
    is_shown_pornography,
    is_the_lead,
    is_theirs,
    is_told_in_despair,
    is_treated,
    makes_a_plan,
    may_go_along,
    means_another,
    mourns_and_asks_about_death,
    must_not_be_heard,
    names_a_child_near,
    names_a_time,
    names_deadline,
    names_family,
    names_others,
    names_someone_to_tell,
    names_the_same_child,
    only_covers_scars,
    plans_to_tell,
    rages,
    reaches_a_service,
    read_answer,
    says_as_well,
    says_outcome,
    says_phone_is_low,
    says_same_age,
    says_thanks,
    says_they_are_young,
    sees_pornography_of_peers,
    speaks_of_dying,
    speaks_of_finding_out,
    speaks_of_other_children,
    speaks_of_telling,
    tells_of_another_time,
    tells_of_paying,
    tells_of_safety,
    took_nothing,
    wants_something,
    wants_to_die,
    was_missing,
    was_told_to_die,
    will_not_act,
)
from bot.safety.levels import ABUSE_DISCLOSURE, ADULT_INVOLVED, SELF_HARM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", "affirm"),
        ("kinda", "affirm"),
        ("no im not joking", "affirm"),
        ("lol no its just homework", "deny"),
        ("haha yes", "affirm"),
        ("lol yeah", "affirm"),
        ("ok maybe sometimes", "affirm"),
        ("lol i am fine", "deny"),
        ("nah jk", "deny"),
        ("it was a joke", "deny"),
        ("im fine", "deny"),
        ("not like that lol just tired", "deny"),
        ("not like that he only does it at night", None),
        ("what is grooming", None),
        ("my dad", None),
        ("", None),
        ("no one at home ever listens to me and i do not know how long i can go on with it all", None),
    ],
)
def test_answer(text, expected):
    assert read_answer(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "no one would care if i was gone", "no point in anything", "no reason to live", "no way out", "no one",
        "not really sure i want to be here", "not really ok", "im just tired of being alive", "im not just tired",
        "i'm good at hiding it", "im ok with dying", "i wish it was just a joke", "no im a joke",
        "lol whatever im done",
        "no but he hits me", "no its worse", "no not yet", "never mind", "no idea",
    ],
)  # fmt: skip
def test_a_no_that_tells_something_else_is_none(text):
    assert read_answer(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "no im not safe", "no he is still here", "no please help me", "no i need help", "im not ok",
        "they arent joking",
        "no it wasn't a joke", "im not just joking",
    ],
)  # fmt: skip
def test_a_call_for_help_is_a_yes_whatever_word_it_begins_with(text):
    assert read_answer(text) == "affirm"


@pytest.mark.parametrize(
    "text", ["can you help me with my privacy settings", "im not ok with ads", "how do i help a friend"]
)
def test_help_with_something_is_no_call_for_help(text):
    assert read_answer(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "no thanks", "no im not", "nooo no no", "no way", "no i was joking", "haha no im just tired", "no why",
        "no i dont", "no, i didn't mean it like that", "no he isn't", "im safe now", "no sorry i was just being dramatic",
    ],
)  # fmt: skip
def test_a_plain_no_may_be_said_in_several_words(text):
    assert read_answer(text) == "deny"


@pytest.mark.parametrize(
    ("text", "expected"), [("hehe", True), ("😂😂", True), ("nein", True), ("lol whatever", False)]
)
def test_beside_one_word_nothing_is_told(text, expected):
    assert is_one_word(text) is expected


def test_a_sentence_without_spaces_is_no_single_word():
    assert not is_one_word("我不想再继续活下去了因为没有人会真的在乎我")


@pytest.mark.parametrize(
    "text",
    ["should i block him", "ok but what if he comes", "he's angry?", "Whats next", "so is it a crime",
     "he takes it literally, how do i explain", "a firm offers to find him. is that legit", "but isnt it allowed"],
)  # fmt: skip
def test_a_question_is_known_by_its_mark_or_by_how_it_begins(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["im scared", "can't wake her up", "is not breathing", "who cares", "when he drinks he hits me", "he asked me what i do", "i know how it ends", "isabel is my friend", ""])
def test_what_is_told_is_no_question(text):
    assert not is_question(text)


@pytest.mark.parametrize(
    "text",
    ["i told my mum", "ok i texted them", "rang childline, they were nice", "she told her teacher today",
     "my aunt is on the phone to her mum", "they reported it to the police with him", "told my coach, nobody was angry",
     "my nan isnt mad, shes ringing childline", "the social worker has been"],
)  # fmt: skip
def test_words_that_say_help_was_found(text):
    assert says_outcome("outcome_contacted", text)


@pytest.mark.parametrize(
    "text",
    ["i told him", "ive written the letter", "i did something bad", "no", "they said they will post it",
     "he texted my mum the pics", "he told me not to tell my mum", "i called but no one answers",
     "i did", "i did it", "he is with my mum now", "they called me names at school"],
)  # fmt: skip
def test_words_that_do_not(text):
    assert not says_outcome("outcome_contacted", text)


def test_asleep_is_not_safe():
    assert not says_outcome("outcome_safe_now", "hes asleep now")
    for text in ("im not safe", "it isnt safe here", "i dont feel safe", "never felt safe", "he's home now"):
        assert not says_outcome("outcome_safe_now", text)
    assert says_outcome("outcome_safe_now", "im safe now") and says_outcome("outcome_safe_now", "im ok now")


def test_after_an_emergency_only_safety_or_people_who_make_safe_are_believed():
    for text in ("she says shes ok now", "shes asleep now", "ok i told my sister", "i havent called 999", "no ambulance came"):
        assert not says_outcome("outcome_safe_now", text, AFTER_AN_EMERGENCY)
    for text in ("im safe now", "the ambulance is here", "we are in hospital", "i called 999", "im at my nans now",
                 "my teacher is with me now", "he got arrested", "they've gone now"):  # fmt: skip
        assert says_outcome("outcome_safe_now", text, AFTER_AN_EMERGENCY)


def test_who_took_something_is_not_safe_because_someone_is_there():
    for text in ("my mum is with her", "im at my friends house", "im safe now", "shes ok now"):
        assert not says_outcome("outcome_safe_now", text, AFTER_AN_OVERDOSE)
    for text in ("the ambulance is here", "shes in hospital", "i called poison control", "we rang 999"):
        assert says_outcome("outcome_safe_now", text, AFTER_AN_OVERDOSE)


@pytest.mark.parametrize(
    "text",
    ["i dont know who he is", "she doesn't know", "we don't really know how old", "no idea who it is", "tbh could be anyone",
     "no she doesnt even know his name"],
)  # fmt: skip
def test_not_knowing_who_it_is_leads_to_people_as_our_question_promises(text):
    assert read_answer(text, ADULT_INVOLVED) == "affirm"


@pytest.mark.parametrize("text", ["i dont know why you ask", "dont know how to block him", "no idea what to do about the settings"])
def test_not_knowing_something_else_is_no_answer_to_it(text):
    assert read_answer(text, ADULT_INVOLVED) is None


@pytest.mark.parametrize("text", ["idk", "um i dont know", "not sure tbh"])
def test_not_being_sure_is_no_no(text):
    assert read_answer(text) == "affirm"


@pytest.mark.parametrize(
    "text", ["hes in my year", "no my age", "theyre 12 same as me", "shes in my class too", "not an adult", "no he's in his class",
             "no hes 12 same as me from school", "shes 13 and in my class"]
)  # fmt: skip
def test_who_is_as_young_is_no_adult(text):
    assert read_answer(text, "adult_involved") == "deny"
    assert read_answer(text, "self_harm") is None


@pytest.mark.parametrize("text", ["no hes 12 but his brother is 25", "hes 13 from school and 20 now"])
def test_who_is_as_young_beside_somebody_older_is_no_no(text):
    assert read_answer(text, "adult_involved") != "deny"


@pytest.mark.parametrize("text", ["he is like 40", "shes 29 and says age is just a number", "much older", "idk"])
def test_who_is_older_is(text):
    assert read_answer(text, "adult_involved") == "affirm"


@pytest.mark.parametrize("text", ["its just a normal selfie", "not a bad one just my face", "just me in my football kit", "i havent sent it"])
def test_an_ordinary_picture_is_no_private_one(text):
    assert read_answer(text, "image_shared") == "deny"


@pytest.mark.parametrize("text", ["just me in my underwear", "just my face and body", "he has it", "i sent him one"])
def test_a_picture_that_may_be_private_is_not_waved_away(text):
    assert read_answer(text, "image_shared") is None


def test_a_deadline_is_told_from_other_times():
    assert names_deadline("he says 1 hour left") and names_deadline("hes counting down")
    assert not names_deadline("he comes in 10 minutes") and not names_deadline("i have been here an hour")


def test_good_news_is_heard_in_other_words():
    for text in ("he's doing much better now, back at football", "we got through it", "she answered, shes fine", "he was arrested"):
        assert says_outcome("outcome_safe_now", text)
    for text in ("it isn't any better", "he will be back at school if they let him", "she never answered and is not ok"):
        assert not says_outcome("outcome_safe_now", text)


def test_a_no_is_taken_back_by_more_than_a_bare_yes():
    assert has_changed_mind("ok not joking") and has_changed_mind("sort of") and has_changed_mind("well ok yeah")
    assert not has_changed_mind("yes") and not has_changed_mind("yes please")


def test_a_way_to_die_is_spoken_of_in_words():
    assert speaks_of_dying("which pills") and speaks_of_dying("how long does it take to die")
    assert not speaks_of_dying("how long does it take") and not speaks_of_dying("does it hurt")


def test_words_that_add_another_trouble():
    assert adds_trouble("theres another girl too") and adds_trouble("there is more")
    assert not adds_trouble("he knows my school") and not adds_trouble("i told him to stop")


@pytest.mark.parametrize(
    "text", ["what do i do now", "ok and what now?", "so what should we do first", "im lost. what to do", "she is home at 3. what do I do?", "where do we start"]
)  # fmt: skip
def test_the_next_step_is_asked_for(text):
    assert asks_what_now(text)


@pytest.mark.parametrize(
    "text", ["what do i do about his phone", "what next year brings", "now what he says is true", "what do i do. he is here"]
)  # fmt: skip
def test_another_question_is_not_about_the_next_step(text):
    assert not asks_what_now(text)


@pytest.mark.parametrize(
    "text", ["i called childline", "ok i texted 988", "we filed a report with the FBI", "my wife is on the phone to the police now",
             "the social worker is here now", "i rang the samaritans and they were lovely"]
)  # fmt: skip
def test_a_service_was_reached(text):
    assert reaches_a_service(text)


@pytest.mark.parametrize(
    "text", ["i called him", "i called childline because my dad hits me", "i told the police he hits me", "he called the police on me",
             "should i call childline", "i didnt call childline", "call the police"]
)  # fmt: skip
def test_what_says_more_or_less_than_that_is_read_as_ever(text):
    assert not reaches_a_service(text)


@pytest.mark.parametrize(
    "text", ["i told my mum and she hit me", "i told mum and she said im lying", "i called childline and hung up",
             "told them i want to die", "should i call the police", "i told my uncle to stop"]
)  # fmt: skip
def test_a_telling_that_went_badly_is_no_help_found(text):
    assert not says_outcome("outcome_contacted", text)


@pytest.mark.parametrize("text", ["i wish i was safe", "is it safe", "when will i be safe"])
def test_a_wish_to_be_safe_is_no_safety(text):
    assert not says_outcome("outcome_safe_now", text)


@pytest.mark.parametrize("text", ["dad is here", "im with my uncle", "someone is here", "he's at my school", "they took her"])
def test_who_may_be_the_attacker_ends_no_emergency(text):
    assert not says_outcome("outcome_safe_now", text, AFTER_AN_EMERGENCY)


@pytest.mark.parametrize("text", ["i need to go to hospital", "should i go to hospital", "i hope the ambulance came", "i told them im fine"])
def test_a_doctor_who_is_not_there_ends_no_overdose(text):
    assert not says_outcome("outcome_safe_now", text, AFTER_AN_OVERDOSE)


def test_who_else_called_somebody_is_read_as_ever():
    assert not reaches_a_service("he called the police") and not reaches_a_service("he reported him to the police")


@pytest.mark.parametrize("text", ["i already sent him 200", "i paid him yesterday", "she has given fourteen thousand rupees", "gave them a gift card"])
def test_money_that_has_gone_is_heard(text):
    assert tells_of_paying(text)


@pytest.mark.parametrize("text", ["they want 200 by tonight", "i sent him a pic", "i havent paid", "they want me to pay him", "i sent 3 nudes already", "he gave me a present", "tenner by three or ur on the story"])
def test_a_demand_or_a_gift_is_no_payment(text):
    assert not tells_of_paying(text)


@pytest.mark.parametrize("text", ["it's me, not my kid", "this is about me not my son", "me, i mean", "hi its about me not the kids"])
def test_who_says_that_it_is_about_themselves_is_heard(text):
    assert is_about_me(text)


@pytest.mark.parametrize("text", ["its about my son", "he told me about it", "tell me about grooming", "me for my daughter"])
def test_others_are_not_oneself(text):
    assert not is_about_me(text)


@pytest.mark.parametrize(
    "text",
    ["ok ive called them theyre sending someone. what do i do till they get here", "I rang 999, what should I do now",
     "ambulance is on its way what can i do"],
)  # fmt: skip
def test_what_to_do_until_help_comes_is_asked(text):
    assert asks_until_help_comes(text)


@pytest.mark.parametrize(
    "text",
    ["should i call them or what do i do", "no one is coming what do i do", "i called nobody answers what do i do",
     "if i called the police what should i do", "the police are here", "theyre coming what do i do"],
)  # fmt: skip
def test_no_help_is_on_its_way(text):
    assert not asks_until_help_comes(text)


@pytest.mark.parametrize("text", ["they found her!! shes ok", "shes home", "we found him at the park", "she is safe now"])
def test_who_was_missing_is_back(text):
    assert is_back(text) and was_missing(["my daughter snuck out to meet a man"])
    assert not was_missing(["he says hell kill her, she ran away"])


@pytest.mark.parametrize("text", ["the police are here", "they are looking for her", "someone is helping now"])
def test_help_that_came_is_no_return(text):
    assert not is_back(text)


def test_what_is_asked_about_the_next_step_hides_no_return():
    told = ["my daughter has gone to meet a man she met online"]
    assert calls_off("they found her!! shes ok shes in the police car. what do i say when she gets here", told)
    assert not calls_off("they found her phone. what do i do, she is still gone", told)
    assert calls_off("its fine now nobodys in danger. how do i talk to my mum about it", ["dad hits mum"])
    assert calls_off("no like theres no danger. im ok", ["a man tries my door"])
    assert not calls_off("nobody is in danger yet but hes coming", ["dad hits mum"])


@pytest.mark.parametrize("word", ["its ", "no ", "haha ", "ok ", "mum ", "he is ", "it was just ", "home "])
def test_endless_words_are_read_in_bounded_time(word):
    text, start = word * 400, time.process_time()
    denies_dying(text), begins_with_no(text), denies_trouble("image_shared", text, [text]), wants_to_die(text), plans_to_tell(text)
    is_about_me(text), tells_of_paying(text), explains(text), calls_off(text, [text]), comes_near(text, [text]), carries_out(text, True)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    ["miss hughes is with her now", "told miss hughes and shes with her now", "her mum is with her", "the school nurse is talking to him"],
)
def test_a_grown_up_who_is_with_somebody_is_heard(text):
    assert is_looked_after(text)


@pytest.mark.parametrize(
    "text",
    [
        "he is with her", "her boyfriend is with her", "her stepdad is with her", "her uncle is with her now", "nobody is with her",
        "the lodger is with her", "her little sister is with her", "is her mum with her", "shes with her mum and she wont talk",
    ],
)  # fmt: skip
def test_who_may_hurt_or_is_a_child_looks_after_nobody(text):
    assert not is_looked_after(text)


def test_who_was_told_of_looks_after_nobody():
    assert not is_looked_after("her dad is with her now", ["my friend is on the bridge because her dad beats her"])


@pytest.mark.parametrize("text", ["no she didnt take anything", "nobody took anything", "i took nothing", "he hasnt taken any tablets"])
def test_that_nothing_was_taken_is_heard(text):
    assert took_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "she took something", "i didnt take my meds", "she hasnt drunk anything", "i havent eaten anything", "nobody did anything",
        "she never took nothing", "he took all of them",
    ],
)  # fmt: skip
def test_something_taken_or_not_eaten_is_not_nothing(text):
    assert not took_nothing(text)


@pytest.mark.parametrize(
    "text", ["no i dont have a plan", "i havent done anything", "no i will not do it", "im not gonna hurt myself", "i wouldnt do it"]
)
def test_who_plans_nothing_is_heard(text):
    assert will_not_act(text)


@pytest.mark.parametrize(
    "text",
    [
        "i wont do it tonight", "i havent done it yet", "i dont have anything", "im not anything", "they never did anything",
        "i dont want to", "i dont want to live", "i dont care", "i'm not ok",
    ],
)  # fmt: skip
def test_hopeless_words_and_not_tonight_are_no_such_promise(text):
    assert not will_not_act(text)


@pytest.mark.parametrize(
    "text", ["im not going back im gonna do it", "i wont tell anyone im gonna do it", "im not going home tonight im ending it"]
)
def test_what_will_not_be_done_hides_no_deed(text):
    assert carries_out(text, is_about_dying=True)


@pytest.mark.parametrize(
    "text",
    [
        "ive wrote letters. one for my nan", "i gave my guitar away", "theres a goodbye note in my drawer",
        "im writing letters to everyone", "i saved up some of my tablets",
    ],
)  # fmt: skip
def test_letters_left_behind_after_words_of_dying_are_asked_about(text):
    assert carries_out(text, is_about_dying=True)
    assert not carries_out(text, is_about_dying=False)


@pytest.mark.parametrize("text", ["i wrote notes for school", "my dad wrote me a letter", "mum took the stuff away from me", "i take tablets for asthma"])
def test_other_letters_and_things_put_away_are_no_farewell(text):
    assert not carries_out(text, is_about_dying=True)


def test_a_missing_child_is_found_and_nobody_else():
    assert calls_off("found her shes at her friends", ["my daughter is missing, she never came home"])
    assert not calls_off("i found him hes at his mates house", ["im going to kill the man who touched my daughter"])
    assert not calls_off("they found her at her cousins house", ["my friend ran away, her family will kill her"])
    assert not calls_off("found her on the floor", ["my daughter is missing"])


def test_who_is_called_to_help_comes_and_who_is_called_to_hurt_does_not_help():
    assert calls_off("ok mum is here", ["a man is following me", "the lady is calling my mum"])
    assert not calls_off("my brother is here", ["my family want to kill me they are calling my brother"])
    assert not calls_off("my husband is home", ["he said hes going to kill me when he gets in"])


@pytest.mark.parametrize("text", ["he gets home at 6", "he lives with us", "he comes over every sunday", "hes coming for thanksgiving"])
def test_who_lives_there_or_will_come_is_heard(text):
    assert comes_near(text, ["my stepdad hits me"])


@pytest.mark.parametrize(
    "text", ["hes coming to help me", "ok back to school tomorrow", "he comes in my room every night", "he lives in america"]
)
def test_other_comings_are_read_as_ever(text):
    assert not comes_near(text, ["my stepdad hits me"])


@pytest.mark.parametrize("text", ["what about my other kids", "what about my kids", "he has kids now", "are my other kids safe"])
def test_other_children_are_asked_about(text):
    assert speaks_of_other_children(text)


@pytest.mark.parametrize(
    "text", ["he choked me last night and he has kids", "what about my daughter", "what about my brother", "what about her"]
)
def test_the_one_who_was_told_of_is_no_other_child(text):
    assert not speaks_of_other_children(text)


@pytest.mark.parametrize("text", ["he is 11", "shes 12", "he's only eight"])
def test_an_age_told_by_a_parent_may_be_that_of_their_own_child(text):
    assert read_answer(text, "adult_involved", by_a_grown_up=True) is None
    assert read_answer(text, "adult_involved") == "deny"


def test_a_parent_may_say_that_the_other_one_is_in_the_same_class():
    assert read_answer("he's in his class", "adult_involved", by_a_grown_up=True) == "deny"


@pytest.mark.parametrize("text", ["ok its me", "its actually me", "the friend is me", "it happened to me", "i lied its not a friend"])
def test_the_friend_may_be_the_one_who_writes(text):
    assert is_about_me(text)


@pytest.mark.parametrize("text", ["its my friend", "he is mean to me", "it happened to my friend", "they told me"])
def test_being_named_is_not_being_the_friend(text):
    assert not is_about_me(text)


@pytest.mark.parametrize("text", ["he says hell do it tonight", "she'll send it tomorrow", "they are gonna post it at 8"])
def test_what_a_blackmailer_will_do_is_a_deadline(text):
    assert names_deadline(text)


@pytest.mark.parametrize("text", ["ill do it tonight", "he will come tonight", "i will send it tomorrow", "he says he'll kill me tonight"])
def test_what_one_will_do_oneself_or_suffer_is_no_deadline(text):
    assert not names_deadline(text)


def test_not_suicidal_is_a_no():
    assert read_answer("not suicidal or anything just lonely", "self_harm") == "deny"
    assert read_answer("not suicidal but i want to disappear", "self_harm") is None


@pytest.mark.parametrize(
    "text",
    ["no i dont wanna hurt myself i just feel left out", "i said im NOT gonna hurt myself", "no i wouldnt do anything to myself"],
)
def test_who_says_that_they_will_not_hurt_themselves_is_believed(text):
    assert will_not_act(text)


@pytest.mark.parametrize("text", ["i dont want to hurt myself but i cant stop", "i wont hurt myself until tonight", "i want to hurt myself"])
def test_a_no_with_a_but_is_none(text):
    assert not will_not_act(text)


def test_how_young_somebody_is_explains_nothing_away():
    assert explains("no its just my hair lol")
    assert not explains("shes only 15") and not explains("hes just 13 lol")


DANGER, MISSING = ["theres a man with a knife outside"], ["my daughter ran away and never came home"]


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("shes home. the guards got her at the station, shes in the shower", MISSING),
        ("cops have got him in the back of the car. my dads on his way over", DANGER),
        ("the neighbours came, we are safe", DANGER),
        ("its over, i rang the deputy", DANGER),
        ("Everyone is safe now. She is home. but who is this man?", MISSING),
        ("shes just walked in!!! she was at her friends", MISSING),
        ("my sister came home shes with me", DANGER),
        ("dads home", [*DANGER, "im safe now i think. my dad is on his way"]),
    ],
)
def test_a_danger_that_is_over_may_be_told_in_more_words(text, earlier):
    assert calls_off(text, earlier)


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("the police came and left, they said she will come back by herself", MISSING),
        ("they have her", DANGER),
        ("they got him a knife", DANGER),
        ("its not safe here", DANGER),
        ("are we safe? he is at the door", DANGER),
        ("we are safe. hes still outside", DANGER),
        ("she was taken away by a man", DANGER),
        ("my neighbour has her in his house", MISSING),
        ("i feel safe with him", DANGER),
        ("its over", DANGER),
        ("hes home", ["he said hes gonna kill me when hes home"]),
    ],
)
def test_words_like_these_end_no_danger(text, earlier):
    assert not calls_off(text, earlier)


@pytest.mark.parametrize("text", ["shes at the hospital now", "update: shes awake in the hospital now", "he is in hospital with his mum"])
def test_who_is_treated_is_looked_after(text):
    assert is_treated(text)


@pytest.mark.parametrize("text", ["hes in the hospital toilet with a knife", "she should go to hospital", "is she in hospital"])
def test_a_hospital_in_other_words_is_no_treatment(text):
    assert not is_treated(text)


@pytest.mark.parametrize("text", ["ok so that kinda happened to me", "this is happening to my daughter", "thats what happened to my friend"])
def test_what_was_explained_may_be_theirs(text):
    assert is_theirs(text)


@pytest.mark.parametrize("text", ["can that happen to me", "that never happened to me", "it happens to others", "that was helpful"])
def test_other_words_about_what_was_explained_are_not(text):
    assert not is_theirs(text)


@pytest.mark.parametrize("text", ["hes 14 too", "shes in my year", "no its just another kid", "a boy from my school, same age"])
def test_the_same_age_is_said(text):
    assert says_same_age(text)


@pytest.mark.parametrize("text", ["shes 16 im 10", "he's 15 and he's had a rough year", "we've been together since year 10", "hes 40"])
def test_another_age_is_not_the_same(text):
    assert not says_same_age(text)


@pytest.mark.parametrize("text", ["no i said hes 14?? hes not a grown up", "i told you hes 13", "shes not an adult"])
def test_a_question_about_an_adult_is_denied_by_an_age(text):
    assert read_answer(text, ADULT_INVOLVED) == "deny"


@pytest.mark.parametrize("text", ["i said hes 34", "no i said hes 14 but he wants to meet", "he said hes 14 and asked for pics"])
def test_an_age_beside_more_denies_nothing(text):
    assert read_answer(text, ADULT_INVOLVED) != "deny"


@pytest.mark.parametrize("text", ["he said hes 14 he goes to a school near mine. i just like him", "shes 13 and so funny", "he's only fifteen"])
def test_somebody_is_said_to_be_young(text):
    assert says_they_are_young(text)


@pytest.mark.parametrize(
    "text",
    [
        "he said hes 14 but his voice sounds old", "he says hes 15 and wants pics", "hes 34", "im 14 and he is 26", "i am 13",
        "he's 17 years older", "he said hes 14 and that we should meet", "he says he is 16, i think he lied",
    ],
)  # fmt: skip
def test_a_young_age_in_doubt_counts_for_nothing(text):
    assert not says_they_are_young(text)


def test_a_question_may_stand_behind_an_if():
    assert is_question("if i tell will they take me away from my mum")
    assert is_question("its a boy in my year can he get in trouble")
    assert not is_question("he said he will find me")


def test_another_child_is_named():
    assert names_others("he does it to my sister as well") and names_others("there are twenty girls in that team")
    assert not names_others("he touched her again on sunday") and not names_others("he locks the door when he is with her")
    # Who makes him do it, and not one more who is made to.
    assert not names_others("he carries drugs for the older boys again") and names_others("he has the younger boys do it")


@pytest.mark.parametrize("text", ["ok ill sit w her tmrw. thx", "thank you so much", "he said sorry, thanks a lot", "ok ty"])
def test_words_that_end_with_thanks_are_thanks_whatever_they_tell(text):
    assert says_thanks(text)


@pytest.mark.parametrize("text", ["thanks but no", "she never says thanks to me", "thanks to him i lost everything", "no thanks?"])
def test_other_words_with_thanks_in_them_are_not(text):
    assert not says_thanks(text)


@pytest.mark.parametrize("thanks", ["thx. ", "Thank you so much! ", "ok thanks ", "great, cheers, ", "ty :) "])
def test_what_is_told_behind_thanks_is_found_as_it_was_written(thanks):
    assert behind_thanks(f"{thanks}Also someone on there wrote to me") == "Also someone on there wrote to me"


@pytest.mark.parametrize("text", ["thank you, now is clear", "thanks to him i lost everything i had", "she said thanks and then she left me"])
def test_a_few_words_behind_thanks_and_thanks_to_somebody_else_are_left_as_they_are(text):
    assert behind_thanks(text) is None


@pytest.mark.parametrize("text", ["ok ill ask her tomorrow", "im going to talk to my mum", "alright, we'll try the alarm clock", "gonna mute it"])
def test_what_somebody_is_going_to_do_is_a_plan(text):
    assert makes_a_plan(text)


@pytest.mark.parametrize(
    "text",
    ["ill never go back", "im gonna kill him", "i will meet him tomorrow", "ill post her pics too", "should i ask her", "she will ask me"],
)
def test_what_may_hurt_and_what_others_do_is_no_plan(text):
    assert not makes_a_plan(text)


def test_a_child_near_is_named_by_who_has_or_minds_one():
    assert all(map(names_a_child_near, ["but I have a daughter, she is 4", "i live with my little son", "my niece stays on fridays"]))
    assert not any(map(names_a_child_near, ["i have thoughts about children", "i was a child myself", "no children here"]))


def test_telling_and_wanting_are_read_in_the_words():
    assert speaks_of_telling("what do i say when she tells me") and not speaks_of_telling("what do i say to her")
    assert wants_something("show me one") and wants_something("is it bad?") and not wants_something("in a bikini")


@pytest.mark.parametrize(
    "text",
    ["shes ok now her mum is with her", "her mum answered shes with her now", "he is safe, his dad is with him", "her mum went in, with her now"],
)
def test_family_that_has_come_looks_after_somebody(text):
    assert is_looked_after(text)


@pytest.mark.parametrize("text", ["her mum answered and hung up", "shes ok now i think", "her mum is not with her", "she is with her boyfriend"])
def test_family_that_has_not_come_does_not(text):
    assert not is_looked_after(text)


@pytest.mark.parametrize(
    "text",
    [
        "omg no im not suicidal", "i dont want to hurt myself i just like talking to it", "nobody said anything about suicide",
        "she is not going to hurt herself", "no i never said i want to die", "i do not want to die lol",
    ],
)  # fmt: skip
def test_a_wish_to_die_is_denied_in_words(text):
    assert denies_dying(text)


@pytest.mark.parametrize(
    "text",
    [
        "i dont want to die but i cant go on", "im not suicidal anymore", "i dont want to live", "im not suicidal sometimes i just cry",
        "i dont want to hurt myself again if he comes", "nobody knows im suicidal", "i want to die", "i dont want to be here",
    ],
)  # fmt: skip
def test_what_leaves_it_open_denies_nothing(text):
    assert not denies_dying(text)


def test_a_no_to_our_question_may_go_on_about_something_else():
    assert all(map(begins_with_no, ("no not like that just bored of everything", "nah just tired", "no nobody is hurting him")))
    assert not any(
        map(begins_with_no, ("no i just want it to be over", "no but i cut sometimes", "no i cant do this", "not sure", "im bored no"))
    )


def test_a_trouble_that_was_never_told_is_denied():
    assert denies_trouble("image_shared", "i havent sent any pictures i meant the chat", ["what if he screenshots it"])
    assert denies_trouble("extortion", "there are no pictures", ["they took 40 dollars for a fake phone"])
    assert denies_trouble("adult_involved", "its a robot, an AI", ["he says he loves her"])
    assert denies_trouble("self_harm", "thats not what i meant", ["i hate my body"])
    # Said again, it is still a denial of what was never told.
    assert denies_trouble("self_harm", "i said im not suicidal", ["i hate my body", "im not suicidal"])


def test_what_was_told_in_plain_words_is_not_denied_away():
    assert not denies_trouble("image_shared", "i never sent any pictures", ["he has a nude of me"])
    assert not denies_trouble("extortion", "he has no pictures", ["he will tell everyone unless i pay"])
    assert not denies_trouble("self_harm", "im not suicidal", ["i want to kill myself"])
    assert not denies_trouble("self_harm", "i never said that", ["i want to be gone"])
    # That somebody is hurt is often taken back.
    assert not denies_trouble("abuse_disclosure", "thats not what i meant", ["my dad gets angry"])
    assert not denies_trouble("adult_involved", "thats not what i meant", ["he is 30"])
    assert not denies_trouble("adult_involved", "he says its just a bot and wants to meet", ["he says he loves her"])


def test_a_wish_to_die_of_shame_is_heard_and_laughter_is_not():
    assert wants_to_die("he sent it to my friends, i want to die of shame") and wants_to_die("i wish i was dead")
    assert not wants_to_die("i want to die lol so embarrassing") and not wants_to_die("im not suicidal, i dont want to die")


def test_who_may_find_out_is_told_from_a_school_report():
    assert speaks_of_finding_out("my parents will kill me if they find out") and speaks_of_finding_out("dont tell my dad")
    assert not speaks_of_finding_out("my dad is gonna murder me over this report")


def test_who_is_told_next_is_a_plan():
    assert plans_to_tell("ok il tell my dad") and plans_to_tell("alright i'll talk to my mum tonight")
    assert not plans_to_tell("ill tell my dad?") and not plans_to_tell("i told my dad") and not plans_to_tell("ill kill my dad")


def test_the_family_is_named():
    assert names_family("hes my stepdad") and names_family("my gran says so")
    assert not names_family("my coach") and not names_family("my boyfriend") and not names_family("a man online")


@pytest.mark.parametrize("text", ["its not abuse he only calls me names", "its only shouting tho", "he just punches walls lol"])
def test_violence_made_smaller_explains_nothing_away(text):
    assert not explains(text)


@pytest.mark.parametrize("text", ["like my coach maybe? or my aunty", "could i tell my school nurse", "maybe my nan"])
def test_whom_one_might_tell_is_named(text):
    assert names_someone_to_tell(text, ["i want to die"])


@pytest.mark.parametrize("text", ["my dad", "my dad hits me", "maybe my dad hurts me", "my coach is coming", "or else", "like what"])
def test_who_is_only_named_or_does_something_is_nobody_to_tell(text):
    assert not names_someone_to_tell(text, ["i want to die"])
    assert not names_someone_to_tell("maybe my dad", ["my dad hits me"])


def test_dying_is_denied_of_somebody_else():
    assert denies_dying_of_others("nobody is suicidal. i asked about the two of them sharing a room")
    assert denies_dying_of_others("she isn't suicidal, she cries a lot")
    for text in ("im not suicidal", "shes not suicidal but she cuts", "i think she is suicidal", "is he not suicidal tonight"):
        assert not denies_dying_of_others(text)


@pytest.mark.parametrize(
    "text", ["tbh i kinda feel the same as her sometimes", "i feel like that too", "same here tbh", "i have those thoughts"]
)
def test_the_writer_feels_the_same(text):
    assert feels_the_same(text)


@pytest.mark.parametrize(
    "text",
    ["she feels the same as her mum", "i felt like that too years ago", "do i feel the same", "we go to the same school", "me and her",
     "i used to feel the same so i get it"],
)  # fmt: skip
def test_others_or_other_times_are_not_the_writer_now(text):
    assert not feels_the_same(text)


def test_words_about_the_writer_alone_name_nobody_else():
    assert is_of_the_writer_alone("im not gonna do anything just sometimes i think everyone would be better off")
    assert not is_of_the_writer_alone("i think she would be better off")
    assert not is_of_the_writer_alone("everyone would be better off")


@pytest.mark.parametrize("text", ["no its me not her. im talking about me", "im talking about me not her", "its me not my friend"])
def test_it_is_the_writer_and_not_the_friend(text):
    assert is_about_me(text)


@pytest.mark.parametrize(
    "text",
    ["no not the app, my phone", "nah i meant the other account", "thats not what i asked", "not that one", "sorry no i mean her tablet", "wrong answer"],
)
def test_words_that_set_an_answer_right_are_known(text):
    assert means_another(text)


@pytest.mark.parametrize(
    "text",
    ["no idea how", "no he hits me", "not sure", "i mean it", "it's not fair", "im not going", "no one knows", "that's not ok of him", "thanks i meant to say"],
)
def test_words_that_set_nothing_right_are_left_alone(text):
    assert not means_another(text)


def test_who_is_the_lead_says_so_and_who_asks_for_one_does_not():
    assert all(map(is_the_lead, ("I am the safeguarding lead, that's me", "im the DSL here", "Actually I'm our designated liaison person")))
    assert not any(map(is_the_lead, ("I told the safeguarding lead", "I am not the lead", "the lead is my friend", "i am the coach", "who is the dsl")))


def test_scars_are_told_from_fresh_wounds():
    assert hides_scars("how do i hide the scars in pe") and hides_scars("covering up old cuts at swimming")
    assert not any(map(hides_scars, ("how do i hide cuts from mum", "i have scars", "he hides his phone")))


def test_who_has_to_go_back_is_not_out_of_danger():
    before = ["my daughter's boyfriend hits my grandson"]
    assert not calls_off("he's safe with me now but he has to go back at 5 o'clock", before)
    assert not calls_off("she is safe here, I must give her back tonight", before)
    assert calls_off("he's safe with me now", before)


@pytest.mark.parametrize(
    "said", ["on saturday", "handover is sunday at six", "tomorrow evening", "mums on nights", "she goes home at half past three", "next week"]
)
def test_a_time_to_come_is_named(said):
    assert names_a_time(said)


@pytest.mark.parametrize("said", ["every tuesday", "he still coaches", "on sundays", "last friday", "he lives with us"])
def test_a_habit_and_the_past_are_no_time_to_come(said):
    assert not names_a_time(said)


@pytest.mark.parametrize(("said", "expected"), [("my friend does it too", True), ("she cuts as well", True), ("its my friend not me", False)])
def test_what_is_so_of_another_as_well(said, expected):
    assert says_as_well(said) is expected


@pytest.mark.parametrize("said", ["shes at the hospital now", "shes out now and calm", "no she didnt take anything", "they found her"])
def test_words_of_safety(said):
    assert tells_of_safety(said, [])


@pytest.mark.parametrize("said", ["she wont open the door", "he took the car keys", "not safe here"])
def test_what_tells_of_no_safety(said):
    assert not tells_of_safety(said, [])


@pytest.mark.parametrize(
    ("said", "expected"),
    [("not tonight", "affirm"), ("not yet", "affirm"), ("sometimes", "affirm"), ("its all too much", "deny"), ("no", "deny"), ("idk", "affirm")],
)
def test_what_is_not_now_is_no_no_to_the_question_about_dying(said, expected):
    assert read_answer(said, SELF_HARM) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("the man asked my daughter for pictures again, she is twelve", True),
        ("he wrote to my daughter's friend", False),
        ("he asked my other daughter now", False),
        ("my daughter and my son were both there", False),
        ("he has my daughter and my niece on his list too", False),
        ("he asked for pictures again", False),
    ],
)
def test_the_child_told_of_is_no_other_child(said, expected):
    assert names_the_same_child(said, ["A man of 35 writes to my daughter"]) is expected


def test_a_child_who_was_not_told_of_before_is_another():
    assert not names_the_same_child("he writes to my daughter", ["a man writes to my son"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("i cant talk he will hear me", True),
        ("i can't call, they'd hear", True),
        ("hell hear me", True),
        ("he'll hear us", True),
        ("i cant speak rn", True),
        ("i cant talk to my mum about it", False),
        ("did you hear me", False),
    ],
)
def test_who_must_not_be_heard(said, expected):
    assert must_not_be_heard(said) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("mum says dont ring the police she says hell calm down", True),
        ("no one is coming, i never rang", True),
        ("she hung up cos i begged her not to", True),
        ("he is back outside and mam let him in, nan has gone home", True),
        ("nobody is here yet", True),
        ("my sister is calling the ambulance", False),
        ("ambulance is here they gave me a blanket. mum knows now shes not even angry", False),
        ("the dispatcher said stay put", False),
    ],
)
def test_help_that_was_not_called_or_has_left(said, expected):
    assert denies_help(said) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("help", True), ("help me pls", True), ("pls help us", True), ("who can help me", False), ("/get_hotline", False), ("help with homework", False)],
)
def test_a_cry_for_help(said, expected):
    assert cries_for_help(said) is expected


@pytest.mark.parametrize(
    "said",
    [
        "should i go with him", "should i get in", "can i get in his car", "he says my mum sent him",
        "he said he knows my mum", "do i go with that man", "he says hes friends with my dad", "should we follow him",
        "she said my dad asked her to pick me up",
    ],
)  # fmt: skip
def test_who_asks_whether_to_go_along_or_is_told_who_sent_them(said):
    assert may_go_along(said)


@pytest.mark.parametrize(
    "said",
    [
        "can i get in trouble", "should i go", "should i go to the police", "can i leave him", "my mum told him to stop",
        "he says i should go", "can i go home", "how do i get into his account", "can i get in touch with them",
    ],
)  # fmt: skip
def test_who_asks_about_another_way_or_tells_something_else(said):
    assert not may_go_along(said)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("do i have to wait 24 hours", True), ("how long do i wait before i call", True), ("should i wait", True),
        ("is it too soon to call the police", True), ("when can i report him missing", True),
        ("i cant wait", False), ("how long does the court take", False), ("can you wait", False),
    ],
)  # fmt: skip
def test_who_asks_how_long_to_wait(said, expected):
    assert asks_to_wait(said) is expected


@pytest.mark.parametrize(
    "said",
    [
        "he isnt allowed near me now", "he cant come here anymore", "he moved out last week",
        "he has to stay away from us", "there is a restraining order", "dad doesnt live with us anymore",
        "mums boyfriend got kicked out",
    ],
)  # fmt: skip
def test_who_is_kept_away(said):
    assert is_kept_away(said)


@pytest.mark.parametrize(
    "said",
    [
        "he isnt allowed near me but he came anyway", "is he allowed near me", "i moved out last week",
        "he cant come here until tonight", "he said im not allowed to talk to you", "we want a restraining order",
        "i cant go back home anymore", "he isnt allowed near me and hes outside", "hes not allowed to see my phone",
    ],
)  # fmt: skip
def test_who_is_not_kept_away(said):
    assert not is_kept_away(said)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("was it wrong to tell you", True), ("was it right to tell the school", True), ("i regret telling my mum", True),
        ("did i do something bad by telling you", True), ("i wish i hadnt told anyone", True),
        ("is it wrong to tell her she should have known", False), ("how do i tell", False), ("i told my mum", False),
    ],
)  # fmt: skip
def test_who_doubts_that_telling_was_right(said, expected):
    assert doubts_telling(said) is expected


@pytest.mark.parametrize("said", ["its just the neighbor lol", "false alarm it was only my brother", "false alarm, its the cat"])
def test_a_danger_that_was_none(said):
    assert calls_off(said, ["someone is breaking in"])
    assert not calls_off("its just the neighbor", ["the neighbour has a gun"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("im locked in the bathroom", True), ("im hiding under my bed", True), ("we locked the bedroom door", True),
        ("i shut myself in", True), ("should i hide", True), ("me and my sister are hiding", True),
        ("its gone quiet now, were in the bathroom", False), ("he locked the door", False), ("should we lock her phone", False), ("he is hiding something", False), ("im in my room", False),
    ],
)  # fmt: skip
def test_who_hides(said, expected):
    assert hides(said) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("my phone is on 6 percent", True), ("my battery is at 4%", True), ("my phone is about to die", True),
        ("3% battery", True), ("no battery left", True), ("he took my phone", False), ("my phone is new", False),
    ],
)  # fmt: skip
def test_a_phone_that_will_not_last(said, expected):
    assert says_phone_is_low(said) is expected


@pytest.mark.parametrize(
    "text",
    [
        "we found porn on the ipad",
        "a naked lady popped up in his game",
        "naked grown-ups came up when i searched for a song",
        "She googled a word from school and got rude videos.",
        "adult sites in the browser history, hes 13",
        "im addicted to porn",
        "My son (12) watches porn at night",
    ],
)
def test_pornography_that_a_child_came_upon_is_nobodys_harm(text):
    assert comes_upon_pornography(text) and not sees_pornography_of_peers(text)


@pytest.mark.parametrize("text", ["a girl in her class showed her porn", "rude videos get passed round on the school bus"])
def test_pornography_that_goes_round_among_pupils_is_asked_about(text):
    assert sees_pornography_of_peers(text) and not comes_upon_pornography(text)


@pytest.mark.parametrize(
    "text",
    [
        "my uncle watches porn in front of me",
        "found porn with kids in it on the laptop",
        "i clicked on a porn link and it wasnt adults",
        "he found porn and tries it on his little sister",
        "found naked pictures of my daughter on his phone",
        "an older boy showed my son porn",
        "found a porn site with my picture on it",
        "i'm addicted to porn and it's got kids in it now",
        "he watches porn and looks at my daughter",
        "i watch porn and it gets darker every week",
        "addicted to porn and i dont want to live like this",
        "someone caught me watching porn and wants money",
        "a man showed the boys of the class porn",
        "i found her diary",
        "watching films at a sleepover",
    ],
)
def test_whoever_shows_it_and_whoever_is_on_it_counts(text):
    assert not comes_upon_pornography(text) and not sees_pornography_of_peers(text)


def test_only_a_question_about_an_occasion_is_about_old_scars():
    assert only_covers_scars("how can he hide the scars in PE?") and only_covers_scars("what covers old scars at the pool")
    more = ("i keep cutting and hiding the scars", "how do i hide the scars from mum", "how do i hide the scars at swimming, i did it again")
    assert not any(map(only_covers_scars, more))


def test_someone_older_who_shows_pornography_is_noticed():
    shown = ("my brother showed me porn", "Her stepbrother put a dirty film on.", "grandpa lets me watch his rude films")
    others = ("my cousin is the same age and we watched porn", "my uncle gave me a tablet and porn popped up", "big brother showed me a trick")
    assert all(map(is_shown_pornography, shown)) and not any(map(is_shown_pornography, others))


def test_rage_at_the_one_who_did_it_is_no_tale_of_ones_own_doing():
    assert all(map(rages, ("i mean it i will kill him", "I'm going to kill him", "we'd murder them")))
    assert not any(map(rages, ("he said he will kill him", "i want to kill myself", "i could kill for a coffee")))


@pytest.mark.parametrize("text", ["i dont want to say", "I'd rather not say", "um i can't talk about it", "dont wanna say"])
def test_who_will_not_say_whether_they_are_hurt_is_brought_to_people_as_the_button_does(text):
    assert read_answer(text, ABUSE_DISCLOSURE) == "affirm"
    assert read_answer(text) != "affirm" and read_answer("i dont want to say goodbye", ABUSE_DISCLOSURE) is None


@pytest.mark.parametrize(
    "text",
    [
        "not thinking of dying no", "no not thinking about dying", "just sad i guess", "nothing in particular", "it's just sad",
        "i dont want to die", "im not really thinking of ending my life",
    ],
)  # fmt: skip
def test_a_mood_is_a_no_to_the_question_on_dying_which_offers_it(text):
    assert read_answer(text, SELF_HARM) == "deny"


@pytest.mark.parametrize(
    "text",
    [
        "i dont want to die but i dont want to live", "im just sad and want it to end", "just tired of living",
        "just sad, like always, no point", "not thinking about it tonight", "more like both", "sad",
    ],
)  # fmt: skip
def test_a_mood_with_more_in_it_is_none(text):
    assert read_answer(text, SELF_HARM) != "deny"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("a kid in roblox said kys to me, how do i report it", True),
        ("someone wrote go die under my video, do i block them", True),
        ("they told me nobody would miss me", False),
        ("a boy told my daughter to just die", False),
        ("she typed kill urself in the group", False),
    ],
)
def test_being_told_to_die_by_another_is_an_insult(text, asks):
    assert was_told_to_die(text) and asks_to_stop_an_insult(text) is asks


@pytest.mark.parametrize(
    "text",
    [
        "a kid said kys to me and maybe they're right", "they told me nobody would miss me and i keep thinking about it",
        "i told my friend i want to die", "she said she wants to kill herself", "he told me to die and now she wants to die too",
        "he said he will kill himself if i leave", "she says she's going to die soon", "my mum told me she might kill herself", "i told him i will kill myself",
        "she texted me that she is going to end it all", "he told me he's thinking about killing himself", "i wrote kys on my arm",
        "my friend told me she wants to die", "she told me to leave and that she would end her life",
        "they said kys and i cut myself after", "i wrote that i should just not be alive tonight",
    ],
)  # fmt: skip
def test_who_believes_it_or_wishes_it_is_not_held_down(text):
    assert not was_told_to_die(text)


@pytest.mark.parametrize(
    "text",
    [
        "my grandma died and my son asks if he will die too", "my mum's dog died and my 7 yo keeps asking about death",
        "since the funeral she wonders when we all die",
    ],
)  # fmt: skip
def test_a_child_who_mourns_asks_about_death(text):
    assert mourns_and_asks_about_death(text)


@pytest.mark.parametrize(
    "text",
    [
        "grandma died and my son asks if he can die too", "nan died and she asks when she can be with her",
        "his dad died and he asks how to die", "my dog died and my son asks if he should kill himself",
        "after the funeral he asked about death and says there is no point", "mum died and he wants to know if he may go to her",
    ],
)  # fmt: skip
def test_a_child_who_asks_to_follow_is_not_held_down(text):
    assert not asks_about_death(text)


@pytest.mark.parametrize("text", ["she says the world is better without her", "my friend says nobody would miss me", "she says no one would care"])
def test_what_somebody_says_of_themselves_is_no_insult(text):
    assert not was_told_to_die(text)


@pytest.mark.parametrize("text", ["not thinking of dying no", "im not really thinking about killing myself", "no, not thinking about suicide"])
def test_who_does_not_think_of_dying_denies_it(text):
    assert denies_dying(text)


@pytest.mark.parametrize(
    "text",
    ["not thinking of dying tonight", "im not thinking of dying but i cant go on", "i cant stop thinking about dying", "not thinking about living"],
)
def test_who_leaves_it_open_does_not(text):
    assert not denies_dying(text)


@pytest.mark.parametrize("text", ["whats the point", "What's the point of anything?", "idk why even bother anymore", "whats the point of me"])
def test_a_question_said_in_despair_asks_nothing(text):
    assert not is_question(text)


@pytest.mark.parametrize("text", ["whats the point of two step sign in", "what is the point of reporting it?", "why bother with a password"])
def test_a_question_in_the_same_words_about_a_thing_asks(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["nobody would miss me", "i feel like giving up", "theyd be better off without me"])
def test_words_of_despair_are_heard_and_a_question_with_them_is_none(text):
    assert is_told_in_despair(text) and not is_told_in_despair(f"what do i say when she says {text}")


def test_asking_where_a_setting_is_differs_from_asking_where_somebody_is():
    assert asks_where("where is that setting") and asks_where("i cant find the button") and asks_where("where's it")
    assert not asks_where("where is my mum") and not asks_where("where do i report him")


@pytest.mark.parametrize(
    "text",
    [
        "who is open now", "is anyone open at night?", "give me the numbers", "can you send me the number again please",
        "the number", "tusla number", "whats the childline number", "which one is open tonight",
    ],
)  # fmt: skip
def test_asking_for_the_numbers_is_heard(text):
    assert asks_for_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "he has my number", "give me your number he said", "the number is wrong", "my phone number got leaked",
        "who is that now", "who is awake", "give him the number", "i gave him my number",
    ],
)  # fmt: skip
def test_a_number_of_somebody_is_no_request(text):
    assert not asks_for_numbers(text)


def test_another_time_is_told_apart_from_another_child():
    assert tells_of_another_time("he did it at christmas as well") and tells_of_another_time("it happened at easter too")
    assert not tells_of_another_time("he did it to my sister as well")


def test_asking_whether_it_is_normal_is_heard_where_nothing_else_is_asked():
    assert asks_if_normal("is that normal?") and asks_if_normal("is it ok or not") and asks_if_normal("is he allowed to do that")
    assert not asks_if_normal("is that normal water") and not asks_if_normal("is it ok to block him")
