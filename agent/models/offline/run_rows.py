"""What is done about wishes that concern runs and the arena: one row each."""

from collections.abc import Mapping

from agent.models.offline import telling_runs
from agent.models.offline.intents import Kind
from agent.models.offline.plan_arena import plan_leaderboard, plan_why
from agent.models.offline.plan_runs import LISTED, plan_autonomy, plan_moved
from agent.models.offline.rows import Row, said
from agent.models.offline.steps import Call, each, once

RUN_ROWS: Mapping[Kind, Row] = {
    Kind.AUTONOMY: Row(
        plan_autonomy, ("runs_list", "runs_start"), said("trade autonomous|go auto", "handel automatisch")
    ),
    Kind.RUNS: Row(
        once(lambda intent: (Call("runs_list", {"limit": LISTED}),), each(telling_runs.runs)),
        ("runs_list",),
        said("my runs", "meine Läufe"),
    ),
    Kind.PAUSE: Row(
        plan_moved,
        ("runs_list", "runs_pause"),
        said("pause trading|pause my runs", "pausiere trading|pausiere meine Läufe"),
    ),
    Kind.RESUME: Row(
        plan_moved,
        ("runs_list", "runs_resume"),
        said("resume trading", "weiter handeln"),
    ),
    Kind.RUN_STOP: Row(plan_moved, ("runs_list", "runs_stop"), said("stop my runs", "beende meine Läufe")),
    Kind.LEADERBOARD: Row(
        plan_leaderboard, ("arena_leaderboard",), said("leaderboard|who is winning", "rangliste|wer führt")
    ),
    Kind.WHY: Row(
        plan_why,
        ("arena_leaderboard", "arena_decisions", "arena_trades"),
        said("why did LLM-A sell", "warum hat LLM-A verkauft"),
    ),
}
