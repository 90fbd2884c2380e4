"""A strategy of the house that decides for a run."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from trading.backtest.strategy import Strategy, Values
from trading.clock import iso
from trading.errors import InvalidBacktest
from trading.runs import decider_settings as read
from trading.runs.asking import Answer, Asked
from trading.runs.decision import Action, RunDecision, Style
from trading.runs.entries import SETTINGS, EntryTerms
from trading.runs.errors import InvalidRun, UnknownDecider
from trading.runs.manners import MANNERS
from trading.runs.signalled import Signal, Signalled, signalled
from trading.symbols import Symbol

OFFLINE = "offline"

HOLDS_FOR = 2
"""Cycles that a signal to go in holds for: a run makes one decision in each, and others may come first."""

OWN_SETTINGS = SETTINGS | {"shorts"}


@dataclass(frozen=True, slots=True)
class StrategyDecider:
    """Does what a strategy says at the close of the run's candles; the same market makes the same decisions.

    Positions to come out of are first, then pairs to go into, both in the order of the run.
    """

    strategy: Strategy
    values: Values
    terms: EntryTerms = field(default_factory=EntryTerms)
    shorts: bool = True

    @classmethod
    def of(cls, strategy: Strategy, settings: read.Settings) -> "StrategyDecider":
        """Return a decider; settings that are not its own are parameters of the strategy.

        Raises UnknownDecider for a strategy that cannot decide for a run, InvalidRun for settings that it
        does not take.
        """
        if strategy.name not in MANNERS:
            raise UnknownDecider(f"{strategy.name} buys in portions: it can be backtested, but not decide")
        try:
            given = {name: value for name, value in settings.items() if name not in OWN_SETTINGS}
            values = strategy.read(given)
            strategy.check(values)
        except InvalidBacktest as error:
            raise InvalidRun(str(error)) from None
        return cls(strategy, values, EntryTerms.of(settings), read.flag(settings, "shorts", True))

    @property
    def provider(self) -> str:
        """`offline`: it is no model."""
        return OFFLINE

    @property
    def model(self) -> str:
        """`offline:` and the name of the strategy."""
        return f"{OFFLINE}:{self.strategy.name}"

    async def decide(self, asked: Asked) -> Answer:
        """Return what the strategy says, with the figures it goes by."""
        # Beside the event loop: with twenty pairs it takes a while.
        decision = await asyncio.to_thread(self._decision, asked)
        shown = {"strategy": self.strategy.name, "parameters": dict(self.values)}
        return Answer(self.model, decision, shown={**shown, "snapshot": asked.snapshot.digest})

    def _decision(self, asked: Asked) -> RunDecision:
        said = {
            symbol: signalled(self.strategy, self.values, asked.candles[symbol], asked.snapshot)
            for symbol in asked.run.symbols
            if symbol in asked.snapshot.priced and asked.candles.get(symbol)
        }
        return self._exit(asked, said) or self._entry(asked, said) or self._hold(said)

    def _exit(self, asked: Asked, said: Mapping[Symbol, Signalled]) -> RunDecision | None:
        for symbol, each in said.items():
            held = asked.view.of(symbol)
            signal = each.exit(held) if held is not None else None
            if held is not None and signal is not None:
                reasoning = f"{self.strategy.name} said to leave {symbol} {held.side} {_words(signal)}."
                return RunDecision(Action.CLOSE, symbol, reasoning=reasoning, style=self._style)
        return None

    def _entry(self, asked: Asked, said: Mapping[Symbol, Signalled]) -> RunDecision | None:
        view, run = asked.view, asked.run
        if len(view.positions) >= run.rules.positions:
            return None
        after = asked.snapshot.at - run.schedule.every * HOLDS_FOR
        for symbol, each in said.items():
            signal = each.entry(symbol, view, after, self.shorts) if view.of(symbol) is None else None
            entry = self._entered(asked, symbol, signal) if signal is not None else None
            if entry is not None:
                return entry
        return None

    def _entered(self, asked: Asked, symbol: Symbol, signal: Signal) -> RunDecision | None:
        way = RunDecision(signal.action, symbol)
        terms = None if way.side is None else self.terms.within(asked.run.rules, way.side, asked.view)
        if terms is None:
            return None
        side = "long" if signal.action is Action.BUY else "short"
        return RunDecision(
            signal.action,
            symbol,
            terms.size,
            terms.leverage,
            terms.stop_loss or None,
            terms.take_profit or None,
            reasoning=f"{self.strategy.name} said to go {side} in {symbol} {_words(signal)}.",
            style=self._style,
        )

    def _hold(self, said: Mapping[Symbol, Signalled]) -> RunDecision:
        newest = [
            f"{symbol} {_figures(each.signal(len(each.codes) - 1, Action.HOLD))}"
            for symbol, each in said.items()
            if each.codes
        ]
        reasoning = f"{self.strategy.name} says nothing to act on now: {'; '.join(newest) or 'no prices'}."
        return RunDecision(Action.HOLD, reasoning=reasoning, style=self._style)

    @property
    def _style(self) -> Style:
        return MANNERS[self.strategy.name].style


def _words(signal: Signal) -> str:
    return f"at the close of {iso(signal.at)}: {_figures(signal)}"


def _figures(signal: Signal) -> str:
    named = (f"{name} {_figure(value)}" for name, value in (("close", signal.close), *signal.figures))
    return ", ".join(named)


def _figure(value: float) -> str:
    return "not warm" if math.isnan(value) else f"{value:.6g}"
