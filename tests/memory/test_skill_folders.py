"""Folders of skills as they are found on disk, whatever somebody has put there."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.skill_folders import (
    MAX_DATA_BYTES,
    MAX_SHEET_BYTES,
    MOST_SKILLS,
    DataText,
    FoundSkill,
    SkillFolders,
)
from memory.skill_sheet import MAX_FRONT_CHARS, BadSkill, SkillSheet, read_sheet

GOOD = """\
---
name: Moon Phases
description: Tells what the moon
  is up to
version: 1.10
when:
  en: [full moon, phase of the moon]
  de: [vollmond, full moon]
capabilities: [market.price]
needs: [live-prices]
tools: [market_price, market.candles]
data: [moons.csv]
---

# Moons

Look up, then --- say what you saw.
---
No more.
"""
SPARE = "---\nname: Spare\ndescription: Does little\n---\nDo little."


def put(root: Path, skill: str, content: str | bytes = SPARE) -> Path:
    folder = root / skill
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "SKILL.md"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def only(root: Path) -> FoundSkill:
    (found,) = SkillFolders(root).look()
    return found


def test_a_skill_is_what_its_file_says(tmp_path: Path) -> None:
    put(tmp_path, "moon-phases", GOOD)
    (tmp_path / "moon-phases" / "moons.csv").write_text("day,phase\n")
    (tmp_path / "README.md").write_text("A file that lies about is no skill.")
    (tmp_path / ".git").mkdir()
    assert only(tmp_path) == FoundSkill(
        "moon-phases",
        SkillSheet(
            id="moon-phases",
            name="Moon Phases",
            description="Tells what the moon is up to",
            version="1.10",
            when=("full moon", "phase of the moon", "vollmond"),
            capabilities=("market.price",),
            needs=("live-prices",),
            tools=("market_price", "market.candles"),
            data=("moons.csv",),
            text=GOOD,
            instructions="# Moons\n\nLook up, then --- say what you saw.\n---\nNo more.",
        ),
    )


@pytest.mark.parametrize("spelling", ["\ufeff{}", "{}\n\n"])
def test_a_file_may_be_written_by_any_editor(tmp_path: Path, spelling: str) -> None:
    put(tmp_path, "spare", spelling.format(SPARE).replace("\n", "\r\n"))
    sheet = only(tmp_path).sheet
    assert sheet is not None
    assert (sheet.name, sheet.instructions, sheet.tools) == ("Spare", "Do little.", None)


def test_a_folder_that_is_not_there_has_no_skills(tmp_path: Path) -> None:
    assert SkillFolders(tmp_path / "none").look() == ()


def front(lines: str) -> str:
    return f"---\nname: Bad\ndescription: Is bad\n{lines}\n---\nDo bad things."


LAUGHS = "\n".join(
    ["a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    + [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcdefghi")]
)

BAD: dict[str, str | bytes] = {
    "nothing": "",
    "no front matter": "# Just text",
    "front matter not first": f"\n\nHello\n{SPARE}",
    "front matter without end": "---\nname: Bad\ndescription: Is bad\n",
    "no fields": "---\n---\nHello",
    "a list": "---\n- name\n---\nHello",
    "a word": "---\nname\n---\nHello",
    "no name": "---\ndescription: Is bad\n---\nHello",
    "an empty name": "---\nname:\ndescription: Is bad\n---\nHello",
    "no description": "---\nname: Bad\n---\nHello",
    "no instructions": "---\nname: Bad\ndescription: Is bad\n---\n \n",
    "two documents": "---\nname: Bad\n...\n--- {}\ndescription: Is bad\n---\nHello",
    "broken YAML": front("when: [a, b"),
    "a tab": front("\twhen: [a]"),
    "unknown field": front("tool: [market_price]"),
    "field twice": front("tools: [market_price]\ntools: [trade_execute]"),
    "strange field": front("? [a, b]\n: c"),
    "another id": front("id: good"),
    "tools as text": front("tools: market_price"),
    "tools left empty": front("tools:"),
    "tools nested": front("tools: [[market_price]]"),
    "tools with odd letters": front("tools: ['../../market']"),
    "when as a word": front("when: hello"),
    "name of many lines": "---\nname: |\n  a\n  \x85b\ndescription: Is bad\n---\nHello",
    "long description": front(f"version: {'1' * 33}"),
    "too many phrases": front(f"when: [{', '.join(f'word {place}' for place in range(121))}]"),
    "data outside": front("data: [../../../etc/passwd]"),
    "data hidden": front("data: [.env]"),
    "data absolute": front("data: [/etc/passwd]"),
    "anchors": front("when: &all [a, b]\ncapabilities: *all"),
    "an anchor alone": front("when: &all [a, b]"),
    "a laugh": front(LAUGHS),
    "deep": front(f"when: {'[' * 2000}{']' * 2000}"),
    "python object": front("when: !!python/object/apply:os.system ['touch /tmp/pwned']"),
    "huge front matter": front(f"# {'x' * MAX_FRONT_CHARS}"),
    "huge": SPARE + "x" * MAX_SHEET_BYTES,
    "binary": b"\x7fELF\x02\x01\x01\x00" * 100,
    "zero bytes": SPARE.encode() + b"\0",
    "escapes of a terminal": SPARE + "\x1b[2J",
    "another encoding": SPARE.encode("utf-16"),
    "half a letter": SPARE.encode() + "ä".encode()[:1],
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_file_is_an_error_that_says_why_and_hurts_no_other_skill(
    tmp_path: Path, content: str | bytes
) -> None:
    put(tmp_path, "bad", content)
    put(tmp_path, "good")
    began = time.monotonic()
    bad, good = SkillFolders(tmp_path).look()
    assert time.monotonic() - began < 2
    assert (bad.id, bad.sheet) == ("bad", None)
    assert bad.problem is not None
    assert bad.problem.isprintable()
    assert len(bad.problem) < 300
    assert good.sheet is not None


SECRET = "---\nname: Secret\ndescription: Is secret\n---\nThe password is hunter2."


def link_to_file(root: Path, outside: Path) -> None:
    (root / "bad").mkdir()
    (root / "bad" / "SKILL.md").symlink_to(outside / "SKILL.md")


def link_to_folder(root: Path, outside: Path) -> None:
    (root / "bad").symlink_to(outside)


def link_to_itself(root: Path, outside: Path) -> None:
    (root / "bad").symlink_to(root / "bad")


def link_to_nothing(root: Path, outside: Path) -> None:
    (root / "bad").symlink_to(outside / "gone")


def pipe_as_file(root: Path, outside: Path) -> None:
    (root / "bad").mkdir()
    os.mkfifo(root / "bad" / "SKILL.md")


def pipe_as_folder(root: Path, outside: Path) -> None:
    os.mkfifo(root / "bad")


def folder_as_file(root: Path, outside: Path) -> None:
    (root / "bad" / "SKILL.md").mkdir(parents=True)


def device(root: Path, outside: Path) -> None:
    (root / "bad").mkdir()
    (root / "bad" / "SKILL.md").symlink_to("/dev/zero")


def nothing_in_it(root: Path, outside: Path) -> None:
    (root / "bad").mkdir()


@pytest.mark.parametrize(
    "place",
    [
        link_to_file,
        link_to_folder,
        link_to_itself,
        link_to_nothing,
        pipe_as_file,
        pipe_as_folder,
        folder_as_file,
        device,
        nothing_in_it,
    ],
)
def test_what_is_no_file_of_its_own_is_not_read(tmp_path: Path, place: Callable[[Path, Path], None]) -> None:
    root = tmp_path / "skills"
    put(tmp_path, "outside", SECRET)
    put(root, "good")
    place(root, tmp_path / "outside")
    bad, good = SkillFolders(root).look()
    assert (bad.id, bad.sheet, bad.problem is None) == ("bad", None, False)
    assert good.sheet is not None


@pytest.mark.parametrize(
    "name", ["Moon", "moon phases", "mönd", "-moon", "m" * 65, "moon\n", "\x1b[2J", b"\xff\xfe"]
)
def test_an_odd_name_is_an_error_under_a_name_that_can_be_shown(tmp_path: Path, name: str | bytes) -> None:
    folder = os.path.join(os.fsencode(tmp_path), os.fsencode(name))
    os.mkdir(folder)
    found = only(tmp_path)
    assert (found.sheet, found.problem is None) == (None, False)
    assert found.id.encode()
    assert found.id.isprintable()


def test_there_is_room_for_so_many_skills_and_each_one_more_says_so(tmp_path: Path) -> None:
    for place in range(MOST_SKILLS + 3):
        put(tmp_path, f"skill-{place:03}")
    found = SkillFolders(tmp_path).look()
    assert [each.sheet is not None for each in found] == [True] * MOST_SKILLS + [False] * 3
    assert all(each.problem for each in found[MOST_SKILLS:])


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "skills").write_text("hello")
    found = only(tmp_path / "skills")
    assert (found.id, found.sheet, found.problem is None) == ("skills", None, False)


def test_a_change_is_seen_at_the_next_look_and_nothing_else_is_read_again(tmp_path: Path) -> None:
    path = put(tmp_path, "spare")
    put(tmp_path, "other")
    folders = SkillFolders(tmp_path)
    other, spare = folders.look()
    assert [each.sheet for each in folders.look()] == [other.sheet, spare.sheet]

    stamp = path.stat().st_mtime_ns
    path.write_text(SPARE.replace("Spare", "Share"))
    # An editor may put the time back.
    os.utime(path, ns=(stamp, stamp))
    again, changed = folders.look()
    assert again.sheet is other.sheet
    assert changed.sheet is not None
    assert changed.sheet.name == "Share"

    path.write_text("broken")
    assert folders.look()[1].problem is not None
    put(tmp_path, "new")
    path.unlink()
    assert [(each.id, each.problem is None) for each in folders.look()] == [
        ("new", True),
        ("other", True),
        ("spare", False),
    ]
    path.parent.rmdir()
    put(tmp_path, "spare")
    assert [each.problem for each in folders.look()] == [None] * 3


def with_data(root: Path, *names: str) -> Path:
    put(root, "data", front(f"data: [{', '.join(names)}]"))
    return root / "data"


def test_data_is_read_as_far_as_there_is_room(tmp_path: Path) -> None:
    folder = with_data(tmp_path, "short.csv", "long.txt", "edge.txt")
    (folder / "short.csv").write_text("a,b\n1,ä\n", encoding="utf-8")
    (folder / "long.txt").write_text("x" * (MAX_DATA_BYTES - 1) + "äöü", encoding="utf-8")
    (folder / "edge.txt").write_text("x" * MAX_DATA_BYTES, encoding="utf-8")
    folders = SkillFolders(tmp_path)
    assert folders.look()[0].missing == ()
    assert folders.data("data", "short.csv") == DataText("a,b\n1,ä\n", 9, truncated=False)
    # A letter that is cut in half is left out.
    assert folders.data("data", "long.txt") == DataText(
        "x" * (MAX_DATA_BYTES - 1), MAX_DATA_BYTES + 5, truncated=True
    )
    assert folders.data("data", "edge.txt") == DataText("x" * MAX_DATA_BYTES, MAX_DATA_BYTES, truncated=False)


def test_data_that_is_no_file_beside_the_skill_is_missing_and_never_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("hunter2")
    root = tmp_path / "skills"
    folder = with_data(root, "gone.csv", "link.csv", "pipe.csv", "folder.csv", "binary.csv", "latin.csv")
    (folder / "link.csv").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (folder / "binary.csv").write_bytes(b"\0\1\2")
    (folder / "latin.csv").write_bytes("ä".encode("latin-1"))
    folders = SkillFolders(root)
    assert folders.look()[0].missing == ("gone.csv", "link.csv", "pipe.csv", "folder.csv")
    for name in ("gone.csv", "link.csv", "pipe.csv", "folder.csv", "binary.csv", "latin.csv"):
        with pytest.raises(BadSkill):
            folders.data("data", name)
    with pytest.raises(BadSkill):
        folders.data("none", "gone.csv")


def test_a_folder_that_became_a_link_is_not_read_through(tmp_path: Path) -> None:
    root = tmp_path / "skills"
    folder = with_data(root, "rules.csv")
    (folder / "rules.csv").write_text("mine")
    outside = tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)
    with pytest.raises(BadSkill):
        SkillFolders(root).data("data", "rules.csv")


@given(st.text(max_size=200) | st.text("-:[]{}&*!|>'\"#%@`,? \nab1", max_size=80).map(front))
def test_any_text_is_a_skill_or_says_why_it_is_none(text: str) -> None:
    with suppress(BadSkill):
        sheet = read_sheet("any", text)
        assert sheet.name
        assert sheet.instructions
