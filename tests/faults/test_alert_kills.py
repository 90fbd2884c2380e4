"""Alerts are watched by a process that is killed at random moments: none is lost, none fires twice."""

import asyncio
import signal
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from memory.alert_records import Alert, AlertFiring, AlertStatus
from memory.database import Database
from memory.records import Delivery, Person
from tests.faults.pace import PATIENCE
from tests.faults.watcher import BEGAN, Watcher
from tests.nursery import born
from tools.alert_params import CreateAlert
from tools.alert_rules import rule_of
from tools.policy import Role
from trading.alerts.board import Board
from trading.alerts.feed import Wanted, hear
from trading.alerts.history import Histories
from trading.clock import ManualClock
from trading.exchanges.simulated import SimulatedMarket
from trading.symbols import parse_symbol
from trading.timeframes import Timeframe

BTC = parse_symbol("BTC/USDT")
PEOPLE = 12
MINUTE = timedelta(minutes=1)
MOST_LOOKS = 12
LONGEST_DOWN = 5.0
"""Seconds: less than two minutes of the market, which is as far as is looked back."""
OFTEN = {"frequency": "every", "cooldownSeconds": 90, "channels": ["telegram"], "pair": "BTC/USDT"}


def wanted(person: int, price: Decimal) -> Sequence[dict[str, Any]]:
    """Return what somebody wants to be told of, each something else."""
    level = float(price * (1 + Decimal(person - PEOPLE // 2) / 10_000))
    bar = {"timeframe": "1m", "frequency": "once_per_bar_close"}
    return (
        {**OFTEN, "type": "price", "condition": "cross", "value": level},
        {**OFTEN, "type": "price", "condition": "trailing", "value": 0.02 + person / 200},
        {**OFTEN, "type": "price", "condition": "change", "value": 0.02 + person / 100, "window": "2m"},
        {**OFTEN, **bar, "type": "indicator", "condition": "above", "value": 30 + 3 * person},
    )


@dataclass
class Life:
    """A database that a process works on, which is killed again and again."""

    folder: Path
    alerts: list[Alert] = field(default_factory=list)
    passed: float = 0.0
    """Seconds that time has run; it stands still while a process starts."""
    kills: int = 0

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'kit.db'}"

    @property
    def delivered(self) -> Path:
        return self.folder / "delivered"

    async def begin(self) -> None:
        """Let people in and make their alerts."""
        price = (await SimulatedMarket(ManualClock(BEGAN)).ticker(BTC)).last
        async with Database.open(self.url) as database, database.transact() as uow:
            for person in range(PEOPLE):
                name = f"telegram:{1001 + person}"
                await uow.people.put(Person(name, "Ann", Role.TRADER, BEGAN, "owner"))
                for number, asked in enumerate(wanted(person, price)):
                    alert = _alert(f"alert_{person:02}_{number}", name, asked, await uow.alerts.revise())
                    await uow.alerts.add(alert)
                    self.alerts.append(alert)
        self.delivered.touch()

    async def live(self, looks: int, seconds: float, after: float) -> None:
        """After so long let the process look so often, and for an instant more, and kill it."""
        process = await born(
            "tests.faults.watcher",
            str(self.folder / "kit.db"),
            str(self.delivered),
            stdin=PIPE,
            stdout=PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert await process.stdout.readline() == b"ready\n"
        started = time.time() - self.passed - after
        process.stdin.write(f"{started}\n".encode())
        async with asyncio.timeout(PATIENCE):
            for _ in range(looks):
                assert await process.stdout.readline() == b"looked\n"
        # How long is chance; nothing waits for anything here.
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        self.passed = time.time() - started
        self.kills += 1

    async def end(self) -> tuple[datetime, list[AlertFiring], dict[str, Delivery]]:
        """Let what is left be delivered; return how far was looked, the firings and their messages."""
        async with Database.open(self.url) as database:
            async with database.read() as uow:
                seen = (await uow.alerts.seen())[BTC]
                firings = [
                    each
                    for person in range(PEOPLE)
                    for each in await uow.alerts.firings(f"telegram:{1001 + person}", 100_000)
                ]
            watcher = Watcher(database, self.delivered, ManualClock(seen + timedelta(hours=1)))
            await watcher.pump.release()
            await watcher.pump.step()
            async with database.read() as uow:
                ids = [name for each in firings for names in each.notices.values() for name in names]
                notices = {each.id: each for each in await uow.notices.named(ids)}
        return seen, firings, notices


def _alert(name: str, who: str, asked: dict[str, Any], revision: int) -> Alert:
    return Alert(
        id=name,
        principal=who,
        account="main",
        asked=CreateAlert.model_validate(asked).model_dump(mode="json", by_alias=True, exclude_none=True),
        channels={"names": ["telegram"]},
        webhook=None,
        status=AlertStatus.ACTIVE,
        created_at=BEGAN,
        since=BEGAN,
        expires_at=None,
        revision=revision,
    )


async def undisturbed(alerts: Sequence[Alert], until: datetime) -> Counter[tuple[str, datetime]]:
    """Return what fires, and when, where nothing ever stops."""
    board = Board()
    for each in alerts:
        board.add(each.id, rule_of(CreateAlert.model_validate(dict(each.asked)), "main", BEGAN))
    clock, histories = ManualClock(BEGAN), Histories()
    market = SimulatedMarket(clock)
    fired: Counter[tuple[str, datetime]] = Counter()
    since = BEGAN
    while since < until:
        end = min(since + MINUTE, until)
        await clock.advance((end - since).total_seconds())
        figures = frozenset(board.figures)
        heard = await hear(market, BTC, Wanted(figures, frozenset({Timeframe.M1})), histories, since, end)
        for beat in heard.beats:
            firings = [*board.beat(beat.values, beat.at)]
            if beat.closes is not None:
                firings += board.close((BTC, beat.closes), beat.at)
            fired.update((each.alert, each.at) for each in firings)
        since = end
    return fired


def breaches(
    expected: Counter[tuple[str, datetime]],
    firings: Sequence[AlertFiring],
    arrived: Collection[str],
    told: Mapping[str, int],
) -> list[str]:
    """Return what is wrong with what was written down and delivered; nothing where all is right."""
    fired = Counter((each.alert, each.at) for each in firings)
    found = [f"{name} did not fire at {at}" for name, at in (expected - fired)]
    found += [f"{name} fired at {at}, or once too often" for name, at in (fired - expected)]
    messages = [(each.id, name) for each in firings for names in each.notices.values() for name in names]
    found += [
        f"{firing} was told to nobody" for firing in {each.id for each in firings} - dict(messages).keys()
    ]
    found += [
        f"{firing} did not arrive" for firing, name in messages if name not in arrived or not told.get(name)
    ]
    return found


async def killed(folder: Path, seed: int, kills: int) -> None:
    """Kill a process that watches again and again, and hold it to what fires undisturbed."""
    print(f"seed {seed}")
    random = Random(seed)
    life = Life(folder)
    await life.begin()
    for _ in range(kills):
        await life.live(
            random.randint(0, MOST_LOOKS), random.uniform(0, 0.06), random.uniform(0, LONGEST_DOWN)
        )
    seen, firings, notices = await life.end()
    expected = await undisturbed(life.alerts, seen)
    told = Counter(life.delivered.read_text(encoding="utf-8").split())
    arrived = {each.id for each in notices.values() if each.delivered_at is not None}
    assert breaches(expected, firings, arrived, told) == []
    again = sum(count - 1 for count in told.values())
    print(f"{kills} kills, {len(firings)} firings, {again} messages came again, looked until {seen}")
    assert len(firings) > kills
    assert again <= kills * PEOPLE


@pytest.mark.xdist_group("faults-kills")
async def test_no_alert_is_lost_by_a_few_kills(tmp_path: Path) -> None:
    await killed(tmp_path, 1, 3)


@pytest.mark.long
async def test_no_alert_is_lost_by_a_hundred_kills(tmp_path: Path) -> None:
    await killed(tmp_path, 11, 100)


def test_what_is_lost_repeated_or_not_delivered_would_be_seen() -> None:
    at = BEGAN + MINUTE
    fired = AlertFiring("fir_1", "alert_1", "telegram:1", at, at, {}, {"telegram": ["ntc_1"]})
    expected, told = Counter({("alert_1", at): 1}), {"ntc_1": 1}
    silent = replace(fired, notices={})
    assert breaches(expected, [fired], {"ntc_1"}, told) == []
    for wrong in (
        breaches(expected, [], {"ntc_1"}, told),
        breaches(expected, [fired, replace(fired, id="fir_2")], {"ntc_1"}, told),
        breaches(expected, [replace(fired, at=at + MINUTE)], {"ntc_1"}, told),
        breaches(expected, [silent], {"ntc_1"}, told),
        breaches(expected, [fired], set(), told),
        breaches(expected, [fired], {"ntc_1"}, {}),
    ):
        assert wrong
