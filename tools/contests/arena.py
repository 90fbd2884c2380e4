"""The arena: one contest of several models over one market, with baselines beside them, season by season."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from tools.contests.parts import Parts
from tools.policy import LOCAL_OWNER
from trading.model import Account, Mode
from trading.ports import MarketData
from trading.runs import terms
from trading.runs.accounts import open_contest_account
from trading.runs.contest import Contest, ContestKind, ended
from trading.runs.record import DeciderKind, DeciderSpec, Run, Schedule
from trading.runs.rules import RunRules
from trading.runs.states import ACTIVE, begin, complete, start
from trading.symbols import Symbol
from trading.timeframes import Timeframe

NAME = "arena"
CURRENCY = "USDT"

SYMBOLS = tuple(Symbol(base, CURRENCY) for base in ("ETH", "BNB", "XRP", "DOGE", "ADA", "AVAX"))


@dataclass(frozen=True, slots=True)
class Plan:
    """Who competes, and on which terms. Everything in it is frozen for a season.

    `seats` are names and deciders; all start with `initial` and keep `rules`.
    """

    seats: Sequence[tuple[str, DeciderSpec]]
    every: timedelta = timedelta(minutes=5)
    symbols: tuple[Symbol, ...] = SYMBOLS
    timeframe: Timeframe = Timeframe.M5
    initial: Decimal = Decimal(100)
    rules: RunRules = field(default_factory=RunRules)


@dataclass(frozen=True, slots=True)
class Arena:
    """Keeps the arena's season, and begins another one when it is to be played by other terms."""

    parts: Parts
    plan: Plan

    async def season(self) -> Contest | None:
        """Return the season that is on, None before the first."""
        async with self.parts.database.read() as uow:
            found = await uow.contests.named(LOCAL_OWNER.id, NAME)
        return None if found is None or found.ended_at is not None else found

    async def ensure(self) -> Contest:
        """Return the season that is on, a new one where there is none or the plan is another than its."""
        current = await self.season()
        if current is not None and current.terms.get("plan") == _digest(self.plan, self.parts.market):
            return current
        return await self.begin()

    async def begin(self) -> Contest:
        """End the season that is on, and begin the next with fresh accounts; its first cycle is due at once.

        Raises ExchangeUnavailable while the market does not tell its rules.
        """
        parts, plan = self.parts, self.plan
        rules = {each: await parts.market.instrument(each) for each in plan.symbols}
        now = parts.clock.now()
        async with parts.database.read() as uow:
            before = await uow.contests.named(LOCAL_OWNER.id, NAME)
        contest = Contest(
            id=parts.new_id("cst"),
            owner=LOCAL_OWNER.id,
            name=NAME,
            kind=ContestKind.ARENA,
            symbols=plan.symbols,
            timeframe=plan.timeframe,
            every=plan.every,
            created_at=now,
            season=before.season + 1 if before else 1,
            next_at=now,
            terms={**terms.plain(terms.ContestTerms(rules)), "plan": _digest(plan, parts.market)},
        )
        runs = [self._run(contest, name, spec, now) for name, spec in entrants(plan)]
        for run in runs:
            account = Account(run.account, run.owner, CURRENCY, Mode.CONTEST, plan.initial, now)
            await open_contest_account(parts.database.transact, account, contest, parts.new_id)
        async with parts.database.transact() as uow:
            if before is not None and before.ended_at is None:
                await uow.contests.change(ended(before, now))
                for each in await uow.runs.of_contest(before.id):
                    if each.state in ACTIVE:
                        await uow.runs.change(complete(each, now))
            if not await uow.contests.add(contest):
                # Another process has begun the same season.
                found = await uow.contests.named(LOCAL_OWNER.id, NAME)
                return found or contest
            for run in runs:
                await uow.runs.add(run)
        return contest

    def _run(self, contest: Contest, name: str, spec: DeciderSpec, now: datetime) -> Run:
        baseline = spec.kind is DeciderKind.BASELINE
        run = Run(
            id=self.parts.new_id("run"),
            name=name,
            contest=contest.id,
            account=f"{NAME}-{contest.season}-{name.lower().replace(' ', '-')}",
            owner=contest.owner,
            decider=spec,
            symbols=contest.symbols,
            timeframe=contest.timeframe,
            created_at=now,
            mode=Mode.CONTEST,
            schedule=Schedule(contest.every),
            rules=_free(self.plan) if baseline and spec.name != "random" else self.plan.rules,
        )
        return begin(start(run, now))


def entrants(plan: Plan) -> Sequence[tuple[str, DeciderSpec]]:
    """Return everybody in a plan: who sits there, and the baselines that any skill is measured against."""
    first = plan.symbols[0]
    baselines: Mapping[str, tuple[str, Mapping[str, Any]]] = {
        "Cash": ("cash", {}),
        f"Hold {first.base}": ("hold", {"symbol": str(first)}),
        "Equal weight": ("equal_weight", {}),
        "Random": ("random", {"seed": 1}),
    }
    return [
        *plan.seats,
        *(
            (name, DeciderSpec(DeciderKind.BASELINE, kind, settings))
            for name, (kind, settings) in baselines.items()
        ),
    ]


def _free(plan: Plan) -> RunRules:
    """Return the rules of what buys and holds: all its money, in as many pairs as there are."""
    return replace(plan.rules, most_size=plan.initial, positions=len(plan.symbols))


def _digest(plan: Plan, market: MarketData) -> str:
    whole = {
        "market": [market.exchange, market.source, market.edition],
        "seats": [[name, spec.kind, spec.name, dict(spec.settings)] for name, spec in plan.seats],
        "every": plan.every.total_seconds(),
        "symbols": [str(each) for each in plan.symbols],
        "timeframe": plan.timeframe,
        "initial": str(plan.initial),
        "rules": repr(plan.rules),
    }
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()
