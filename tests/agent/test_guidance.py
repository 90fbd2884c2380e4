"""What skills add to a turn: their text where it fits, fewer tools where they say so, and nothing else."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.guidance import CUT, HEAD, allowed_tools, guidance_text
from agent.models.port import ModelRequest, ToolCall
from agent.models.scripted import ScriptedModel
from agent.prompt import RULES
from agent.toolbelt import Toolbox
from kit.skillset import build_skills
from memory.records import SessionMode, TurnStatus
from memory.skill_sheet import SkillSheet
from tests.agent.talking import BUY, House, house, says
from tests.agent.test_toolbelt import code_of, results
from tests.service import running
from tests.tools.test_skills import put
from tests.wire import wire
from tools.catalog import CATALOG, build_registry
from tools.context import Context
from tools.policy import LOCAL_OWNER, Principal, Role, Surface
from tools.services import Services
from tools.sessions import NewSession
from tools.skillbook import GUIDANCE_CHARS, Skill, SkillStatus

MOON = (
    "---\nname: Moon Phases\ndescription: Tells of moons\nwhen: [full moon]\n{more}---\nLook up, {words}.\n"
)
TOOLS = sorted(each.tool_name for each in CATALOG if Surface.MODEL in each.surfaces)


def moon(words: str = "always", more: str = "") -> str:
    return MOON.format(words=words, more=more)


def skill(instructions: str = "Do.", tools: frozenset[str] | None = None, name: str = "own") -> Skill:
    sheet = SkillSheet(name, name.title(), "Nothing", "text", instructions)
    return Skill(name, True, SkillStatus.LOADED, None, sheet, None, (), tools, ())


def offered(request: ModelRequest) -> set[str]:
    return {each.name for each in request.tools}


async def heard(agent: House, message: str, model: ScriptedModel) -> str:
    """Return the prompt that a message makes."""
    await agent.say(message)
    return model.requests[-1].system


async def test_the_text_of_a_skill_reaches_the_model_in_the_turn_that_it_fits_and_in_no_other(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(lambda request: says("Aha."))
    put(tmp_path, "moon-phases", moon())
    async with house(tmp_path, model) as agent:
        before = await heard(agent, "hello there", model)
        there = await heard(agent, "is it a FULL MOON tonight?", model)
        after = await heard(agent, "thank you", model)
        assert there.count("Look up, always.") == 1
        assert "Look up" not in before + after
        assert HEAD not in before + after
        # It stands below the rules, which say what it cannot change.
        places = [there.index(each) for each in (RULES.strip(), HEAD, "Look up, always.", "# Right now")]
        assert places == sorted(places)
        assert there.replace(guidance_text([skill("Look up, always.", name="moon phases")]) + "\n\n", "") == (
            before
        )


async def test_a_core_skill_guides_the_request_it_is_for(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("Aha."))
    async with house(tmp_path, model) as agent:
        prompt = await heard(agent, "Sag mir Bescheid, wenn BTC unter 50000 fällt", model)
        assert "## Alert System\n# Alerts" in prompt
        assert prompt.count("\n## Alert System") == 1
        assert offered(model.requests[-1]) == set(TOOLS)


async def test_an_edited_skill_guides_the_next_turn_and_a_broken_or_disabled_one_none(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("Aha."))
    async with house(tmp_path, model) as agent:
        assert "Look up" not in await heard(agent, "full moon?", model)
        put(tmp_path, "moon-phases", moon())
        assert "Look up, always." in await heard(agent, "full moon?", model)
        put(tmp_path, "moon-phases", moon("twice"))
        assert "Look up, twice." in await heard(agent, "full moon?", model)
        await agent.call("skill.disable", id="moon-phases")
        assert "Look up" not in await heard(agent, "full moon?", model)
        await agent.call("skill.enable", id="moon-phases")
        assert "Look up, twice." in await heard(agent, "full moon?", model)
        put(tmp_path, "moon-phases", moon(more="tool: [market_price]\n"))
        assert "Look up" not in await heard(agent, "full moon?", model)


async def test_what_another_process_has_switched_off_guides_no_turn_here(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("Aha."))
    put(tmp_path, "moon-phases", moon())
    async with house(tmp_path, model) as agent:
        assert "Look up" in await heard(agent, "full moon?", model)
        others = build_skills(CATALOG, tmp_path)
        ctx = Context(LOCAL_OWNER, replace(agent.services, skills=others), agent.registry)
        await agent.registry.call("skill.disable", {"id": "moon-phases"}, ctx)
        assert "Look up" not in await heard(agent, "full moon?", model)


async def test_a_skill_leaves_the_tools_that_it_names_for_its_turn_alone(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY), says("No."), says("", BUY), says("Bought.")])
    # Some that do not exist, some that no model has: they are given to nobody.
    more = "tools: [market.price, portfolio_get, withdraw_all, risk.set, skill.enable]\n"
    put(tmp_path, "moon-phases", moon(more=more))
    async with house(tmp_path, model) as agent:
        await agent.say("buy for 500 if it is a full moon")
        assert offered(model.requests[0]) == {"market_price", "portfolio_get"}
        (told,) = results(model.requests[1])
        assert code_of(told) == "NOT_FOUND"
        await agent.say("then buy for 500")
        assert offered(model.requests[2]) == set(TOOLS)
        assert not results(model.requests[3])[-1].failed


async def test_a_skill_gives_nobody_a_tool_that_they_may_not_use(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("No."))
    put(tmp_path, "moon-phases", moon(more="tools: [trade_execute, market_price]\n"))
    async with house(tmp_path, model) as agent:
        await agent.say("full moon", principal=Principal("viewer", Role.VIEWER))
        assert offered(model.requests[-1]) == {"market_price"}
        made = cast(NewSession, await agent.call("sessions.create", mode="readonly"))
        await agent.say("full moon", sessionId=made.session_id)
        assert offered(model.requests[-1]) == {"market_price"}
        await agent.say("full moon")
        assert offered(model.requests[-1]) == {"market_price", "trade_execute"}


async def test_a_turn_that_goes_on_after_a_restart_is_still_guided_and_restricted(tmp_path: Path) -> None:
    put(tmp_path, "moon-phases", moon(more="tools: [trade_execute]\n"))
    first = ScriptedModel([says("", BUY)])
    async with running(tmp_path, model=first) as service, wire(service.url) as client:
        await client.request("risk.set", {"askOnPaper": True})
        question = {"message": "buy for 500 as it is a full moon", "stream": True}
        await client.send({"type": "req", "id": "asked", "method": "chat.send", "params": question})
        waiting = (await client.event("chat.waiting"))["payload"]
    second = ScriptedModel([says("Bought.")])
    async with running(tmp_path, model=second) as service, wire(service.url) as client:
        await client.request("approval.approve", {"approvalId": waiting["approvalId"]})
        await client.event("chat.complete")
        (asked,) = second.requests
        assert "Look up, always." in asked.system
        assert offered(asked) == {"trade_execute"}
        async with service.app.services.database.read() as uow:
            turn = await uow.turns.get(waiting["requestId"])
        assert turn is not None
        assert turn.status is TurnStatus.COMPLETE


async def test_a_model_reads_a_data_file_but_no_instructions_by_a_tool(tmp_path: Path) -> None:
    call = ToolCall("c", "skill_get", {"id": "moon-phases", "file": "moons.csv"})
    model = ScriptedModel([says("", call), says("Waning.")])
    folder = put(tmp_path, "moon-phases", moon(more="data: [moons.csv]\n"))
    (folder / "moons.csv").write_text("2026-11-20,waning\n", encoding="utf-8")
    async with house(tmp_path, model) as agent:
        await agent.say("what does your list say?")
        (told,) = results(model.requests[1])
        assert "waning" in told.text
        assert "Look up" not in told.text


REGISTRY = build_registry()
TOOLBOX = Toolbox(REGISTRY)
restrictions = st.none() | st.frozensets(st.sampled_from([*TOOLS, "withdraw_all", "risk_set", ""]))


@given(
    st.lists(restrictions, max_size=4),
    st.sampled_from(Role),
    st.sampled_from(SessionMode),
    st.booleans(),
    st.booleans(),
)
def test_no_restriction_ever_adds_a_tool(
    given_: list[frozenset[str] | None], role: Role, mode: SessionMode, shared: bool, late: bool
) -> None:
    ctx = Context(Principal("any", role), cast(Services, None), REGISTRY, shared=shared, late=late)
    belt = TOOLBOX.belt(ctx, mode)
    before = [each.name for each in belt.specs]
    only = belt.only(allowed_tools([skill(tools=each) for each in given_]))
    after = [each.name for each in only.specs]
    assert after == [name for name in before if all(each is None or name in each for each in given_)]


@pytest.mark.parametrize(
    ("sizes", "read", "cut"),
    [
        ((), 0, False),
        ((10,), 10, False),
        ((GUIDANCE_CHARS,), GUIDANCE_CHARS, False),
        ((10_000,), GUIDANCE_CHARS - len(CUT), True),
        ((3_000, 2_000), 5_000, False),
        ((4_000, 10_000), GUIDANCE_CHARS - len(CUT), True),
        # What is left would be too little to make sense of.
        ((5_950, 10_000), 5_950, False),
    ],
)
def test_instructions_are_bounded_together_and_say_where_they_are_cut(
    sizes: tuple[int, ...], read: int, cut: bool
) -> None:
    text = guidance_text([skill("§" * size) for size in sizes])
    assert (text.count("§"), CUT in text, bool(text)) == (read, cut, bool(sizes))


def test_the_instructions_of_any_two_core_skills_are_read_whole() -> None:
    longest = sorted(len(each.sheet.instructions) for each in build_skills(CATALOG).all() if each.sheet)
    assert sum(longest[-2:]) <= GUIDANCE_CHARS
