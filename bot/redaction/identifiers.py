"""The second look at a match: digits that count something are no phone, a directory number stays, and so on."""

from __future__ import annotations

import ipaddress
import re
from typing import Callable, Dict

from bot.redaction.lexicon import Lexicon, word_set
from bot.redaction.said_of_it import is_said_of_it
from bot.redaction.spoken import NUMBER_WORD

#: Hosts that stay readable when nothing follows them: everyone uses them.
_UNIT_AFTER = re.compile(
    r"\s*(?:robux|v-?bucks|coins?|gems?|points?|followers|views|likes|subs|people|users|pounds?|quid|gbp|usd|eur|euros?"
    r"|dollars?|bucks|rupees|rs|inr|naira|ngn|rand|zar|k\b|bn\b|million|billion|thousand|%|years?|days?|hours?|mins?"
    r"|minutes?|seconds?|weeks?|months?|mb|gb|kb|km|kg|cm|percent)\b",
    re.IGNORECASE,
)
_UNIT_BEFORE = re.compile(r"(?:[£$€₹¥₦]|\b(?:rs|usd|gbp|eur|inr|aud|cad|ngn|zar))\.?\s*$", re.IGNORECASE)
_DATE = re.compile(r"(?:(?:19|20)\d\d[\-/.]\d{1,2}[\-/.]\d{1,2}|\d{1,2}[\-/.]\d{1,2}[\-/.](?:19|20)?\d\d)")
_TIME_RANGE = re.compile(r"\d{1,2}[:.]\d\d\s*(?:-|to)\s*\d{1,2}[:.]\d\d")
_YEARS = re.compile(r"(?:19|20)\d\d\s*[\-/]\s*(?:19|20)\d\d")


def is_phone(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """True for a run of 6 to 15 digits that is neither an amount, a date, a year range nor a directory number."""
    found = text[start:end]
    digits = "".join(filter(str.isdigit, found))
    if not 6 <= len(digits) <= 15 or len(set(digits)) == 1 and len(digits) > 8 and digits[0] == "0":
        return False
    if _UNIT_BEFORE.search(text[max(0, start - 6) : start]) or _UNIT_AFTER.match(text[end : end + 14]):
        return False
    stripped = found.strip(" .,()")
    if _DATE.fullmatch(stripped) or _YEARS.fullmatch(stripped) or _TIME_RANGE.fullmatch(stripped):
        return False
    if re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", stripped) and not re.search(r"\d{4}", stripped):
        return False
    return not is_directory_number(digits, lexicon)


def is_directory_number(digits: str, lexicon: Lexicon) -> bool:
    """True when the digits are a helpline's, with or without country code, trunk zero or a 1 in front."""
    plain = digits.lstrip("0")
    numbers = lexicon.kept.numbers
    if plain in numbers:
        return True
    return any(
        len(number) >= 5 and (plain.endswith(number) or number.endswith(plain)) and abs(len(plain) - len(number)) <= 3
        for number in numbers
        if len(plain) >= 6
    )


def is_link(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """False for an address of the directory, which anyone may see."""
    host = re.sub(r"^(?:\w+\s?:\s?//)?(?:www\s?\.\s?)?", "", text[start:end].lower()).split("/")[0].split(":")[0]
    return host.rstrip(".,;)!?") not in lexicon.kept.hosts


def is_private_host(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """True for a host that is neither of the directory nor of a known platform."""
    host = text[start:end].lower()
    known = {host, *host.split(".")}
    return not (host in lexicon.kept.hosts or known & lexicon.kept.words)


def is_ipv6(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """True when the standard library reads it as an address ("10:30" and "::" are none)."""
    found = text[start:end]
    if found.count(":") < 3 and "::" not in found or len(found) < 4:
        return False
    try:
        ipaddress.IPv6Address(found)
    except ValueError:
        return False
    return True


def is_iban(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """At least ten digits, else it is a gamer tag or a word."""
    return sum(character.isdigit() for character in text[start:end]) >= 10


def is_identifier(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Five letters and digits with at least three digits, and not a year, an amount or a helpline number."""
    found = text[start:end].strip()
    digits = "".join(filter(str.isdigit, found))
    if len(digits) < 3 or len(found) < 4 or re.fullmatch(r"(?:19|20)\d\d", found):
        return False
    return not (_UNIT_AFTER.match(text[end : end + 14]) or is_directory_number(digits, lexicon))


def is_uk_postcode(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Chat spelling such as "m8 1st" or "b4 2nd" is no postcode; "gr8" has no second half."""
    found = text[start:end].lower()
    return not re.fullmatch(r"(?:m8|b4|l8|h8|w8|e4|u2)\s+\d\w\w", found) or text[start:end].isupper()


def is_eircode(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Routing key and identifier; all-letter second halves need their space and capitals."""
    return any(character.isalpha() for character in text[start + 3 : end])


def is_dutch(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Only in capitals, and not a year followed by a short word."""
    found = text[start:end]
    return found[-2:].isupper() and not re.match(r"(?:19|20)\d\d", found)


def is_plate(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Capitals, or a word about a car nearby."""
    found = text[start:end]
    near = text[max(0, start - 30) : end + 30].lower()
    return found.isupper() or any(word in near for word in ("car", "reg", "plate", "van", "drives"))


def is_plus_code(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """A plus code holds digits and letters before the plus sign."""
    head = text[start:end].split("+")[0]
    return any(character.isdigit() for character in head)


_SHORT_ROADS = ("st", "dr", "way", "close", "court", "place", "park", "view", "walk", "hill", "row", "rise", "green",
                "loop", "ct", "cl", "pl", "ter", "square", "circle", "trail", "drive", "av")  # fmt: skip


def is_road(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """With a kind of road that is also an everyday word, the name before it must not be a verb phrase."""
    words = re.findall(r"[^\W\d_][\w'’\-]*", text[start:end].lower())
    if not words or words[-1] not in _SHORT_ROADS:
        return True
    middle = [
        word for word in words[:-1] if word not in ("flat", "apt", "unit", "number", "house", "no") and len(word) > 1
    ]
    return bool(middle) and not any(word in lexicon.function_words for word in middle)


_NO_ROAD_NAME = word_set(
    "main same wrong right long busy quiet dark next back whole private public dirt open dead cross rocky slow fast "
    "residential other the bus cycle country side small big little narrow local every my his her our your their a an "
    "memory career sesame wall down that this one two middle past"
)


def is_named_road(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """ "the main road" and "on the street" are no address."""
    words = re.findall(r"[^\W\d_][\w'’\-]*", text[start:end].lower())[:-1]
    return bool(words) and not any(word in _NO_ROAD_NAME or word in lexicon.function_words for word in words)


def is_foreign_road(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """ "via email", "plaza mayor" without number: a number or a capital must be there."""
    found = text[start:end]
    if found.lower().startswith(("via", "plaza", "avenue", "rua")) and not any(c.isdigit() for c in found):
        tail = found.split(None, 1)[-1]
        return tail[:1].isupper() and not found.lower().startswith("avenue")
    return any(c.isdigit() for c in found) or any(w[:1].isupper() for w in found.split()[1:])


def is_secret(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """ "my password is safe" tells nothing; digits, marks or an unknown word do."""
    found = text[start:end].strip(".!?").lower()
    return any(not character.isalpha() for character in found) or not lexicon.is_ordinary(found)


def is_code(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Four characters with two digits; no amount ("12gb"), no helpline number."""
    found = text[start:end]
    digits = "".join(filter(str.isdigit, found))
    counts_something = _UNIT_AFTER.match(text[end : end + 14]) or re.fullmatch(r"\d{1,3}[a-z]{1,5}", found.lower())
    if len(found) < 4 or len(digits) < 2 or counts_something:
        return False
    return not is_directory_number(digits, lexicon)


_COUNTED = re.compile(r"\d+\s+(?:characters?|letters?|digits?|numbers?|years?|words?|days?|times?)\b")


def is_stated_secret(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """ "my password is sunshine" tells it; "is not working", "is the same everywhere" and "is 12 letters" do not."""
    found = text[start:end].lower().replace("’", "'")
    words = [word.strip("\"'()[]*:-") for word in found.split()]
    words = [word for word in words if word]
    if not words or _COUNTED.match(found):
        return False
    # "i love cats" is a phrase, "i" alone a slip.
    is_one_letter = len(words) == 1 and len(words[0]) == 1
    is_verb = len(words[0]) > 5 and words[0].endswith("ed")
    return not (is_one_letter or is_verb or is_said_of_it(words))


_DIGITS_OF_WORD = {"hundred": 2, "double": 1, "triple": 2}


def is_spoken_phone(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Digits and words that make nine to fifteen digits together, with both kinds among them."""
    parts = re.findall(r"\w+", text[start:end].lower())
    digits = [part for part in parts if part.isdigit()]
    words = [part for part in parts if not part.isdigit()]
    length = sum(map(len, digits)) + sum(_DIGITS_OF_WORD.get(word, 1) for word in words)
    return bool(digits) and bool(words) and 9 <= length <= 15


_NUMBER_WORDS = re.compile(rf"(?:{NUMBER_WORD}[\s\-]+)+", re.IGNORECASE)


def is_worded_road(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """ "fourteen mill lane" is one; "two way street" and "one busy road" are not."""
    number = _NUMBER_WORDS.match(text, start, end)
    name_start = number.end() if number else start
    words = re.findall(r"[^\W\d_][\w'’\-]*", text[name_start:end].lower())[:-1]
    return "way" not in words and is_named_road(text, name_start, end, lexicon)


def is_home_road(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """ "live on orchard close" names a road; "live in leeds close" (to something) does not."""
    words = text[start:end].lower().split()[:-1]
    return is_named_road(text, start, end, lexicon) and not any(word in lexicon.kept.words for word in words)


def is_mail_user(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """ "he works at outlook" is no address: what stands before "at" must be a name or no word."""
    user = text[start:end].split()[0].lower()
    if not user.isalpha():
        return any(character.isalnum() for character in user)
    is_name = user in lexicon.names or user in lexicon.given_word_names
    return is_name or not lexicon.is_ordinary(user) and user not in lexicon.kept.words


def is_foreign_mail(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """With a plain "at" the rest must not be English: "look at this point"."""
    return " at " not in text[start:end].lower() or is_mail_user(text, start, end, lexicon)


CHECKS: Dict[str, Callable[[str, int, int, Lexicon], bool]] = {
    "phone": is_phone,
    "link": is_link,
    "host": is_private_host,
    "ipv6": is_ipv6,
    "iban": is_iban,
    "identifier": is_identifier,
    "uk_postcode": is_uk_postcode,
    "eircode": is_eircode,
    "dutch": is_dutch,
    "plate": is_plate,
    "plus_code": is_plus_code,
    "road": is_road,
    "named_road": is_named_road,
    "foreign_road": is_foreign_road,
    "secret": is_secret,
    "code": is_code,
    "stated": is_stated_secret,
    "spoken_phone": is_spoken_phone,
    "worded_road": is_worded_road,
    "home_road": is_home_road,
    "mail_user": is_mail_user,
    "foreign_mail": is_foreign_mail,
}
