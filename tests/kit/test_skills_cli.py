"""`kit skills` as a person runs it."""

import json
from pathlib import Path

from tests.kit.commands import executed, kit
from tests.tools.test_skills import put

AT_ANY_PORT = {"KIT_GATEWAY_PORT": "0"}
MOON = "---\nname: Moon\ndescription: Tells of moons\ndata: [moons.csv]\n---\nLook up.\n"


async def test_skills_are_listed_shown_and_switched_without_a_service(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (put(home, "moon", MOON) / "moons.csv").write_text("day,phase\n", encoding="utf-8")
    put(home, "broken", "Hello")

    shown = await executed(home, "skills", "show", "moon", **AT_ANY_PORT)
    assert (shown.code, shown.out) == (0, f"moon is loaded\n\n{MOON}")

    off = await kit(home, "skills", "disable", "moon", **AT_ANY_PORT)
    assert (off.code, off.out.startswith("moon is disabled; switched off by owner at ")) == (0, True)
    listed = json.loads((await kit(home, "skills", "list", "--json", **AT_ANY_PORT)).out)
    standing = {each["id"]: (each["status"], each["own"]) for each in listed}
    assert len(standing) == 8
    assert standing["moon"] == ("disabled", True)
    assert standing["broken"] == ("error", True)
    assert standing["backtester"] == ("loaded", False)

    on = await kit(home, "skills", "enable", "moon", **AT_ANY_PORT)
    assert (on.code, on.out) == (0, "moon is loaded\n")
