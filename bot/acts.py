"""Commands and buttons: what they come to at the door, shown as cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.asking import DO, Call, Misread, Own, Plan, preview_of
from bot.calls import Door
from bot.cards.table import actions, show, shows_balances
from bot.cards.told import confirmation
from bot.cards.told import error as error_line
from bot.commands import Commands, picture_call
from bot.guests import Guest
from bot.inbox import Taken
from bot.own import OwnCommands
from bot.pictures import Captioned, picture_of
from bot.presses import CONFIRM_TIME, SAVE_TIME, Deed, Presses, Rows
from bot.series import Outlet, Series, Thread, Wanted
from tools.errors import CallError
from tools.preferences import confirms
from tools.services import Services
from tools.wire import Result


@dataclass(frozen=True, slots=True)
class Shown:
    """What an act comes to in a chat: a text, rows of buttons, pictures.

    The buttons of one that `lasts` so long work once.
    """

    markdown: str
    rows: Rows = ()
    pictures: tuple[Captioned, ...] = ()
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A command as it reached us: its words, or its options by name. `over` is the message it replaces."""

    command: str
    words: str = ""
    options: Mapping[str, str] | None = None
    over: str | None = None


class Acts:
    """Does what commands and buttons say, as the person who says it."""

    def __init__(
        self, services: Services, door: Door, commands: Commands, own: OwnCommands, presses: Presses
    ) -> None:
        self._services = services
        self._door = door
        self._commands = commands
        self._own = own
        self._presses = presses

    async def command(self, guest: Guest, taken: Taken, outlet: Outlet, said: Said) -> str:
        """Do a command and show what came of it; return how that ended."""
        now = self._services.clock.now()
        options = said.options or {}
        zone = guest.zone or ZoneInfo(self._services.timezone)
        reading = self._commands.read(said.command, said.words, options, guest.voice, now, zone)
        try:
            shown = await self._done(guest, taken, reading, said)
        except CallError as error:
            shown = Shown(error_line(error, guest.voice, shared=guest.shared))
        return await self.present(guest, taken, outlet, shown, said.over)

    async def confirmed(self, guest: Guest, taken: Taken, outlet: Outlet, wish: str, deed: Deed) -> str:
        """Run what a person has confirmed, once for its card, and show what came of it."""
        calls = [Call(name, params) for name, params in deed.calls]
        try:
            shown = await self._run(guest, wish, calls, None)
        except CallError as error:
            shown = Shown(error_line(error, guest.voice, shared=guest.shared))
        return await self.present(guest, taken, outlet, shown, None)

    async def present(
        self, guest: Guest, taken: Taken, outlet: Outlet, shown: Shown, over: str | None
    ) -> str:
        """Show what an act came to, in place of the message `over` where there is one."""
        known = taken.progress or ({"messages": [over], "sent": 0} if over else None)
        ticket = None if over else taken.incoming.ticket
        reply_to = None if guest.place.private or ticket else taken.incoming.message
        thread = Thread(guest.place, taken.id, ticket, reply_to)
        # What is asked for again takes the place of the figures; the picture of before stays.
        pictures = () if over else shown.pictures
        if not shown.markdown and pictures:
            first, pictures = pictures[0], pictures[1:]
            await _reached(
                Series(outlet, thread, taken.note, known), Wanted(first.caption, (), first.picture)
            )
        elif not shown.rows:
            await _reached(Series(outlet, thread, taken.note, known), Wanted(shown.markdown))
        else:
            series = Series(outlet, thread, taken.note, known)
            dealt = await self._presses.deal(guest, shown.markdown, shown.rows, lasts=shown.lasts)
            await _reached(series, Wanted(shown.markdown, dealt.buttons))
            await self._presses.shown(dealt.id, series.messages[-1])
        for number, each in enumerate(pictures):
            below = Series(outlet, Thread(guest.place, f"{taken.id}/p{number}"))
            await _reached(below, Wanted(each.caption, (), each.picture))
        return "answered"

    async def _done(self, guest: Guest, taken: Taken, reading: Plan | Own | Misread, said: Said) -> Shown:
        wish = taken.id
        if isinstance(reading, Own):
            return Shown(await self._own.do(guest, reading))
        if (begun := taken.progress.get("calls")) is not None:
            # A process before this one has begun it: it is finished as it was read then, or found done.
            return await self._run(guest, wish, [Call(name, params) for name, params in begun], said)
        found: Plan | Misread = reading
        steps = 0
        while isinstance(found, Plan) and found.then is not None:
            answers = await self._answers(guest, f"{wish}/{steps}", found.calls)
            found, steps = found.then(answers), steps + 1
        if isinstance(found, Misread):
            return Shown(found.markdown)
        late = self._services.clock.now() - taken.incoming.at > CONFIRM_TIME
        # What was said long ago, while nobody was there to hear it, may not be wanted at the price of now.
        if found.question is not None:
            return await self._asked(guest, found)
        if found.trades and (late or confirms(guest.preferences, await self._mode(guest))):
            return await self._asked(guest, found)
        if found.trades:
            await taken.note({"calls": [(call.name, dict(call.params)) for call in found.calls]})
        return await self._run(guest, wish, found.calls, said)

    async def _asked(self, guest: Guest, plan: Plan) -> Shown:
        """Return the card on which a person confirms what is about to be done."""
        if any(kept_back(guest, call.name) for call in plan.calls):
            return Shown(guest.voice.say("shared.private"))
        wanted = [preview for call in plan.calls if (preview := preview_of(call)) is not None]
        previews = [await self._door.call(guest, each.name, each.params) for each in wanted]
        calls = tuple((call.name, dict(call.params)) for call in plan.calls)
        voice, question = guest.voice, plan.question or DO
        leave = "bad" if question.tone == "good" else "plain"
        rows = (
            (
                Deed(voice.say(question.yes), question.tone, calls=calls),
                Deed(voice.say(question.no), leave),
            ),
        )
        text = confirmation(plan, previews, voice, guest.shared)
        return Shown(text, rows, lasts=CONFIRM_TIME if plan.trades else SAVE_TIME)

    async def _run(self, guest: Guest, wish: str, calls: Sequence[Call], said: Said | None) -> Shown:
        if any(kept_back(guest, call.name) for call in calls):
            return Shown(guest.voice.say("shared.private"))
        answers, failure = await self._until_failure(guest, wish, calls)
        texts, pictures = [], []
        rows: list[Sequence[Deed]] = []
        for call, answer in zip(calls, answers, strict=False):
            picture = picture_of(answer) or await self._picture(guest, call, answer)
            pictures += [picture] if picture is not None else []
            if picture_of(answer) is None:
                texts.append(show(call.name, answer, guest.voice, shared=guest.shared))
                rows += [_deeds(row) for row in actions(call.name, answer, guest.voice)]
        if failure is not None:
            texts.append(error_line(failure, guest.voice, shared=guest.shared))
        rows = rows if guest.place.private else _without_approvals(rows)
        if not texts:
            return Shown("", (), tuple(pictures))
        if said is not None and (again := self._again(said, guest, calls)) is not None:
            rows.append([again])
        return Shown("\n\n".join(texts), rows, tuple(pictures))

    async def _until_failure(
        self, guest: Guest, wish: str, calls: Sequence[Call]
    ) -> tuple[list[Result], CallError | None]:
        """Return the answers of calls and what ended them early: what was done before that stays done."""
        answers: list[Result] = []
        for number, call in enumerate(calls):
            try:
                answers.append(await self._door.call(guest, call.name, call.params, f"{wish}/{number}"))
            except CallError as error:
                if not answers:
                    raise
                return answers, error
        return answers, None

    async def _answers(self, guest: Guest, wish: str, calls: Sequence[Call]) -> list[Result]:
        return [
            await self._door.call(guest, call.name, call.params, f"{wish}/{number}")
            for number, call in enumerate(calls)
        ]

    async def _picture(self, guest: Guest, call: Call, answer: Result) -> Captioned | None:
        drawing = picture_call(call, answer)
        if drawing is None:
            return None
        try:
            return picture_of(await self._door.call(guest, drawing.name, drawing.params))
        except CallError:
            # The figures are the answer; a picture that cannot be drawn takes nothing from them.
            return None

    async def _mode(self, guest: Guest) -> Any:
        async with self._services.database.read() as uow:
            account = await uow.accounts.get(guest.principal.account)
        assert account is not None
        return account.mode

    def _again(self, said: Said, guest: Guest, calls: Sequence[Call]) -> Deed | None:
        """Return the button that asks for the same again."""
        line = self._commands.line(said.command, said.words, said.options or {})
        again = self._commands.refresh(said.command, line, guest.voice, calls)
        if again is None:
            return None
        return Deed(again.label, again.tone, again.command, again.words, refreshes=True)


async def _reached(series: Series, wanted: Wanted) -> None:
    series.want(wanted)
    await series.reach()


def kept_back(guest: Guest, capability: str) -> bool:
    """Tell whether something is neither done nor shown where somebody is.

    Approvals are given in private, whatever else their person shows to others.
    """
    if capability.startswith("approval."):
        return not guest.place.private
    return guest.shared and shows_balances(capability)


def _without_approvals(rows: Sequence[Sequence[Deed]]) -> list[Sequence[Deed]]:
    left = [[deed for deed in row if deed.command not in ("approve", "deny")] for row in rows]
    return [row for row in left if row]


def _deeds(row: Sequence[Any]) -> list[Deed]:
    return [Deed(each.label, each.tone, each.command, each.words) for each in row]
