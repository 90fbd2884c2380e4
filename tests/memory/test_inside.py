"""Files inside a folder: nothing that is named, linked or put there leads out of it or hangs."""

import os
import socket
import threading
from pathlib import Path

import pytest

from memory.inside import MOST_BYTES, Outside, Overtaken, Text, Unreadable, read, write
from memory.notebook import changed
from memory.workspace import OWNER, Workspace

SECRET = "the password is canary"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.md").write_text(SECRET)
    made = tmp_path / "workspace"
    (made / "memory").mkdir(parents=True)
    (made / "memory" / "day.md").write_text("inside")
    return made


@pytest.mark.parametrize(
    "path",
    [
        "../secret.md",
        "memory/../../secret.md",
        "..",
        "/etc/passwd",
        "//etc/passwd",
        "~/secret.md",
        "memory\\day.md",
        "memory/day.md\0",
        "\0",
        "",
        " ",
        ".",
        "a" * 256,
        "ä" * 128,
        "/".join("a" * 9),
        "\ud800.md",
    ],
)
def test_a_path_that_is_not_plainly_inside_is_refused(root: Path, path: str) -> None:
    for attempt in (lambda: read(root, path), lambda: write(root, path, "x", None)):
        with pytest.raises(Outside):
            attempt()
    assert sorted(each.name for each in root.parent.iterdir()) == ["secret.md", "workspace"]


@pytest.mark.parametrize("path", ["memory/day.md", "./memory//day.md"])
def test_a_file_inside_is_read(root: Path, path: str) -> None:
    about = (root / "memory" / "day.md").stat()
    assert read(root, path) == Text("inside", 6, about.st_ctime_ns)


def test_no_link_is_followed(root: Path) -> None:
    (root / "file.md").symlink_to(root.parent / "secret.md")
    (root / "near.md").symlink_to("memory/day.md")
    (root / "folder").symlink_to(root.parent)
    (root / "loop.md").symlink_to("loop.md")
    for path in ("file.md", "near.md", "folder/secret.md", "loop.md"):
        with pytest.raises(Outside):
            read(root, path)
        with pytest.raises((Outside, Unreadable)):
            write(root, path, "x", None)
    assert (root.parent / "secret.md").read_text() == SECRET
    assert (root / "file.md").is_symlink()


def test_the_folder_itself_may_be_a_link_and_that_of_a_person_may_not(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert read(tmp_path / "link", "memory/day.md").text == "inside"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "MEMORY.md").write_text(SECRET)
    workspace = Workspace(root)
    (root / "people").mkdir()
    workspace.of("telegram:1").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Outside):
        read(root, "MEMORY.md", workspace.steps("telegram:1"))
    assert workspace.people() == [OWNER]
    (root / "people").rename(root / "others")
    (root / "people").symlink_to(root / "others")
    assert workspace.people() == [OWNER]


@pytest.mark.parametrize("person", ["..", ".", "../../etc", "a/../..", "owner/..", "\0"])
def test_no_name_of_a_person_leads_out(root: Path, person: str) -> None:
    steps = Workspace(root).steps(person)
    assert len(steps) == 2
    assert not {"..", ".", ""} & set(steps)
    assert not any("/" in each or "\0" in each for each in steps)


def test_people_and_their_folders_are_each_others(root: Path) -> None:
    workspace = Workspace(root)
    people = ["telegram:1", "key_a=b", "discord:x.y", "a b/c", "100%"]
    for each in people:
        workspace.of(each).mkdir(parents=True)
    assert sorted(workspace.people()) == sorted([OWNER, *people])


def test_what_is_no_file_of_text_is_told_and_nothing_hangs(root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    (root / "folder.md").mkdir()
    (root / "large.md").write_bytes(b"a" * (MOST_BYTES + 1))
    (root / "binary.md").write_bytes(b"a\0b")
    (root / "latin.md").write_bytes("für".encode("latin-1"))
    (root / "half.md").write_bytes(b"\xed\xa0\x80")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(root, os.O_RDONLY)
        try:
            listener.bind(f"/proc/self/fd/{here}/socket.md")
        finally:
            os.close(here)
        for name in ("pipe", "folder", "large", "binary", "latin", "half", "socket"):
            with pytest.raises(Unreadable):
                read(root, f"{name}.md")
        for name in ("pipe", "folder", "socket"):
            with pytest.raises(Outside):
                write(root, f"{name}.md", "x", None)
    with pytest.raises(Unreadable):
        read(Path("/dev"), "null")
    (root / "most.md").write_bytes(b"a" * MOST_BYTES)
    assert len(read(root, "most.md").text) == MOST_BYTES


def test_what_is_not_there_is_not_found(root: Path) -> None:
    for path in ("none.md", "none/none.md", "memory/day.md/below.md"):
        with pytest.raises(FileNotFoundError):
            read(root, path)
    with pytest.raises(FileNotFoundError):
        read(root / "memory" / "day.md", "x.md")


@pytest.mark.skipif(os.geteuid() == 0, reason="may read everything")
def test_what_may_not_be_read_or_written_is_told(root: Path) -> None:
    (root / "memory" / "day.md").chmod(0)
    with pytest.raises(Unreadable):
        read(root, "memory/day.md")
    (root / "memory").chmod(0o500)
    with pytest.raises(Unreadable):
        write(root, "memory/new.md", "x", None)
    (root / "memory").chmod(0o700)


def test_a_file_that_is_swapped_for_a_link_while_it_is_read_leads_nowhere(root: Path) -> None:
    path, over = root / "swap.md", threading.Event()

    def swap() -> None:
        number = 0
        while not over.is_set():
            number += 1
            fresh = root / f"swap.{number}"
            if number % 2:
                fresh.symlink_to(root.parent / "secret.md")
            else:
                fresh.write_text("inside")
            fresh.replace(path)

    thread = threading.Thread(target=swap)
    thread.start()
    seen: set[str | None] = set()
    try:
        # How the two meet is chance: as often as it takes to have seen both.
        for number in range(50_000):
            if number > 1_000 and len(seen) > 1:
                break
            try:
                seen.add(read(root, "swap.md").text)
            except (Outside, FileNotFoundError):
                seen.add(None)
    finally:
        over.set()
        thread.join()
    assert seen == {"inside", None}


def test_a_file_is_written_in_one_step_with_its_mark_and_rights(root: Path) -> None:
    path = root / "marked.md"
    path.write_bytes(b"\xef\xbb\xbfone\r\n")
    path.chmod(0o640)
    was = read(root, "marked.md")
    assert (was.text, was.marked) == ("one\r\n", True)
    write(root, "marked.md", "two\r\n", was)
    assert path.read_bytes() == b"\xef\xbb\xbftwo\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    write(root, "new/deep/file.md", "x", None)
    assert (root / "new" / "deep" / "file.md").stat().st_mode & 0o777 == 0o600
    write(root, f"{'n' * 250}.md", "x", None)
    assert not [each for each in root.rglob(".*")]


def test_what_would_be_too_large_to_be_read_again_is_not_written(root: Path) -> None:
    was = read(root, "memory/day.md")
    with pytest.raises(Unreadable):
        write(root, "memory/day.md", "a" * (MOST_BYTES + 1), was)
    with pytest.raises(Unreadable):
        write(root, "memory/day.md/below.md", "x", None)
    assert read(root, "memory/day.md") == was


def test_nothing_is_written_over_what_somebody_else_wrote(root: Path) -> None:
    was = read(root, "memory/day.md")
    (root / "memory" / "day.md").write_text("edited meanwhile")
    for known in (was, None):
        with pytest.raises(Overtaken):
            write(root, "memory/day.md", "x", known)
    (root / "memory" / "day.md").unlink()
    with pytest.raises(Overtaken):
        write(root, "memory/day.md", "x", was)
    assert list((root / "memory").iterdir()) == []


def test_a_change_is_made_anew_of_what_somebody_wrote_meanwhile(root: Path) -> None:
    path, tries = root / "memory" / "day.md", []

    def change(text: str) -> str:
        tries.append(text)
        if len(tries) < 3:
            path.write_text(f"{text} and {len(tries)}")
        return f"{text}, changed"

    found = changed(root, "memory/day.md", change)
    assert found is not None
    assert found.text == path.read_text() == "inside and 1 and 2, changed"

    def never_alone(text: str) -> str:
        path.write_text(f"{text}!")
        return f"{text}, changed"

    with pytest.raises(Unreadable):
        changed(root, "memory/day.md", never_alone)
    assert path.read_text().endswith("changed!!!!!")


def test_what_was_begun_when_the_service_ended_is_gone_at_the_next_start(root: Path) -> None:
    left = root / "memory" / ".day.md.kit-new"
    left.write_text(SECRET)
    Workspace(root).make({"SOUL.md": "# Soul\n"})
    assert not left.exists()
    assert (root / "SOUL.md").exists()
