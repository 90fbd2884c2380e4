"""What requests about decisions, configuration and agents take, in the names of this API."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Above = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]


class Taken(BaseModel):
    """What a request names; anything else is refused."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=(), defer_build=True)


class WhichDecisions(Taken):
    """Which decisions; times are as RFC 3339 has them."""

    symbol: Annotated[str, Field(max_length=40)] | None = None
    decision_type: str | None = None
    from_date: datetime | None = None
    to_date: datetime | None = None


class ListDecisions(WhichDecisions):
    """Which page of decisions; of a limit above 500 it is 500."""

    outcome: Literal["SUCCESS", "FAILURE", "PENDING"] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1)] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class OneDecision(Taken):
    """Which decision."""

    id: UUID


class SimilarDecisions(OneDecision):
    """Like which decision, and how many; of a limit above 50 it is 50."""

    limit: Annotated[int, Field(ge=1)] = 10


class OneAgent(Taken):
    """Which agent."""

    name: Annotated[str, Field(min_length=1, max_length=64)]


class ConfigChanges(Taken):
    """What to set; null is as it was before anybody set it."""

    trading_mode: Annotated[str, Field(pattern="^([Pp][Aa][Pp][Ee][Rr]|[Ll][Ii][Vv][Ee])$")] | None = None
    initial_capital: Annotated[Above, Field(le=1e15)] | None = None
    max_positions: Annotated[int, Field(gt=0, le=1_000)] | None = None
    max_position_size: Share | None = None
    max_daily_loss: Share | None = None
    max_drawdown: Share | None = None
    default_stop_loss: Share | None = None
    default_take_profit: Annotated[Above, Field(le=100)] | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    llm_approval_required: bool | None = None
    llm_temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    llm_max_tokens: Annotated[int, Field(ge=256, le=131_072)] | None = None
