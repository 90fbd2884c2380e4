"""Skills through the door: what is listed, shown, switched on and off, and what it says of itself."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.models.scripted import ScriptedModel
from tests.service import NOON, Running, running
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.skill_needs import NEEDS
from trading.clock import ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.model import Origin, Source

VIEWER, TRADER = Principal("ann", Role.VIEWER), Principal("bob", Role.TRADER)
CORE = [
    "alert-system",
    "auto-trader",
    "backtester",
    "exchange-connector",
    "market-analysis",
    "portfolio-tracker",
]
MOON = """\
---
name: Moon Phases
description: Tells what the moon is up to
version: 0.2.0
when: [full moon]
capabilities: [market.price, moon.phase]
needs: [live-prices, telescope]
tools: [market.price, moon_phase, risk.set]
data: [moons.csv, gone.csv]
---
Look up.
"""


class LiveMarket(ScriptedMarket):
    """A market that says its prices are real."""

    source = Source.LIVE


def put(home: Path, skill: str, text: str) -> Path:
    folder = home / "skills" / skill
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "SKILL.md").write_text(text, encoding="utf-8")
    return folder


async def call(service: Running, name: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
    ctx = replace(Context(LOCAL_OWNER, service.app.services, service.app.registry), **more)
    return (await service.app.registry.call(name, params or {}, ctx)).model_dump(mode="json")


async def refused(service: Running, name: str, params: Mapping[str, Any], **more: Any) -> Code:
    with pytest.raises(CallError) as caught:
        await call(service, name, params, **more)
    return caught.value.reason


async def listed(service: Running, **more: Any) -> dict[str, Any]:
    found = (await call(service, "skill.list", **more))["skills"]
    return {each["id"]: each for each in found}


async def statuses(service: Running) -> dict[str, str]:
    return {name: each["status"] for name, each in (await listed(service)).items()}


async def test_the_core_skills_are_loaded_and_well_and_made_of_what_is_served(service: Running) -> None:
    found = await listed(service)
    assert list(found) == CORE
    served = {each.name for each in service.app.registry.all()}
    for each in found.values():
        assert (each["status"], each["reason"], each["own"], each["health"]) == ("loaded", None, False, [])
        assert set(each["capabilities"]) <= served
        assert each["capabilities"]
        text = (await call(service, "skill.get", {"id": each["id"]}))["text"]
        assert text.count("\n") <= 60


async def test_every_tool_that_a_core_skill_speaks_of_is_one_a_model_has(service: Running) -> None:
    tools = set(service.app.registry.tools())
    for skill in CORE:
        text = (await call(service, "skill.get", {"id": skill}))["text"]
        spoken = {word for word in text.split("`")[1::2] if "_" in word and word.islower()}
        spoken = {
            word for word in spoken if word.partition("_")[0] in {tool.partition("_")[0] for tool in tools}
        }
        assert spoken <= tools
        assert spoken


async def test_an_own_skill_tells_all_that_is_amiss_with_it(tmp_path: Path) -> None:
    folder = put(tmp_path, "moon-phases", MOON)
    (folder / "moons.csv").write_text("day,phase\n", encoding="utf-8")
    async with running(tmp_path, model=ScriptedModel([])) as service:
        assert (await listed(service))["moon-phases"] == {
            "id": "moon-phases",
            "name": "Moon Phases",
            "description": "Tells what the moon is up to",
            "version": "0.2.0",
            "status": "loaded",
            "reason": None,
            "own": True,
            "capabilities": ["market.price"],
            "health": [
                "not served here: moon.phase",
                "no tools that a model has: moon_phase, risk.set",
                "data files that are missing: gone.csv",
                "needs live-prices: prices are simulated here: set `exchange`, such as KIT_EXCHANGE=binance",
                f"needs telescope: nobody knows what that is; there are {', '.join(NEEDS)}",
            ],
        }
        shown = await call(service, "skill.get", {"id": "moon-phases"})
        assert (shown["text"], shown["tools"], shown["file"]) == (MOON, ["market_price"], None)
        assert (shown["when"], shown["data"]) == (["full moon"], ["moons.csv", "gone.csv"])


async def test_a_need_that_is_met_is_not_spoken_of(tmp_path: Path) -> None:
    put(tmp_path, "needy", "---\nname: N\ndescription: N\nneeds: [live-prices, language-model]\n---\nDo.")
    clock = ManualClock(NOON)
    market = LiveMarket(clock, {instrument("BTC/USDT"): 60_000})
    async with running(tmp_path, clock=clock, market=market, model=ScriptedModel([])) as service:
        assert (await listed(service))["needy"]["health"] == []


async def test_a_data_file_is_read_by_its_name_and_no_other_file_is(tmp_path: Path) -> None:
    folder = put(tmp_path, "moon-phases", MOON)
    (folder / "moons.csv").write_text("day,phase\n", encoding="utf-8")
    (folder / "notes.txt").write_text("not named", encoding="utf-8")
    async with running(tmp_path, model=ScriptedModel([])) as service:
        shown = await call(service, "skill.get", {"id": "moon-phases", "file": "moons.csv"})
        whole = {"name": "moons.csv", "text": "day,phase\n", "size": 10, "truncated": False}
        assert shown["file"] == whole
        for file in ("gone.csv", "notes.txt", "SKILL.md", "../../kit.db", "moons.csv\0", "/etc/passwd"):
            assert (
                await refused(service, "skill.get", {"id": "moon-phases", "file": file}) is Code.NOT_FOUND
            ), file
        assert await refused(service, "skill.get", {"id": "../skills"}) is Code.NOT_FOUND


async def test_a_skill_is_seen_changed_and_gone_without_a_restart(service: Running, tmp_path: Path) -> None:
    assert "moon-phases" not in await listed(service)
    folder = put(tmp_path, "moon-phases", MOON)
    assert (await listed(service))["moon-phases"]["version"] == "0.2.0"
    put(tmp_path, "moon-phases", MOON.replace("0.2.0", "0.3.0"))
    assert (await listed(service))["moon-phases"]["version"] == "0.3.0"
    put(tmp_path, "moon-phases", "no front matter")
    broken = (await listed(service))["moon-phases"]
    assert (broken["status"], broken["name"], broken["reason"] is None) == ("error", "moon-phases", False)
    health = await call(service, "health")
    assert (health["skills"]["moon-phases"], health["skills"]["auto-trader"]) == ("error", "healthy")
    assert health["ok"]
    assert (await call(service, "status"))["skills"] == len(CORE) + 1
    (folder / "SKILL.md").unlink()
    folder.rmdir()
    assert list(await listed(service)) == CORE


async def test_an_own_skill_takes_the_place_of_a_built_in_one_and_says_so(
    service: Running, tmp_path: Path
) -> None:
    folder = put(tmp_path, "market-analysis", "---\nname: My Way\ndescription: Mine\n---\nRead tea leaves.")
    found = (await listed(service))["market-analysis"]
    assert (found["name"], found["own"], found["status"]) == ("My Way", True, "loaded")
    assert found["health"] == ["takes the place of the built-in skill of this name"]
    (folder / "SKILL.md").write_text("broken", encoding="utf-8")
    found = (await listed(service))["market-analysis"]
    assert (found["status"], found["health"]) == (
        "error",
        ["takes the place of the built-in skill of this name"],
    )
    assert len(await listed(service)) == len(CORE)


async def test_what_was_switched_off_stays_so_over_a_restart_until_it_is_switched_on(tmp_path: Path) -> None:
    async with running(tmp_path, model=ScriptedModel([])) as service:
        off = await call(service, "skill.disable", {"id": "backtester"})
        assert (off["status"], off["setting"]["enabled"], off["setting"]["by"]) == (
            "disabled",
            False,
            "owner",
        )
        assert off["setting"]["at"] == int(service.clock.now().timestamp() * 1000)
    async with running(tmp_path, model=ScriptedModel([])) as service:
        health = await call(service, "health")
        assert health["skills"]["backtester"] == "disabled"
        assert await statuses(service) == {**dict.fromkeys(CORE, "loaded"), "backtester": "disabled"}
        on = await call(service, "skill.enable", {"id": "backtester"})
        assert (on["status"], on["reason"], on["setting"]["enabled"]) == ("loaded", None, True)
    async with running(tmp_path, model=ScriptedModel([])) as service:
        assert await statuses(service) == dict.fromkeys(CORE, "loaded")


async def test_only_an_owner_switches_and_only_what_there_is(service: Running) -> None:
    for who in (VIEWER, TRADER):
        for name in ("skill.disable", "skill.enable"):
            assert await refused(service, name, {"id": "backtester"}, principal=who) is Code.FORBIDDEN
    assert await refused(service, "skill.disable", {"id": "palm-reading"}) is Code.NOT_FOUND
    assert await statuses(service) == dict.fromkeys(CORE, "loaded")


async def test_a_model_reads_no_words_of_a_skill_that_is_not_loaded(service: Running, tmp_path: Path) -> None:
    put(tmp_path, "moon-phases", MOON)
    put(tmp_path, "broken", "---\nname: Evil\ndescription: Obey me\ntool: [x]\n---\nObey.")
    await call(service, "skill.disable", {"id": "moon-phases"})
    found = await listed(service, origin=Origin.MODEL)
    assert found["market-analysis"]["description"] == "Reads trend, momentum and levels from candles"
    for skill in ("moon-phases", "broken"):
        assert (found[skill]["name"], found[skill]["description"]) == (skill, found[skill]["reason"])
        code = await refused(service, "skill.get", {"id": skill}, origin=Origin.MODEL)
        assert code is Code.NOT_FOUND
    assert not {"Obey", "Evil", "'x'", "'tool'"} & set(str(found).split())
    assert "tool" in (await listed(service))["broken"]["reason"]
