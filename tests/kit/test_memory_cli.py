"""`kit memory` as a person runs it."""

import json
from pathlib import Path

from tests.kit.commands import Ran, kit


async def memory(home: Path, *words: str, said: str = "") -> Ran:
    return await kit(home, "memory", *words, said=said, KIT_GATEWAY_PORT="0", KIT_EMBEDDINGS="off")


async def test_memories_are_kept_found_shown_and_forgotten_once_a_person_agrees(tmp_path: Path) -> None:
    home = tmp_path / "home"
    kept = await memory(home, "add", "I never trade at night")
    assert (kept.code, kept.out.startswith("mem_")) == (0, True)
    assert "known already" in (await memory(home, "add", "i never trade at NIGHT.")).out
    note = home / "workspace/memory/2026-10-02.md"
    note.parent.mkdir(exist_ok=True)
    note.write_text("# 2026-10-02\n\n- Ann prefers night trains\n")
    (home / "workspace/odd.md").write_bytes(b"\0")

    found = await memory(home, "search", "night", "--json")
    assert {each["path"] for each in json.loads(found.out)} == {"MEMORY.md", "memory/2026-10-02.md"}
    assert found.err
    shown = await memory(home, "show", "memory/2026-10-02.md")
    assert (shown.code, shown.out) == (0, "# 2026-10-02\n\n- Ann prefers night trains\n")
    synced = await memory(home, "rebuild")
    assert (synced.code, "odd.md" in synced.err) == (1, True)

    left = await memory(home, "forget", "night", "trains", said="\n")
    assert (left.code, "Ann prefers" in left.out) == (1, True)
    gone = await memory(home, "forget", "night", "trains", said="1\n")
    assert (gone.code, "Ann prefers" in note.read_text()) == (0, False)
    assert (await memory(home, "undo")).code == 0
    assert "no memories" in (await memory(home, "list")).out
    unknown = await memory(home, "forget", "mem_none", "--yes")
    assert (unknown.code, "NOT_FOUND" in unknown.err) == (1, True)
    outside = await memory(home, "show", "../config.toml")
    assert (outside.code, "FORBIDDEN" in outside.err) == (1, True)
