"""Plans for runs: one is proposed before it is started; all or one by its name are paused, resumed, ended."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.models.offline import telling_runs as telling
from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.plan_jobs import free_name
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.turn import Done, Turn
from agent.models.offline.voice import Voice
from tools.words.language import fold

NAME = "auto"
QUOTE = "USDT"
USUAL_PAIRS = ("BTC/USDT", "ETH/USDT")
MOST_PAIRS = 5
LISTED = 50

STRATEGY: Mapping[str, Any] = {
    "strategy": "ema_crossover",
    "settings": {"shorts": False, "stop_loss": 0.03, "take_profit": 0.06},
    "timeframe": "1h",
    "intervalMinutes": 60,
    "initialCapital": 10_000,
    "maxSize": 2_000,
    "maxLeverage": 1,
}
"""What trades by itself for whoever says no more than that something shall: careful, and on paper."""

GOING = frozenset({"starting", "running", "paused"})
_TOOLS: Mapping[Kind, tuple[str, frozenset[str]]] = {
    Kind.PAUSE: ("runs_pause", frozenset({"running"})),
    Kind.RESUME: ("runs_resume", frozenset({"paused"})),
    Kind.RUN_STOP: ("runs_stop", GOING),
}
_PAIR = re.compile(rf"\b[A-Z0-9]{{2,15}}/{QUOTE}\b")


def plan_autonomy(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Propose a paper run, and start it just so once that was confirmed."""
    if started := turn.of("runs_start"):
        return Say(telling.started(started[-1], voice))
    lists = turn.of("runs_list")
    if not lists:
        calls = [Call("runs_list", {"limit": LISTED})]
        watched = not intent.confirmed and turn.offers("watchlist_list")
        return Ask((*calls, *([Call("watchlist_list", {})] if watched else [])))
    if wrong := problem(lists[0], voice):
        return Say(wrong)
    runs = (lists[0].facts or Facts()).rows("runs")
    if going := [each for each in runs if _is_auto(each)]:
        return Say(telling.going(going[0], voice))
    pairs = _PAIR.findall(intent.shown) if intent.confirmed else _pairs(turn.of("watchlist_list"))
    params = {"name": free_name(NAME, runs), **STRATEGY, "pairs": pairs, "maxPositions": len(pairs)}
    if intent.confirmed and pairs:
        return Ask((Call("runs_start", params),))
    return Say(telling.proposal(params, voice))


def _is_auto(run: Facts) -> bool:
    named = run.id("name") == NAME or run.id("name").startswith(f"{NAME}_")
    return named and run.text("state") in GOING


def _pairs(watched: Sequence[Done]) -> list[str]:
    """Return the pairs of the watchlist that a paper account trades, the usual ones where there are none."""
    rows = (watched[0].facts or Facts()).rows("pairs") if watched and not watched[0].failed else ()
    found = [pair for row in rows if _PAIR.fullmatch(pair := row.id("pair"))]
    return found[:MOST_PAIRS] or list(USUAL_PAIRS)


def plan_moved(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Pause, resume or end all runs that are in a state for it, or the one that is named."""
    tool, states = _TOOLS[intent.kind]
    if done := turn.of(tool):
        return Say(problem(done[-1], voice) or telling.moved(intent.kind, done[-1], _switch(turn), voice))
    named: dict[str, Any] = {}
    if intent.rest:
        run = _named(intent.rest, states, turn, voice)
        if not isinstance(run, Facts):
            return run
        named = {"name": run.id("runId")}
    switch = intent.kind is Kind.RESUME and turn.offers("trading_status")
    return Ask((Call(tool, named), *([Call("trading_status", {})] if switch else [])))


def _switch(turn: Turn) -> str:
    """Return where the kill switch stands, empty where that was not asked or is not known."""
    looked = turn.of("trading_status")
    return (looked[-1].facts or Facts()).text("state") if looked and not looked[-1].failed else ""


def _named(name: str, states: frozenset[str], turn: Turn, voice: Voice) -> Facts | Step:
    """Return the run of a name, or the step that comes before knowing it."""
    lists = turn.of("runs_list")
    if not lists:
        return Ask((Call("runs_list", {"limit": LISTED}),))
    if wrong := problem(lists[0], voice):
        return Say(wrong)
    facts = lists[0].facts or Facts()
    rows = [each for each in facts.rows("runs") if each.id("runId")]
    found = _meant(name, rows, lambda run: run.text("state") in states) or _meant(name, rows, bool)
    return found or Say(f"{voice.say('runs.no_such', name=name)}\n{telling.listed(facts, voice)}")


def _meant(name: str, rows: Sequence[Facts], fits: Callable[[Facts], bool]) -> Facts | None:
    """Return the newest run of a name, in any spelling, that fits."""
    wanted = _plain(name)
    return next((each for each in rows if _plain(each.id("name")) == wanted and fits(each)), None)


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(name)))
