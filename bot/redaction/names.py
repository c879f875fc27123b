"""Finds people: name lists, the words around a name, and spaCy's opinion, in that order.

How a word is judged:
- a **known** name counts anywhere in an English message, in other languages when introduced or capitalised;
- a name that is **also a word** ("rose", "baker") needs a cue: an introduction, a relation, a title, a capital;
- an **unknown** word needs a cue as well, and must not look like a misspelt word;
- a dictionary word counts only right after "my name is".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Dict, FrozenSet, Iterator, List, Optional, Sequence, Tuple

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.redaction import name_cues as cues
from bot.redaction.chat_text import Word
from bot.redaction.constants import PERSON, REGEX_TIMEOUT_SECONDS
from bot.redaction.lexicon import Lexicon
from bot.redaction.recognizers import ChatArtifacts, ChatRecognizer

KEPT, KNOWN, WORD_NAME, UNKNOWN, ORDINARY = "kept", "known", "word_name", "unknown", "ordinary"
#: Below this share of English words a message is taken for another language.
_ENGLISH_SHARE = 0.5
_END_OF_LATIN = "\u0250"
_ME = frozenset(("me",))
_NEXT_WORD = re.compile(r"\s([^\W\d_]{3,})\b")
#: "si" is "if", "adı" stands in many words: a known name after one of these needs its capital.
_WEAKEST = frozenset(("si", "adı", "adi", "adım", "adim", "naam", "c'est"))


def classify(word: str, lexicon: Lexicon) -> str:
    """What the lists say about one lower-case word."""
    if word in lexicon.kept.words or word in lexicon.function_words:
        return KEPT
    if word in lexicon.names:
        return KNOWN
    if word in lexicon.word_names:
        return WORD_NAME
    if word in lexicon.relations or word in lexicon.titles or lexicon.is_ordinary(word):
        return ORDINARY
    parts = word.replace("'", "-").split("-")
    if len(parts) > 1 and all(parts):
        kinds = [classify(part, lexicon) for part in parts]
        if KNOWN in kinds:
            return KNOWN
        if all(kind in (KEPT, ORDINARY, WORD_NAME) for kind in kinds):
            return ORDINARY
    return UNKNOWN


class NameRecognizer(ChatRecognizer):
    """See the module docstring."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon, [PERSON], "names")
        self._by_shape: Dict[Tuple[str, int], List[str]] = {}
        for word in lexicon.dictionary | lexicon.everyday:
            self._by_shape.setdefault((word[0], len(word)), []).append(word)
        self._typo_words = [word for word in lexicon.everyday | lexicon.function_words if len(word) > 3]

    def analyze(
        self, text: str, entities: List[str], nlp_artifacts: Optional[NlpArtifacts] = None
    ) -> List[RecognizerResult]:
        """Every person of the message, given and family name together."""
        words = self.words(text, nlp_artifacts)
        people = nlp_artifacts.people if isinstance(nlp_artifacts, ChatArtifacts) else []
        found = [*self._introduced_abroad(text), *self._spelled_or_in_a_form(text)]
        kinds = [classify(self._base(word.lower), self.lexicon) for word in words]
        foreign = self._is_foreign(words, kinds)
        english = is_english(kinds) and not foreign
        kinds = [
            KEPT if word.lower in self.lexicon.foreign_words and (foreign or kind == UNKNOWN) else kind
            for word, kind in zip(words, kinds, strict=True)
        ]
        index = 0
        while index < len(words):
            why = "" if words[index].glued else self._judge(words, kinds, index, english, people)
            if not why:
                index += 1
                continue
            last = self._extend(text, words, kinds, index)
            first = self._extend_left(words, kinds, index) if english else index
            start, end = words[first].start, words[last].start + len(self._base(words[last].text))
            found.append(self.result(PERSON, start, end, 0.85, why))
            index = last + 1
        return found

    def _base(self, word: str) -> str:
        """Without a possessive: "katie's" → "katie"; "katies" → "katie" when only that is a name."""
        for ending in ("'s", "’s"):
            if word.lower().endswith(ending):
                return word[:-2]
        lower = word.lower()
        if len(lower) > 4 and lower.endswith("s") and lower not in self.lexicon.names:
            stem = lower[:-1]
            if stem in self.lexicon.names and not self.lexicon.is_ordinary(lower):
                return word[:-1]
        return word

    def _introduced_abroad(self, text: str) -> Iterator[RecognizerResult]:
        for match in cues.FOREIGN_INTRODUCTIONS.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            start, end = next(match.spans("x") and [span] for span in match.spans("x"))[0]
            if end <= start:
                continue
            name = text[start:end]
            if name.split()[0].lower() in self.lexicon.foreign_words:
                continue
            lead = text[match.start() : start].strip(" :").lower()
            first = name.split()[0].lower()
            known = classify(first, self.lexicon) == KNOWN
            if lead in cues.WEAK_FOREIGN and not (known and lead not in _WEAKEST or self._is_proper_abroad(name)):
                continue
            if known and " " not in name:
                end = self._family_name_abroad(text, end)
            if classify(first, self.lexicon) != KEPT:
                yield self.result(PERSON, start, end, 0.9, "introduction in another language")

    def _is_proper_abroad(self, name: str) -> bool:
        return name[0].isupper() and classify(name.split()[0].lower(), self.lexicon) in (KNOWN, UNKNOWN)

    def _family_name_abroad(self, text: str, end: int) -> int:
        """The end of a known name that follows at `end`: "heisst kevin müller"."""
        match = _NEXT_WORD.match(text, end)
        if match is None or match.group(1).lower() in self.lexicon.foreign_words:
            return end
        return match.end() if classify(match.group(1).lower(), self.lexicon) == KNOWN else end

    def _spelled_or_in_a_form(self, text: str) -> Iterator[RecognizerResult]:
        """ "my name is f r e y a" and "name: tia"."""
        for match in cues.SPELLED_OUT.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            start, end = match.span("x")
            yield self.result(PERSON, start, end, 0.9, "spelled out")
        for match in cues.FORM.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            word = match.group("x").lower()
            if word not in cues.NEVER_A_NAME and classify(word, self.lexicon) in (KNOWN, WORD_NAME):
                start, end = match.span("x")
                yield self.result(PERSON, start, end, 0.9, "form")

    def _is_foreign(self, words: Sequence[Word], kinds: Sequence[str]) -> bool:
        """At least half of the words are frequent ones of another language, and one of them is not English."""
        listed = [kind for word, kind in zip(words, kinds, strict=True) if word.lower in self.lexicon.foreign_words]
        marked = UNKNOWN in listed or any(word.lower in cues.FOREIGN_MARKS for word in words)
        return marked and 2 * sum(kind != KEPT for kind in listed) >= len(words)

    def _judge(
        self, words: Sequence[Word], kinds: Sequence[str], index: int, english: bool, people: Sequence[Tuple[int, int]]
    ) -> str:
        """The reason why the word at `index` is a name, or an empty string."""
        word, kind = words[index], kinds[index]
        if kind == KEPT and self._is_place_named_person(words, index):
            return "relation before a place name"
        if kind == KEPT or len(word.lower) < 2 or self._is_place(words, index):
            return ""
        introduced = self._introduction(words, index)
        if kind == KNOWN:
            if english or word.written_capital or introduced is not None or self._has_relation(words, index):
                return "known name"
            # "mio padre una foto": a frequent word that is a name somewhere else.
            is_frequent = word.lower in self.lexicon.foreign_words
            leads = self._lower(words, index + 1) in cues.AFTER_A_NAME_ABROAD
            is_led = leads or self._has_title(words, index) or self._follows(words, index, cues.FOREIGN_RELATIONS)
            return "known name after a relation or title abroad" if is_led and not is_frequent else ""
        if introduced is not None and self._fits_introduction(words, kinds, index, introduced, english):
            return "introduction"
        if self._is_pet_name(words, index):
            return "everyone calls me"
        if kind == ORDINARY:
            return "title and capital" if self._has_title(words, index) and word.capital else ""
        if not english:
            return "capitalised name" if kind == WORD_NAME and word.capital and self._has_relation(words, index) else ""
        return self._judge_by_neighbours(words, kinds, index, people)

    def _judge_by_neighbours(
        self, words: Sequence[Word], kinds: Sequence[str], index: int, people: Sequence[Tuple[int, int]]
    ) -> str:
        """For an unknown word or a name that is also a word: the first cue that holds."""
        word, unknown = words[index], kinds[index] == UNKNOWN
        if unknown and max(word.lower) >= _END_OF_LATIN:
            # Other scripts: every word is unknown; the name lists and introductions speak for them.
            return ""
        if unknown and not word.capital and (len(word.lower) < 3 or self._looks_misspelt(word.lower)):
            return ""
        base = self._base(word.lower)
        given = base in self.lexicon.given_word_names or not self.lexicon.is_ordinary(base)
        likely = unknown or given
        after = words[index + 1].lower if index + 1 < len(words) else ""
        before = words[index - 1].lower if word.joined else ""
        # "reads", "plays" may as well be things: "rich kids".
        acts = after in cues.AFTER_A_PERSON or (
            (unknown or base not in cues.NOUN_NAMES) and self._is_third_person(after)
        )
        told = before in cues.TOLD and likely
        if not unknown and given and self._acts_among_people(words, kinds, index):
            return "does what only people do"
        if word.lower in cues.HELPERS and (not acts or after in cues.BASE_FORMS):
            # "my friend will tell": a helper verb; "told will", "my friend will says": a name.
            return "told, texted, met …" if told else ""
        usual = given and base not in cues.NOUN_NAMES
        related = self._has_relation(words, index) and (
            unknown or after in cues.AFTER_A_PERSON or (given and (acts or self._ends_here(words, index)))
        )
        opens = not before or before in cues.BEFORE_A_PERSON or before in cues.CLAUSE_OPENERS
        active = acts and (
            (unknown and before not in cues.DETERMINERS)
            or (given and (usual or after in cues.SPEECH) and after not in ("is", "was") and opens)
        )
        shown = unknown or (kinds[index] == WORD_NAME and word.written_capital)
        reasons = (
            (self._has_title(words, index), "title"),
            (word.capital and likely, "capital inside a sentence"),
            (related, "relation"),
            (word.first and word.written_capital and acts and likely, "starts a sentence and acts"),
            (active, "acts like a person"),
            (told, "told, texted, met …"),
            (likely and self._beside_a_name(words, kinds, index), "beside a known name"),
            (likely and self._owns(words, index), "owns something of a person"),
            ((unknown or usual) and self._says_goodbye(words, index), "ends the message after thanks"),
            (
                before in cues.BEFORE_A_PERSON and usual and (unknown or not self._is_verb_like(words, index)),
                "after a person's verb",
            ),
            (shown and self._spacy_agrees(word, people), "spaCy"),
            (unknown and self._is_unexplained(word.lower), "no word that is known"),
        )
        return next((why for holds, why in reasons if holds), "")

    def _lower(self, words: Sequence[Word], index: int) -> str:
        """The lower-case word at `index`; an empty string outside the message."""
        return words[index].lower if 0 <= index < len(words) else ""

    def _follows(self, words: Sequence[Word], index: int, before: FrozenSet[str]) -> bool:
        return words[index].joined and self._lower(words, index - 1) in before

    def _is_place_named_person(self, words: Sequence[Word], index: int) -> bool:
        """ "my daughter kenya is upset", but not "my daughter jordan trip"."""
        word = words[index]
        place = word.lower in self.lexicon.kept.places and self._has_relation(words, index)
        after = words[index + 1] if index + 1 < len(words) else None
        return place and after is not None and after.joined and after.lower in cues.AFTER_A_PERSON

    def _is_pet_name(self, words: Sequence[Word], index: int) -> bool:
        """ "everyone calls me pickle"."""
        calls = self._lower(words, index - 2) in ("call", "calls", "called")
        return calls and self._follows(words, index, _ME) and words[index].lower in cues.PET_NAMES

    def _acts_among_people(self, words: Sequence[Word], kinds: Sequence[str], index: int) -> bool:
        """ "grace from my class", "it was mark who", "me and hope arent", "hope is bullying me", "i fancy mark"."""
        before, after, third, fourth = (self._lower(words, index + step) for step in (-1, 1, 2, 3))
        before = before if words[index].joined else ""
        opens = not before or before in cues.CLAUSE_OPENERS
        from_class = after == "from" and (third in cues.FROM_A_CLASS or third == "my" and fourth in cues.OUR_GROUPS)
        if opens and (from_class or self._is_doing(words, index + 1)):
            return True
        if opens and after == "in" and third in ("my", "our") and fourth in cues.OUR_GROUPS:
            return self._is_doing(words, index + 4)
        if before in ("was", "its", "it's", "is") and after == "who":
            return True
        if before == "fancy" and self._ends_here(words, index):
            return words[index].lower not in cues.THINGS
        return self._is_one_of_two(words, kinds, index)

    def _is_doing(self, words: Sequence[Word], at: int) -> bool:
        """ "is bullying", "is being mean"."""
        verb, doing, how = (self._lower(words, at + step) for step in (0, 1, 2))
        return verb in ("is", "was", "keeps") and (
            doing in cues.PERSON_DOINGS or doing == "being" and how in (cues.UNKIND | {"so", "really"})
        )

    def _is_one_of_two(self, words: Sequence[Word], kinds: Sequence[str], index: int) -> bool:
        """ "me and hope arent friends", "lily and daisy wont let me", "ruby n poppy"."""
        for link, other, last in ((index + 1, index + 2, index + 2), (index - 1, index - 2, index)):
            if self._lower(words, link) not in ("and", "n") or not 0 <= other < len(words):
                continue
            after = self._lower(words, last + 1)
            if words[other].lower == "me" and after in cues.AFTER_TWO | {"are", "were", "had", "got", "fell"}:
                return True
            named = words[other].lower in self.lexicon.given_word_names and kinds[other] == WORD_NAME
            # "rain n storm", "hope and joy": things side by side.
            things = words[index].lower in cues.THINGS and words[other].lower in cues.THINGS
            if named and not things and (after in cues.AFTER_TWO or not after and words[link].lower == "n"):
                return True
        return False

    def _is_third_person(self, word: str) -> bool:
        """ "reads", "plays": a verb form that needs somebody who does it (or a plural: only a weak cue)."""
        return len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word[:-1] in self.lexicon.dictionary

    def _beside_a_name(self, words: Sequence[Word], kinds: Sequence[str], index: int) -> bool:
        """ "oliwia and tom": one known name makes the other one likely."""
        if index + 2 < len(words) and words[index + 1].lower in ("and", "n", "or"):
            other = words[index + 2].lower
            if (
                kinds[index + 2] == KNOWN
                or other in ("i", "me")
                and (kinds[index] == UNKNOWN or words[index].written_capital)
            ):
                return True
        return index >= 2 and words[index - 1].lower in ("and", "n", "or") and kinds[index - 2] == KNOWN

    def _owns(self, words: Sequence[Word], index: int) -> bool:
        """ "toby's mum", "tobys brother": a possessive before a relation or a thing that people have."""
        if index + 1 >= len(words) or not words[index + 1].joined:
            return False
        word, after = words[index].lower, words[index + 1].lower
        return word.endswith("s") and len(word) > 3 and (after in self.lexicon.relations or after in cues.BELONGINGS)

    def _says_goodbye(self, words: Sequence[Word], index: int) -> bool:
        """ "thank you, linh": the last word after a farewell."""
        last = index == len(words) - 1 and index > 0
        return last and words[index - 1].lower in cues.FAREWELLS and words[index].start - words[index - 1].end <= 3

    def _is_place(self, words: Sequence[Word], index: int) -> bool:
        """ "from jordan" is a country, "told jordan" is a person."""
        word = words[index]
        place = word.lower in self.lexicon.kept.place_names
        return place and word.joined and words[index - 1].lower in cues.BEFORE_A_PLACE

    def _is_verb_like(self, words: Sequence[Word], index: int) -> bool:
        """ "with hope for", "and love it": an object or a preposition follows a verb or a noun."""
        follows = words[index + 1].lower if index + 1 < len(words) else ""
        return follows in cues.AFTER_A_VERB

    def _fits_introduction(
        self, words: Sequence[Word], kinds: Sequence[str], index: int, any_word: bool, english: bool
    ) -> bool:
        word, kind = words[index], kinds[index]
        if kind == WORD_NAME:
            return any_word or word.lower in self.lexicon.given_word_names or word.written_capital
        if kind == ORDINARY:
            if word.capital:
                return True
            # "my name is bear", but not "my name is really weird".
            return any_word and not word.lower.endswith("ly") and word.lower not in cues.NEVER_A_NAME
        return not word.lower.endswith(("ing", "ed", "in'")) and (
            word.written_capital or not self._looks_misspelt(word.lower)
        )

    def _introduction(self, words: Sequence[Word], index: int) -> Optional[bool]:
        """The flag of the introduction right before, or None."""
        for sequence, any_word in cues.INTRODUCTIONS:
            size = len(sequence)
            joined = index >= size and all(word.joined for word in words[index - size + 1 : index + 1])
            if joined and tuple(word.lower for word in words[index - size : index]) == sequence:
                return any_word
        return None

    def _has_relation(self, words: Sequence[Word], index: int) -> bool:
        return words[index].joined and words[index - 1].lower in self.lexicon.relations

    def _has_title(self, words: Sequence[Word], index: int) -> bool:
        # "Mr. Green": the full stop of a title joins.
        if not index or words[index - 1].lower not in self.lexicon.titles:
            return False
        if words[index].start - words[index - 1].end > 2:
            return False
        # "i miss rose": the verb, not the title.
        return (
            words[index - 1].lower != "miss"
            or words[index - 1].written_capital
            or index == 1
            or (words[index - 2].lower not in ("i", "we", "really", "they", "you", "to", "still"))
        )

    def _ends_here(self, words: Sequence[Word], index: int) -> bool:
        after = words[index + 1] if index + 1 < len(words) else None
        return after is None or not after.joined or after.lower in ("and", "who", "but", "from")

    def _is_unexplained(self, word: str) -> bool:
        """A word that no list knows, that is no compound and no slip of the finger: rather a name than a loss."""
        return len(word) > 3 and word.isalpha() and not is_explained(word, self)

    def near_dictionary_word(self, word: str) -> bool:
        """True when a dictionary word of the same first letter is one slip away, two for long words."""
        slips = 1 if len(word) < 8 else 2
        lengths = range(len(word) - slips, len(word) + slips + 1)
        candidates = [other for length in lengths for other in self._by_shape.get((word[0], length), ())]
        return process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=slips) is not None

    def is_compound(self, word: str) -> bool:
        """ "cyberstalking", "antivirus": a known beginning or two known words."""
        for at in range(3, len(word) - 2):
            head, tail = word[:at], word[at:]
            if (head in cues.PREFIXES or len(head) > 3 and len(tail) > 3 and head in self.lexicon.dictionary) and (
                self.lexicon.is_ordinary(tail)
            ):
                return True
        return False

    def _looks_misspelt(self, word: str) -> bool:
        return looks_misspelt(word, self)

    def closest_everyday(self, word: str) -> bool:
        """True when one slip of the finger turns the word into an everyday one."""
        if len(word) < 5:
            return False
        best = process.extractOne(word, self._typo_words, scorer=OSA.distance, score_cutoff=1)
        return best is not None

    def _spacy_agrees(self, word: Word, people: Sequence[Tuple[int, int]]) -> bool:
        if word.text.isupper():
            return False
        return any(start <= word.start and word.end <= end for start, end in people)

    def _extend(self, text: str, words: Sequence[Word], kinds: Sequence[str], index: int) -> int:
        """The index of the last word of the name that starts at `index`."""
        last = index
        while last + 1 < len(words) and last - index < 3:
            follower = words[last + 1]
            between = text[words[last].end : follower.start]
            initial = between.strip(" ") == "." and len(words[last].text) == 1
            apart = between.strip(" .") or len(between) > 3 or not between or follower.glued or follower.first
            if apart and not initial:
                break
            if not self._is_family_name(text, words, kinds, last + 1):
                break
            last += 1
        return last

    def _extend_left(self, words: Sequence[Word], kinds: Sequence[str], index: int) -> int:
        """An unknown word right before a known name is its given name: "ginevra bellini"."""
        before = words[index - 1] if index else None
        if before is None or not words[index].joined or kinds[index] != KNOWN or before.glued or len(before.lower) < 3:
            return index
        latin = before.lower.isalpha() and max(before.lower) < _END_OF_LATIN
        unknown = kinds[index - 1] == UNKNOWN and not self._looks_misspelt(before.lower)
        return index - 1 if unknown and latin else index

    def _is_family_name(self, text: str, words: Sequence[Word], kinds: Sequence[str], index: int) -> bool:
        word, kind = words[index], kinds[index]
        after = words[index + 1].lower if index + 1 < len(words) else ""
        closes = not after or after in cues.AFTER_A_PERSON or text[word.end : word.end + 1] in ",.!?;)\n"
        if kind == KNOWN:
            return True
        if word.lower in cues.PARTICLES and index + 1 < len(words) and words[index + 1].joined:
            return kinds[index + 1] in (KNOWN, UNKNOWN) or words[index + 1].written_capital
        if word.lower in self.lexicon.kept.place_names and not word.written_capital:
            return False
        if len(word.lower) == 1:
            return word.text.isupper() and word.text != "I" or (word.lower in cues.INITIALS and closes)
        if kind == KEPT:
            return False
        if word.written_capital:
            return True
        if kind == WORD_NAME:
            return closes and word.lower not in cues.AFTER_A_PERSON
        return kind == UNKNOWN and not looks_misspelt(word.lower, self) and len(word.lower) > 3


@lru_cache(maxsize=4096)
def is_explained(word: str, recognizer: NameRecognizer) -> bool:
    """Whether compounds or near spellings explain a word. Cached, because it looks through many words."""
    return recognizer.is_compound(word) or recognizer.near_dictionary_word(word)


@lru_cache(maxsize=4096)
def looks_misspelt(word: str, recognizer: NameRecognizer) -> bool:
    """Cached: the same chat words come again and again."""
    return recognizer.closest_everyday(word)


def is_english(kinds: Sequence[str]) -> bool:
    """Whether enough words are English for English rules to hold; very short messages count as English."""
    english = sum(kind in (KEPT, ORDINARY) for kind in kinds)
    strange = sum(kind == UNKNOWN for kind in kinds)
    return len(kinds) < 4 or strange <= 1 or english >= _ENGLISH_SHARE * len(kinds)
