"""`kit keys` as a person runs it."""

import json
from pathlib import Path

from tests.kit.commands import executed, kit, ready, started

AT_ANY_PORT = {"KIT_GATEWAY_PORT": "0"}


async def test_keys_are_made_listed_and_revoked_without_a_service(tmp_path: Path) -> None:
    home = tmp_path / "home"
    none = await executed(home, "keys", "list", "--json", **AT_ANY_PORT)
    assert (none.code, json.loads(none.out)) == (0, [])
    made = await kit(home, "keys", "create", "my bot", "--role", "trader", "--days", "30", **AT_ANY_PORT)
    key = made.out.strip()
    assert (made.code, key[:4], len(key)) == (0, "kit_", 47)
    assert key not in made.err
    dated = await kit(home, "keys", "create", "dated", "--expires", "2090-12-31", **AT_ANY_PORT)
    assert dated.code == 0

    listed = await kit(home, "keys", "list", "--json", **AT_ANY_PORT)
    found = {each["name"]: each for each in json.loads(listed.out)}
    mine = found["my bot"]
    assert (mine["role"], mine["status"]) == ("trader", "active")
    assert mine["expiresAt"] - mine["createdAt"] == 30 * 24 * 3600 * 1000
    assert (found["dated"]["role"], found["dated"]["expiresAt"]) == ("viewer", 3_818_361_600_000)

    revoked = await kit(home, "keys", "revoke", mine["id"], **AT_ANY_PORT)
    assert revoked.code == 0
    table = (await kit(home, "keys", "list", **AT_ANY_PORT)).out.splitlines()
    assert len(table) == 3
    assert mine["id"] in table[1]
    assert "revoked" in table[1]
    assert key not in "".join(table)


async def test_keys_are_made_by_the_service_that_runs_and_count_there(tmp_path: Path) -> None:
    home, token = tmp_path / "home", {"KIT_GATEWAY_TOKEN": "the-owners-token"}
    async with started(home, "start", KIT_GATEWAY_PORT="0", **token) as service:
        url = (await ready(service)).split("ws://")[1].split()[0].rstrip(",")
        there = ("--url", f"ws://{url}")
        made = await kit(home, "keys", "create", "bot", *there, **token)
        mine = {"KIT_GATEWAY_TOKEN": made.out.strip()}
        asked = await kit(home, "call", "sessions.list", *there, **mine)
        assert (asked.code, json.loads(asked.out)) == (0, {"sessions": []})
        refused = await kit(home, "keys", "list", *there, **mine)
        assert (refused.code, "FORBIDDEN" in refused.err) == (1, True)
        (key,) = json.loads((await kit(home, "keys", "list", "--json", *there, **token)).out)
        assert (await kit(home, "keys", "revoke", key["id"], *there, **token)).code == 0
        shut = await kit(home, "call", "sessions.list", *there, **mine)
        assert (shut.code, "AUTH_INVALID" in shut.err + shut.out) == (1, True)


async def test_what_makes_no_sense_is_refused_with_its_code(tmp_path: Path) -> None:
    home = tmp_path / "home"
    past = await kit(home, "keys", "create", "x", "--expires", "2020-01-01", **AT_ANY_PORT)
    assert (past.code, past.out, "INVALID_PARAMS" in past.err) == (1, "", True)
    unknown = await kit(home, "keys", "revoke", "key_none", **AT_ANY_PORT)
    assert (unknown.code, "NOT_FOUND" in unknown.err) == (1, True)
    assert (await kit(home, "keys", "create", "x", "--expires", "soon", **AT_ANY_PORT)).code == 2
