"""What capabilities work with; `kit.app` wires the real things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from memory.cron_records import PromptRun
from memory.database import Database
from memory.notebook import Notebook
from memory.records import TranscriptMessage, Turn
from tools.apikeys import ApiKeys
from tools.backtesting import Backtests
from tools.events import EventBus
from tools.pairing import Pairing
from tools.picking import Picking
from tools.policy import Principal
from tools.skillbook import Skills
from tools.webhooks import Webhooks
from trading.backtest.histories import Histories
from trading.clock import Clock
from trading.desk import Desk
from trading.markets import Markets
from trading.model import Origin
from trading.portfolio import PortfolioReader
from trading.ports import NewId
from trading.reconciliation import Reconciliation

if TYPE_CHECKING:
    from tools.alerting import Alerting
    from tools.contests.service import Contests
    from tools.context import Context
    from tools.sessions import Compacted


@dataclass(frozen=True, slots=True)
class Asked:
    """One message to the agent. `stream` tells of it by events; `queue` waits for a busy session.

    `frame_id` is the caller's own name for the request, by which it may abort it. `model` is one of those
    that answer here, None for them all in their order. `origin` tells whether a person wrote it, `shared`
    whether others read along.
    """

    session_id: str
    message: str
    request_id: str
    frame_id: str | None
    stream: bool
    queue: bool
    model: str | None = None
    origin: Origin = Origin.PERSON
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a message to the agent: its answer and the turn it took."""

    message: TranscriptMessage
    turn: Turn


class Chat(Protocol):
    """The agent, one turn at a time per session."""

    async def send(self, ctx: "Context", asked: Asked) -> Answered:
        """Run one turn; raise AgentBusy when the session has one and this one will not queue."""
        ...

    async def abort(self, principal: Principal, session_id: str | None, request_id: str | None) -> bool:
        """Stop a running turn, by its session, request or frame id; tell whether there was one."""
        ...

    async def abort_all(self, principal_id: str) -> None:
        """Stop every turn of somebody."""
        ...

    async def compact(self, ctx: "Context", session_id: str) -> "Compacted | None":
        """Summarise all but the newest part of a session for the agent; None when there was nothing to do."""
        ...


class Prompter(Protocol):
    """Puts prompts to the agent that nobody types; `owner` is its name, which no other has."""

    owner: str

    async def perform(self, ctx: "Context", run: PromptRun) -> PromptRun:
        """Put a prompt that this one has claimed to the agent, and return its run as it stands then."""
        ...


@dataclass(slots=True)
class Traffic:
    """What went over the WebSockets of one address: those open, all there were, and whole messages."""

    open: int = 0
    opened: int = 0
    sent: int = 0
    received: int = 0


class System(Protocol):
    """The running process; `log_level` is from which level on it logs."""

    gateway_id: str
    version: str
    build: str
    log_level: str

    def uptime(self) -> float:
        """Return seconds since the start."""
        ...

    def clients(self) -> int:
        """Return how many clients are connected and let in."""
        ...

    def traffic(self) -> Mapping[str, Traffic]:
        """Return what went over the WebSockets since the start, by their paths."""
        ...

    async def problems(self) -> Sequence[str]:
        """Return what is wrong right now, in words a person can act on; empty when all is well."""
        ...

    async def notices(self) -> Sequence[str]:
        """Return what somebody may want to mend, while the service does all it has to."""
        ...


@dataclass(frozen=True, slots=True)
class PlatformState:
    """How a chat platform stands: `state` in a word such as `running`, `problem` what a person can mend."""

    name: str
    state: str
    problem: str | None = None


class Platforms(Protocol):
    """The chat platforms that are configured."""

    def states(self) -> Sequence[PlatformState]:
        """Return how each stands right now."""
        ...


class NoPlatforms:
    """No chat platform is configured."""

    def states(self) -> Sequence[PlatformState]:
        """Return nothing."""
        return ()


NO_PLATFORMS = NoPlatforms()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a capability may use; `models` are the names of those that answer, in their order.

    `timezone` is where people are who name no other.
    """

    clock: Clock
    new_id: NewId
    database: Database
    events: EventBus
    markets: Markets
    histories: Histories
    desk: Desk
    reconciliation: Reconciliation
    portfolio: PortfolioReader
    chat: Chat
    skills: Skills
    keys: ApiKeys
    pairing: Pairing
    backtests: Backtests
    strategies: Picking
    system: System
    webhooks: Webhooks
    alerting: "Alerting"
    prompter: Prompter
    memories: Notebook
    contests: "Contests"
    models: Sequence[str] = ()
    platforms: Platforms = NO_PLATFORMS
    timezone: str = "UTC"
