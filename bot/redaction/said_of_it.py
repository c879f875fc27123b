"""What stands where a user name or a password would, and is none.

"my snap is private", "the password is not working" and "my username is too long" tell nothing; "my snap is cool guy 55"
and "my password is best friends" do: a judgement with more behind it is a name.
"""

from __future__ import annotations

from typing import FrozenSet, Sequence

from bot.redaction.lexicon import word_set

#: Stand before the word that matters: "really weak", "now the same".
BEFORE_IT: FrozenSet[str] = word_set(
    "so too very really not now still quite pretty always just also probably already kinda actually literally super"
    " way a the an all my his her their our your completely totally only never"
)
#: States and judgements of an account, a user name or a password, and words that carry the sentence on.
_SAID: FrozenSet[str] = word_set(
    # how it is
    "safe weak wrong changed same strong stronger short long longer hacked secret secrets gone incorrect reset"
    " forgotten known saved stolen leaked lost fine ok okay good bad better worse best easy hard simple different"
    " new old important required needed invalid expired private public open shared written guessed broken broke"
    " stuck hidden secure insecure correct right true false stupid dumb dry trash rubbish messed random obvious"
    " stored protected unique annoying boring impossible confusing blank empty full locked blocked banned down slow"
    " dead visible denied cool nice fun great funny cute crazy insane weird fake real ready free taken busy valid"
    " glitchy available unavailable on off back up out used none missing failing"
    # the sentence going on
    " what how why when where who which that this not working another other something anything nothing everything"
    " someone everyone in at with by for to like being getting going showing asking saying problem problems mess one"
    " basically supposed there here no yes if unless and or use make try choose keep leave avoid pick mine yours his"
    " hers theirs enough isn't isnt wasn't doesn't doesnt won't wont can't cant don't dont never tips be stop help"
    " idea please pls it it's its business somewhere nowhere lol tho though now actually too"
    # other languages
    " segura seguro muy mala malo incorrecta débil fácil igual otra otro facile fausse faux pas trop mauvais sicher"
    " unsicher falsch nicht zu weg errada fraca muito perdu perdue olvidada vergessen gleich secreta importante"
)
#: Of these, those that begin a name when more words follow: "cool guy 55", "best friends".
_JUDGEMENTS: FrozenSet[str] = word_set(
    "cool fine ok good bad best great nice fun cute crazy insane funny sad happy secret old new dead slow free fake"
    " real random"
)
#: After a judgement they carry the sentence on: "cool to me", "old and boring", "new here".
_GOES_ON: FrozenSet[str] = word_set(
    "but so because as than is i im you he she they we again right news already today still yet anymore btw apparently"
    " anyway much ones very really"
)


def is_said_of_it(words: Sequence[str]) -> bool:
    """Whether lower-case words in the place of a name or password say something about it."""
    words = list(words)
    while len(words) > 1 and words[0] in BEFORE_IT:
        if words[0] == "not":
            return True
        words.pop(0)
    return not begins_a_name(words) and (words[0] in _SAID or words[0] in BEFORE_IT)


def begins_a_name(words: Sequence[str]) -> bool:
    """Whether a judgement stands there with more words that do not carry the sentence on."""
    first, *rest = words
    goes_on = bool(rest) and (rest[0] in _GOES_ON or rest[0] in _SAID or rest[0] in BEFORE_IT)
    return first in _JUDGEMENTS and bool(rest) and not goes_on
