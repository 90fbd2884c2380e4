"""The kill switch: what may still trade."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

EVERYTHING = "all"
"""The scope of the one switch of a service."""


class SwitchState(StrEnum):
    """How far trading is switched on.

    | state | entries | exits | protective stops |
    |---|---|---|---|
    | active | yes | yes | yes |
    | reducing | no, open ones are canceled | yes | yes |
    | halted | no, open ones are canceled | only by a person | stay in place |
    """

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class Switch:
    """Where the switch stands, and who put it there, when and why."""

    scope: str
    state: SwitchState
    by: str | None = None
    at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Arming:
    """Whether a live account may trade, as its owner has said."""

    account: str
    armed: bool
    by: str
    at: datetime
