"""Which services a person is shown: a pure choice from country, category, level, speaker, age, hour and channel.

The order of what is shown, most weighty first: the emergency number when the level is `emergency`; a line the person
may use themselves before one for others; one that answers now before one that is closed; for a child on a messaging
channel a line that takes text or chat before one that only takes calls; then the order of needs in `NEEDS`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Dict, Iterator, List, Mapping, Tuple

from bot.content.hotlines import HotlineDirectory
from bot.content.opening_hours import Status
from bot.content.schema import INTERNATIONAL, Hotline
from bot.safety import levels
from bot.safety.levels import RiskLevel, Speaker
from bot.safety.protocol import ADULT_AGE, is_grown

MAX_SERVICES = 4
#: Below this the person gets a line that listens as well, so that one engaged number is not the end.
LEAST_SERVICES = 2
#: Channels on which a person reads and types on a phone, where a call may be impossible.
MESSAGING_CHANNELS = frozenset(("telegram", "whatsapp", "sms"))
#: A misfit this large means a tool for another age.
WRONG_AGE = 2
GENERAL = "general"
OTHER_READER = "other"
REPORT = "report"
#: For every person who is not named.
ANYONE = "anyone"
#: Among needs: the words told that an adult writes, whom neither page nor age call one. It stays with the card.
GROWN = "grown"
#: Among needs: a professional writes of themselves ("i'm a nurse and i want to die"). It stays with the card.
OF_THEMSELVES = "of_themselves"
#: Channels that take somebody unknown for a child; there, too, words tell of an adult.
TAKES_FOR_A_CHILD = MESSAGING_CHANNELS | {"generic"}
#: The age counted with then. It is older than every line for young people takes (26).
_AGE_OF_A_GROWN_UP = 30

#: A need is met by a service with one of these purposes, the first being the best fit.
PURPOSES: Mapping[str, Tuple[str, ...]] = {
    "emergency": ("emergency",),
    "crisis": ("suicide_crisis",),
    "child_helpline": ("child_helpline",),
    "parent_support": ("parent_support",),
    "abuse": ("child_abuse",),
    "sexual_violence": ("sexual_violence",),
    "domestic_violence": ("domestic_violence",),
    "image_removal": ("image_removal",),
    REPORT: ("sextortion", "online_exploitation"),
    "missing": ("missing_child",),
    "offender_prevention": ("offender_prevention",),
    "eating": ("eating_disorders",),
    "forced_marriage": ("forced_marriage",),
    "fgm": ("fgm",),
}

#: What each person needs in each situation, in the order shown. Persons as in `person_of`.
NEEDS: Mapping[str, Mapping[str, Tuple[str, ...]]] = {
    levels.SELF_HARM: {
        "child": ("crisis", "child_helpline", "crisis"),
        "parent": ("crisis", "parent_support", "child_helpline"),
        "professional": ("crisis", "child_helpline"),
        "adult": ("crisis", "crisis"),
    },
    levels.EXTORTION: {
        "child": ("child_helpline", "image_removal", REPORT),
        "parent": (REPORT, "image_removal", "parent_support", "child_helpline"),
        "professional": (REPORT, "image_removal", "child_helpline"),
        "adult": ("image_removal", REPORT, "crisis"),
    },
    levels.ADULT_INVOLVED: {
        "child": ("child_helpline", REPORT, "abuse"),
        "parent": (REPORT, "parent_support", "abuse", "child_helpline"),
        "professional": ("abuse", REPORT, "child_helpline"),
        "adult": (REPORT, "sexual_violence", "crisis"),
    },
    levels.ABUSE_DISCLOSURE: {
        "child": ("child_helpline", "abuse", "sexual_violence"),
        "parent": ("abuse", "parent_support", "sexual_violence", "child_helpline"),
        "professional": ("abuse", "child_helpline", "sexual_violence"),
        "adult": ("sexual_violence", "crisis", "crisis"),
    },
    levels.IMAGE_SHARED: {
        "child": ("image_removal", "child_helpline", REPORT),
        "parent": ("image_removal", REPORT, "parent_support", "child_helpline"),
        "professional": (REPORT, "image_removal", "child_helpline"),
        "adult": ("image_removal", REPORT, "crisis"),
    },
    levels.IMMEDIATE_DANGER: {
        "child": ("emergency", "child_helpline", "abuse"),
        "parent": ("emergency", "missing", "abuse"),
        "professional": ("emergency", "abuse", "missing"),
        "adult": ("emergency", "domestic_violence", "crisis"),
    },
    levels.OFFENDER_CONCERN: {
        "child": ("child_helpline", "offender_prevention"),
        "parent": ("offender_prevention", "abuse", "parent_support"),
        "professional": ("offender_prevention", "abuse"),
        "adult": ("offender_prevention", "crisis"),
    },
    GENERAL: {
        "child": ("child_helpline", REPORT, "image_removal", "crisis"),
        "parent": ("parent_support", REPORT, "image_removal", "child_helpline"),
        "professional": ("abuse", REPORT, "image_removal", "child_helpline"),
        "adult": ("crisis", "sexual_violence", REPORT),
    },
}
#: Needs that a service elsewhere can meet when the country has none.
_ELSEWHERE = frozenset(("crisis", "child_helpline", "image_removal", REPORT))
#: Who may pass a child's own line on to the child, and for which needs such a line is shown to them.
_OTHERS = frozenset(("parent", "professional"))
_FOR_THE_CHILD = frozenset(("child_helpline", "image_removal"))
#: By (need, for a child): services whose first purpose is one of these are no answer. A report line for online crimes
#: does not help a child who is hit; a parents' line or a line for offenders is not for the child itself.
_NO_ANSWER_TO: Mapping[Tuple[str, bool], Tuple[str, ...]] = {
    ("abuse", True): ("online_exploitation", "parent_support", "offender_prevention"),
    ("abuse", False): ("online_exploitation",),
    ("parent_support", False): ("offender_prevention", "missing_child"),
}
_LISTENS = frozenset(("helpline", "finder"))
#: A service made for this is a poor first answer to any other need.
_SPECIAL_PURPOSES: Mapping[str, str] = {
    "missing_child": "missing",
    "offender_prevention": "offender_prevention",
    "eating_disorders": "eating",
    "forced_marriage": "forced_marriage",
    "fgm": "fgm",
}
#: Where the child's age is not known, a line for older ones only is shown when it takes them from this age, in years.
_TAKES_YOUNG_ONES = 13


@dataclass(frozen=True)
class SelectionRequest:
    """What is known about the person and the moment; only `level` is always known.

    Attributes:
        category: One of levels.CATEGORIES, or None for "show me helplines".
        audience: child, parent, professional or None.
        age: Years, when the person said it; nobody is asked.
        at: An aware time; None leaves opening hours out of account.
        needs: What the situation needs, where that differs from the category; keys of PURPOSES, and GROWN where the
            words told that an adult writes.
    """

    country: str | None = None
    category: str | None = None
    level: RiskLevel = RiskLevel.ESCALATE
    speaker: Speaker = Speaker.UNKNOWN
    audience: str | None = None
    age: int | None = None
    at: datetime | None = None
    channel: str = "web"
    language: str = "en"
    needs: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One service to show: for which need, whether the person may use it themselves, and whether it answers now."""

    service: Hotline
    need: str
    own: bool
    status: Status


@dataclass(frozen=True)
class Selection:
    """At most MAX_SERVICES choices, in the order to show.

    Attributes:
        emergency: The country's confirmed emergency service; None means "112 or 911 in many countries".
        person: As in `person_of`.
        fallback: True when the country is unknown, so that every service is international.
        speaker: Whose situation it is about.
    """

    choices: Tuple[Choice, ...]
    emergency: Hotline | None
    person: str
    fallback: bool
    speaker: Speaker = Speaker.UNKNOWN

    @property
    def reader(self) -> str:
        """Who reads why a service is shown: the person, or `other` when they write of somebody else.

        "A picture of you" would be wrong for a friend, and for who passed one on.
        """
        of_themselves = self.speaker in (Speaker.SELF, Speaker.UNKNOWN)
        return self.person if of_themselves or self.person in _OTHERS else OTHER_READER

    @property
    def services(self) -> Tuple[Hotline, ...]:
        """The services in the order to show."""
        return tuple(choice.service for choice in self.choices)

    @property
    def beside_emergency(self) -> Tuple[Choice, ...]:
        """The choices without the emergency service, which every reply names by itself."""
        return tuple(choice for choice in self.choices if choice.need != "emergency")


def person_of(speaker: Speaker, audience: str | None, age: int | None = None, category: str | None = None) -> str:
    """Whose needs count: child, parent, professional or adult (about themselves or another grown-up).

    Somebody unknown is treated as a child: a child's card also serves an adult, not the other way round.
    """
    is_own = speaker is Speaker.OWN_BEHAVIOUR and category == levels.OFFENDER_CONCERN
    if (audience == "professional" and not is_own) or speaker is Speaker.PROFESSIONAL:
        return "professional"
    grown = is_grown(age, audience)
    if speaker is Speaker.OWN_BEHAVIOUR:
        return "child" if audience == "child" and not grown else "adult"
    if speaker is Speaker.ABOUT_CHILD:
        return "child" if audience == "child" and not grown else "parent"
    # A parent's friend or sister is a grown-up as well: whose child is told of is ABOUT_CHILD (`bot.content.telling`).
    if speaker in (Speaker.SELF, Speaker.FRIEND) and grown:
        return "adult"
    if speaker is Speaker.UNKNOWN and audience is None and category == levels.OFFENDER_CONCERN:
        return "adult"
    return "parent" if audience == "parent" else ("adult" if grown else "child")


def select(directory: HotlineDirectory, request: SelectionRequest) -> Selection:
    """Chooses the services for one moment; never empty, never the same service twice.

    Source of the order: the product's hotline rules in docs/hotlines.md. Pure: the clock comes in as `request.at`.
    """
    request = _known_of(request)
    country = request.country if directory.knows(request.country) else None
    person = person_of(request.speaker, request.audience, request.age, request.category)
    needs = request.needs or NEEDS[request.category or GENERAL][person]
    if request.level is RiskLevel.EMERGENCY and needs[0] != "emergency":
        needs = ("emergency", *needs)
    chosen = _meet(directory, request, country, person, needs)
    listening = any(_listens_now(choice, request, person) for choice in chosen.values())
    if len(chosen) < LEAST_SERVICES or not (listening or person == "professional"):
        # Nobody to talk to now, or one line only: add one that listens at any hour.
        backup = _meet(directory, request, country, person, ("crisis",), chosen)
        chosen = {**chosen, **backup}
    ordered = _ordered(list(chosen.values()))
    shown = tuple(ordered[:MAX_SERVICES])
    return Selection(shown, directory.emergency(country), person, country is None, request.speaker)


def _listens_now(choice: Choice, request: SelectionRequest, person: str) -> bool:
    """Whether somebody there listens to this person at this hour.

    A child finds the courage for one call: a line of which it is not sure that it is open is not enough by itself.
    """
    if not choice.own or choice.service.kind not in _LISTENS or choice.status is Status.CLOSED:
        return False
    return choice.status is Status.OPEN or person != "child" or request.at is None


def may_be_grown(audience: str | None, age: int | None, channel: str) -> bool:
    """Whether nobody has said who writes, so that the words may tell of an adult."""
    return age is None and (audience is None or (audience == "child" and channel in TAKES_FOR_A_CHILD))


def as_of_themselves(age: int | None) -> Tuple[str | None, int]:
    """Audience and age of a professional who writes of themselves."""
    return None, age or _AGE_OF_A_GROWN_UP


def as_grown(audience: str | None) -> Tuple[str | None, int]:
    """Audience and age of somebody whose words told that an adult writes."""
    return (None if audience == "child" else audience), _AGE_OF_A_GROWN_UP


def _known_of(request: SelectionRequest) -> SelectionRequest:
    """The request with GROWN turned into what it means; a need that came back garbled from a store is left out."""
    told_as_an_adult = GROWN in request.needs and may_be_grown(request.audience, request.age, request.channel)
    if OF_THEMSELVES in request.needs:
        audience, age = as_of_themselves(request.age)
        request = replace(request, audience=audience, age=age)
    request = replace(request, needs=tuple(need for need in request.needs if need in PURPOSES))
    if not told_as_an_adult:
        return request
    audience, age = as_grown(request.audience)
    return replace(request, audience=audience, age=age)


def _meet(
    directory: HotlineDirectory,
    request: SelectionRequest,
    country: str | None,
    person: str,
    needs: Tuple[str, ...],
    taken: Mapping[str, Choice] | None = None,
) -> Dict[str, Choice]:
    found: Dict[str, Choice] = {}
    for need in needs:
        options = [
            choice
            for choice in _options(directory, request, country, person, need)
            if choice.service.id not in found and choice.service.id not in (taken or {})
        ]
        # A second line for the same need must be another way in, not one more of the same.
        if options:
            best = min(options, key=lambda choice: _rank(choice, request, person))
            found[best.service.id] = best
    return found


def _options(
    directory: HotlineDirectory, request: SelectionRequest, country: str | None, person: str, need: str
) -> Iterator[Choice]:
    """The services of the country that meet a need for this person; those for every country when it has none."""
    if need == "emergency":
        service = directory.emergency(country) or directory.find(None, "emergency")[0]
        yield Choice(service, need, True, Status.OPEN)
        return
    places = [country] if country else [INTERNATIONAL]
    if country and need in _ELSEWHERE:
        places.append(INTERNATIONAL)
    for place in places:
        met = False
        for service in _serving(directory, place, need):
            usable = usable_by(service, person, request.age, need)
            if usable is None or _is_for_another_abuse(service, request, need):
                continue
            status = _status(service, request.at)
            # A removal tool is a page that is open now: a closed one, or one for the wrong age, must not hide it.
            fits = status is not Status.CLOSED and _misfit(service, need, person) < WRONG_AGE
            met = met or fits or need != "image_removal"
            yield Choice(service, need, usable, status)
        if met:
            return


def _is_for_another_abuse(service: Hotline, request: SelectionRequest, need: str) -> bool:
    """Whether a line for sexual violence, which takes abuse of children too, would be shown for blows alone."""
    is_of_blows = request.category == levels.ABUSE_DISCLOSURE and bool(request.needs)
    is_of_blows = is_of_blows and "sexual_violence" not in request.needs
    return is_of_blows and need == "abuse" and service.serves[0] == "sexual_violence"


def _serving(directory: HotlineDirectory, place: str, need: str) -> Tuple[Hotline, ...]:
    found = {s.id: s for purpose in PURPOSES[need] for s in directory.find(place, purpose)}
    return tuple(found.values())


def usable_by(service: Hotline, person: str, age: int | None, need: str) -> bool | None:
    """Whether a person may use a service: True for themselves, False to pass on to a child, None for neither."""
    if need == REPORT and service.kind == "removal_tool":
        return None
    if service.kind != "finder" and service.serves[0] in _NO_ANSWER_TO.get((need, person == "child"), ()):
        return None
    if need == "sexual_violence" and person != "adult" and service.serves[0] == "domestic_violence":
        # A line for who is hurt by a partner does not take every worry about a child.
        return None
    named = service.audiences
    if person == "child":
        # A directory of police forces is no help to a child, and prevention lines take adults unless they say so.
        own = "child" in named or ("anyone" in named and need != "offender_prevention")
        own = own and (service.kind != "finder" or need in ("crisis", "child_helpline"))
    else:
        own = "anyone" in named or person in named
    if own and _fits_age(service, person, age):
        return True
    if person in _OTHERS and need in _FOR_THE_CHILD and "child" in named:
        return False
    return None


def _fits_age(service: Hotline, person: str, age: int | None) -> bool:
    if person in ("parent", "professional"):
        # The child's age is not known; what is for older ones only may be of no use to them.
        return service.age_min is None or service.age_min <= _TAKES_YOUNG_ONES
    if age is None:
        if person == "child":
            return service.age_min is None or service.age_min <= _TAKES_YOUNG_ONES
        return service.age_max is None or service.age_max > ADULT_AGE
    return (service.age_min or 0) <= age <= (service.age_max or 200)


def _status(service: Hotline, at: datetime | None) -> Status:
    if service.hours.always:
        return Status.OPEN
    if not service.hours.words and not service.phone and not service.sms and service.link:
        # A form or a page with no stated hours is there at any time.
        return Status.OPEN
    return service.hours.status(at, service.time_zone) if at else Status.UNKNOWN


def _rank(choice: Choice, request: SelectionRequest, person: str) -> Tuple[int, ...]:
    """Smaller is better, among the services that meet one need."""
    service = choice.service
    types = person == "child" and request.channel in MESSAGING_CHANNELS
    purpose = next(p for p in PURPOSES[choice.need] if p in service.serves)
    return (
        _misfit(service, choice.need, person),
        int(not choice.own),
        int(choice.status is Status.CLOSED),
        int(types and not (service.sms or service.chat_url or service.whatsapp)),
        PURPOSES[choice.need].index(purpose),
        int(service.confidence != "high"),
        int(person == "child" and choice.need == REPORT and not service.anonymous),
        int(choice.status is Status.UNKNOWN),
        int(service.free is not True),
        service.serves.index(purpose),
        int({"adult": "anyone"}.get(person, person) not in service.audiences),
        int(bool(service.languages) and request.language not in service.languages),
        int(person == "child" and not (service.anonymous or service.confidential)),
    )


def _misfit(service: Hotline, need: str, person: str) -> int:
    """How far a service is from what was meant, in steps; 0 is right on the mark."""
    if need == REPORT:
        return int(service.kind != "hotline")
    if need == "image_removal" and service.kind == "removal_tool":
        adults_only = service.age_min is not None and service.age_min >= ADULT_AGE
        return 0 if adults_only or person != "adult" else WRONG_AGE
    if need == "image_removal":
        return 1
    if need == "missing":
        return int(len(service.serves) > 1)
    if person == "adult" and service.serves[0] == "child_helpline":
        return 1
    if need == "sexual_violence" and service.serves[0] == "domestic_violence":
        # Often a line for women; one that is about sexual violence in the first place takes everybody.
        return 1
    return int(_SPECIAL_PURPOSES.get(service.serves[0], need) != need)


def _ordered(choices: List[Choice]) -> List[Choice]:
    """Emergency first, own before others', open before closed; else the order of needs."""

    def key(choice: Choice) -> Tuple[int, int, int]:
        return (
            int(choice.need != "emergency"),
            int(not choice.own),
            int(choice.status is Status.CLOSED),
        )

    return sorted(choices, key=key)
