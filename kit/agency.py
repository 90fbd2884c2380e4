"""What answers messages: the models, their graph, the files and memories they read."""

import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial

from agent.models.port import Model
from agent.runner import Runner
from kit.background.loop import Loop
from kit.graphs import LazyGraph
from kit.home import workspace_templates
from kit.parts import build_model, model_names, named_models
from kit.remembering import build_notebook, distilling, following
from kit.settings import Settings
from memory.database import CHECKPOINTS, Database
from memory.notebook import Notebook
from memory.workspace import Workspace
from tools.context import Context
from tools.pairing import principal_of_person
from tools.registry import Registry
from trading.clock import Clock
from trading.ports import NewId


@dataclass(frozen=True, slots=True)
class Agency:
    """What answers messages. `models` names what it thinks with; `loops` keep memories up to date."""

    runner: Runner
    graph: LazyGraph
    workspace: Workspace
    models: Sequence[str]
    notebook: Notebook
    loops: Sequence[Loop]


async def build_agency(
    settings: Settings,
    model: Model | None,
    entropy: Callable[[int], bytes],
    registry: Registry,
    database: Database,
    clock: Clock,
    new_id: NewId,
    stack: AsyncExitStack,
) -> Agency:
    """Return what answers messages, by this model or else by those of the settings."""
    chosen = model or build_model(settings, clock, random.Random(entropy(8)))
    stack.push_async_callback(chosen.aclose)
    workspace = Workspace(settings.home / "workspace")
    workspace.make(workspace_templates())
    notebook = build_notebook(settings, workspace, database, clock, new_id)
    stack.push_async_callback(notebook.index.close)
    waiting = partial(_waiting, database)
    graph = await stack.enter_async_context(LazyGraph(settings.database, settings.data, waiting))
    database.beside.append(settings.data / CHECKPOINTS)
    named = named_models(chosen, None if model else model_names(settings))
    runner = Runner(chosen, registry, workspace, graph, named=named)
    stack.push_async_callback(registry.drain)
    stack.push_async_callback(runner.close)
    loops = (
        following(settings, notebook, database, clock),
        distilling(settings, notebook, database, chosen, clock),
    )
    return Agency(runner, graph, workspace, tuple(named), notebook, loops)


async def take_up(runner: Runner, ctx: Context, account: str) -> None:
    """Go on with the turns that waited for a person, whoever they are of."""
    await runner.take_up(ctx)
    async with ctx.services.database.read() as uow:
        people = await uow.people.all()
    for each in people:
        principal = principal_of_person(each, account)
        if principal is not None:
            await runner.take_up(replace(ctx, principal=principal))


async def _waiting(database: Database) -> frozenset[str]:
    """Return the turns that wait for a person, and so go on."""
    async with database.read() as uow:
        return frozenset(each.id for each in await uow.turns.waiting())
