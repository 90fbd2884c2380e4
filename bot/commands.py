"""Commands in chat: which there are, what is typed behind them, and what each comes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from bot.asking import Action, Call, Misread, Own, Plan, Reading
from bot.chat import CommandSpec, Option
from bot.reading.words import MOST_CHARS, UTC_ZONE, misread, read_words
from bot.rows import Row
from bot.table import PICTURES, ROWS
from bot.voice import Voice, plain
from tools.errors import CallError
from tools.registry import AnyCapability, validate
from tools.wire import Result
from tools.words.language import fold

LONGEST_SUMMARY = 100
MOST_NAME = 32
_OPTIONS_LISTED = 25


class Commands:
    """The commands that a catalog serves."""

    def __init__(self, capabilities: Iterable[AnyCapability]) -> None:
        self._served = {each.name: each for each in capabilities}
        self.rows: tuple[Row, ...] = tuple(row for row in ROWS if self.serves(row))
        self._by_name = {fold(name): row for row in ROWS for name in (row.name, *row.aliases)}

    def serves(self, row: Row) -> bool:
        """Tell whether a command can be done here."""
        return row.read is None or all(name in self._served for name in row.calls[:1])

    def row(self, command: str) -> Row | None:
        """Return the command of a name or alias, None when nobody serves it."""
        found = self._by_name.get(fold(command[:MOST_NAME]))
        return found if found is not None and self.serves(found) else None

    def read(
        self,
        command: str,
        text: str,
        options: Mapping[str, str],
        voice: Voice,
        now: datetime,
        zone: ZoneInfo = UTC_ZONE,
    ) -> Reading:
        """Return what a command comes to: as it was typed, or with its options by name.

        Times of the day in it are by the clocks of `zone`.
        """
        row = self._by_name.get(fold(command[:MOST_NAME]))
        if row is None:
            return self._unknown(command, voice)
        if not self.serves(row):
            return misread(voice, "misread.unserved", command=row.name)
        line = self.line(command, text, options)
        if row.read is None:
            return Own(row.name, line.strip()[:MOST_CHARS])
        words = read_words(line, voice, now, zone, row.longest)
        found = words if isinstance(words, Misread) else row.read(words)
        checked = self._checked(found, row, voice)
        if isinstance(checked, Misread) and not checked.usage:
            return replace(checked, usage=usage(row, voice))
        return checked

    def line(self, command: str, text: str, options: Mapping[str, str]) -> str:
        """Return the words behind a command: those that were typed, or that its options stand for."""
        row = self._by_name.get(fold(command[:MOST_NAME]))
        return typed(row, options) if row is not None and options else text

    def refresh(self, command: str, line: str, voice: Voice, calls: Sequence[Call] = ()) -> Action | None:
        """Return the button that asks for the same again, None for a command that is not repeated so.

        What has changed something is done once, also where the same command only looks otherwise.
        """
        row = self.row(command)
        if row is None or not row.refreshes or any(self._changes(each) for each in calls):
            return None
        return Action(voice.say("button.refresh"), row.name, line)

    def specs(self, voice: Voice) -> Sequence[CommandSpec]:
        """Return the commands as platforms list them: required options first."""
        return [_spec(row, voice) for row in self.rows]

    def help(self, voice: Voice, command: str = "") -> str:
        """Return what there is by group, or how one command is used."""
        row = self.row(command.strip().removeprefix("/")) if command.strip() else None
        if row is not None:
            return f"**/{row.name}** · {voice.say(f'summary.{row.name}')}\n{voice.say(f'usage.{row.name}')}"
        groups = dict.fromkeys(row.group for row in self.rows)
        parts = [self._group(group, voice) for group in groups]
        return "\n\n".join([voice.say("help.head"), *parts, voice.say("help.foot")])

    def _group(self, group: str, voice: Voice) -> str:
        lines = [
            f"/{row.name} · {voice.say(f'summary.{row.name}')}" for row in self.rows if row.group == group
        ]
        return "\n".join([f"**{voice.say(f'group.{group}')}**", *lines])

    def _unknown(self, command: str, voice: Voice) -> Misread:
        names = [name for name, row in self._by_name.items() if self.serves(row)]
        near = get_close_matches(fold(command[:MOST_NAME]), names, n=1, cutoff=0.7)
        shown = plain(command[:MOST_NAME])
        if near:
            return misread(voice, "misread.near_command", command=shown, near=self._by_name[near[0]].name)
        return misread(voice, "misread.command", command=shown)

    def _checked(self, found: Plan | Misread, row: Row, voice: Voice) -> Plan | Misread:
        """Return a plan whose params its capabilities take, or why there is none."""
        if isinstance(found, Misread):
            return found
        for call in found.calls:
            if odd := self._odd(call):
                return misread_of(odd, row, voice)
        if (then := found.then) is None:
            return found

        def after(answers: Sequence[Result]) -> Plan | Misread:
            return self._checked(then(answers), row, voice)

        return replace(found, then=after)

    def _changes(self, call: Call) -> bool:
        capability = self._served.get(call.name)
        return capability is None or capability.effects

    def _odd(self, call: Call) -> str:
        capability = self._served.get(call.name)
        if capability is None:
            return ""
        try:
            validate(capability, call.params)
        except CallError as error:
            return error.message
        return ""


def misread_of(message: str, row: Row, voice: Voice) -> Misread:
    """Return an answer to words that the service takes no call of, in its own words."""
    return Misread(voice.say("misread.params", message=plain(message)), usage(row, voice))


def usage(row: Row, voice: Voice) -> str:
    """Return how a command is typed."""
    return voice.say(f"usage.{row.name}")


def typed(row: Row, options: Mapping[str, str]) -> str:
    """Return options by name as the words that would be typed for them."""
    given = [(slot, " ".join(options[slot.name].split())) for slot in row.slots if options.get(slot.name)]
    return " ".join(slot.said(_whole(value) if slot.kind == "number" else value) for slot, value in given)


def _whole(number: str) -> str:
    """Return a number without the fraction that a platform writes behind every one."""
    whole, _, fraction = number.partition(".")
    return whole if whole and not fraction.strip("0") else number


def picture_call(call: Call, result: Result) -> Call | None:
    """Return the call that draws what another one answered, None where nothing is drawn."""
    name, told = PICTURES.get(call.name, ("", ""))
    if name and not told:
        return Call(name, {})
    value = result.model_dump(mode="json").get(told)
    return Call(name, {told: value}) if name and value else None


def _spec(row: Row, voice: Voice) -> CommandSpec:
    options = [
        Option(
            slot.name,
            voice.say(f"option.{slot.name}")[:LONGEST_SUMMARY],
            slot.kind,
            slot.required,
            slot.choices[:_OPTIONS_LISTED],
        )
        for slot in row.slots
    ]
    return CommandSpec(row.name, voice.say(f"summary.{row.name}")[:LONGEST_SUMMARY], tuple(options))
