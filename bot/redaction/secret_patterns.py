# ruff: noqa: E501 - an expression is easier to check on one line
"""Codes, PINs and passwords, as expressions. Rows as in `patterns`."""

from __future__ import annotations

from typing import Tuple

from bot.redaction.constants import SECRET
from bot.redaction.shape import Shape
from bot.redaction.spoken import DIGIT

#: "4821", "9-1-4-2", "G-482193".
_DIGITS = r"(?:[a-z]{1,2}-)?\d(?:[ \-]?\d){3,11}(?!\w)"
#: "is", "is:", "=", or nothing.
_LINK = r"[\s:=#\-]*(?:(?:is|was|are|number|no\.?)\b[\s:=#\-]*){0,2}"
#: Codes that let somebody in. "error code", "area code" and "dress code" are none.
_CODE = (
    r"(?:(?:door|gate|alarm|entry|safe|lock(?:er)?|keypad|house|garage|building|verification|verify|log\s?in|back\s?up|2fa"
    r"|auth(?:entication|enticator)?|recovery|reset|sms|access|unlock|phone|screen(?:\s?time)?|sim|snap(?:chat)?|insta(?:gram)?"
    r"|whats\s?app|google|apple|tik\s?tok|discord|parental|bank|card|pass|wi-?fi)\s?codes?)"
)
_OWNER = r"(?:my|his|her|our|your|their|mum'?s|mom'?s|dad'?s|the)"
_PASSWORD = r"(?:pass\s?words?|pass\s?codes?|passwd|pword|pw|pass\s?phrase)"
_FOREIGN_PASSWORD = (
    r"(?:mdp|mot de passe|contraseña|contrasena|passwort|kennwort|clave|senha|wachtwoord|hasło|haslo|şifrem?|пароль"
    r"|lösenord|salasana)"
)
#: Up to the end of the clause, at most sixty characters.
_CLAUSE = (
    r"(?P<x>[^\s.,!?;:\n][^.,!?;\n]{0,60}?)"
    r"(?=\s*(?:$|[.,!?;\n])|\s+(?:but|because|bc|cuz|cos|so|since|yesterday|today|now|please|pls|plz)\b"
    r"|\s+and\s+(?:i|my|he|she|they|we|it|the|now|then|that|you)\b)"
)
_MIXED = r"(?=[\w\-]*\d)(?=[\w\-]*[a-z])[a-z0-9]{2,10}(?:-[a-z0-9]{2,10}){0,6}(?![\w\-])"
#: "X7QH-2MKL-9PRT-55AB"
_GROUPS = r"(?=[\w\-]*\d)[a-z0-9]{4,6}(?:-[a-z0-9]{4,6}){2,5}(?![\w\-])"

SECRET_SHAPES: Tuple[Shape, ...] = (
    Shape(SECRET, "pin", rf"\bpins?\b{_LINK}(?P<x>{_DIGITS})", 0.85, "code"),
    Shape(SECRET, "code that lets in", rf"\b{_CODE}{_LINK}(?P<x>{_DIGITS}|{_MIXED})", 0.85, "code"),
    Shape(SECRET, "code of somebody", rf"\b{_OWNER}\s+code\s*(?:is|was|:|=)?\s*(?P<x>{_DIGITS})", 0.85, "code"),
    Shape(SECRET, "code with its letter", r"\bcode\s*(?:is|was|:|=)?\s*(?P<x>[a-z]{1,2}-\d{4,8})\b", 0.85),
    Shape(
        SECRET,
        "code to something",
        rf"\b(?:code|pin|combination|combo)\s+(?:to|for|of|on)\s+(?:[^\W\d]+\s+){{1,4}}?(?:is|was|:|=)\s*(?P<x>{_DIGITS})",
        0.85,
        "code",
    ),
    Shape(
        SECRET,
        "code that was sent",
        r"\b(?:snap(?:chat)?|insta(?:gram)?|whats\s?app|tik\s?tok|discord|roblox|steam|google|apple|paypal|facebook|microsoft"
        r"|epic|xbox|telegram|bank|it|they)\s+(?:just\s+)?(?:sent|texted|emailed)\s+(?:me|us|him|her)\s+(?:this\s+|a\s+)?(?:code\s+)?"
        r":?\s*(?P<x>(?:[a-z]{1,2}-)?\d{3}[ \-]?\d{2,5})(?=\s*(?:$|[.,!?;\n]|(?:and|but|is|as|to|what|do|should)\b))",
        0.8,
        "code",
    ),
    Shape(SECRET, "backup code", rf"\b(?:2fa|back\s?up|recovery)(?:\s+(?:back\s?up|key|token|codes?))?{_LINK}(?P<x>{_MIXED})", 0.8, "code"),
    Shape(
        SECRET,
        "code in words",
        rf"\b(?:pin|pass\s?code|code)\b{_LINK}(?P<x>{DIGIT}(?:[\s,\-]+{DIGIT}){{3,}})\b",
        0.85,
    ),
    Shape(
        SECRET,
        "gift card",
        rf"\b(?:gift\s?card|steam|roblox|robux|amazon|google play|itunes|xbox|psn|playstation|nintendo|v-?bucks?|redeem|voucher)\b"
        rf"(?:\s+(?:card|code|key|number|pin))*{_LINK}(?P<x>{_GROUPS})",
        0.85,
    ),
    Shape(SECRET, "groups of a key", r"(?<![\w\-])(?-i:(?=[A-Z0-9\-]*[A-Z])(?=[A-Z0-9\-]*\d)[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){2,5})(?![\w\-])", 0.8),
    Shape(SECRET, "pass", r"\bpass\s*[:=]\s*(?P<x>[^\s,]{3,40})", 0.8, "stated"),
    Shape(SECRET, "pass with digits", r"\bpass\s+(?:is\s+|was\s+)?(?P<x>(?=[^\s,]*\d)[a-z][^\s,\-]{4,40})", 0.8),
    Shape(SECRET, "pass of somebody", rf"\b(?:my|his|her|your)\s+pass\s+(?:is|was)\s+{_CLAUSE}", 0.8, "stated"),
    Shape(
        SECRET,
        "password in plain words",
        rf"\b{_OWNER}\s+(?:[\w'’]+\s+){{0,2}}?(?:{_PASSWORD}|log\s?in(?:\s+(?:details?|info))?)\s*(?:(?:is|was|are)\s+|[:=]\s*){_CLAUSE}",
        0.8,
        "stated",
    ),
    Shape(SECRET, "password after a colon", rf"(?<!\b(?:strong|good|safe|secure|better)\s)\b{_PASSWORD}\s*[:=]\s*{_CLAUSE}", 0.8, "stated"),
    Shape(
        SECRET,
        "password changed to",
        rf"\b(?:changed?|set|reset|put|made)\s+(?:{_OWNER}\s+)?(?:[\w'’]+\s+){{0,2}}?{_PASSWORD}\s+(?:to|as)\s+(?!\w+\s+(?:me|him|her|us|them|it|my|the|out|people|everyone)\b){_CLAUSE}",
        0.8,
        "stated",
    ),
    Shape(
        SECRET,
        "password in other languages",
        rf"\b{_FOREIGN_PASSWORD}\s*(?:[:=]|(?:is|es|est|ist|é|era|to|jest)\s)\s*(?P<x>[^\s,]{{3,40}})(?=\s*(?:$|[.,!?;\n]))",
        0.8,
        "stated",
    ),
    Shape(
        SECRET,
        "password with digits in other languages",
        rf"\b{_FOREIGN_PASSWORD}\s*(?:[:=]|(?:is|es|est|ist|é|era|to|jest)\s)?\s*(?P<x>(?=[^\s,]*\d)[^\s,]{{4,40}})",
        0.8,
    ),
)
