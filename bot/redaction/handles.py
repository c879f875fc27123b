# ruff: noqa: E501 - an expression is easier to check on one line
"""Finds user names and gamer tags: after `@`, after a platform's name, or by their looks."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

import regex
from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from bot.redaction.constants import HANDLE, REGEX_TIMEOUT_SECONDS
from bot.redaction.lexicon import Lexicon
from bot.redaction.recognizers import ChatRecognizer
from bot.redaction.said_of_it import begins_a_name, is_said_of_it

_PLATFORM = (
    r"(?:instagram|insta|ig|snap\s?chat|snap|sc|tik\s?tok|tt|discord|disc|roblox|rblx|whats\s?app|you\s?tube|yt|facebook"
    r"|fb|telegram|tg|twitter|reddit|twitch|steam|minecraft|fortnite|kik|omegle|wizz|yubo|psn|xbox|gamer\s?tag|epic"
    r"|threads|bereal|vsco|skype|line|wechat|vk|signal|valorant|tumblr|pinterest|spotify|venmo|cashapp"
    r"|wickr|viber|vrchat|zepeto|threema)"
)
#: Platforms that are words as well: only as somebody's, and never with a plain word after them.
_WORDY_PLATFORM = r"(?:(?<=\b(?:my|his|her|on)\s)(?:session|locket))"
_NOUN = r"(?:user\s?names?|users?|handles?|tags?|gamer\s?tags?|ign|ids?|names?|accounts?|accs?|acct|profiles?|@|nick)"
#: Enough without a platform before it.
_CLEAR_NOUN = r"(?:user\s?names?|users?|handles?|gamer\s?tags?|ign|screen\s?names?|acc(?:oun)?t?\s+name)"
#: `@name`, also with dots and full stops inside; an e-mail is longer and wins.
_AT = regex.compile(r"(?<![\w.])@(?P<x>[\w][\w.\-]{1,40}\w|\w{2,})", regex.V0)
#: "insta: x", "my snap is x", "roblox user x", "add me on discord x", "username x".
_NAMED = regex.compile(
    rf"\b(?:(?:{_PLATFORM}|{_WORDY_PLATFORM})(?:'s)?(?:\s+{_NOUN})?|{_CLEAR_NOUN})\b(?:\s+(?:is|was|are|=|:|called|named|name is|-|–|as|under|to)\b|\s*[:=\-–])*"
    rf"(?:\s+|(?<=[:=\-–]))[\"'“‘(\[]?(?P<x>@?[\w][\w.\-#]{{1,40}})",
    regex.IGNORECASE | regex.V0,
)
#: Reddit's way, and "my @ is x".
_SLASHED = regex.compile(r"(?<!\w)(?:u/|/u/|@\s+(?:is|:)\s*)(?P<x>[\w][\w.\-]{2,40})", regex.IGNORECASE | regex.V0)
#: "this acc x", "the page x": weak, so that the token itself must look like a user name.
_ACCOUNT = regex.compile(
    r"\b(?:acc|acct|account|page|profile|channel|server)\s+(?:is\s+|called\s+|named\s+|:\s*)?(?P<x>[\w][\w.\-#]{2,40})",
    regex.IGNORECASE | regex.V0,
)
_ADD_ME = regex.compile(
    rf"\b(?:add|follow|find|dm|message|text|hit|search|look)\s+(?:(?:me|us|him|her|them)\b\s*)?(?:up\s+)?(?:(?:on|at|in|as|for)\b\s*)?(?:my\s+|his\s+|her\s+)?(?:{_PLATFORM}\b\s*)?"
    rf"[:\-]?\s*[\"'“]?(?P<x>[\w][\w.\-#]{{2,40}})",
    regex.IGNORECASE | regex.V0,
)
_ON_PLATFORM = regex.compile(
    rf"(?<![\w.\-#@/:])(?P<x>[\w][\w.\-#]{{2,40}})\s+(?:on|from)\s+(?:my\s+|his\s+|her\s+)?{_PLATFORM}\b",
    regex.IGNORECASE | regex.V0,
)
_CALLED = regex.compile(
    r"\b(?:called|named|aka|by the name(?: of)?|goes by|user|username|player|someone called|account)\s+[\"'“]?(?P<x>[\w][\w.\-#]{2,40})",
    regex.IGNORECASE | regex.V0,
)
#: A user name of several words ends with the clause.
_CLAUSE_END = r"(?=[\"'”]?\s*(?:$|[.,!?;\n)]|(?:and|add|but|if|so|on|hmu)\b))"
#: "my snap is dark wolf", "his username is shadow 55": said to be one, whatever its words mean.
_SAID = regex.compile(
    rf"\b(?:my|his|her|their|our)\s+(?:{_PLATFORM}(?:'s)?(?:\s+{_NOUN})?|{_CLEAR_NOUN})(?:\s+is\s+|\s*[:=]\s*)[\"'“]?"
    rf"(?P<x>[^\W\d]\w*(?:\s[^\W\d]\w*)?(?:\s\d{{1,4}}){{0,5}}){_CLAUSE_END}",
    regex.IGNORECASE | regex.V0,
)
#: The same after a word that means nothing but a user name, so that up to four words may follow: "gamertag: silent hunter".
_LABELLED = regex.compile(
    r"(?<!\b(?:what|which|whose|a|an|any|good|nice|best|safe|real|every|each|someone's)\s)"
    r"\b(?:user\s?names?|gamer\s?tags?|handle|screen\s?name|acc(?:oun)?t\s+name)(?:\s+is\s+|\s*[:=]\s*)[\"'“]?"
    rf"(?P<x>[^\W\d]\w*(?:\s[^\W\d]\w*){{0,3}}(?:\s\d{{1,4}}){{0,5}}){_CLAUSE_END}",
    regex.IGNORECASE | regex.V0,
)
#: "kik me x": the verb is the platform.
_VERB_ME = regex.compile(
    r"\b(?:kik|snap|skype|viber|wickr|discord|insta|telegram|whats\s?app)\s+me\s+(?:(?:at|on|as)\s+)?[:\-]?\s*[\"'“]?(?P<x>[\w][\w.\-#]{2,40})",
    regex.IGNORECASE | regex.V0,
)
_SHORT_NOT = re.compile(r"(?:is|was|are|were|do|does|did|ca|wo|has|have|had|could|would|should)n'?t")
_TOKEN = regex.compile(r"(?<![\w@/:.])[\w][\w.\-#']*[\w](?![\w@])", regex.V0)
_LEET = str.maketrans("013457@$", "oieastas")
#: Letter-digit tokens with a plain meaning.
_PLAIN_MIX = re.compile(
    r"(?:\d+(?:st|nd|rd|th|s|nb|ftm|mtf|yo|yr|yrs|y|yrold|m|f|pm|am|h|hr|hrs|min|mins|k|x|d|gb|mb|kg|cm|ft|p|%|ish|g|w|wks|mo|mm"
    r"|weeks|days|years|hours|old|year|yearold|quid|gbp|usd|euros|bucks|pounds|dollars|percent|rd|ths)?"
    r"|(?:ps|gta|cod|fifa|iphone|ipad|mp|covid|win|windows|y|yr|year|form|ks|k|s|p|v|f|m|b|l|h|gr|w|u|r|a|xbox|fc|ea|nba"
    r"|season|ch|chapter|class|grade|room|bus|no|number|day|week|level|lvl|u|under|over|age|aged|gcse|c|t|g|e|i|d)\d{1,4}(?:s|pro|max|th|am|pm)?"
    r"|\d+[-/]\d+|[a-z]{1,2}\d{1,2}|(?:2|4)(?:day|nite|night|moro|morrow|gether|ever|real|fa|get|u|me)"
    r"|\w{0,3}[a-z](?:2|4|8)[a-z]{0,3}|24\W?7|(?:some|any|every|no)1|1\w?st|x+o+x*o*|\d[a-z]\d|rule34|f2f|p2p|g2g|l8r|gr8|m8|h8|w8|b4"
    r"|k12|mp4|mp3|h20|5g|4g|3g|2fa|4chan|8chan|9gag|y\d{1,2}|\d+-\d+(?:yo)?|\d+-year-old|year-?\d+|\d+(?:-year-olds?|yos?|yrs?old)"
    r"|[a-z]+-\d{1,2}|\d+-[a-z]+(?:-[a-z]+)*)",
    re.IGNORECASE,
)


class HandleRecognizer(ChatRecognizer):
    """See the module docstring."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon, [HANDLE], "handles")

    def analyze(
        self, text: str, entities: List[str], nlp_artifacts: Optional[NlpArtifacts] = None
    ) -> List[RecognizerResult]:
        """Every handle of the message, without the platform's name and without `@`."""
        found: List[RecognizerResult] = []
        for match in _AT.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            if match.group("x").lower() not in self.lexicon.kept.words:
                found.append(self.result(HANDLE, match.start(), match.end("x"), 0.9, "after @"))
        for expression, why in ((_NAMED, "after a platform or 'username'"), (_ADD_ME, "after 'add me'"), (_VERB_ME, "after 'kik me'")):
            for match in expression.finditer(text, overlapped=True, timeout=REGEX_TIMEOUT_SECONDS):
                self._consider(found, text, match.span("x"), why, strict=False)
        for expression, why in ((_SAID, "said to be a user name"), (_LABELLED, "after 'username:'")):
            for match in expression.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
                if self._is_said_to_be_one(match.group("x")):
                    start, end = match.span("x")
                    found.append(self.result(HANDLE, start, end, 0.85, why))
        for match in _SLASHED.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            start, end = match.span("x")
            found.append(self.result(HANDLE, start, end, 0.85, "after u/ or @"))
        for match in _ACCOUNT.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            if match.group("x").count(".") > 1 or looks_like_handle(match.group("x"), self.lexicon):
                start, end = match.span("x")
                found.append(self.result(HANDLE, start, end, 0.8, "after 'account'"))
        for expression, why in ((_ON_PLATFORM, "before 'on' and a platform"), (_CALLED, "after 'called'")):
            for match in expression.finditer(text, overlapped=True, timeout=REGEX_TIMEOUT_SECONDS):
                plain_word = why == "after 'called'" and match.group("x").isalpha()
                if not plain_word or not match.group("x")[1:].islower():
                    self._consider(found, text, match.span("x"), why, strict=False)
        for match in _TOKEN.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            self._consider(found, text, match.span(), "looks like a user name", strict=True)
        return found

    def _is_said_to_be_one(self, phrase: str) -> bool:
        """Whether words in the place of a user name can be one: no state, and not the sentence going on."""
        words = phrase.lower().split()
        first = words[0]
        is_verb = first.endswith(("ing", "ed")) or _SHORT_NOT.fullmatch(first)
        is_word = is_verb or first in self.lexicon.function_words
        return begins_a_name(words) or not (is_word or is_said_of_it(words))

    def _consider(
        self, found: List[RecognizerResult], text: str, span: Tuple[int, int], why: str, strict: bool
    ) -> None:
        start, end = span
        while end > start and text[end - 1] in ".-'":
            end -= 1
        token = text[start:end]
        if looks_like_handle(token, self.lexicon) if strict else could_be_handle(token, self.lexicon):
            found.append(self.result(HANDLE, start, end, 0.85, why))


def _is_word(token: str, lexicon: Lexicon) -> bool:
    lower = token.lower().strip("'")
    return (
        lower in lexicon.kept.words
        or lower in lexicon.function_words
        or lower in lexicon.relations
        or lexicon.is_ordinary(lower)
    )


def looks_like_handle(token: str, lexicon: Lexicon) -> bool:
    """True for a token whose looks alone say user name: underscore, digits after letters, capitals inside.

    Args:
        token: Letters, digits, `_ . - #`, no spaces.
        lexicon: Leetspeak of a dictionary word ("nud3s") is a word, not a handle.
    """
    if len(token) < 4 or token.isdigit() or _PLAIN_MIX.fullmatch(token):
        return False
    body = token.strip("_")
    if "_" in body and re.search(r"[^\W_]_+[^\W_]", body):
        parts = [part for part in re.split(r"[_.\-]+", body) if part]
        return not all(_is_word(part, lexicon) for part in parts) or any(c.isdigit() for c in body) or len(parts) <= 3
    if token.startswith("_") or token.endswith("_"):
        return any(character.isalnum() for character in token)
    letters = sum(character.isalpha() for character in token)
    digits = sum(character.isdigit() for character in token)
    if re.fullmatch(r"[\w.]{2,32}#\d{3,5}", token):
        return True
    if letters >= 2 and digits and "-" not in token:
        plain = token.lower().translate(_LEET)
        if _is_word(plain, lexicon) or _is_word(re.sub(r"\d+$", "", token), lexicon) and digits == 1:
            return False
        return digits >= 2 or re.search(r"[a-z]\d+[a-z]", token, re.IGNORECASE) is not None or letters >= 5
    # CamelCase that no product has: "ShadowKiller".
    if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+|[a-z]+[A-Z][a-zA-Z]{2,}", token):
        return not _is_word(token, lexicon) and not re.match(r"(?:Mc|Mac|O)[A-Z]", token)
    return False


def could_be_handle(token: str, lexicon: Lexicon) -> bool:
    """True when a token in a handle's place is not simply the next word of the sentence."""
    lower = token.lower().lstrip("@")
    if len(lower) < 3 or lower.isdigit() or _PLAIN_MIX.fullmatch(lower):
        return False
    if "-" in lower and all(_is_word(part, lexicon) or part.isdigit() for part in lower.split("-") if part):
        return False
    if looks_like_handle(token, lexicon):
        return True
    if "." in lower:
        parts = [part for part in lower.split(".") if part]
        return (
            len(parts) > 2
            or len(parts) == 2
            and (min(map(len, parts)) > 2 or not all(_is_word(part, lexicon) for part in parts))
        )
    if any(character.isdigit() for character in lower):
        return not _is_word(lower.translate(_LEET), lexicon)
    return not _is_word(lower, lexicon) and lower not in lexicon.word_names
