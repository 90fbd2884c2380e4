"""Telegram: takes in what people write there, and writes to them."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog
from telegram import Bot, Update
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.chat import (
    ChatError,
    CommandSpec,
    Message,
    MessageLost,
    Pace,
    Part,
    Parts,
    Place,
    Receive,
    Sending,
    TryLater,
    Unreachable,
)
from bot.telegram_errors import (
    BAD_TOKEN,
    BAD_TOKEN_SECONDS,
    chat_error,
    problem_of,
    seconds_of,
)
from bot.telegram_incoming import KINDS, PLATFORM, Me, incoming
from bot.telegram_outgoing import change, change_any, put, remove, type_in
from bot.telegram_secrets import Secrets
from bot.telegram_trail import Trail
from bot.telegram_wire import connected, update_of
from trading.clock import Clock

POLL_SECONDS = 50
ANSWER_SECONDS = 15.0
CHECK_SECONDS = 60.0
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0

_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)

Done = TypeVar("Done")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram is to bring what people do, and the word by which it is known to be Telegram."""

    url: str
    secret: str = field(repr=False)


class TelegramAdapter:
    """Telegram as an `Adapter`.

    `base_url` is the root of a Bot API server such as `http://127.0.0.1:8081`, Telegram's own by default.
    Without `webhook` it polls. `answer_seconds` is how long an answer is waited for.
    """

    platform = PLATFORM
    # Telegram suffers a message a second in a chat, and twenty a minute in a group.
    pace = Pace(private=1.0, shared=3.0)

    def __init__(
        self,
        token: str,
        receive: Receive,
        clock: Clock,
        commands: Sequence[CommandSpec],
        parts: Parts,
        base_url: str | None = None,
        webhook: Webhook | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.problem: str | None = None
        self._token = token.strip()
        self._receive = receive
        self._clock = clock
        self._commands = tuple(commands)
        self._parts = parts
        self._base_url = base_url
        self._hook = webhook
        self._answer_seconds = answer_seconds
        self._secrets = Secrets(self._token, webhook.secret if webhook else None)
        self._bot: Bot | None = None
        self._me: Me | None = None
        self._offset: int | None = None
        self._trail = Trail()
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run(self) -> None:
        """Take in what people do until cancelled; what passes by itself is told in `problem` meanwhile.

        An error of `Receive` ends it: what was not stored comes again with the next run.
        """
        if _TOKEN.fullmatch(self._token) is None:
            # No address can be made of it.
            self._tell(BAD_TOKEN)
            await asyncio.get_running_loop().create_future()
        with self._secrets.kept_from_logs():
            async with connected(self._token, self._base_url, self._answer_seconds) as bot:
                self._bot = bot
                try:
                    await self._serve(bot)
                finally:
                    self._bot = self._me = None

    async def webhook(self, secret: str | None, body: bytes) -> bool:
        """Store what Telegram brings, and return whether it was Telegram: whether the secret is right.

        Raises TryLater before Telegram has said who the bot is; it brings the same again when it is refused.
        """
        if self._hook is None or not compare_digest(_bytes(secret or ""), _bytes(self._hook.secret)):
            return False
        update = update_of(body)
        if update is None:
            log.warning("what came by the webhook is no update", bytes=len(body))
            return True
        await self._store([update])
        return True

    def parts(self, markdown: str, pictured: bool = False) -> Sequence[Part]:
        """Return a text as the messages that show it."""
        return self._parts(markdown, pictured)

    async def send(self, place: Place, message: Message, sending: Sending) -> str:
        """Send a message and return its number in its chat.

        What was sent under this nonce before, and may have arrived, is looked for first.
        """
        chat, nonce = place.chat, sending.nonce
        lane = self._lanes.setdefault(chat, asyncio.Lock())
        async with lane:
            try:
                number = await self._found(place, message, nonce)
            except TryLater as error:
                # What this says of the search says nothing of the message that is searched for.
                raise TryLater(str(error), error.wait, unsure=True) from None
            if number is None:
                number = await self._put(place, message, sending)
            self._trail.arrive(chat, nonce, number)
            return str(number)

    async def edit(self, place: Place, name: str, message: Message) -> None:
        """Change the text and buttons of a message; the picture of one stays as it is."""
        await self._ask(lambda bot: change_any(bot, place, int(name), message))

    async def delete(self, place: Place, name: str) -> None:
        """Take a message away; one that is not there any more is no error, one that has to stay is lost."""
        await self._ask(lambda bot: remove(bot, place, int(name)))

    async def typing(self, place: Place) -> None:
        """Show for five seconds that an answer is being written."""
        await self._ask(lambda bot: type_in(bot, place))

    async def dismiss(self, ticket: str) -> None:
        """Do nothing: Telegram shows nothing as waiting."""

    async def direct(self, person: str) -> Place:
        """Return the private chat with somebody, which has the number of the person."""
        platform, _, number = person.partition(":")
        if platform != PLATFORM or not number.isdecimal():
            raise Unreachable(f"{person} is nobody on Telegram")
        return Place(PLATFORM, number)

    async def _serve(self, bot: Bot) -> None:
        await self._in_the_end(lambda: self._introduce(bot))
        while self._hook is None:
            await self._in_the_end(lambda: self._take_in(bot))
        hook = self._hook
        while True:
            await self._clock.sleep(CHECK_SECONDS)
            await self._in_the_end(lambda: self._check(bot, hook))

    async def _introduce(self, bot: Bot) -> None:
        user = await bot.get_me()
        self._me = Me(user.id, user.username or "")
        if self._hook is None:
            await bot.delete_webhook(drop_pending_updates=False)
        else:
            await _set_webhook(bot, self._hook)
        try:
            await bot.set_my_commands([(each.name, each.summary) for each in self._commands])
        except BadRequest as error:
            log.warning("telegram does not list the commands", reason=self._secrets.hide(error.message))

    async def _take_in(self, bot: Bot) -> None:
        # After a problem an answer is wanted at once: it tells that all is well again.
        wait = 0 if self.problem else POLL_SECONDS
        updates = await bot.get_updates(offset=self._offset, timeout=wait, allowed_updates=KINDS)
        await self._store(updates)
        if updates:
            self._offset = updates[-1].update_id + 1

    async def _check(self, bot: Bot, hook: Webhook) -> str | None:
        """Return why Telegram cannot bring what people do, having seen to it that it tries to."""
        info = await bot.get_webhook_info()
        if info.url != hook.url:
            log.warning("somebody took the webhook away")
            await _set_webhook(bot, hook)
        failed_at = info.last_error_date
        if not info.pending_update_count or failed_at is None:
            return None
        if self._clock.now() - failed_at > timedelta(seconds=2 * CHECK_SECONDS):
            return None
        reason = self._secrets.hide(info.last_error_message or "")
        return f"Telegram cannot bring what people write to {hook.url}: {reason}"

    async def _in_the_end(self, step: Callable[[], Awaitable[str | None]]) -> None:
        """Do something until it is done, waiting longer after each failure; tell what problem it finds."""
        wait = FIRST_WAIT
        while True:
            try:
                self._tell(await step())
            except TelegramError as error:
                self._tell(problem_of(error, self._secrets))
                pause = _least_pause(error)
            else:
                return
            await self._clock.sleep(max(wait, pause))
            wait = min(2 * wait, LONGEST_WAIT)

    def _tell(self, problem: str | None) -> None:
        if problem == self.problem:
            return
        if problem is None:
            log.info("telegram works again")
        else:
            log.warning("telegram does not work", problem=problem)
        self.problem = problem

    async def _store(self, updates: Sequence[Update]) -> None:
        me = self._me
        if me is None:
            raise TryLater("Telegram has not said yet who this bot is")
        for update in updates:
            self._note(update)
        now = self._clock.now()
        things = [thing for each in updates if (thing := incoming(each, me, now)) is not None]
        if things:
            await self._receive(things)
        pressed = [each.callback_query.id for each in updates if each.callback_query is not None]
        await asyncio.gather(*map(self._acknowledge, pressed))

    def _note(self, update: Update) -> None:
        if update.message is not None:
            self._trail.saw(str(update.message.chat.id), update.message.message_id)
        elif update.effective_message is not None:
            self._trail.met(str(update.effective_message.chat.id), update.effective_message.message_id)

    async def _acknowledge(self, press: str) -> None:
        """Stop the button's clock; where that fails, it runs out by itself."""
        try:
            await self._ask(lambda bot: bot.answer_callback_query(press))
        except ChatError as error:
            log.info("a press is not acknowledged", reason=str(error))

    async def _found(self, place: Place, message: Message, nonce: str) -> int | None:
        """Return the number of a message that has arrived under this nonce, None when none has.

        It is found by making it say what it says: only messages of ours can be edited, and one that says
        just this is left as it is.
        """
        known = self._trail.number(place.chat, nonce)
        if known is not None and await self._says(place, known, message):
            return known
        for number in self._trail.candidates(place.chat, nonce):
            if await self._says(place, number, message):
                log.info("a message had arrived whose answer was lost", chat=place.key, message=number)
                return number
        return None

    async def _says(self, place: Place, number: int, message: Message) -> bool:
        try:
            await self._ask(lambda bot: change(bot, place, number, message))
        except MessageLost:
            return False
        return True

    async def _put(self, place: Place, message: Message, sending: Sending) -> int:
        # Whatever ends this without an answer, a cancellation too, leaves the sending open.
        self._trail.begin(place.chat, sending.nonce)
        try:
            return await self._ask(lambda bot: put(bot, place, message, sending))
        except ChatError as error:
            if not (isinstance(error, TryLater) and error.unsure):
                self._trail.settle(place.chat, sending.nonce)
            raise

    async def _ask(self, request: Callable[[Bot], Awaitable[Done]]) -> Done:
        if self._bot is None:
            raise TryLater("Telegram is not connected")
        try:
            return await request(self._bot)
        except TelegramError as error:
            failed = chat_error(error, self._secrets)
        # Raised out here it drags along nothing of the SDK's, which knows the token.
        raise failed


async def _set_webhook(bot: Bot, hook: Webhook) -> None:
    await bot.set_webhook(hook.url, allowed_updates=KINDS, secret_token=hook.secret)


def _bytes(header: str) -> bytes:
    # A header is whatever somebody sent, which need not be text.
    return header.encode("utf-8", "surrogateescape")


def _least_pause(error: TelegramError) -> float:
    if isinstance(error, RetryAfter):
        return seconds_of(error)
    return BAD_TOKEN_SECONDS if isinstance(error, InvalidToken) else 0.0
