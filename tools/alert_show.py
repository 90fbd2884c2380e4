"""Alerts as they are shown: what each waits for, how it stands, and what it looks at right now."""

from datetime import datetime
from decimal import Decimal

from memory.alert_records import Alert, AlertStatus
from tools.alert_params import CreateAlert, OfCondition
from tools.alert_rules import USUAL, rule_of
from tools.alert_views import AlertView, ConditionView, CurrentView
from tools.alert_words import alert_text
from tools.alerting import STALE_AFTER
from tools.context import Context
from trading.alerts.figures import Figure, Reading
from trading.errors import TradingError


class Shower:
    """Shows alerts of one call; each figure is asked for once."""

    def __init__(self, ctx: Context) -> None:
        self._engine = ctx.services.alerting
        self._now = ctx.services.clock.now()
        self._source = ctx.services.markets.source.value
        self._known: dict[Figure, CurrentView] = {}

    async def view(self, alert: Alert) -> AlertView:
        """Return one alert in the words of the wire."""
        params = CreateAlert.model_validate(dict(alert.asked))
        rule = rule_of(params, alert.account, alert.since)
        parts = [
            await self._part(part, condition.figure)
            for part, condition in zip(params.parts, rule.conditions, strict=True)
        ]
        first = parts[0]
        status = alert.status
        if status is AlertStatus.ACTIVE and alert.expires_at is not None and alert.expires_at <= self._now:
            status = AlertStatus.EXPIRED
        return AlertView(
            id=alert.id,
            type=first.type,
            pair=first.pair,
            condition=first.condition,
            value=first.value,
            message=params.message,
            channels=list(alert.channels["names"]),
            active=status is AlertStatus.ACTIVE,
            created_at=alert.created_at,
            status=status.value,
            text=alert_text(params),
            frequency=params.frequency,
            cooldown_seconds=params.cooldown_seconds,
            match="any" if params.any else "all",
            conditions=parts,
            fired=alert.fired,
            last_fired_at=alert.last_fired_at,
            expires_at=alert.expires_at,
            paused_until=alert.paused_until,
            paused_because=alert.paused_because,
            quiet_hours=params.quiet_hours,
            prompt=params.prompt,
            trade=alert.asked.get("trade"),
            webhook=params.webhook,
        )

    async def _part(self, part: OfCondition, figure: Figure) -> ConditionView:
        assert part.type is not None
        assert part.condition is not None
        reads = isinstance(figure, Reading)
        return ConditionView(
            type=part.type,
            pair=part.pair,
            condition=part.condition,
            value=part.value if part.against is None else part.against.value,
            direction=part.direction,
            window=part.window,
            timeframe=figure.timeframe if isinstance(figure, Reading) else None,
            indicator=part.indicator or USUAL if reads and part.type == "indicator" else None,
            against=part.against,
            figure=part.figure,
            current=await self._current(figure),
        )

    async def _current(self, figure: Figure) -> CurrentView:
        if figure not in self._known:
            self._known[figure] = await self._look(figure)
        return self._known[figure]

    async def _look(self, figure: Figure) -> CurrentView:
        """Return what the engine last saw, or else ask; what is not known is not guessed."""
        seen = self._engine.value(figure)
        looked = self._engine.looked_at(figure)
        problem = self._engine.problem(figure)
        if seen is None and problem is None:
            try:
                value, at = await self._engine.listener.now(figure), self._now
            except TradingError as error:
                value, at, problem = None, self._now, str(error)
            looked = self._now
        else:
            value, at = seen if seen is not None else (None, self._now)
        if value is None and problem is None:
            problem = "not enough history yet"
        return self._shown(value, at, looked, problem)

    def _shown(
        self, value: Decimal | None, at: datetime, looked: datetime | None, problem: str | None
    ) -> CurrentView:
        old = looked is None or self._now - looked > STALE_AFTER
        return CurrentView(
            value=value,
            at=None if value is None else at,
            source=None if value is None else self._source,
            stale=old or (problem is not None and value is not None),
            problem=problem,
        )
