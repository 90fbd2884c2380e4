"""Plans for backtests: run what was asked for, have it drawn, tell what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.models.offline import telling_backtests as telling
from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.trial_questions import trial_question, trial_refusal
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from tools.words.trial_params import HOUSE, SPELLINGS, trial_params
from trading.backtest.strategy import plain

TOOLS: Mapping[Kind, str] = {
    Kind.BACKTEST: "backtest_run",
    Kind.OPTIMIZE: "backtest_optimize",
    Kind.COMPARE: "backtest_compare",
}
PICTURES: Mapping[str, str] = {"run": "chart_backtest", "optimize": "chart_optimization"}
UNDER_WAY = frozenset({"queued", "running"})
LISTED, LOOKED_THROUGH = 10, 50


def plan_trial(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Ask for what is missing, run it, have it drawn where that can be done, tell what came of it."""
    if intent.trial.unknown:
        found = _own(intent, turn, voice)
        if not isinstance(found, Intent):
            return found
        intent = found
    words = trial_question(intent, voice) or trial_refusal(intent, voice, turn.now)
    if words:
        return Say(words)
    tool = TOOLS[intent.kind]
    kind = tool.removeprefix("backtest_")
    done = turn.of(tool)
    if not done:
        return Ask((Call(tool, trial_params(kind, intent.trial, turn.now)),))
    if wrong := telling.trial_problem(done[-1], voice):
        return Say(wrong)
    facts = done[-1].facts or Facts()
    return _shown(kind, facts, done[-1].arguments, turn, voice, intent.trial.metric)


def plan_last(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Look up the newest backtest and tell what came of it."""
    got = turn.of("backtest_get")
    if not got:
        rows = _listed(1, turn, voice)
        if isinstance(rows, Ask | Say):
            return rows
        newest = next((row.id("backtestId") for row in rows), "")
        look = Ask((Call("backtest_get", {"backtestId": newest}),))
        return look if newest else Say(voice.say("backtests.none"))
    if wrong := problem(got[-1], voice):
        return Say(wrong)
    job = got[-1].facts or Facts()
    kind, result = job.text("kind"), job.inner("result")
    if job.text("status") != "done" or kind not in telling.CARDS:
        return Say(telling.unfinished(job, voice))
    return _shown(kind, result, None, turn, voice, "")


def plan_cancel_backtest(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Look for backtests that wait or run, end each, tell which."""
    ended = turn.of("backtest_cancel")
    if ended:
        return Say("\n".join(problem(each, voice) or telling.canceled(each, voice) for each in ended))
    rows = _listed(LOOKED_THROUGH, turn, voice)
    if isinstance(rows, Ask | Say):
        return rows
    ids = [row.id("backtestId") for row in rows if row.text("status") in UNDER_WAY]
    calls = tuple(Call("backtest_cancel", {"backtestId": each}) for each in ids if each)
    return Ask(calls) if calls else Say(voice.say("cancel.none"))


def _listed(limit: int, turn: Turn, voice: Voice) -> Sequence[Facts] | Step:
    """Return the newest backtests, or the step that comes before knowing them."""
    listed = turn.of("backtest_list")
    if not listed:
        return Ask((Call("backtest_list", {"limit": limit}),))
    if wrong := problem(listed[-1], voice):
        return Say(wrong)
    rows = (listed[-1].facts or Facts()).rows("backtests")
    return [row for row in rows if row.id("backtestId")]


def _shown(
    kind: str, facts: Facts, asked: Mapping[str, Any] | None, turn: Turn, voice: Voice, metric: str
) -> Step:
    """Return the card of a result, once its picture has been drawn where one can be."""
    tool, job = PICTURES.get(kind, ""), facts.id("backtestId")
    drawn = turn.of(tool) if tool else ()
    if tool and job and turn.offers(tool) and not drawn:
        return Ask((Call(tool, {"backtestId": job}),))
    card = telling.CARDS[kind](facts, asked, voice, metric)
    failed = [wrong for each in drawn if (wrong := telling.picture(each, voice))]
    return Say("\n".join([card, *failed]))


def _own(intent: Intent, turn: Turn, voice: Voice) -> Intent | Step:
    """Return the intent with the strategy of the person's own that was named, or what comes before that."""
    trial = intent.trial
    looked = turn.of("strategies_list")
    if not looked and turn.offers("strategies_list"):
        return Ask((Call("strategies_list", {}),))
    rows = (looked[-1].facts or Facts()).rows("strategies") if looked else ()
    names = {plain(row.id("name")): row.id("name") for row in rows if row.id("name")}
    if own := names.get(plain(trial.unknown)):
        return replace(intent, trial=replace(trial, strategies=(*trial.strategies, own), unknown=""))
    listed = [name for name in names.values() if name in HOUSE or name not in SPELLINGS] or list(HOUSE)
    known = voice.say("trial_known", names=", ".join(voice.name("strategy", each) for each in listed))
    return Say(f"{trial_question(intent, voice)} {known}")
