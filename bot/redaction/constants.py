"""Names of the details that are looked for, and the bounds of the search."""

from __future__ import annotations

PERSON = "PERSON"
PHONE = "PHONE"
EMAIL = "EMAIL"
ADDRESS = "ADDRESS"
POSTCODE = "POSTCODE"
SCHOOL = "SCHOOL"
TEAM = "TEAM"
HANDLE = "HANDLE"
LINK = "LINK"
IP_ADDRESS = "IP_ADDRESS"
ID_NUMBER = "ID_NUMBER"
CARD = "CARD"
BIRTH_DATE = "BIRTH_DATE"
GPS = "GPS"
SECRET = "SECRET"

#: When two findings overlap they become one, named after the longer; on equal length the earlier name wins.
ENTITIES = (
    EMAIL,
    LINK,
    IP_ADDRESS,
    CARD,
    ID_NUMBER,
    GPS,
    BIRTH_DATE,
    PHONE,
    SECRET,
    HANDLE,
    POSTCODE,
    ADDRESS,
    SCHOOL,
    TEAM,
    PERSON,
)

#: Stands for text that could not be searched: better nothing than an unredacted line.
WITHHELD = "<WITHHELD>"

#: Longer texts are searched in pieces of this many characters, cut at a space.
PIECE_CHARS = 2000
#: Text beyond this is not kept at all: channels refuse longer messages.
MAX_CHARS = 20000
#: A single expression may search this long (processor time of the whole process) before the search is given up.
REGEX_TIMEOUT_SECONDS = 0.25
LANGUAGE = "en"
