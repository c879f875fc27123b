"""Reads a short answer to our own direct question: yes, or no with the joke explained; and what is a question. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Iterable, Mapping, Pattern, Sequence, Tuple

import yaml

from bot.config import DATA_DIR
from bot.safety.levels import ADULT_INVOLVED, EXTORTION, IMAGE_SHARED, SELF_HARM

#: Intents that end a worry; a typed message is believed only where its words say so.
OUTCOMES = ("outcome_contacted", "outcome_safe_now")
AFTER_AN_EMERGENCY, AFTER_AN_OVERDOSE = "after_an_emergency", "after_an_overdose"
#: A longer message tells something of its own and is not read as a mere answer.
MAX_WORDS = 12
#: The same where closed patterns are tried.
_FEW_WORDS = 14
#: Fewer words behind thanks ("thank you, now is clear") are part of them.
_LEAST_BEHIND_THANKS = 5
#: The same for open ones, which are looked for anywhere.
_MANY_WORDS = 40
#: One word in a script without spaces may be a whole sentence.
_MAX_LETTERS = 16
#: Words for the writer, and for anybody else.
_OF_ME = frozenset({"i", "i'm", "im", "i've", "ive", "me", "my", "myself", "i'd", "i'll"})
_OF_OTHERS = frozenset(
    {
        "she", "he", "her", "him", "his", "they", "them", "their", "she's", "shes", "he's", "hes", "they're", "theyre",
        "friend", "friends", "mate", "bestie", "sister", "brother", "herself", "himself", "themselves", "bff",
    }
)  # fmt: skip
_FAMILY = frozenset({"dad", "mum", "brother", "sister", "grandad", "gran", "uncle", "aunt", "cousin"})
#: What denies a trouble, and what names it so plainly that a denial is none.
_DENIED_BY: Mapping[str, str] = {
    SELF_HARM: "denies_dying",
    IMAGE_SHARED: "denies_pictures",
    EXTORTION: "denies_pictures",
    ADULT_INVOLVED: "denies_a_person",
}
_NAMED_BY: Mapping[str, Tuple[str, ...]] = {
    SELF_HARM: ("of_dying", "of_despair"),
    IMAGE_SHARED: ("of_pictures",),
    EXTORTION: ("of_pictures", "of_threats"),
    ADULT_INVOLVED: (),
}
_SENTENCE_ENDS = re.compile(r"[.!?\n]")
#: A clause may ask although the message does not begin so: "he takes it all literally, how do i explain it".
_CLAUSE_ENDS = re.compile(r"[.,;:!\n–—]+|\s-\s")
_ANSWERS = DATA_DIR / "risk" / "words" / "answers.yml"
#: Entries of that file that are looked for by themselves.
#: Found anywhere in the words.
_OF_WORDS = (
    "of_telling", "wants_something", "ends_with_thanks", "begins_with_thanks", "makes_a_plan", "child_near",
    "of_pictures", "of_threats", "of_despair", "begins_with_no", "of_finding_out", "wants_to_die", "plans_to_tell",
    "of_the_own_home", "of_an_attack", "not_kept_away", "of_pornography", "of_coming_upon", "of_being_shown",
    "of_one_age", "of_someone_older", "of_two_of_one_age", "told_to_die", "of_a_pupil", "of_a_push",
)  # fmt: skip
_SINGLE = (
    "what_now", "what_to_say", "adds",
    "time_ahead", "as_well", "changed_mind", "of_dying", "rages", "of_calling", "reached_a_service",
    "deadline", "carries_out", "farewell", "last_words", "names_helper", "comes_near", "called_off", "came_out",
    "took_something", "explains", "explains_dying", "about_me", "paid", "not_doing", "is_looked_after", "took_nothing",
    "not_me", "not_acting", "other_children", "needs_a_doctor", "found_again", "is_theirs",
    "same_age", "said_to_be_young", "doubts_an_age", "is_held", "all_safe", "is_back", "goes_on", "is_treated",
    "means_another", "hides_scars", "only_covers_scars", "is_the_lead", "takes_leave",
    "names_others", "help_is_called", "asks_for_a_step", "names_someone_to_tell", "denies_dying_of_others",
    "feels_the_same", "was_done_to_me_too", "young_person", "one_more", "must_not_be_heard", "no_help",
    "cries_for_help", "asks_nothing", "asks_where", "asks_for_numbers", "another_time", "asks_if_normal",
    "denies_dying", "denies_pictures", "denies_a_person", "says_misread",
    "more_than_pornography", "may_go_along", "asks_to_wait", "kept_away", "doubts_telling", "hides", "phone_is_low",
    "takes_it_to_heart", "asks_to_stop_it", "asks_about_death", "has_lost_somebody", "wishes_to_follow",
    "more_than_a_push",
)  # fmt: skip


def read_answer(text: str, asked: str | None = None, by_a_grown_up: bool = False) -> str | None:
    """The intent an answer stands for: `affirm`, `deny`, or None when the words do not say.

    Args:
        text: The message as typed. A yes anywhere outweighs a no, and a no must be all that is said: fail towards help.
        asked: Category of the check-in that it answers: "hes in my class" says no where an adult was asked about.
        by_a_grown_up: A parent or a professional writes: "he is 11" is then likely the age of their own child.
    """
    found = _read_answer(text, asked)
    if found != "deny" or not by_a_grown_up or asked != ADULT_INVOLVED:
        return found
    return None if _patterns(_ANSWERS)["age_of_a_child"].search(_with_digits(text)) else found


def _read_answer(text: str, asked: str | None) -> str | None:
    plain = _plain(text)
    if not plain or len(plain.split()) > MAX_WORDS:
        return None
    patterns = _patterns(_ANSWERS)
    own = _answer_to(text, asked)
    if own is not None:
        return own
    # "Is your child …?" – "it's me".
    if patterns["affirm"].search(plain) or (asked is not None and is_about_me(text)):
        return "affirm"
    return "deny" if patterns["deny"].fullmatch(f"{plain} ") else None


def _answer_to(text: str, asked: str | None) -> str | None:
    """What only the question of this check-in makes an answer."""
    patterns, with_digits = _patterns(_ANSWERS), _with_digits(text)
    affirm, deny = patterns.get(f"{asked} affirm"), patterns.get(f"{asked} deny")
    if affirm is not None and affirm.search(with_digits):
        return "affirm"
    if patterns["affirm"].search(_plain(text)) or deny is None:
        return None
    return "deny" if deny.fullmatch(f"{with_digits} ") else None


def is_question(text: str) -> bool:
    """Whether a message asks something, with its mark or in the way it or one of its clauses begins.

    "Whats the point?" asks nothing.
    """
    patterns = _patterns(_ANSWERS)
    if patterns["asks_nothing"].fullmatch(_plain(text)):
        return False
    if "?" in text:
        return True
    return any(patterns["question"].search(_plain(clause)) for clause in _CLAUSE_ENDS.split(text))


def adds_trouble(text: str) -> bool:
    """Whether the words say that this is something more: "another girl", "there is more"."""
    return bool(_patterns(_ANSWERS)["adds"].search(_plain(text)))


def names_deadline(text: str) -> bool:
    """Whether words say how little time somebody was given: "1 hour left", "hes counting down"."""
    return bool(_patterns(_ANSWERS)["deadline"].search(_with_digits(text)))


def says_as_well(text: str) -> bool:
    """Whether words say that something is so of another as well: "my friend does it too"."""
    return bool(_patterns(_ANSWERS)["as_well"].search(_plain(text)))


def names_a_time(text: str) -> bool:
    """Whether words name a time to come, and no habit: "on saturday", "at half four", "next week"."""
    return bool(_patterns(_ANSWERS)["time_ahead"].search(_with_digits(text)))


def asks_what_now(text: str) -> bool:
    """Whether a message asks for the next step, or ends by asking for it: "she gets home at 3. what do i do now"."""
    clauses = [clause for clause in _CLAUSE_ENDS.split(text) if clause.strip()]
    return bool(clauses) and bool(_patterns(_ANSWERS)["what_now"].search(_plain(clauses[-1])))


def asks_nothing_but_what_now(text: str) -> bool:
    """The same where the whole message asks for the next step."""
    return bool(_patterns(_ANSWERS)["what_now"].search(_plain(text)))


def asks_what_to_say(text: str) -> bool:
    """Whether a message asks what to say to somebody, and nothing else: "what do i say to her"."""
    return bool(_patterns(_ANSWERS)["what_to_say"].search(_plain(text)))


def says_outcome(intent: str, text: str, after: str | None = None) -> bool:
    """Whether the words themselves say that help was found, or that someone is safe ("i told him" does not).

    Args:
        intent: One of OUTCOMES.
        after: What is open: AFTER_AN_EMERGENCY (only safety, or people who make safe, are believed), AFTER_AN_OVERDOSE
            (who took something may seem well, or sleepy: only people who treat them are), or None.
    """
    patterns = _patterns(_ANSWERS)
    # With the digits: "i called 999".
    plain = " ".join(re.findall(r"[a-z0-9&']+", text.lower().replace("’", "'")))
    wanted = patterns[after or intent]
    if is_question(text):
        return False
    return bool(wanted.search(plain)) and not patterns["denied"].search(patterns["kindly"].sub(" ", plain))


def has_changed_mind(text: str) -> bool:
    """Whether words take back a no that was given just before: "ok not joking"."""
    return bool(_patterns(_ANSWERS)["changed_mind"].search(_plain(text)))


def speaks_of_dying(text: str) -> bool:
    """Whether words speak of dying, of hurting oneself or of a means."""
    return bool(_patterns(_ANSWERS)["of_dying"].search(_plain(text)))


def asks_where(text: str) -> bool:
    """Whether words ask where something is that was just explained: "where is that setting", "cant find it"."""
    return bool(_patterns(_ANSWERS)["asks_where"].search(_plain(text)))


def asks_for_numbers(text: str) -> bool:
    """Whether a message asks for the numbers, or who can be reached now, and nothing else: "who is open now"."""
    return bool(_patterns(_ANSWERS)["asks_for_numbers"].search(_plain(text)))


def asks_if_normal(text: str) -> bool:
    """Whether a message asks whether what was told is normal or allowed, and nothing else: "is that normal"."""
    return bool(_patterns(_ANSWERS)["asks_if_normal"].search(_plain(text)))


def tells_of_another_time(text: str) -> bool:
    """Whether words tell that it was done at another time as well, to the same one: "he did it at christmas too"."""
    return bool(_patterns(_ANSWERS)["another_time"].search(_plain(text)))


def is_told_in_despair(text: str) -> bool:
    """Whether words tell of not wanting to be here, without naming it: "nobody would miss me"."""
    return bool(_patterns(_ANSWERS)["of_despair"].search(_plain(text))) and not is_question(text)


def rages(text: str) -> bool:
    """Whether words say that the writer will or would hurt somebody: "i mean it i will kill him"."""
    return bool(_patterns(_ANSWERS)["rages"].search(_plain(text)))


def speaks_of_telling(text: str) -> bool:
    """Whether words are of somebody who told something, or of something that happened: "when she tells me"."""
    return bool(_patterns(_ANSWERS)["of_telling"].search(_plain(text)))


def speaks_of_finding_out(text: str) -> bool:
    """Whether words are of somebody who may learn of something: "if my mum finds out"."""
    return bool(_patterns(_ANSWERS)["of_finding_out"].search(_plain(text)))


def says_thanks(text: str) -> bool:
    """Whether words end with thanks, whatever they tell before: "ok ill sit with her tomorrow. thx"."""
    return not is_question(text) and bool(_patterns(_ANSWERS)["ends_with_thanks"].search(_plain(text)))


def behind_thanks(text: str) -> str | None:
    """What is told behind thanks at the beginning; None without thanks, or where only a few words are left."""
    thanks = _patterns(_ANSWERS)["begins_with_thanks"].match(text.lower())
    told = text[thanks.end() :] if thanks else ""
    return told if len(told.split()) >= _LEAST_BEHIND_THANKS else None


def makes_a_plan(text: str) -> bool:
    """Whether words begin with what somebody is going to do: "ok ill ask her tomorrow"."""
    return not is_question(text) and bool(_patterns(_ANSWERS)["makes_a_plan"].search(_plain(text)))


def names_a_child_near(text: str) -> bool:
    """Whether words name a child that somebody has or lives with: "but i have a daughter, she is 4"."""
    return bool(_patterns(_ANSWERS)["child_near"].search(_plain(text)))


def wants_something(text: str) -> bool:
    """Whether words ask, or want something of us: "show me", "write a story"."""
    return is_question(text) or bool(_patterns(_ANSWERS)["wants_something"].search(_plain(text)))


def reaches_a_service(text: str) -> bool:
    """Whether all that the words say is that a service was reached, or that its people come: "i called childline"."""
    return bool(_patterns(_ANSWERS)["reached_a_service"].search(_with_digits(text)))


def takes_leave(text: str) -> bool:
    """Whether words thank and say goodbye, and nothing else: "thank you, you are very good. goodbye"."""
    return bool(_patterns(_ANSWERS)["takes_leave"].search(_plain(text)))


def only_covers_scars(text: str) -> bool:
    """Whether words ask what covers scars at some occasion, and say nothing else: "how can he hide the scars in pe"."""
    return bool(_patterns(_ANSWERS)["only_covers_scars"].search(_with_digits(text)))


def comes_upon_pornography(text: str) -> bool:
    """Whether a child came upon pornography, or looks at it, and the words tell of nothing more.

    "Found porn on her tablet", "it popped up": to be talked about, and nobody harms anybody.
    """
    patterns, said = _patterns(_ANSWERS), _with_digits(text)
    is_met = patterns["of_pornography"].search(said) and patterns["of_coming_upon"].search(said)
    is_more = patterns["more_than_pornography"].search(said) or patterns["of_being_shown"].search(said)
    return bool(is_met) and not is_more


def sees_pornography_of_peers(text: str) -> bool:
    """Whether pornography goes round among children of about one age: "a boy at school showed her porn"."""
    patterns, said = _patterns(_ANSWERS), _with_digits(text)
    is_shown = patterns["of_pornography"].search(said) and patterns["of_being_shown"].search(said)
    return bool(is_shown and patterns["of_one_age"].search(said)) and not patterns["more_than_pornography"].search(said)


def is_shown_pornography(text: str) -> bool:
    """Whether somebody who is older, or may be, shows pornography: "my cousin showed me porn"."""
    patterns, said = _patterns(_ANSWERS), _with_digits(text)
    is_shown = patterns["of_pornography"].search(said) and patterns["of_someone_older"].search(said)
    return bool(is_shown) and not patterns["of_two_of_one_age"].search(said)


def is_theirs(text: str) -> bool:
    """Whether words say of what was explained just before that it happens to them, or to a child they know."""
    return not is_question(text) and _is_short(text) and bool(_patterns(_ANSWERS)["is_theirs"].search(_plain(text)))


def names_others(text: str) -> bool:
    """Whether words name somebody young beside the one spoken of: "he does it to my sister as well"."""
    return bool(_patterns(_ANSWERS)["names_others"].search(_plain(text)))


def cries_for_help(text: str) -> bool:
    """Whether words are a cry for help and nothing else: "help me pls"."""
    return bool(_patterns(_ANSWERS)["cries_for_help"].search(_plain(text)))


def denies_help(text: str) -> bool:
    """Whether words may say that nobody was called or comes, or that help has left: "mum says dont ring the police"."""
    return bool(_patterns(_ANSWERS)["no_help"].search(_with_digits(text)))


def must_not_be_heard(text: str) -> bool:
    """Whether words say that somebody can't speak aloud: "i cant call he will hear me"."""
    return bool(_patterns(_ANSWERS)["must_not_be_heard"].search(_plain(text)))


def names_the_same_child(text: str, earlier: Iterable[str]) -> bool:
    """Whether the only young people named were named before, and nothing says one more: "my daughter again".

    Args:
        earlier: What was written before.
    """
    patterns = _patterns(_ANSWERS)
    young, said = patterns["young_person"], _plain(text)
    before = {name for told in earlier for name in young.findall(_plain(told))}
    named = set(young.findall(said))
    return bool(named) and named <= before and not patterns["one_more"].search(said)


def says_same_age(text: str) -> bool:
    """Whether words say that somebody is as old as the other, or a child as well: "hes 14 too", "a boy in my year"."""
    return bool(_patterns(_ANSWERS)["same_age"].search(_with_digits(text)))


def says_they_are_young(text: str) -> bool:
    """Whether words say that somebody is from 10 to 17, and nothing speaks against it: "he said hes 14"."""
    patterns, said = _patterns(_ANSWERS), _with_digits(text)
    is_doubted = patterns["doubts_an_age"].search(said)
    return not is_doubted and bool(patterns["said_to_be_young"].search(said))


def speaks_of_calling(text: str) -> bool:
    """Whether words speak of a call, a line or talking to somebody: only then is a price that of a helpline."""
    return bool(_patterns(_ANSWERS)["of_calling"].search(_plain(text)))


def carries_out(text: str, is_about_dying: bool) -> bool:
    """Whether words may say that something feared is about to be done, or was: "ok im gonna do it", "on my way".

    Args:
        is_about_dying: After words of dying "soon" and "its over" say so, too, and so do letters left behind.
    """
    patterns = _patterns(_ANSWERS)
    if is_about_dying and patterns["farewell"].search(_plain(text)):
        return True
    plain = patterns["not_doing"].sub(" ", _last_words(text))
    said = patterns["carries_out"].search(plain) or (is_about_dying and patterns["last_words"].search(plain))
    return bool(said) and not patterns["names_helper"].search(plain)


def _without_what_now(text: str) -> str:
    """What is told before a bare "what do i do" at the end; the whole text where there is none."""
    sentences = [part for part in _SENTENCE_ENDS.split(text.strip()) if part.strip()]
    is_asked = len(sentences) > 1 and asks_what_now(sentences[-1])
    return text[: text.rindex(sentences[-1])].strip(" .!?,") if is_asked else text


def comes_near(text: str, earlier: Iterable[str]) -> bool:
    """Whether the words say, and nothing else, that somebody comes or is there; of family only who was spoken of.

    Args:
        earlier: What was written before: "mum is home" is a danger only where mum was told of.
    """
    text = _without_what_now(text)
    is_told_of = not _kin_in(text) or _is_told_of(text, earlier)
    return is_told_of and _is_short(text) and bool(_patterns(_ANSWERS)["comes_near"].search(_plain(text)))


def calls_off(text: str, earlier: Iterable[str]) -> bool:
    """Whether words say, and nothing else, that a danger was none or is over: "oh its the postman", "dads home now".

    Args:
        earlier: What was written before: nobody who was told of there makes safe.
    """
    before = list(earlier)
    said = " ".join(map(_plain, before))
    # "Everyone is safe now. But who is this man?" begins with it, and asks about something else.
    first = _SENTENCE_ENDS.split(text.strip(), maxsplit=1)[0]
    if not is_question(first) and _is_over(first, text, said):
        return True
    if is_question(text) or not _is_short(text) or _is_told_of(text, before):
        return False
    patterns = _patterns(_ANSWERS)
    # Who was not named may be any of them: "he said hes going to kill me", then "my husband is home".
    names_someone = bool(_kin_in(text)) and bool(patterns["unnamed_threat"].search(said))
    if names_someone:
        return False
    is_found = was_missing(before) and patterns["found_again"].search(_plain(text))
    return bool(is_found or patterns["called_off"].search(_plain(text)))


def _is_over(first: str, text: str, said: str) -> bool:
    """Whether more words tell that a danger is over: "the police have him", "shes home, the guards found her".

    Args:
        first: The first sentence; the others are looked through where it does not ask.
        text: All of it: nothing in it may say that it goes on.
        said: What was written before, for whether somebody was missing.
    """
    patterns, plain = _patterns(_ANSWERS), _plain(text)
    told_of_it = " ".join(_plain(part) for part in _CLAUSE_ENDS.split(text) if not asks_for_a_step(part))
    if len(plain.split()) > _MANY_WORDS or patterns["goes_on"].search(told_of_it):
        return False
    told = _plain(first) if is_question(text) else plain
    is_home = was_missing([said]) and patterns["is_back"].search(told)
    return bool(is_home or patterns["is_held"].search(told) or patterns["all_safe"].search(told))


def asks_for_a_step(text: str) -> bool:
    """Whether a clause asks what the writer is to do or say: "what do i say when she gets here"."""
    return bool(_patterns(_ANSWERS)["asks_for_a_step"].search(_plain(text)))


def asks_until_help_comes(text: str) -> bool:
    """Whether words say that help was called, and ask what to do meanwhile: "theyre sending someone, what do i do"."""
    return not _is_long(text) and bool(_patterns(_ANSWERS)["help_is_called"].search(_with_digits(text)))


def was_missing(earlier: Iterable[str]) -> bool:
    """Whether words told of somebody who was missing, and of nobody who threatened."""
    patterns, said = _patterns(_ANSWERS), " ".join(map(_plain, earlier))
    return bool(patterns["was_missing"].search(said)) and not patterns["threatened"].search(said)


def is_back(text: str) -> bool:
    """Whether words say, of somebody who was missing, that they are found, back or safe."""
    patterns, plain = _patterns(_ANSWERS), _plain(text)
    return any(patterns[name].search(plain) for name in ("is_back", "found_again", "all_safe"))


def came_out(text: str) -> bool:
    """Whether words say that somebody who shut themselves in is out and well: "shes out now and calm"."""
    return not is_question(text) and bool(_patterns(_ANSWERS)["came_out"].search(_plain(text)))


def is_looked_after(text: str, earlier: Iterable[str] = ()) -> bool:
    """Whether words say, and nothing else, that a grown-up is with somebody: "told miss and shes with her now".

    Args:
        earlier: What was written before: nobody who was told of there looks after anyone.
    """
    if is_question(text) or not _is_short(text) or _is_told_of(text, earlier):
        return False
    return bool(_patterns(_ANSWERS)["is_looked_after"].search(_plain(text)))


def is_treated(text: str) -> bool:
    """Whether words say, and nothing else, that somebody is with people who treat them: "shes at the hospital now"."""
    return not is_question(text) and bool(_patterns(_ANSWERS)["is_treated"].search(_plain(text)))


def tells_of_safety(text: str, earlier: Iterable[str]) -> bool:
    """Whether words say that somebody is found, out, treated or looked after, or that nothing was done.

    Args:
        earlier: What was written before: nobody who was told of there looks after anyone.
    """
    is_well = came_out(text) or is_back(text) or is_treated(text) or is_looked_after(text, earlier)
    return is_well or took_nothing(text) or will_not_act(text)


def took_nothing(text: str) -> bool:
    """Whether words say, and nothing else, that nobody took or did anything: "no she didnt take anything"."""
    return not is_question(text) and _is_short(text) and bool(_patterns(_ANSWERS)["took_nothing"].search(_plain(text)))


def will_not_act(text: str) -> bool:
    """Whether words say, and nothing else, that nothing is planned or will be done: "no i dont have a plan"."""
    return not is_question(text) and _is_short(text) and bool(_patterns(_ANSWERS)["not_acting"].search(_plain(text)))


def denies_dying(text: str) -> bool:
    """Whether words say that nobody wants to die or be hurt, and leave nothing open: "omg no im not suicidal"."""
    return not _is_long(text) and bool(_patterns(_ANSWERS)["denies_dying"].search(_plain(text)))


def denies_dying_of_others(text: str) -> bool:
    """Whether words say of somebody else that they do not want to die: "nobody is suicidal, i asked about rooms"."""
    is_said = _patterns(_ANSWERS)["denies_dying_of_others"].search(_plain(text))
    return bool(is_said) and denies_dying(text)


def names_someone_to_tell(text: str, earlier: Iterable[str]) -> bool:
    """Whether words name whom one might tell, and nothing else: "like my coach maybe? or my aunty".

    Args:
        earlier: What was written before: nobody who was told of there is meant.
    """
    is_named = _is_short(text) and _patterns(_ANSWERS)["names_someone_to_tell"].search(_plain(text))
    return bool(is_named) and not _is_told_of(text, earlier)


def wants_to_die(text: str) -> bool:
    """Whether words say outright that somebody wants to die, be it "of shame"."""
    return bool(_patterns(_ANSWERS)["wants_to_die"].search(_plain(text))) and not denies_dying(text)


def plans_to_tell(text: str) -> bool:
    """Whether words begin with whom somebody is going to tell: "ok il tell my dad"."""
    return not is_question(text) and bool(_patterns(_ANSWERS)["plans_to_tell"].search(_plain(text)))


def means_another(text: str) -> bool:
    """Whether words say that something else was meant than was answered: "no not the app, the phone"."""
    return bool(_patterns(_ANSWERS)["means_another"].search(_plain(text)))


def hides_scars(text: str) -> bool:
    """Whether words ask how to hide scars: "how do i hide the scars in pe"."""
    return bool(_patterns(_ANSWERS)["hides_scars"].search(_plain(text)))


def is_the_lead(text: str) -> bool:
    """Whether the writer says that they are the one whom staff would tell: "I am the safeguarding lead"."""
    return bool(_patterns(_ANSWERS)["is_the_lead"].search(_plain(text)))


def begins_with_no(text: str) -> bool:
    """Whether words answer a question about dying with a no, and go on about nothing that sounds of it."""
    patterns, plain = _patterns(_ANSWERS), _plain(text)
    return not (_is_long(text) or patterns["affirm"].search(plain)) and bool(patterns["begins_with_no"].search(plain))


def denies_trouble(category: str | None, newest: str, earlier: Iterable[str]) -> bool:
    """Whether words say that the trouble a card was given for was never told: "i havent sent any pictures".

    Args:
        category: What the card was about. That somebody is hurt is often taken back, and never denied by this.
        newest: The words that may deny it.
        earlier: What was written before; where it names that trouble in plain words, nothing was misread.
    """
    if category is None or category not in _DENIED_BY or _is_long(newest):
        return False
    patterns, own = _patterns(_ANSWERS), _DENIED_BY[category]
    before = [_plain(text) for text in earlier if not patterns[own].search(_plain(text))]
    is_named = any(patterns[name].search(said) for name in _NAMED_BY[category] for said in before)
    # Only a person can be taken for a robot's words, so "that's not what i meant" says too little there.
    denied = (own,) if category == ADULT_INVOLVED else (own, "says_misread")
    return not is_named and any(patterns[name].search(_plain(newest)) for name in denied)


def speaks_of_other_children(text: str) -> bool:
    """Whether words ask or tell of children beside the one spoken of: "what about my other kids", "he has kids now"."""
    return _is_short(text) and bool(_patterns(_ANSWERS)["other_children"].search(_plain(text)))


def _is_told_of(text: str, earlier: Iterable[str]) -> bool:
    """Whether one of the family who is named was spoken of before, by whatever word."""
    patterns, told = _patterns(_ANSWERS), [_plain(said) for said in earlier]
    # "She is calling my mum" makes mum no danger; where somebody was threatened, it may be the threat that is called.
    if not any(patterns["threatened"].search(said) for said in told):
        told = [patterns["calls_kin"].sub(" ", said) for said in told]
    before: set[str] = set().union(*map(_kin_in, told))
    return bool(_kin_in(text) & before)


def _kin_in(text: str) -> set[str]:
    """Who in the family, or close to a child, is named; "parents" are both."""
    plain, found = _plain(text), set()
    for name, pattern in _kin(_ANSWERS):
        if pattern.search(plain):
            found.add(name)
            plain = pattern.sub(" ", plain)
    return found | ({"dad", "mum"} if "parents" in plain.split() else set())


def names_family(text: str) -> bool:
    """Whether one of the family is named: a parent, a brother or sister, grandparents, uncle, aunt or cousin."""
    return bool(_kin_in(text) & _FAMILY)


def is_of_the_own_home(text: str) -> bool:
    """Whether words tell of somebody of the writer's own family: "mums boyfriend is hitting her"."""
    return bool(_patterns(_ANSWERS)["of_the_own_home"].search(_plain(text)))


def tells_of_an_attack(text: str) -> bool:
    """Whether words name what somebody does to others: "he came home and hes hitting me"."""
    return bool(_patterns(_ANSWERS)["of_an_attack"].search(_plain(text)))


def may_go_along(text: str) -> bool:
    """Whether words ask if one should go along with somebody, or who is said to have sent them: "should i get in"."""
    return _is_short(text) and bool(_patterns(_ANSWERS)["may_go_along"].search(_plain(text)))


def asks_to_wait(text: str) -> bool:
    """Whether words ask how long to wait before somebody missing is reported: "do i have to wait 24 hours"."""
    is_asked = _is_short(text) and is_question(text)
    return is_asked and bool(_patterns(_ANSWERS)["asks_to_wait"].search(_with_digits(text)))


def hides(text: str) -> bool:
    """Whether words say, in danger, that somebody hides or locked themselves in, or ask whether to."""
    return _is_short(text) and bool(_patterns(_ANSWERS)["hides"].search(_plain(text)))


def says_phone_is_low(text: str) -> bool:
    """Whether words say that the phone will not last: "my phone is on 6 percent"."""
    plain = _with_digits(text.replace("%", " percent"))
    return _is_short(text) and bool(_patterns(_ANSWERS)["phone_is_low"].search(plain))


def is_kept_away(text: str) -> bool:
    """Whether words say, and nothing else, that who hurts somebody is kept away now: "he isnt allowed near me"."""
    patterns, plain = _patterns(_ANSWERS), _plain(text)
    is_said = _is_short(text) and not is_question(text) and bool(patterns["kept_away"].search(plain))
    return is_said and not patterns["not_kept_away"].search(plain)


def doubts_telling(text: str) -> bool:
    """Whether words ask if it was right to tell, or wish it undone: "was it wrong to tell you"."""
    return _is_short(text) and bool(_patterns(_ANSWERS)["doubts_telling"].search(_plain(text)))


def took_something(text: str) -> bool:
    """Whether words speak of something taken, or done to one's own body."""
    return bool(_patterns(_ANSWERS)["took_something"].search(_plain(text)))


def needs_a_doctor(text: str) -> bool:
    """Whether words speak of something taken or of a wound that bleeds: then no grown-up beside them is enough."""
    return bool(_patterns(_ANSWERS)["needs_a_doctor"].search(_plain(text)))


def explains(text: str, is_about_dying: bool = False) -> bool:
    """Whether words say that what was taken for trouble was none: "no i just mean my hair looks bad lol".

    Args:
        is_about_dying: After words of dying only a joke, or what was meant, explains them.
    """
    plain, patterns = _plain(text), _patterns(_ANSWERS)
    if len(plain.split()) > MAX_WORDS or is_question(text) or not patterns["explains"].search(plain):
        return False
    # "Shes only 15" tells how young somebody is.
    if patterns["age_of_a_child"].search(_with_digits(text)):
        return False
    return not is_about_dying or bool(patterns["explains_dying"].search(plain))


def tells_of_paying(text: str) -> bool:
    """Whether words say that money has gone: "i already sent him 200"."""
    return bool(_patterns(_ANSWERS)["paid"].search(_with_digits(text)))


def is_about_me(text: str) -> bool:
    """Whether words say, of a parent or a professional, that it is about themselves: "it's me, not my child"."""
    return _is_short(text) and bool(_patterns(_ANSWERS)["about_me"].search(_plain(text)))


def is_about_another(text: str) -> bool:
    """Whether words say that another is meant than the writer, and who: "it wasnt me, its my son. is that a sign"."""
    return _is_short(text) and bool(_patterns(_ANSWERS)["not_me"].search(_plain(text)))


def feels_the_same(text: str) -> bool:
    """Whether words say that the writer feels as the one does who was told of: "tbh i kinda feel the same as her"."""
    is_told = not is_question(text) and _is_short(text)
    return is_told and bool(_patterns(_ANSWERS)["feels_the_same"].search(_plain(text)))


def was_told_to_die(text: str) -> bool:
    """Whether words tell that somebody else said it ("a kid in roblox said kys"), and not that it is believed."""
    patterns, plain = _patterns(_ANSWERS), _plain(text)
    return bool(patterns["told_to_die"].search(plain)) and not patterns["takes_it_to_heart"].search(plain)


def asks_to_stop_an_insult(text: str) -> bool:
    """The same, with the question how to report it, block them, or whom to tell."""
    return was_told_to_die(text) and bool(_patterns(_ANSWERS)["asks_to_stop_it"].search(_plain(text)))


def is_pushed_among_pupils(text: str) -> bool:
    """Whether a pupil pushes, trips or teases, and no more is told: "a boy in my class pushes me in the corridor"."""
    patterns, plain = _patterns(_ANSWERS), _plain(text)
    is_told = bool(patterns["of_a_pupil"].search(plain)) and bool(patterns["of_a_push"].search(plain))
    return is_told and not patterns["more_than_a_push"].search(plain)


def asks_about_death(text: str) -> bool:
    """Whether a child is told of who asks about death, and not for it: "he asks if mummy will die"."""
    patterns, plain = _patterns(_ANSWERS), _plain(text)
    return bool(patterns["asks_about_death"].search(plain)) and not patterns["wishes_to_follow"].search(plain)


def mourns_and_asks_about_death(text: str) -> bool:
    """The same, where somebody has died."""
    return asks_about_death(text) and bool(_patterns(_ANSWERS)["has_lost_somebody"].search(_plain(text)))


def was_done_to_me_too(text: str) -> bool:
    """Whether words say that the writer met the same as the one who was told of: "he did it to me too"."""
    is_told = not is_question(text) and _is_short(text)
    return is_told and bool(_patterns(_ANSWERS)["was_done_to_me_too"].search(_plain(text)))


def is_of_the_writer_alone(text: str) -> bool:
    """Whether words are about the writer and name nobody else: "sometimes i think everyone would be better off"."""
    words = set(_plain(text).split())
    return bool(words & _OF_ME) and not words & _OF_OTHERS


def is_one_word(text: str) -> bool:
    """Whether nothing can stand beside the answer: a word of any language, or a laughing face."""
    return len(text.strip()) <= _MAX_LETTERS and len(re.findall(r"[^\W\d_]+", text)) <= 1


def _is_long(text: str) -> bool:
    """Whether a message tells so much that a few words in it decide nothing."""
    return len(_plain(text).split()) > _MANY_WORDS


def _is_short(text: str) -> bool:
    """Whether a message is short enough to say one thing only; a longer one could also keep a pattern busy."""
    return len(_plain(text).split()) <= _FEW_WORDS


def _last_words(text: str) -> str:
    return " ".join(_plain(text).split()[-_FEW_WORDS:])


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower().replace("’", "'")))


def _with_digits(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower().replace("’", "'")))


@lru_cache(maxsize=2)
def _patterns(path: Path) -> Mapping[str, Pattern[str]]:
    words = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = words["answers"]
    affirm, deny, beside = ("|".join(f"(?:{row})" for row in rows[kind]) for kind in ("affirm", "deny", "beside"))
    whole = f"(?:(?:{beside}) )*(?:{deny}) (?:(?:{deny}|{beside}) )*"
    own: dict[str, Pattern[str]] = {}
    for asked, kinds in words["answers_to"].items():
        if "deny" in kinds:
            of_this = "|".join(f"(?:{row})" for row in kinds["deny"])
            # "no hes in my class lol": what denies anywhere may stand beside it.
            around = f"(?:(?:{beside}|{deny}) )*"
            own[f"{asked} deny"] = re.compile(f"{around}(?:{of_this}) {around}(?:(?:{of_this}) {around})?")
        if "affirm" in kinds:
            own[f"{asked} affirm"] = re.compile("|".join(f"(?:{row})" for row in kinds["affirm"]))
    # Parts that several entries share, by their names in braces.
    parts = {"kin": "|".join(words["kin"].values()), "no_danger": words["no_danger"], "closed": words["closed"]}
    single = {name: [_with_parts(row, parts) for row in words[name]] for name in _SINGLE}
    of_before = ("calls_kin", "was_missing", "threatened", "unnamed_threat", "age_of_a_child", *_OF_WORDS)
    single |= {name: [_with_parts(words[name], parts)] for name in of_before}
    others = {"question": words["questions"], **single, **words["outcomes"]}
    compiled = {name: re.compile("|".join(f"(?:{row})" for row in rows)) for name, rows in others.items()}
    return {"affirm": re.compile(affirm), "deny": re.compile(whole), **compiled, **own}


def _with_parts(row: str, parts: Mapping[str, str]) -> str:
    for name, part in parts.items():
        row = row.replace(f"{{{name}}}", part)
    return row


@lru_cache(maxsize=2)
def _kin(path: Path) -> Sequence[Tuple[str, Pattern[str]]]:
    """Who, and the words for them, in the order in which they are looked for."""
    rows: Mapping[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))["kin"]
    return [(name, re.compile(rf"\b(?:{row})(?:'?s)?\b")) for name, row in rows.items()]
