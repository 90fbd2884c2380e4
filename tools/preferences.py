"""What people prefer of their chats: typed, with defaults, and what follows from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator

from memory.database import UnitOfWork
from tools.wire import Flag, Params, Result, camel
from tools.zones import TimeOfDay, Zone
from trading.model import Mode


class Kind(StrEnum):
    """What a message to a person is about."""

    FILLS = "fills"
    STOPS = "stops"
    ALERTS = "alerts"
    JOBS = "jobs"
    ERRORS = "errors"
    APPROVALS = "approvals"
    ACCESS = "access"
    RUNS = "runs"
    ARENA = "arena"
    """Every cycle of the arena: only for whoever asks for it."""


class Loudness(StrEnum):
    """How a message comes: with a sound, without one, or not at all."""

    ON = "on"
    SILENT = "silent"
    OFF = "off"


class Confirm(StrEnum):
    """Whether a trade asked for in a chat is shown before it runs."""

    ON = "on"
    OFF = "off"


class Busy(StrEnum):
    """What becomes of messages that come while the agent works."""

    QUEUE = "queue"
    STEER = "steer"
    COLLECT = "collect"


class Language(StrEnum):
    """What is spoken; `auto` is the language of the message that is answered."""

    AUTO = "auto"
    ENGLISH = "en"
    GERMAN = "de"


NOTICE_KINDS: Final[Mapping[str, Kind]] = {
    "access": Kind.ACCESS,
    "account": Kind.ERRORS,
    "alert": Kind.ALERTS,
    "approval": Kind.APPROVALS,
    "arena": Kind.ARENA,
    "backtest": Kind.JOBS,
    "job": Kind.JOBS,
    "mandate": Kind.APPROVALS,
    "order": Kind.ERRORS,
    "order.filled": Kind.FILLS,
    "order.stopped": Kind.STOPS,
    "run": Kind.RUNS,
    "trading": Kind.ERRORS,
}
"""What a notice is about, by its kind, or by the part of that before the dot."""


def kind_of(notice_kind: str) -> Kind:
    """Return what a notice of this kind is about; what is not in the table is told like an error."""
    group = notice_kind.partition(".")[0]
    return NOTICE_KINDS.get(notice_kind) or NOTICE_KINDS.get(group, Kind.ERRORS)


class QuietHours(Result):
    """When messages come without a sound: from one time of the day until another, in an IANA time zone."""

    model_config = ConfigDict(extra="forbid")

    from_: TimeOfDay
    to: TimeOfDay
    zone: Zone = "UTC"

    @model_validator(mode="after")
    def _some_time(self) -> "QuietHours":
        if self.from_ == self.to:
            raise ValueError("quiet hours begin and end at different times")
        return self

    def hold(self, moment: datetime) -> bool:
        """Tell whether it is quiet at a moment, by the clocks of the zone."""
        now = moment.astimezone(ZoneInfo(self.zone)).time()
        start, end = time.fromisoformat(self.from_), time.fromisoformat(self.to)
        return start <= now < end if start < end else now >= start or now < end


def _always_asked(chosen: dict[Kind, Loudness]) -> dict[Kind, Loudness]:
    if chosen.get(Kind.APPROVALS) is Loudness.OFF:
        raise ValueError("approvals are on or silent: what waits for you is never kept from you")
    return chosen


Notifications = Annotated[dict[Kind, Loudness], AfterValidator(_always_asked)]


HEARD: Final[Mapping[Kind, Loudness]] = {
    **dict.fromkeys(Kind, Loudness.ON),
    Kind.ARENA: Loudness.OFF,
}

CONFIRMED: Final[Mapping[Mode, Confirm]] = {
    Mode.PAPER: Confirm.OFF,
    Mode.LIVE: Confirm.ON,
}


class Preferences(Result):
    """What somebody prefers; `confirm` is by the mode of a trade, `groupBalances` shows money in groups."""

    notifications: Notifications = Field(default_factory=lambda: dict(HEARD))
    quiet_hours: QuietHours | None = None
    confirm: dict[Mode, Confirm] = Field(default_factory=lambda: dict(CONFIRMED))
    busy: Busy = Busy.QUEUE
    language: Language = Language.AUTO
    group_balances: bool = False


class Changes(Params):
    """What is preferred from now on; what is left out stays. `quietHours` null ends them."""

    notifications: Notifications = Field(default_factory=dict)
    quiet_hours: QuietHours | None = None
    confirm: dict[Mode, Confirm] = Field(default_factory=dict)
    busy: Busy = Busy.QUEUE
    language: Language = Language.AUTO
    group_balances: Flag = False

    def named(self) -> Mapping[str, Any]:
        """Return what is said, by flat names such as `notifications.fills`, in the words of the wire."""
        said = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        flat: dict[str, Any] = {}
        for name, value in said.items():
            inner = name in NESTED and isinstance(value, dict)
            flat |= {f"{name}.{key}": each for key, each in value.items()} if inner else {name: value}
        return flat


NESTED: Final = frozenset({"notifications", "confirm"})
DEFAULTS: Final = Preferences()
NAMES: Final = (
    *(f"notifications.{kind}" for kind in Kind),
    *(f"confirm.{mode}" for mode in DEFAULTS.confirm),
    *(camel(name) for name in Preferences.model_fields if name not in NESTED),
)
"""Everything that can be preferred, by its flat name."""


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by their flat names as the object that the wire has."""
    whole: dict[str, Any] = {}
    for name, value in flat.items():
        group, dot, key = name.partition(".")
        if dot:
            whole.setdefault(group, {})[key] = value
        else:
            whole[group] = value
    return whole


def changed(preferences: Preferences, changes: Changes) -> Preferences:
    """Return preferences with changes made."""
    given = {name: getattr(changes, name) for name in changes.model_fields_set}
    for name in NESTED & set(given):
        given[name] = {**getattr(preferences, name), **given[name]}
    return preferences.model_copy(update=given)


async def who_hears(uow: UnitOfWork, kind: Kind) -> Sequence[str]:
    """Return those who have said that they want messages of a kind, by their ids."""
    said = await uow.preferences.named(f"notifications.{kind}")
    return sorted(who for who, value in said.items() if value.get("is") in (Loudness.ON, Loudness.SILENT))


async def preferences_of(uow: UnitOfWork, principal: str) -> Preferences:
    """Return what somebody prefers: what they have said, as far as it still makes sense, and defaults."""
    preferences = DEFAULTS
    for name, value in (await uow.preferences.of(principal)).items():
        try:
            preferences = changed(preferences, Changes.model_validate(nested({name: value.get("is")})))
        except ValidationError:
            continue
    return preferences


def loudness(preferences: Preferences, kind: Kind, moment: datetime) -> Loudness:
    """Return how a message comes at a moment: quiet hours make all but approvals silent."""
    chosen = preferences.notifications[kind]
    if chosen is Loudness.OFF or kind is Kind.APPROVALS or preferences.quiet_hours is None:
        return chosen
    return Loudness.SILENT if preferences.quiet_hours.hold(moment) else chosen


def confirms(preferences: Preferences, mode: Mode) -> bool:
    """Tell whether a trade with real or paper money is shown before it runs."""
    return preferences.confirm.get(mode) is Confirm.ON
