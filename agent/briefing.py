"""What a model is told before it answers: standing orders, what is true right now, and what is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.guidance import guide
from agent.models.port import Message
from agent.prompt import system_prompt
from agent.record import Begun
from agent.remembering import remembered, reminders
from agent.standing import standing
from memory.workspace import Workspace
from tools.context import Context
from tools.sentinels import NOTHING_TO_REPORT
from trading.clock import iso
from trading.model import Origin

FROM_JOB = (
    "comes from a scheduled job or an alert, not from a person, and nobody is there to answer a question: "
    f"when there is nothing worth telling, answer with exactly {NOTHING_TO_REPORT}"
)
LATE = "was written a while ago and not read until now: do nothing about it, ask whether it still holds"


@dataclass(frozen=True, slots=True)
class Briefing:
    """What a turn begins with. With `tools` it may use no other ones; without `messages` it goes on."""

    system: str
    messages: Sequence[Message] | None
    tools: frozenset[str] | None
    memories: Sequence[str] = ()
    """What was remembered, a line for each."""


async def brief(ctx: Context, begun: Begun, workspace: Workspace) -> Briefing:
    """Return what a turn begins with."""
    documents = _documents(ctx, workspace)
    guidance = await guide(ctx.services, begun.turn, begun.messages)
    system = system_prompt(documents, await _facts(ctx, begun), guidance.text)
    if begun.messages is None:
        return Briefing(system, None, guidance.tools)
    *before, message = begun.messages
    lines = await remembered(ctx, message.text, documents)
    notes = reminders(lines, ctx.services.clock.now())
    return Briefing(system, [*before, *notes, message], guidance.tools, lines)


def _documents(ctx: Context, workspace: Workspace) -> Mapping[str, str]:
    """Return what the model reads first; where others read along, nothing of what it knows of the person."""
    if ctx.shared:
        return workspace.rules()
    return workspace.documents(ctx.principal.person, ctx.services.memories.today())


async def _facts(ctx: Context, begun: Begun) -> dict[str, str]:
    services = ctx.services
    async with services.database.read() as uow:
        account = await uow.accounts.get(ctx.principal.account)
    money = "unknown" if account is None else account.mode.value.upper()
    facts = {
        "time": iso(services.clock.now()),
        "account": f"{ctx.principal.account} ({money})",
        "prices": services.markets.source.value,
        "session": f"{begun.turn.session_id}, mode {begun.mode.value}",
        **await standing(ctx, begun.turn.session_id),
    }
    if ctx.origin is Origin.JOB:
        facts["this message"] = FROM_JOB
    if ctx.late:
        facts["this message"] = LATE
    return facts if begun.cut is None else {**facts, "the last turn": begun.cut}
