"""The engine of alerts: hears the market, sees who fires, and writes that down once, with what is told."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import structlog

from memory.alert_records import Alert, AlertStatus
from memory.database import Database, UnitOfWork
from tools.acting import principal_now
from tools.alert_firing import FLOODED, Teller
from tools.alert_listening import Listener
from tools.alert_params import CreateAlert
from tools.alert_rules import rule_of, standing_in, standing_out
from trading.alerts.board import Board, Firing, gate_of, symbol_of
from trading.alerts.feed import Beat, Heard, Wanted
from trading.alerts.figures import Figure, Holding
from trading.alerts.rules import Frequency, Rule, Standing
from trading.clock import Clock
from trading.symbols import Symbol
from trading.timeframes import Timeframe

MOST_FIRINGS = 60
FIRINGS_SPAN = timedelta(hours=1)
"""How often the alerts of one person may fire before those that go on are stopped."""

SAVED_EVERY = timedelta(seconds=30)
"""How much of a quiet market is looked at again after a crash."""

AT_ONCE = 200
"""How many alerts are taken in before anybody else has a turn."""

HOLDINGS_EVERY = timedelta(seconds=5)
STALE_AFTER = timedelta(seconds=60)
"""How old our last look at a figure may be before it is shown as stale."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
CUT_OFF = "whoever made it is not let in any more"

log = structlog.get_logger(__name__)


class Alerting:
    """Watches every alert of the database. Somebody has to `step`, again and again.

    A step is written down as a whole: the firings with their messages, how far each alert has come, and up to
    when each pair was looked at. What was not written down is heard again, and comes to the same. Where
    several processes watch, an alert's revision lets one of them write each firing.
    """

    def __init__(self, database: Database, listener: Listener, teller: Teller, clock: Clock) -> None:
        self.listener = listener
        self.stepped_at: datetime | None = None
        """The moment up to which the last whole step has looked."""
        self._database = database
        self._teller = teller
        self._clock = clock
        self._whole = False
        self._forget()

    def _forget(self) -> None:
        self._board = Board()
        self._alerts: dict[str, Alert] = {}
        self._rules: dict[str, Rule] = {}
        self._revision = 0
        self._stored: Mapping[Symbol, datetime] = {}
        self._seen: dict[Symbol, datetime] = {}
        self._saved_at = self._clock.now()
        self._clock_seen = self._clock.now()
        self._held_at = BEGINNING
        self._looked: dict[Symbol | str, datetime] = {}

    async def step(self) -> None:
        """Hear what there is to hear and fire what fires; raise what keeps it from being written down."""
        if not self._whole:
            self._forget()
            async with self._database.read() as uow:
                self._stored = await uow.alerts.seen()
        # Whatever fails below, the next step starts from what is on disk.
        self._whole = False
        now = self._clock.now()
        await self._sync()
        if self._alerts:
            await self._listen(now)
        self._whole, self.stepped_at = True, now

    def looked_at(self, figure: Figure) -> datetime | None:
        """Return when a figure was last looked at, None where nobody has."""
        return self._looked.get(_source(figure))

    def value(self, figure: Figure) -> tuple[Decimal, datetime] | None:
        """Return the last value of a figure that somebody waits for, and its moment."""
        return self._board.value(figure)

    def problem(self, figure: Figure) -> str | None:
        """Return why a figure is not known right now."""
        return self.listener.problems.get(_source(figure))

    async def _sync(self) -> None:
        """Take in what people have changed, and what time has."""
        async with self._database.read() as uow:
            changed = await uow.alerts.changed(self._revision)
        for number, alert in enumerate(changed):
            self._revision = max(self._revision, alert.revision)
            self._take(alert)
            if number % AT_ONCE == AT_ONCE - 1:
                # After a start there may be very many, and others want their turn.
                await asyncio.sleep(0)
        now = self._clock.now()
        over = [each for each in self._alerts.values() if self._over(each, now)]
        back = [each for each in self._alerts.values() if _back(each, now)]
        if not over and not back:
            return
        async with self._database.transact() as uow:
            revision = await uow.alerts.revise()
            for each in over:
                ended = replace(each, status=AlertStatus.EXPIRED, revision=revision)
                await uow.alerts.replace(ended, each.revision)
            for each in back:
                await uow.alerts.replace(resumed(each, now, revision), each.revision)
        await self._sync()

    def _take(self, alert: Alert) -> None:
        self._board.remove(alert.id)
        self._alerts.pop(alert.id, None)
        if alert.status is AlertStatus.PAUSED and alert.paused_until is not None:
            self._alerts[alert.id] = alert
        if alert.status is not AlertStatus.ACTIVE:
            return
        rule = rule_of(CreateAlert.model_validate(dict(alert.asked)), alert.account, alert.since)
        self._alerts[alert.id] = alert
        self._rules[alert.id] = rule
        self._board.add(alert.id, rule, standing_in(alert.standing, rule))
        for symbol in _symbols(rule):
            start = max(self._stored.get(symbol, rule.since), rule.since)
            known = self._seen.get(symbol)
            self._seen[symbol] = start if known is None else known

    async def _listen(self, now: datetime) -> None:
        wanted = self._wanted()
        for symbol in self._seen.keys() - wanted.keys():
            del self._seen[symbol]
        heard = await self.listener.hear(wanted, self._seen, now)
        beats = [*_beats(heard), *await self._account_beats(now)]
        beats.sort(key=lambda each: (each[1].at, each[1].closes is None))
        fired = [firing for symbol, beat in beats for firing in self._play(symbol, beat)]
        for symbol, each in heard.items():
            self._seen[symbol] = max(each.until, self._seen[symbol])
            self._looked[symbol] = now
        await self._write(fired, self._board.changed(), now)

    def _wanted(self) -> Mapping[Symbol, Wanted]:
        figures: dict[Symbol, set[Figure]] = {}
        closes: dict[Symbol, set[Timeframe]] = {}
        for figure in self._board.figures:
            symbol = symbol_of(figure)
            if symbol is not None:
                figures.setdefault(symbol, set()).add(figure)
        for symbol, timeframe in self._board.gates:
            if symbol is not None:
                closes.setdefault(symbol, set()).add(timeframe)
        return {each: Wanted(frozenset(figures[each]), frozenset(closes.get(each, ()))) for each in figures}

    async def _account_beats(self, now: datetime) -> Sequence[tuple[Symbol | None, Beat]]:
        """Return what accounts have come to, and the candles that closed by the clock alone."""
        closes = [
            (None, Beat(at, (), timeframe))
            for symbol, timeframe in self._board.gates
            if symbol is None
            for at in _closes(timeframe, self._clock_seen, now)
        ]
        self._clock_seen = now
        figures = [each for each in self._board.figures if isinstance(each, Holding)]
        if not figures or (now - self._held_at < HOLDINGS_EVERY and not closes):
            return closes
        self._held_at = now
        values = await self.listener.holdings(figures)
        for each in figures:
            if each in values:
                self._looked[each.account] = now
        at = min([now, *(beat.at for _, beat in closes)])
        return [(None, Beat(at, tuple(values.items()))), *closes] if values else closes

    def _play(self, symbol: Symbol | None, beat: Beat) -> Iterable[Firing]:
        yield from self._board.beat(beat.values, beat.at)
        if beat.closes is not None:
            yield from self._board.close((symbol, beat.closes), beat.at)

    async def _write(self, fired: Sequence[Firing], changed: Mapping[str, Standing], now: datetime) -> None:
        if not fired and not changed and now - self._saved_at < SAVED_EVERY:
            return
        async with self._database.transact() as uow:
            revision = await uow.alerts.revise() if fired else 0
            rows = dict(self._alerts)
            for firing in fired:
                row = rows.get(firing.alert)
                if row is not None:
                    rows[firing.alert] = await self._fire(uow, row, firing, changed, revision, now)
            for name, standing in changed.items():
                kept = rows.get(name)
                if kept is not None and kept.revision == self._alerts[name].revision:
                    await uow.alerts.keep(name, kept.revision, standing_out(standing))
            for symbol, at in self._seen.items():
                await uow.alerts.see(symbol, at)
        self._saved_at = now

    async def _fire(
        self,
        uow: UnitOfWork,
        row: Alert,
        firing: Firing,
        changed: Mapping[str, Standing],
        revision: int,
        now: datetime,
    ) -> Alert:
        """Write down one firing and return the alert after it; what others have changed stays as it is."""
        if row.status is not AlertStatus.ACTIVE:
            return row
        who = await principal_now(uow, row.principal, row.account, now)
        if who is None:
            return await self._stop(uow, row, CUT_OFF, revision)
        once = self._rules[row.id].frequency is Frequency.ONCE
        after = replace(
            row,
            status=AlertStatus.TRIGGERED if once else AlertStatus.ACTIVE,
            fired=row.fired + 1,
            last_fired_at=firing.at,
            standing=standing_out(changed[row.id]),
            revision=revision,
        )
        if not await uow.alerts.replace(after, row.revision):
            log.info("an alert was changed while it fired", alert=row.id)
            return replace(row, status=AlertStatus.DELETED)
        await self._teller.tell(uow, after, firing, who, now)
        too_many = await uow.alerts.fired(row.principal, now - FIRINGS_SPAN) >= MOST_FIRINGS
        if (firing.flood or too_many) and not once:
            await self._teller.stopped(uow, after, who, FLOODED, now)
            return await self._stop(uow, after, FLOODED, revision)
        return after

    def _over(self, alert: Alert, now: datetime) -> bool:
        """Tell whether all has been heard that an alert could have fired at."""
        ends = alert.expires_at
        if alert.status is not AlertStatus.ACTIVE or ends is None or ends > now:
            return False
        return all(self._seen.get(each, now) >= ends for each in _symbols(self._rules[alert.id]))

    async def _stop(self, uow: UnitOfWork, row: Alert, reason: str, revision: int) -> Alert:
        stopped = replace(row, status=AlertStatus.PAUSED, paused_because=reason, revision=revision)
        await uow.alerts.replace(stopped, row.revision)
        return stopped


def resumed(alert: Alert, now: datetime, revision: int) -> Alert:
    """Return an alert that is watched again from now on; what came in between does not count."""
    return replace(
        alert,
        status=AlertStatus.ACTIVE,
        since=now,
        paused_until=None,
        paused_because=None,
        standing=None,
        revision=revision,
    )


def _back(alert: Alert, now: datetime) -> bool:
    until = alert.paused_until
    return alert.status is AlertStatus.PAUSED and until is not None and until <= now


def _source(figure: Figure) -> Symbol | str:
    return figure.account if isinstance(figure, Holding) else figure.symbol


def _symbols(rule: Rule) -> set[Symbol]:
    found = {symbol_of(each.figure) for each in rule.conditions}
    symbol, _ = gate_of(rule)
    return {each for each in (*found, symbol if rule.gated else None) if each is not None}


def _beats(heard: Mapping[Symbol, Heard]) -> Iterable[tuple[Symbol | None, Beat]]:
    return ((symbol, beat) for symbol, each in heard.items() for beat in each.beats)


def _closes(timeframe: Timeframe, after: datetime, until: datetime) -> Iterable[datetime]:
    """Return the moments at which candles of one length close in a span, the last thousand of them."""
    last = timeframe.floor(until)
    count = min(int((last - timeframe.floor(after)) / timeframe.span), 1_000)
    return (last - index * timeframe.span for index in reversed(range(count)))
