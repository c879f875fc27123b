"""The privacy check-up: a person's apps one setting at a time, done, skipped or not found; a summary at the end. Pure.

Facts come from `data/platforms/`, words from `data/responses/journey_parts.yml` and
`data/sheets/privacy_checkup.yml`.
A button of those responses becomes a choice, named by the end of its payload (`done`, `skip`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, List, Tuple

from bot.content.composed import Answers, Composed, JourneyFacts, choice_in
from bot.content.country_step import country_from
from bot.content.journeys import Choice
from bot.content.platform_answers import cell_words
from bot.content.platforms import Cell, Platform, get_platforms
from bot.content.responses import Response, get_responses
from bot.content.sheets import Item, Part, get_sheets, sheet_for

APP_STEP, SETTING_STEP = "app", "setting"
ALL_APPS, ENOUGH = "that_is_all", "enough"
DONE, SKIP, LOST = "done", "skip", "lost"
#: More would not be finished in one sitting.
MOST_APPS = 3
MOST_SETTINGS = 4
#: On buttons; every other platform is understood when its name is typed.
OFFERED = ("instagram", "tiktok", "snapchat", "whatsapp", "roblox", "youtube")
#: What is worth a look, the most telling first. The parents' tool is for parents.
SETTINGS = ("private_account", "who_can_message", "location", "comments_tags", "data_to_hide", "parental_tool")
FOR_PARENTS = "parental_tool"
CHILD = "child"


def ask_app(answers: Answers, facts: JourneyFacts) -> Composed | None:
    """Asks for apps until the person has named all or there are enough."""
    given, chosen = answers.get(APP_STEP, ()), chosen_apps(answers)
    if ALL_APPS in given or len(chosen) >= MOST_APPS:
        return None
    book = get_platforms()
    if chosen:
        asked = _say("utter_checkup_app_more", facts, platform=book.platforms[chosen[-1]].name)
    else:
        asked = _say("utter_checkup_app", facts)
    left = [book.platforms[name] for name in (*OFFERED, *sorted(set(book.platforms) - set(OFFERED)))]
    apps = [_app_choice(app) for app in left if app.id not in chosen and settings_of(app.id, facts)]
    return Composed(text=asked.text, choices=(*apps, *_choices(asked)))


def ask_setting(answers: Answers, facts: JourneyFacts) -> Composed | None:
    """The next setting with its steps; None when all were looked at or the person has had enough."""
    given = answers.get(SETTING_STEP, ())
    cells = walk(answers, facts)
    looked_at = {_cell_of(choice) for choice in given}
    pending = [cell for cell in cells if cell not in looked_at]
    if not pending or ENOUGH in given:
        return None
    cell = pending[0]
    words = cell_words(cell.platform, cell.setting, facts.audience, facts.channel, country_from(answers, facts))
    place = {"number": len(cells) - len(pending) + 1, "total": len(cells)}
    asked = _say("utter_checkup_setting", facts, **words, **place)
    before = _lost_words(given[-1], facts) if given and given[-1].endswith(f".{LOST}") else ""
    text = "\n\n".join(part for part in (before, _without_empty_lines(asked.text)) if part)
    return Composed(text=text, choices=_choices(asked, f"{cell.platform}.{cell.setting}."))


def summary(answers: Answers, facts: JourneyFacts) -> Composed:
    """What is done and what is left, as a page to keep."""
    known = replace(facts, country=country_from(answers, facts))
    page = sheet_for(get_sheets("privacy_checkup"), answers, known)
    page = replace(page, parts=(*_parts(answers, facts), *page.parts))
    return Composed(text=page.as_text(facts.channel), custom={"sheet": page.as_data()})


def chosen_apps(answers: Answers) -> Tuple[str, ...]:
    """Ids of the platforms named, in order."""
    return tuple(name for name in answers.get(APP_STEP, ()) if name in get_platforms().platforms)


def settings_of(platform: str, facts: JourneyFacts) -> Tuple[str, ...]:
    """The settings to look at on a platform: those with checked steps, for this audience."""
    cells = get_platforms().platforms[platform].settings
    wanted = (name for name in SETTINGS if name != FOR_PARENTS or facts.audience != CHILD)
    return tuple(name for name in wanted if cells[name].steps)[:MOST_SETTINGS]


def walk(answers: Answers, facts: JourneyFacts) -> List[Cell]:
    """Every platform and setting of this check-up, in order."""
    return [Cell(app, setting) for app in chosen_apps(answers) for setting in settings_of(app, facts)]


def _parts(answers: Answers, facts: JourneyFacts) -> Tuple[Part, ...]:
    results = {_cell_of(choice): choice.rpartition(".")[2] for choice in answers.get(SETTING_STEP, ())}
    book = get_platforms()
    return tuple(
        Part(
            book.platforms[app].name,
            tuple(_item(Cell(app, setting), results, facts) for setting in settings_of(app, facts)),
            brief=True,
        )
        for app in chosen_apps(answers)
    )


def _item(cell: Cell, results: Any, facts: JourneyFacts) -> Item:
    book, result = get_platforms(), results.get(cell)
    title = book.settings[cell.setting].title
    if result == LOST:
        title = _say("utter_checkup_not_found", facts, title=title, search=book.steps(*cell).search).text
    return Item(title, result == DONE)


def _lost_words(choice: str, facts: JourneyFacts) -> str:
    cell = _cell_of(choice)
    platform = get_platforms().platforms[cell.platform]
    values = {"search": get_platforms().steps(*cell).search, "help": platform.help_page, "platform": platform.name}
    return _say("utter_checkup_lost_help" if platform.help_page else "utter_checkup_lost", facts, **values).text


def _cell_of(choice: str) -> Cell:
    platform, _, rest = choice.partition(".")
    return Cell(platform, rest.partition(".")[0])


def _app_choice(app: Platform) -> Choice:
    return Choice(app.id, app.short, words=app.aliases, hidden=app.id not in OFFERED)


def _choices(asked: Response, prefix: str = "") -> Tuple[Choice, ...]:
    """The buttons of a wording as choices; what people type for them stands in its metadata."""
    words = asked.metadata.get("words") or {}
    named = [(choice_in(button.payload), button.title) for button in asked.buttons]
    return tuple(
        Choice(
            id=name if name in (ALL_APPS, ENOUGH) else f"{prefix}{name}",
            title=title,
            words=tuple(words.get(name, ())),
        )
        for name, title in named
    )


def _say(name: str, facts: JourneyFacts, **values: Any) -> Response:
    return get_responses().choose(name, facts.audience, facts.channel, {**facts.slots, **values})


def _without_empty_lines(text: str) -> str:
    return "\n\n".join(part.strip() for part in text.split("\n\n") if part.strip())
