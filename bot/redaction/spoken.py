"""Numbers and months in English words, as parts of expressions."""

from __future__ import annotations

UNIT = r"(?:one|two|three|four|five|six|seven|eight|nine)"
TEEN = r"(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
TENS = r"(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty)"
#: As digits are read aloud, one after the other.
DIGIT = rf"(?:zero|oh|{UNIT})"
#: Any word of a house number: "forty two", "one hundred and six".
NUMBER_WORD = rf"(?:{UNIT}|{TEEN}|{TENS}|hundred|and)"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
