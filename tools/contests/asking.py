"""Asking what decides for the runs of a cycle: all at the same time, each answer on disk once it is there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from memory.database import UnitOfWork
from tools.contests.parts import Parts
from tools.contests.pulse import Node
from tools.contests.round import Round
from tools.contests.telling import SAFE_MODE
from trading.notices import Notice
from trading.runs.asking import Answer, Asked
from trading.runs.cycle import Entry, Stage
from trading.runs.decision import plain
from trading.runs.errors import InvalidRun, UnknownDecider
from trading.runs.failures import answered, enters_safe_mode, is_safe, unanswered
from trading.runs.record import DeciderKind, Run

UNKNOWN = "unknown_decider"
TOO_LATE = "too_late"
"""Of what was not asked any more: whose process was cut off in the middle of a cycle is not at fault."""

LATE = timedelta(seconds=90)
"""How long after its market a cycle that was cut off may still ask: what is decided later is out of date."""


async def ask(parts: Parts, round_: Round, entry: Entry) -> Entry:
    """Have the decider of a run decide, and put its answer on disk before anything is done about it."""
    run = round_.runs[entry.run]
    answer = await _answer(parts, round_, run)
    entry = _answered(entry, run, answer)
    round_.lease = await round_.answers.add(partial(_put, parts, entry, run, answer))
    round_.entries[run.id] = entry
    parts.pulse.beat(Node.TREND, parts.clock.now(), answer.fault)
    return entry


async def _put(parts: Parts, entry: Entry, run: Run, answer: Answer, uow: UnitOfWork) -> None:
    await uow.entries.put(entry)
    after = _counted(run, answer)
    if after is run:
        return
    # Whoever paused or stopped it meanwhile has changed the same record.
    current = await uow.runs.get(run.id) or run
    after = replace(current, failures=after.failures, version=current.version + 1)
    await uow.runs.change(after)
    if enters_safe_mode(current, after):
        await uow.notices.add(_safe_mode(parts, after, answer))


async def _answer(parts: Parts, round_: Round, run: Run) -> Answer:
    if parts.clock.now() - round_.cycle.at > LATE:
        reason = "its cycle was cut off, and is too old to be asked about"
        return Answer(run.decider.name, None, TOO_LATE, reason)
    try:
        decider = parts.deciders.of(run.decider)
    except (UnknownDecider, InvalidRun) as error:
        return Answer(run.decider.name, None, UNKNOWN, str(error))
    view = await round_.view(parts, run)
    similar = await parts.recall(run, round_.market.snapshot) if _remembers(run) else ()
    asked = Asked(run, round_.cycle.id, round_.market.snapshot, view, similar, round_.candles)
    return await decider.decide(asked)


def _remembers(run: Run) -> bool:
    return run.decider.kind is DeciderKind.MODEL


def _counted(run: Run, answer: Answer) -> Run:
    if answer.decision is not None:
        return answered(run)
    return run if answer.fault == TOO_LATE else unanswered(run)


def _answered(entry: Entry, run: Run, answer: Answer) -> Entry:
    return replace(
        entry,
        stage=Stage.DECIDED,
        decision=None if answer.decision is None else plain(answer.decision),
        fault=answer.fault,
        reason=answer.reason,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cost=answer.cost,
        latency_ms=answer.latency_ms,
        # The answer that ends safe mode was given in it.
        answer={**entry.answer, **_kept(answer), "safe": is_safe(run)},
    )


def _kept(answer: Answer) -> Mapping[str, Any]:
    return {
        "model": answer.model,
        "prompt": answer.prompt,
        "promptHash": answer.prompt_hash,
        "sharedHash": answer.shared_hash,
        "response": answer.response,
        "shown": answer.shown,
        "cachedTokens": answer.cached_tokens,
    }


def _safe_mode(parts: Parts, run: Run, answer: Answer) -> Notice:
    words = (
        f"{run.name} gave no usable answer {run.failures} times in a row ({answer.fault}): it opens nothing "
        f"until it does."
    )
    data = {"runId": run.id, "name": run.name, "fault": answer.fault, "failures": run.failures}
    return Notice(parts.new_id("ntc"), run.owner, SAFE_MODE, words, parts.clock.now(), data)
