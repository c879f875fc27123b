"""What a messaging channel says to one message: the assistant's answer or the guard's, in a child's words.

Everything but the way: `messaging.py` takes the message and sends what is said here.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from typing import Any, Awaitable, Callable, FrozenSet, List, Optional, Sequence, Tuple, Union
from weakref import WeakValueDictionary

from rasa.core.channels.channel import UserMessage

from bot.channels.answered_before import replies_to
from bot.channels.carrier import Carrier
from bot.channels.chat_file import ChatFile
from bot.channels.chat_store import Begun, Chat, ChatStore
from bot.channels.commands import Command, find_command, find_language
from bot.channels.deletion import CONFIRM_DELETE, DELETED, HALF_DELETED, NOT_DELETED, deletion_reply, try_to_delete
from bot.channels.first_line import is_about_safety, with_first_line
from bot.channels.guard import Guard, GuardContext, answer_guarded, in_time
from bot.channels.incoming import BUTTON, TEXT, UNREAD_KINDS, Reply, Turn
from bot.channels.limits import MAX_MESSAGE_CHARS, RateLimit
from bot.channels.offers import seal, unseal
from bot.channels.recent import Recent
from bot.channels.replies import RepliesChannel
from bot.channels.trackers import tracker_of
from bot.config import get_settings
from bot.content.audience import CHILD
from bot.content.countries import country_code
from bot.content.own_country import named_alone
from bot.content.responses import get_responses
from bot.safety.levels import RiskAssessment, RiskLevel

logger = logging.getLogger(__name__)

#: The request to slow down is made once in this time, however much comes.
SLOW_DOWN_EVERY_SECONDS = 30.0
#: A look that decides who reads a message takes no longer: what tells of a risk is then read by the guard, in its time.
LOOK_SECONDS = 0.5

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]

_COMMAND_WORDS = {
    "help": "utter_messaging_help",
    "country": "utter_messaging_country",
    "language": "utter_messaging_language",
    "stop": "utter_messaging_stopped",
}


@dataclass(frozen=True)
class _Spoken:
    """What the last answers of a conversation, all of them about safety, were about."""

    level: RiskLevel
    categories: FrozenSet[str]

    def covers(self, risk: RiskAssessment) -> bool:
        """Whether a risk is no worse than these answers and not of another kind."""
        return risk.level <= self.level and (risk.main_category is None or risk.main_category in self.categories)


class Answering:
    """One for a channel of a process."""

    def __init__(self, carrier: Carrier, guard: Guard, file: ChatFile) -> None:
        """Prepares; `connect` says who answers."""
        self._carrier = carrier
        self._guard = guard
        self._file = file
        # Beyond what a person may send the guard still looks for a risk, but not at everything a machine can send.
        self._looks = RateLimit(burst=20, per_minute=60)
        self._looking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._asked_to_slow_down: Recent[str, float] = Recent()
        self._asked_for_language: Recent[str, bool] = Recent()
        self._asked_for_country: Recent[str, bool] = Recent()
        self._spoke_of_safety: Recent[str, _Spoken] = Recent()
        #: What the guard heard in an update that is being answered: the category alone, none of its words.
        self._heard: Recent[str, Optional[str]] = Recent()
        self._on_new_message: Optional[OnNewMessage] = None
        self._app: Any = None

    @property
    def name(self) -> str:
        """The channel's name, on which wording may depend."""
        return self._carrier.name

    def connect(self, on_new_message: OnNewMessage, app: Any = None) -> None:
        """Says who answers: Rasa's handler, and the server whose conversations are read."""
        self._on_new_message = on_new_message
        self._app = app if app is not None else self._app

    async def replies(self, turn: Turn) -> Tuple[List[Reply], Chat]:
        """What to say, and what is known of the chat from now on."""
        turn = replace(turn, incoming=turn.incoming.made_readable())
        try:
            meant = await self._meant(turn)
            if isinstance(meant, str):
                turn = turn.saying(meant, BUTTON)
            replies, chat = ([meant], turn.chat) if isinstance(meant, dict) else await self._said(turn)
        except Exception as error:  # noqa: BLE001 - the last place before silence
            # Rasa, the file and a platform's own code may raise anything. Naming kinds would leave a person at risk
            # without an answer on the day a new one appears, so all of them lead to the guard, and to the log by kind.
            logger.error("%s: a message broke the channel (%s); the guard answers.", self.name, type(error).__name__)
            replies, chat = await self._guard_after_a_fault(turn), turn.chat
        return self._made_private(turn, replies, chat, await self._told(turn, replies))

    async def beyond_limit(self, turn: Turn) -> Tuple[List[Reply], bool]:
        """What is said to somebody who writes faster than a person can.

        Returns:
            The guard's card for a new risk, else now and then the request to slow down; and whether it is the card.
        """
        turn = replace(turn, incoming=turn.incoming.made_readable())
        key, moment = turn.chat.key, time.monotonic()
        if not self._looks.wait_seconds(key, moment):
            # One after the other: of five such messages at once, one gets the card, and the others know of it.
            async with self._looking.setdefault(key, asyncio.Lock()):
                card = await self._card_beyond_limit(turn)
            if card:
                return card, True
        if moment - self._asked_to_slow_down.get(key, float("-inf")) > SLOW_DOWN_EVERY_SECONDS:
            self._asked_to_slow_down.note(key, moment)
            return [self._say("utter_slow_down", turn.chat)], False
        return [], False

    async def _card_beyond_limit(self, turn: Turn) -> List[Reply]:
        """The guard's card for a risk that the last answer did not speak of; else nothing."""
        found = await in_time(self._guard.read, _words_to_read(turn))
        if not self._is_answered_again(turn, found):
            return []
        remembered = await in_time(self._guard.assess, turn.conversation_id, turn.incoming.text)
        # The second reading may have come too late, and then counts for less than the first.
        card = self._guard_alone(turn, max(remembered, found, key=lambda assessment: assessment.level))
        return self._made_private(turn, card, turn.chat, found.main_category)[0]

    async def given_before(self, conversation_id: str, update: str) -> List[Reply]:
        """What was said to an update, also by another process or before a restart; empty when nobody knows."""
        tracker = await tracker_of(self._app, conversation_id)
        return replies_to(update, list(tracker.events)) or [] if tracker else []

    async def learn(self, turn: Turn, chat: Chat) -> Chat:
        """The voice and the country that the person chose, as far as the conversation knows them."""
        if chat.chapter != turn.chat.chapter or turn.incoming.edited:
            return chat
        tracker = await tracker_of(self._app, turn.conversation_id)
        if tracker is None:
            return chat
        audience, country = tracker.get_slot("audience"), tracker.get_slot("country")
        return replace(chat, audience=audience or chat.audience, country=country or chat.country)

    async def keep_offer(self, chat: Chat, replies: Sequence[Reply]) -> None:
        """Notes what a typed "1" or "more" will refer to, where choices are typed."""
        if self._carrier.keeps_offers and replies:
            offer = seal(self._carrier.offer_of(replies), chat.key)
            await self._file.keep(lambda store: store.keep_offer(chat.key, offer))

    def _made_private(
        self, turn: Turn, replies: List[Reply], chat: Chat, told: Optional[str]
    ) -> Tuple[List[Reply], Chat]:
        """With a neutral first line before an answer about safety, and noted that there was one.

        Args:
            turn: What is answered.
            replies: The whole answer.
            chat: What is known of the chat from now on.
            told: The category of what the message tells of.
        """
        if any(map(is_about_safety, replies)):
            self._spoke_of_safety.note(turn.conversation_id, self._spoken(turn, replies, told))
            if turn.incoming.kind != BUTTON:
                # A person who has tapped a button has the chat open; the line is for a phone that lies about.
                replies = with_first_line(replies, self.name, chat.audience or CHILD, chat.carded)
            chat = replace(chat, carded=True)
        elif replies:
            self._spoke_of_safety.pop(turn.conversation_id, None)
        return replies, chat

    async def _told(self, turn: Turn, replies: Sequence[Reply]) -> Optional[str]:
        """The category of what a message tells of that is answered about safety; read here only if nobody has yet."""
        is_read = turn.update in self._heard
        heard = self._heard.pop(turn.update, None)
        if is_read or not any(map(is_about_safety, replies)):
            return heard
        return (await in_time(self._guard.read, _words_to_read(turn))).main_category

    def _spoken(self, turn: Turn, replies: Sequence[Reply], told: Optional[str]) -> _Spoken:
        """What these replies and those about safety just before them were about."""
        before = self._spoke_of_safety.get(turn.conversation_id, _Spoken(RiskLevel.CHECK_IN, frozenset()))
        cards = [RiskLevel.from_label(reply["card_level"]) for reply in replies if reply.get("card_level")]
        return _Spoken(max([before.level, *cards]), before.categories | ({told} if told else frozenset()))

    async def _said(self, turn: Turn) -> Tuple[List[Reply], Chat]:
        incoming, chat = turn.incoming, turn.chat
        if incoming.edited and not self._is_answered_again(turn, await self._looked_at(_words_to_read(turn))):
            return [], chat
        if incoming.kind == BUTTON and incoming.text.strip() == CONFIRM_DELETE:
            return await self._delete(turn)
        if incoming.kind in UNREAD_KINDS:
            notice = self._say(f"utter_messaging_{incoming.kind}", chat)
            if not incoming.text.strip():
                return [notice], chat
            # The words under a picture are a message like any other, and come first.
            said, chat = await self._typed(replace(turn, incoming=replace(incoming, kind=TEXT)))
            return [*said, notice], chat
        # A gateway may call words a button's; only a payload goes on without being read like any other message.
        if incoming.is_payload:
            return await self._asked(turn), chat
        return await self._typed(turn)

    async def _typed(self, turn: Turn) -> Tuple[List[Reply], Chat]:
        text, chat = turn.incoming.text.strip(), turn.chat
        if not text:
            return [], chat
        if len(text) > MAX_MESSAGE_CHARS:
            return await self._too_long(turn), chat
        language = find_language(text) if self._asked_for_language.pop(chat.key, False) else None
        if language:
            return [self._say("utter_messaging_language_noted", chat)], replace(chat, language=language)
        country = named_alone(text) if self._asked_for_country.pop(chat.key, False) else None
        if country:
            return await self._asked(turn.saying(_country_button(country), BUTTON)), chat
        command = find_command(text)
        if command is not None and not await self._tells_of_risk(command.rest):
            return await self._commanded(command, turn)
        replies = await self._asked(turn)
        if not chat.greeted and not any(map(is_about_safety, replies)):
            return [*replies, self._say("utter_messaging_notice", chat)], replace(chat, greeted=True)
        return replies, chat

    async def _commanded(self, command: Command, turn: Turn) -> Tuple[List[Reply], Chat]:
        chat = turn.chat
        if command.name == "start":
            return await self._asked(turn.saying("/start", BUTTON)), replace(chat, greeted=True)
        if command.name == "delete":
            return await self._asked(turn.saying("/delete_chat_request", BUTTON)), chat
        if command.name == "country" and command.rest:
            country = named_alone(command.rest)
            saying = turn.saying(_country_button(country), BUTTON) if country else turn.saying(command.rest, TEXT)
            return await self._asked(saying), chat
        if command.name == "country":
            self._asked_for_country.note(chat.key)
        if command.name == "language":
            language = find_language(command.rest)
            if language:
                return [self._say("utter_messaging_language_noted", chat)], replace(chat, language=language)
            self._asked_for_language.note(chat.key)
        return [self._say(_COMMAND_WORDS[command.name], chat)], chat

    async def _asked(self, turn: Turn) -> List[Reply]:
        """The assistant's answer, or the guard's."""
        context = self._context(turn)
        output = RepliesChannel(self.name)
        known = {"audience": context.audience, "country": context.country, "language": context.language}
        message = UserMessage(
            turn.words(),
            output,
            turn.conversation_id,
            input_channel=self.name,
            message_id=turn.update,
            metadata={**{name: value for name, value in known.items() if value}, "channel_kind": self.name},
        )

        async def handle() -> None:
            if turn.begun is Begun.AGAIN:
                # A process that was stopped may have had the answer, but could not send it.
                output.replies.extend(await self.given_before(turn.conversation_id, turn.update))
                if output.replies:
                    return
            if self._on_new_message is None:
                raise RuntimeError("the channel is not connected")
            await self._on_new_message(message)

        def note(assessment: RiskAssessment) -> None:
            self._heard.note(turn.update, assessment.main_category)

        return await answer_guarded(self._guard, context, turn.words(), handle, output.replies, note)

    def _context(self, turn: Turn) -> GuardContext:
        chat = turn.chat
        return GuardContext(turn.conversation_id, chat.audience or CHILD, _country(chat), self.name, chat.language)

    async def _too_long(self, turn: Turn) -> List[Reply]:
        """A long story is not read by the assistant; when it tells of a risk, the guard's card answers it."""
        notice = self._say("utter_messaging_too_long", turn.chat)
        assessment = await in_time(self._guard.assess, turn.conversation_id, turn.incoming.text)
        self._heard.note(turn.update, assessment.main_category)
        said = self._guard_alone(turn, assessment)
        if said:
            self._guard.note_said(self._context(turn), [notice])
        return [*said, notice]

    async def _guard_after_a_fault(self, turn: Turn) -> List[Reply]:
        """The guard's answer to a message that broke the channel, perhaps before anybody looked at the words."""
        newest, together = await asyncio.gather(
            in_time(self._guard.read, _words_to_read(turn)),
            in_time(self._guard.assess_together, turn.conversation_id),
        )
        self._heard.note(turn.update, newest.main_category)
        context = self._context(turn)
        replies: List[Reply] = self._guard.reply(max(newest, together, key=lambda found: found.level), context)
        self._guard.note_said(context, replies)
        return replies

    def _guard_alone(self, turn: Turn, assessment: RiskAssessment) -> List[Reply]:
        """The guard's answer to a message that the assistant does not get; nothing when it tells of no risk."""
        context = self._context(turn)
        if assessment.level == RiskLevel.NONE:
            return []
        replies: List[Reply] = self._guard.reply(assessment, context)
        self._guard.note_heard(context, _words_to_read(turn), assessment, time.time())
        self._guard.note_said(context, replies)
        return replies

    async def _looked_at(self, text: str) -> RiskAssessment:
        """What a text tells of, remembered nowhere; one that cannot be read at once counts as a risk."""
        return await in_time(self._guard.read, text, until=time.monotonic() + LOOK_SECONDS)

    async def _tells_of_risk(self, text: str) -> bool:
        return bool(text) and (await self._looked_at(text[:MAX_MESSAGE_CHARS])).level > RiskLevel.NONE

    def _is_answered_again(self, turn: Turn, found: RiskAssessment) -> bool:
        """Whether words that would get no answer tell of a risk that the last one did not speak of.

        A risk that it did speak of is logged: staff must be able to read it.
        """
        spoken = self._spoke_of_safety.get(turn.conversation_id)
        if found.level == RiskLevel.NONE:
            return False
        if spoken is None or not spoken.covers(found):
            return True
        self._guard.note_heard(self._context(turn), _words_to_read(turn), found, time.time())
        return False

    async def _delete(self, turn: Turn) -> Tuple[List[Reply], Chat]:
        """Deletes all that is known of a chat, and says how far that went: what may be left is not called deleted."""
        chat, receipt = turn.chat, None
        # Words that came while the file could not be read lie under the id of the first chapter.
        for conversation_id in dict.fromkeys((chat.key, turn.conversation_id)):
            self._guard.forget(conversation_id)
            receipt = await try_to_delete(conversation_id)
            if receipt is None:
                return [self._deletion_reply(NOT_DELETED, chat)], chat
            self._carrier.forget(conversation_id)
            self._spoke_of_safety.pop(conversation_id, None)
        self._asked_for_language.pop(chat.key, None)
        self._asked_for_country.pop(chat.key, None)
        fresh = await self._cleared(turn)
        said = self._deletion_reply(DELETED if fresh else HALF_DELETED, chat, receipt)
        return [said], fresh or replace(Chat(chat.key), chapter=chat.chapter + 1)

    async def _cleared(self, turn: Turn) -> Optional[Chat]:
        """Withdraws what was sent, and removes what the file knows of the chat.

        Returns:
            The new chapter; None when the file cannot be used, or could not be when it was asked for the chapter: then
            another conversation may have been the one to delete.
        """
        key = turn.chat.key

        def look(store: ChatStore) -> Optional[List[str]]:
            return store.sent(key) if store.chat(key).chapter == turn.chat.chapter else None

        sent = await self._file.keep(look)
        # What waits for the person in our own memory goes in any case.
        await self._carrier.withdraw(turn.incoming.person, sent or [])
        return None if sent is None else await self._file.keep(lambda store: store.start_chapter(key))

    def _deletion_reply(self, name: str, chat: Chat, receipt: Optional[str] = None) -> Reply:
        return deletion_reply(name, chat.audience or CHILD, self.name, {"receipt": receipt, "country": _country(chat)})

    def _say(self, name: str, chat: Chat) -> Reply:
        """One of our own fixed wordings, as a reply."""
        audience = chat.audience or CHILD
        chosen = get_responses().choose(name, audience, self.name, {"country": _country(chat)})
        buttons = [{"title": button.title, "payload": button.payload} for button in chosen.buttons]
        return {"text": chosen.text, "buttons": buttons, "response": chosen.name, "hotlines": []}

    async def _meant(self, turn: Turn) -> Union[str, Reply, None]:
        if not self._carrier.keeps_offers or turn.incoming.kind != TEXT or turn.incoming.edited:
            return None
        key = turn.chat.key
        offer = unseal(await self._file.keep(lambda store: store.offer(key)), key)
        return self._carrier.meant_by(offer, turn.incoming.text) if offer else None


def _words_to_read(turn: Turn) -> str:
    """As much of the message as is read at once."""
    return turn.incoming.text[:MAX_MESSAGE_CHARS]


def _country_button(code: str) -> str:
    """The button that the words of an answer stand for: whose country it is was asked."""
    return f'/ask_country{{"country": "{code}"}}'


def _country(chat: Chat) -> Optional[str]:
    """The person's own country, else the one this deployment is for; None leads to the question for it."""
    return chat.country or country_code(get_settings().country)
