"""Messages that nobody asked for: by what they are about, what is shown, and what can be done about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from bot.asking import Action, Call
from bot.cards import run_notices
from bot.cards.conditions import condition, figure, threshold
from bot.cards.orders import approval_actions
from bot.cards.parts import head, lines
from bot.cards.told import approval_in
from bot.cards.told import notice as notice_text
from bot.voice import Voice, plain
from tools.alert_params import AlertType, Condition
from tools.alert_views import ConditionView
from tools.contests.noticing import CycleTold, RunEnded
from tools.wire import Millis, Num, Pair, Result
from trading.notices import Notice

SNOOZE_MINUTES = 60

Shape = TypeVar("Shape", bound=Result)

Buttons = tuple[tuple[Action, ...], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A message as a chat shows it: its text, rows of buttons, and the call that draws what it is about.

    Buttons that last so long work once. `subject` is what closes them when it is answered elsewhere.
    """

    markdown: str
    actions: Buttons = ()
    lasts: timedelta | None = None
    subject: str | None = None
    picture: Call | None = None


Maker = Callable[[Notice, Voice, datetime], Told | None]
"""Shows a message of a kind; None where its data is not of the shape that the kind has."""


class Fired(Result):
    """An alert that fired: each of its conditions with the figure that was seen, `actual`.

    `text` says it all in a line; of one without `conditions` the first is known by what is beside them.
    """

    alert_id: str
    type: AlertType
    pair: Pair | None = None
    condition: Condition
    value: Num | None = None
    actual: Num | None = None
    conditions: list[dict[str, Any]] = Field(default_factory=list)
    message: str | None = None
    text: str
    fired_at: Millis
    source: str
    exchange: str | None = None
    late: bool = False

    @property
    def met(self) -> list[ConditionView]:
        """The conditions, none where nothing names the indicator; raises ValidationError."""
        first = {"type": self.type, "pair": self.pair, "condition": self.condition}
        alone = (
            []
            if self.type is AlertType.INDICATOR
            else [{**first, "value": self.value, "actual": self.actual}]
        )
        return [self._seen(each) for each in self.conditions or alone]

    def _seen(self, asked: Mapping[str, Any]) -> ConditionView:
        known = {"pair": None, "value": None, **asked}
        seen = {
            "value": known.pop("actual", None),
            "at": self.fired_at,
            "source": self.source,
            "stale": False,
        }
        return ConditionView.model_validate({**known, "current": seen})


class Flooded(Result):
    """An alert that was paused because it fired too often."""

    alert_id: str
    text: str


class Answered(Result):
    """What a job, or the prompt of an alert, came to."""

    job_id: str | None = None
    job_name: str | None = None
    alert_id: str | None = None
    status: str = ""


def shown(notice: Notice, voice: Voice, now: datetime) -> Told:
    """Return a message as it is shown: by the maker of its kind, else as a line of text."""
    maker = MAKERS.get(notice.kind) or MAKERS.get(notice.kind.partition(".")[0])
    told = maker(notice, voice, now) if maker is not None else None
    return told or Told(notice_text(notice.kind, notice.text, notice.data, voice))


def approval(notice: Notice, voice: Voice, now: datetime) -> Told | None:
    """Show a request that can be answered as long as it waits."""
    asked = approval_in(notice.data)
    if asked is None or asked.expires_at <= now:
        return None
    text = notice_text(notice.kind, notice.text, notice.data, voice)
    return Told(text, approval_actions(asked, voice), asked.expires_at - now, asked.approval_id)


def fired(notice: Notice, voice: Voice, now: datetime) -> Told | None:
    """Show what fired, at what figure, when, and by whose prices."""
    found = _read(Fired, notice.data)
    if found is None:
        return None
    pair = str(found.pair) if found.pair else ""
    markdown = lines(
        head(voice.say("notice.alert"), pair, voice.say("alert.late") if found.late else ""),
        *(_told_of(found, voice)),
    )
    analyze = [Action(voice.say("button.analyze"), "analyze", pair)] if pair else []
    snooze = Action(voice.say("button.snooze"), "alerts", f"snooze {found.alert_id} {SNOOZE_MINUTES}m")
    picture = Call("chart.candles", {"pair": pair}) if pair else None
    return Told(markdown, ((snooze, _delete(found.alert_id, voice), *analyze),), picture=picture)


def _told_of(found: Fired, voice: Voice) -> list[str | None]:
    """Return the lines of what was seen; where nobody can say it in this language, the service's own."""
    try:
        met = found.met
    except ValidationError:
        met = []
    if not met:
        return [plain(found.text)]
    return [
        *(line for each in met for line in (condition(each, voice), _observed(each, voice))),
        f"_{' · '.join([voice.time(found.fired_at), *_source(found, voice)])}_",
        f"> {plain(found.message)}" if found.message else None,
    ]


def _observed(found: ConditionView, voice: Voice) -> str:
    observed = figure(found, found.current.value, voice)
    return voice.say("line.observed_against", value=observed, threshold=threshold(found, voice))


def _source(found: Fired, voice: Voice) -> list[str]:
    named = [voice.name("source", found.source)]
    return named if found.source == "simulated" or not found.exchange else [*named, plain(found.exchange)]


def _delete(alert_id: str, voice: Voice) -> Action:
    return Action(voice.say("button.delete"), "alerts", f"delete {alert_id}", "bad")


def flooded(notice: Notice, voice: Voice, now: datetime) -> Told | None:
    """Show that an alert was paused by the service, and why."""
    found = _read(Flooded, notice.data)
    if found is None:
        return None
    markdown = lines(head(voice.say("notice.alert.paused")), plain(found.text))
    resume = Action(voice.say("button.resume"), "alerts", f"resume {found.alert_id}")
    return Told(markdown, ((resume, _delete(found.alert_id, voice)),))


def answered(notice: Notice, voice: Voice, now: datetime) -> Told | None:
    """Show what the agent answered to a job, as it wrote it, under the job's name."""
    found = _read(Answered, notice.data)
    return None if found is None else Told("\n\n".join([_asked_by(found, voice), notice.text]))


def failed(notice: Notice, voice: Voice, now: datetime) -> Told | None:
    """Show why a job failed, with a button that runs it again."""
    found = _read(Answered, notice.data)
    if found is None:
        return None
    again = Action(voice.say("button.run_again"), "jobs", f"run {found.job_id}")
    why = notice.text.removeprefix(f"{found.job_name} failed: ")
    title = f"{_asked_by(found, voice)} · {voice.name('run', 'failed')}"
    return Told("\n".join([title, plain(why)]), ((again,),) if found.job_id else ())


def arena_cycle(notice: Notice, voice: Voice, now: datetime) -> Told | None:
    """Show how a cycle of the arena went, with the leaderboard one press away."""
    found = _read(CycleTold, notice.data)
    if found is None:
        return None
    board = Action(voice.say("button.leaderboard"), "leaderboard")
    return Told(run_notices.cycle(found, voice), ((board,),))


def run_ended(notice: Notice, voice: Voice, now: datetime) -> Told | None:
    """Show that a run has come to its end."""
    found = _read(RunEnded, notice.data)
    return None if found is None else Told(run_notices.ended(found, voice))


def _asked_by(found: Answered, voice: Voice) -> str:
    named = plain(found.job_name) if found.job_name else voice.say("notice.job")
    return head(named, voice.say("job.of_alert", alert=plain(found.alert_id)) if found.alert_id else "")


def _read(shape: type[Shape], data: Mapping[str, Any]) -> Shape | None:
    try:
        return shape.model_validate(dict(data))
    except ValidationError:
        return None


MAKERS: Mapping[str, Maker] = {
    "approval": approval,
    "arena.cycle": arena_cycle,
    "alert.triggered": fired,
    "alert.paused": flooded,
    "job.result": answered,
    "job.failed": failed,
    "run.ended": run_ended,
}
"""How messages are shown, by their kind or by the part of that before the dot."""
