# ruff: noqa: E501 - an expression is easier to check on one line
"""Details with a fixed shape, as expressions. One row a shape: entity, name, expression, score.

Expressions are for the `regex` package, compiled once with IGNORECASE, and run under a time bound
(`constants.REGEX_TIMEOUT_SECONDS`). A group called `x` marks the part to take out when the words around it
should stay; without it the whole match goes. Each row's near-misses are in tests/bot/redaction/test_patterns.py.
"""

from __future__ import annotations

from typing import Tuple

from bot.redaction.birth_patterns import BIRTH_SHAPES
from bot.redaction.constants import (
    ADDRESS,
    BIRTH_DATE,
    CARD,
    EMAIL,
    GPS,
    ID_NUMBER,
    IP_ADDRESS,
    LINK,
    PHONE,
    POSTCODE,
    SECRET,
)
from bot.redaction.secret_patterns import SECRET_SHAPES
from bot.redaction.shape import Shape
from bot.redaction.spoken import MONTH, NUMBER_WORD, UNIT

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = (
    rf"(?:{_DAY}(?:st|nd|rd|th)?\s*(?:of\s+)?[\s\-/.]?{MONTH}\b\.?(?:[\s,\-/]*(?:\d{{4}}|'?\d{{2}}))?"
    rf"|{MONTH}\.?[\s\-]*(?:the\s+)?{_DAY}(?:st|nd|rd|th)?(?:[\s,]+(?:\d{{4}}|'?\d{{2}}))?\b"
    r"|\d{1,4}\s?[/.\-]\s?\d{1,2}(?:\s?[/.\-]\s?\d{2,4})?"
    rf"|{_DAY}(?:st|nd|rd|th)\b|{MONTH}\s+(?:19|20)\d\d|(?:19|20)\d\d\b)"
)
_TLD = (
    r"(?:com|org|net|edu|gov|info|biz|io|gg|tv|app|dev|xyz|site|online|club|shop|store|blog|page|live|chat|space|fun"
    r"|link|cloud|co(?:\.[a-z]{2})?|ac\.uk|org\.uk|sch\.uk|gov\.uk|uk|us|ca|de|fr|es|it|nl|pl|ru|ua|in|ie|au|nz|za|br"
    r"|mx|jp|cn|kr|tr|se|no|dk|fi|be|ch|at|cz|gr|pt|ro|hu|me|ly|cc|ai|eu)"
)
#: Where people have their mail; words with another meaning ("live", "mail") are left out.
_PROVIDER = r"(?:gmail|googlemail|hotmail|yahoo|outlook|icloud|proton\s?mail|gmx|aol|ymail|yandex)"
_DIGIT_WORD = rf"(?:zero|oh|o|{UNIT}|hundred|double|triple)"
_ROAD = (
    r"(?:street|road|avenue|lane|drive|boulevard|crescent|terrace|gardens?|grove|mews|parkway|highway|square|close"
    r"|court|place|way|walk|row|rise|view|hill|park|green|circle|trail|loop|alley|quay|wharf|parade|nagar|marg|colony"
    r"|chowk|st|rd|ave|av|ln|dr|blvd|cres|cl|ct|pl|sq|hwy|pkwy|cir|ter|gdns)"
)
#: Kinds of road that are rarely anything else, so that no house number is needed.
_CLEAR_ROAD = r"(?:street|road|avenue|lane|boulevard|crescent|terrace|mews|blvd|ave|rd)"
_ROAD_WORD = (
    r"(?!(?:the|my|his|her|our|your|their|this|that|a|an|and|or|of|in|on|to|for|with|at|is|was|are|were|be|years?|yrs?"
    r"|months?|weeks?|days?|hours?|hrs?|mins?|minutes?|times?|people|kids?|boys?|girls?|men|man|women|friends?|pics?"
    r"|photos?|more|off|out|down|up|all|no|any|every|each|some|other|same|long|own|by|from|who|pounds?|dollars?"
    r"|quid|bucks|am|pm|years?-old|old|only|me|him|them|it|we|i|you|he|she|they|so|but|just|if|not)\b)"
    r"(?:[^\W\d_][\w'’.\-]*|\d{1,3}(?:st|nd|rd|th))"
)

SHAPES: Tuple[Shape, ...] = (
    # --- e-mail, also disguised ---------------------------------------------------------------------------------
    Shape(EMAIL, "e-mail", r"[\w.+\-']+(?:@|\s+@\s+)[\w\-]+(?:\s?\.\s?[\w\-]{2,})+", 0.95),
    Shape(
        EMAIL,
        "e-mail in words",
        r"[\w.+\-]+\s*(?:\(at\)|\[at\]|\{at\}|\bat\b|@)\s*[\w\-]+\s*(?:\(dot\)|\[dot\]|\{dot\}|\bdot\b)\s*[a-z]{2,6}\b"
        r"(?:\s*(?:\bdot\b|\.)\s*[a-z]{2,3}\b)?",
        0.9,
    ),
    Shape(EMAIL, "e-mail without dot", r"[\w.+\-]+@(?:gmail|hotmail|yahoo|outlook|icloud|proton)\b", 0.9),
    # A space at one side: only before a well-known provider, else "follow @jo.b" would be one.
    Shape(EMAIL, "e-mail with a space", rf"[\w.+\-]+(?:@\s|\s@){_PROVIDER}\.[a-z]{{2,3}}(?:\.[a-z]{{2}})?\b", 0.9),
    Shape(
        EMAIL,
        "e-mail half in words",
        rf"(?<![\w.])[\w.+\-]+\s+at\s+{_PROVIDER}(?:(?:\s?\.\s?|\s+)(?:com|net|org|de|fr|es|it|me|co\.uk|uk))?\b",
        0.9,
        "mail_user",
    ),
    Shape(
        EMAIL,
        "e-mail in words of other languages",
        r"(?<![\w.])[\w.+\-]+\s+(?:arrobas?|arobase|ät|klammeraffe|chiocciola|at)\s+[\w\-]+\s*(?:\.|\b(?:dot|punto|point|punkt|ponto)\b)"
        r"\s*(?:com|net|org|info|eu|de|fr|es|it|pt|br|mx|ar|co|cl|at|ch|nl|be)\b",
        0.9,
        "foreign_mail",
    ),
    Shape(
        EMAIL,
        "payment address",
        r"[\w.+\-]+@(?:ok(?:axis|sbi|hdfcbank|icici)|ybl|ibl|axl|apl|paytm|upi|pt(?:yes|axis|hdfc|sbi)|gpay|phonepe)\b",
        0.9,
    ),
    # --- links ----------------------------------------------------------------------------------------------------
    Shape(LINK, "address with scheme", r"\b(?:https?|ftp|hxxps?)\s?:\s?//[^\s<>\"']+", 0.95, "link"),
    Shape(LINK, "address with www", r"\bwww\s?\.\s?[^\s<>\"']+", 0.95, "link"),
    Shape(
        LINK,
        "host with path",
        rf"(?<![@\w.\-])(?:[a-z0-9\-]+\.)+{_TLD}(?::\d+)?/[^\s<>\"']*",
        0.9,
        "link",
    ),
    Shape(
        LINK,
        "host alone",
        r"(?<![@\w.\-])(?:[a-z0-9\-]{2,}\.)+"
        r"(?:com|org|net|edu|info|io|gg|tv|app|xyz|site|online|blog|page|live|link|co\.uk|org\.uk|sch\.uk|ac\.uk|ru)"
        r"\b(?!/)",
        0.7,
        "host",
    ),
    # --- network ---------------------------------------------------------------------------------------------------
    Shape(
        IP_ADDRESS, "IPv4", r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)"
    ),
    Shape(
        IP_ADDRESS,
        "IPv6",
        r"(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,7}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?"
        r"|::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4})(?![\w:])",
        0.9,
        "ipv6",
    ),
    Shape(IP_ADDRESS, "MAC", r"\b(?:[0-9a-f]{2}[:\-]){5}[0-9a-f]{2}\b", 0.9),
    # --- place on the globe ------------------------------------------------------------------------------------------
    Shape(
        GPS,
        "decimal pair",
        r"(?<![\d.])-?\d{1,2}\.\d{3,}\s*°?\s*[ns]?\s*[,;/ ]\s*-?\d{1,3}\.\d{3,}\s*°?\s*[ew]?\b",
        0.95,
    ),
    Shape(
        GPS,
        "latitude and longitude by name",
        r"\blat(?:itude)?\b[\s:=]*(?:is\s+)?-?\d{1,2}\.\d+[^\w\-]{0,4}(?:and\s+)?(?:long?|lng)(?:itude)?\b[\s:=]*(?:is\s+)?-?\d{1,3}\.\d+",
        0.95,
    ),
    Shape(GPS, "degrees", r"\d{1,3}\s*°\s*\d{1,2}\s*['’′]\s*(?:\d{1,2}(?:\.\d+)?\s*[\"”″'’]{1,2}\s*)?[nsew]\b", 0.95),
    Shape(GPS, "three words", r"///\s?[a-z]+\.[a-z]+\.[a-z]+", 0.95),
    Shape(GPS, "plus code", r"\b[23456789cfghjmpqrvwx]{4,8}\+[23456789cfghjmpqrvwx]{2,3}\b", 0.8, "plus_code"),
    # --- cards and accounts ------------------------------------------------------------------------------------------
    Shape(CARD, "card number", r"(?<![\d+])(?:\d[ \-.]?){12,18}\d(?!\d)", 0.85),
    Shape(
        CARD,
        "card code",
        r"\b(?:cvv|cvc|security code|sort code)\b[\s:=\-]*(?:is|number|no)?[\s:=]*(?P<x>\d{2}[\d\- ]{1,6}\d?)",
        0.9,
    ),
    Shape(ID_NUMBER, "IBAN", r"\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){2,7}(?:\s?[a-z0-9]{1,3})?\b", 0.85, "iban"),
    Shape(ID_NUMBER, "US social security", r"(?<![\d\-])\d{3}[\- ]\d{2}[\- ]\d{4}(?![\d\-])", 0.9),
    Shape(
        ID_NUMBER,
        "UK national insurance",
        r"\b[a-z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[a-d]\b",
        0.9,
    ),
    Shape(ID_NUMBER, "Aadhaar", r"(?<!\d)\d{4}[ \-]\d{4}[ \-]\d{4}(?![ \-]?\d)", 0.9),
    Shape(ID_NUMBER, "PAN", r"\b[a-z]{5}\d{4}[a-z]\b", 0.8),
    Shape(ID_NUMBER, "CPF", r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", 0.9),
    Shape(ID_NUMBER, "DNI or NIE", r"\b(?:\d{8}|[xyz]\d{7})-?[a-z]\b", 0.8),
    Shape(
        ID_NUMBER,
        "number after its name",
        r"\b(?:passport|licen[cs]e|ssn|social security|national insurance|ni|nino|nhs|aadhaa?r|pan|medicare|health card"
        r"|student|pupil|crime|police|member(?:ship)?|employee|case|incident|account|acct|acc|iban|routing|identity|id card|id"
        r"|badge|visa|tax|tfn|sin|pps|bsn|dni|cpf|curp|reference|ref|number plate|reg(?:istration)?|plate|imei|order)\b"
        r"(?:\s+(?:card|no|nr|num|number|code|id)\b)*\.?[\s:#=]*(?:is|was|:)?\s*[:#]?\s*"
        r"(?P<x>(?=[\w\-/ ]{0,20}\d{2})[a-z0-9](?:[\-/]?[a-z0-9]| (?=\d)){3,20})\b",
        0.85,
        "identifier",
    ),
    Shape(
        ID_NUMBER,
        "plate after its name",
        r"\b(?:(?:number|licen[cs]e)\s?plate|plates?|reg(?:istration)?)\s*(?:no\.?|number)?\s*(?:is|was|:|=)?\s*"
        r"(?P<x>[a-z]{2}\s?\d{2}\s?[a-z]{3}|[a-z]\d{1,3}\s?[a-z]{3}|[a-z]{3}\s?\d{1,4}[a-z]?|[a-z]{1,3}[\s\-]\d{1,2}[\s\-][a-z]{1,2}[\s\-]?\d{1,4})\b",
        0.85,
    ),
    Shape(ID_NUMBER, "Indian number plate", r"\b(?-i:[A-Z]{2}[ \-]?\d{2}[ \-]?[A-Z]{1,2}[ \-]?\d{4})\b", 0.8),
    Shape(ID_NUMBER, "UK number plate", r"\b[a-z]{2}\d{2}\s?[a-z]{3}\b", 0.6, "plate"),
    # --- birth dates ---------------------------------------------------------------------------------------------------
    Shape(
        BIRTH_DATE,
        "date after a birth word",
        r"\b(?:born|birth|dob|d\.o\.b\.?|birthdate|birthday|bday|b-day|b day|turn(?:ed|s|ing)?\s+\d{1,2}\s+(?:on|in))\b[\w\s,'’:=\-/]{0,20}?"
        rf"(?P<x>{_DATE})",
        0.9,
    ),
    Shape(
        BIRTH_DATE,
        "digits of a date right after a birth word",
        r"\b(?:born|dob|d\.o\.b\.?|date of birth|birth\s?date|birthday|bday)\b[\s:=\-]*(?:(?:is|was|on)\b[\s:=\-]*)?"
        r"(?P<x>\d{6}(?:\d\d)?)\b",
        0.9,
    ),
    Shape(
        BIRTH_DATE,
        "date before a birth word",
        rf"(?P<x>{_DATE})\s+(?:is|was|that's|thats)\s+(?:my|his|her|their)\s+(?:birthday|bday)",
        0.9,
    ),
    Shape(
        BIRTH_DATE,
        "full date of a young person's birth",
        r"(?<![\d/.\-])(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:19[4-9]\d|200\d|201\d)|(?:19[4-9]\d|200\d|201\d)[/.\-]\d{1,2}[/.\-]\d{1,2})"
        r"(?![\d/\-])",
        0.7,
    ),
    Shape(
        BIRTH_DATE,
        "written date of a young person's birth",
        rf"\b(?:{_DAY}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}|{MONTH}\s+{_DAY}(?:st|nd|rd|th)?),?\s+(?:19[4-9]\d|200\d|201\d)\b",
        0.7,
    ),
    # --- phones ----------------------------------------------------------------------------------------------------------
    Shape(PHONE, "international", r"(?<![\w+])(?:\+|00)\s?\d(?:[\s().\-/]{0,3}\d){6,14}(?!\d)", 0.9, "phone"),
    Shape(PHONE, "national", r"(?<![\w.,/\-£$€])\(?\d(?:[\s().\-/]{0,2}\d){6,13}(?![\d/]|\.\d)", 0.75, "phone"),
    Shape(PHONE, "digits in words", rf"\b{_DIGIT_WORD}(?:[\s,\-]+(?:{_DIGIT_WORD}|\d)){{6,}}\b", 0.9),
    Shape(
        PHONE,
        "digits and words mixed",
        rf"\b(?:{_DIGIT_WORD}|\d{{1,6}})(?:[\s,\-]+(?:{_DIGIT_WORD}|\d{{1,6}})){{2,13}}\b",
        0.85,
        "spoken_phone",
    ),
    Shape(
        PHONE,
        "number after a phone word",
        r"\b(?:phone|mobile|mob|cell|whats\s?app|wa|tel|number|num|call me|text me|ring me)\b[\w\s'’]{0,12}?[\s:=]+"
        r"(?P<x>\+?\(?\d[\d\s().\-x*]{4,}\d)",
        0.85,
        "phone",
    ),
    Shape(PHONE, "digits between other marks", r"(?<!\w)\d(?:[ _*.\-~|,/xX]{1,3}\d){8,13}(?!\w)", 0.8, "phone"),
    Shape(
        PHONE,
        "groups between other marks",
        r"(?<![\w.,£$€])0\d{2,4}(?:\s{0,2}[^\w\s]{1,2}\s{0,2}\d{2,4}){2,4}(?!\w)",
        0.8,
        "phone",
    ),
    # --- postcodes ---------------------------------------------------------------------------------------------------------
    Shape(
        POSTCODE,
        "UK",
        r"(?<![\w])(?:gir\s?0aa|[a-pr-uwyz](?:\d{1,2}|[a-hk-y]\d{1,2}|\d[a-hjkps-uw]|[a-hk-y]\d[abehmnprv-y])"
        r"\s{0,2}\d(?!st\b|nd\b|rd\b|th\b)[abd-hjlnp-uw-z]{2})(?!\w)",
        0.85,
        "uk_postcode",
    ),
    Shape(POSTCODE, "Canada", r"\b[abceghj-nprstvxy]\d[abceghj-nprstv-z][\s\-]?\d[abceghj-nprstv-z]\d\b", 0.9),
    Shape(
        POSTCODE,
        "Ireland",
        r"\b(?:[ac-fhknprtv-y]\d{2}|d6w)\s?(?=[0-9ac-fhknprtv-y]{0,3}\d)[0-9ac-fhknprtv-y]{4}\b",
        0.85,
        "eircode",
    ),
    Shape(POSTCODE, "Netherlands", r"\b[1-9]\d{3}\s?(?!am\b|pm\b|gb\b|mb\b|kg\b|km\b|cm\b)[A-Z]{2}\b", 0.6, "dutch"),
    Shape(POSTCODE, "US with four more", r"(?<![\d\-])\d{5}-\d{4}(?![\d\-])", 0.9),
    Shape(
        POSTCODE,
        "US after a state",
        r"\b(?:al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|ia|ks|ky|la|md|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|pa"
        r"|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|dc|california|texas|florida|new york|ohio|georgia|michigan|illinois)"
        r",?\s+(?P<x>\d{5})\b",
        0.8,
    ),
    Shape(POSTCODE, "Australia after a state", r"\b(?:nsw|vic|qld|wa|sa|tas|nt),?\s+(?P<x>\d{4})\b", 0.8),
    # The postcodes of the Capital Territory, so that "Children Act 1989" stays.
    Shape(POSTCODE, "Australian capital", r"\bact,?\s+(?P<x>(?:02|26|29)\d\d)\b", 0.8),
    Shape(
        POSTCODE,
        "after its name",
        r"\b(?:post\s?code|zip(?:\s?code)?|pin\s?code|postal code|eircode|plz|code postal|codigo postal)\b"
        r"[\s:=]*(?:(?:is|was|its|it's|my|at|in)\s+){0,2}[:=]?\s*(?P<x>(?=[\w\- ]{0,8}\d)[a-z0-9]{2,4}[\s\-]?[a-z0-9]{2,4}|\d{3,6})\b",
        0.9,
    ),
    Shape(
        POSTCODE,
        "before a town abroad",
        r"(?<![\d.,\-])(?P<x>\d{5})\s+(?:paris|lyon|marseille|toulouse|nice|bordeaux|lille|berlin|m(?:ü|ue)nchen|munich|hamburg|k(?:ö|oe)ln"
        r"|cologne|frankfurt|stuttgart|d(?:ü|ue)sseldorf|leipzig|dresden|madrid|barcelona|valencia|sevilla|roma|milano|torino|napoli)\b",
        0.8,
    ),
    Shape(
        POSTCODE,
        "after a town of India",
        r"\b(?:delhi|mumbai|bombay|kolkata|chennai|bengaluru|bangalore|hyderabad|pune|ahmedabad|jaipur|lucknow|kochi|kanpur|nagpur)"
        r"\s*[,\-]?\s*(?P<x>[1-9]\d{2}\s?\d{3})\b",
        0.8,
        "phone",
    ),
    Shape(POSTCODE, "Indian pin in two parts", r"(?<![\d\-])[1-9]\d{2}\s\d{3}(?=\s*(?:$|[,.]))", 0.6, "phone"),
    # --- addresses -----------------------------------------------------------------------------------------------------------
    Shape(
        ADDRESS,
        "house number and road",
        rf"(?<![\w£$€.:/])(?:(?:flat|apt|apartment|unit|no\.?|number|house)\s*)?\d{{1,5}}\s?[a-d]?(?:\s?[\-/]\s?\d{{1,4}})?,?\s+"
        rf"(?:{_ROAD_WORD}\s+){{1,4}}{_ROAD}\b\.?(?:\s+(?:north|south|east|west|[nsew]|[ns][ew])\b)?",
        0.85,
        "road",
    ),
    Shape(
        ADDRESS,
        "road without number",
        rf"\b(?:on|at|in|near|off|from|down|to|is|live|lives|by|of|next to|behind|opposite|address:?)\s+(?:the\s+)?"
        rf"(?P<x>(?:{_ROAD_WORD}\s+){{1,3}}{_CLEAR_ROAD})\b",
        0.7,
        "named_road",
    ),
    Shape(
        ADDRESS,
        "home road of any kind",
        rf"\b(?:live|lives|lived|living|house is|home is|moved|address is)\s+(?:on|in|at|to|down)\s+(?P<x>(?:{_ROAD_WORD}\s+){{1,2}}"
        r"(?:close|drive|court|way|gardens?|grove|place|walk|rise|hill|green|square|view|row))"
        r"(?=\s*(?:$|[.,!?;\n)]|(?:and|in|with|but|near|so)\b))",
        0.7,
        "home_road",
    ),
    Shape(
        ADDRESS,
        "road with its number in words",
        rf"\b(?:{NUMBER_WORD}[\s\-]+){{1,4}}(?:{_ROAD_WORD}\s+){{1,2}}{_CLEAR_ROAD}\b",
        0.8,
        "worded_road",
    ),
    Shape(
        ADDRESS,
        "capitalised road",
        r"(?P<x>(?-i:(?:[A-Z][\w'’\-]+\s+){1,3}(?:Street|Road|Avenue|Lane|Drive|Close|Court|Crescent|Terrace|Gardens|Grove|Mews|Square|Boulevard|Way|Place|St|Rd|Ave)))\b",
        0.75,
        "named_road",
    ),
    Shape(
        ADDRESS,
        "flat or house number",
        r"\b(?:flat|apt\.?|apartment|unit|suite|house number|house no\.?|door number|block|plot|villa|sector|phase)\s*(?:number|no\.?|#)?\s*(?:\d{1,4}[a-z]?|(?-i:[B-HJ-Z])\d{0,3})\b(?!\s*(?:people|kids|other|mins|years|of))(?:,?\s+(?-i:(?:[A-Z][\w'’\-]+\s+){1,2}(?:House|Court|Towers?|Heights|Lodge|Mansions|Buildings?|Apartments|Flats|Point)))?",
        0.6,
    ),
    Shape(
        ADDRESS,
        "live at number",
        r"\b(?:live|lives|living|house is|address is|we're|were|im|i'm)\s+(?:at|in)?\s*(?:number|no\.?|nr\.?|#)\s*(?P<x>\d{1,4}[a-z]?)\b",
        0.7,
    ),
    Shape(ADDRESS, "PO box", r"\bp\.?\s?o\.?\s?box\s+\d+\b", 0.9),
    Shape(
        ADDRESS,
        "road in other languages",
        r"\b(?:(?:\d{1,4}[,\s]+)?(?:rue|avenue|allée|chemin|calle|avenida|carrer|paseo|plaza|via|viale|piazza|rua|travessa|ulica|ul\.|jalan|jl\.?)\s+"
        r"(?:(?:de|del|de la|des|du|la|le|los|las|da|do|das|dos|di|della)\s+)*[^\W\d_][\w'’\-]+(?:\s+[^\W\d_][\w'’\-]+)?(?:[,\s]+\d{1,4}[a-z]?)?)\b",
        0.7,
        "foreign_road",
    ),
    Shape(
        ADDRESS,
        "German or Dutch road",
        r"\b[^\W\d_]{3,}(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|straat|laan|gracht|gatan|vägen|vej|gade)\s+\d{1,4}\s?[a-z]?\b",
        0.9,
    ),
    Shape(SECRET, "code", r"\b(?<!post )(?<!zip )(?<!pin )code\s*(?:is|was|:|=)\s*(?P<x>\d{4,8})\b", 0.8),
    # --- secrets ---------------------------------------------------------------------------------------------------------------
    Shape(
        SECRET,
        "password",
        r"\b(?:password|passcode|passwd|pword|pw|pin|login code|verification code|otp|security answer)\b\s*(?:is|was|=|:|'s|to)\s*(?::\s*)?"
        r"(?P<x>[^\s,]{3,40})",
        0.8,
        "secret",
    ),
    *SECRET_SHAPES,
    *BIRTH_SHAPES,
)
