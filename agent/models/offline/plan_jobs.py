"""Plans for jobs: shown before one is made, listed, run, and each found by its place or name."""

import re
from collections.abc import Sequence
from typing import Any

from agent.models.offline import telling_jobs as telling
from agent.models.offline import telling_lists, telling_market, telling_money
from agent.models.offline.automation_gaps import job_lacks
from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from tools.words.language import fold
from tools.words.schedules import JobRead

SHOWN = 10
WEEK = "7d"
MAIN_PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
_CHANGES: dict[Kind, tuple[str, dict[str, Any], str]] = {
    Kind.JOB_DELETE: ("cron_remove", {}, "job.removed"),
    Kind.JOB_PAUSE: ("cron_update", {"enabled": False}, "job.paused"),
    Kind.JOB_RESUME: ("cron_update", {"enabled": True}, "job.resumed"),
    Kind.JOB_RUN: ("cron_run", {}, ""),
    Kind.JOB_HISTORY: ("cron_history", {"limit": SHOWN}, ""),
}


def plan_job(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Ask for what is missing, show it as it would be made, and make it once that was confirmed."""
    read = intent.job or JobRead({})
    added = turn.of("cron_add")
    if wanting := job_lacks(read, voice):
        return Say(wanting)
    if added:
        return Say(telling.added(added[-1], voice))
    jobs = _jobs(turn, voice)
    if not isinstance(jobs, Facts):
        return jobs
    name = free_name(str(read.params["name"]), jobs.rows("jobs"))
    if intent.confirmed:
        return Ask((Call("cron_add", {**read.params, "name": name}),))
    shown = telling.proposal(read, name, turn.now, voice)
    weekly = "usual" in read.notes and ("weekly" in name or "woche" in name)
    return _report_first(shown, turn, voice) if weekly else Say(shown)


def _jobs(turn: Turn, voice: Voice) -> Facts | Step:
    """Return the list of jobs, or how to come by it, or why there is none."""
    lists = turn.of("cron_list")
    if not lists:
        return Ask((Call("cron_list", {}),))
    wrong = problem(lists[0], voice)
    return Say(wrong) if wrong else lists[0].facts or Facts()


def _report_first(shown: str, turn: Turn, voice: Voice) -> Step:
    """Tell the week as well: whoever names only the report may want it now."""
    told = turn.of("portfolio_pnl")
    if told:
        week = Intent(Kind.PNL, period=WEEK)
        pnl = problem(told[0], voice) or telling_money.pnl(week, told[0].facts or Facts(), voice)
        return Say(f"{pnl}\n\n{shown}")
    if turn.offers("portfolio_pnl"):
        return Ask((Call("portfolio_pnl", {"period": WEEK}),))
    return Say(shown)


def plan_listed_job(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Change, run or look at the job that is meant; where that is not sure, list what there is."""
    tool, more, _ = _CHANGES[intent.kind]
    facts = _jobs(turn, voice)
    if not isinstance(facts, Facts):
        return facts
    job = _meant(intent, facts.rows("jobs"))
    if job is None:
        told = telling.listed(facts, voice)
        return Say(f"{told}\n{voice.say('jobs.which')}" if facts.rows("jobs") else told)
    done = turn.of(tool)
    if not done:
        return Ask((Call(tool, {"name": job.id("name"), **more}),))
    return Say(problem(done[-1], voice) or _told(intent, job, done[-1].facts or Facts(), voice))


def _told(intent: Intent, job: Facts, answer: Facts, voice: Voice) -> str:
    if intent.kind is Kind.JOB_RUN:
        return telling.ran(answer, voice)
    if intent.kind is Kind.JOB_HISTORY:
        return telling.runs(answer, voice)
    return voice.say(_CHANGES[intent.kind][2], name=job.text("name"))


def free_name(name: str, jobs: Sequence[Facts]) -> str:
    """Return a name that no job has: this one, or with a number behind it."""
    taken = {fold(job.id("name")) for job in jobs}
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if fold(each) not in taken)


def _meant(intent: Intent, jobs: Sequence[Facts]) -> Facts | None:
    if intent.number is not None:
        return jobs[intent.number - 1] if 0 < intent.number <= len(jobs) else None
    wanted = _plain(intent.rest)
    exact = [job for job in jobs if _plain(job.id("name")) == wanted]
    near = [job for job in jobs if wanted and wanted in _plain(job.id("name"))]
    found = exact or near
    return found[0] if len(found) == 1 else None


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(name)))


def plan_briefing(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Tell the prices of the watchlist, or of the main pairs where it is empty, and the portfolio."""
    watched = turn.of("watchlist_list")
    if not turn.done:
        calls = [Call(tool, {}) for tool in ("watchlist_list", "portfolio_get") if turn.offers(tool)]
        if calls:
            return Ask(tuple(calls))
    lines = (watched[0].facts or Facts()).rows("pairs") if watched and not watched[0].failed else ()
    prices = turn.of("market_price")
    if not lines and not prices:
        return Ask(tuple(Call("market_price", {"pair": pair}) for pair in MAIN_PAIRS))
    told = [
        telling_lists.watchlist(intent, watched[0].facts or Facts(), voice) if lines else "",
        *(
            problem(each, voice) or telling_market.price_line(intent, each.facts or Facts(), voice)
            for each in prices
        ),
        *(
            problem(each, voice) or telling_money.portfolio(intent, each.facts or Facts(), voice)
            for each in turn.of("portfolio_get")
        ),
    ]
    return Say("\n".join(each for each in told if each))
