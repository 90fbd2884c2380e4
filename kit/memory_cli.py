"""`kit memory`: what the agent remembers of you, to be searched, shown, added to and forgotten."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient

Limit = Annotated[int, typer.Option(min=1, max=50, help="How many.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[
    list[str], typer.Argument(help="Ids, as `kit memory list` shows them, or words to search for.")
]
Words = Annotated[list[str], typer.Argument(help="What to look for.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

ID = "mem_"
WIDTH = 100


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    memory = typer.Typer(help="See, change and forget what the agent remembers.", no_args_is_help=True)
    _looks(memory, run)
    _changes(memory, run)
    _files(memory, run)
    return memory


def _looks(memory: typer.Typer, run: Run) -> None:
    @memory.command()
    def search(words: Words, limit: Limit = 10, as_json: AsJson = False, url: Url = None) -> None:
        """Search by words and by meaning."""

        async def look(client: "KitClient") -> int:
            await client.memory.sync()
            found = await client.memory.search(query=" ".join(words), limit=limit)
            if found["notice"]:
                print(found["notice"], file=sys.stderr)
            _print(found["results"], as_json)
            return 0

        raise typer.Exit(run(url, look))

    @memory.command("list")
    def show(limit: Limit = 20, as_json: AsJson = False, url: Url = None) -> None:
        """List memories, the latest first."""

        async def look(client: "KitClient") -> int:
            await client.memory.sync()
            _print((await client.memory.list(limit=limit))["memories"], as_json)
            return 0

        raise typer.Exit(run(url, look))

    @memory.command("show")
    def one(
        path: Annotated[str, typer.Argument(help="A file of the workspace, such as MEMORY.md.")],
        url: Url = None,
    ) -> None:
        """Print a file of the workspace."""

        async def look(client: "KitClient") -> int:
            print((await client.memory.get(path=path))["content"].rstrip("\n"))
            return 0

        raise typer.Exit(run(url, look))


def _changes(memory: typer.Typer, run: Run) -> None:
    @memory.command()
    def add(text: Annotated[str, typer.Argument(help="A fact.")], url: Url = None) -> None:
        """Have a fact remembered."""

        async def keep(client: "KitClient") -> int:
            kept = await client.memory.add(text=text)
            print(f"{kept['id']}: {'remembered' if kept['fresh'] else 'known already'}")
            return 0

        raise typer.Exit(run(url, keep))

    @memory.command()
    def forget(which: Which, yes: Yes = False, url: Url = None) -> None:
        """Forget memories for good, once you have seen which."""

        async def drop(client: "KitClient") -> int:
            ids = list(which)
            if not all(each.startswith(ID) for each in which):
                await client.memory.sync()
                found = await client.memory.search(" ".join(which), kind=["fact", "note"])
                ids = chosen(found["results"])
            elif not yes and not typer.confirm(f"Forget {', '.join(ids)} for good?"):
                ids = []
            if not ids:
                print("nothing was forgotten")
                return 1
            _tell(await client.memory.forget(ids=ids))
            return 0

        raise typer.Exit(run(url, drop))

    @memory.command()
    def undo(url: Url = None) -> None:
        """Take back the memory that was added last."""

        async def drop(client: "KitClient") -> int:
            _tell(await client.memory.undo())
            return 0

        raise typer.Exit(run(url, drop))


def _files(memory: typer.Typer, run: Run) -> None:
    @memory.command()
    def sync(url: Url = None) -> None:
        """Look at the files now, and say which cannot be read."""
        raise typer.Exit(run(url, lambda client: _synced(client, rebuild=False)))

    @memory.command()
    def rebuild(url: Url = None) -> None:
        """Have every vector made anew, which goes on in the background."""
        raise typer.Exit(run(url, lambda client: _synced(client, rebuild=True)))


async def _synced(client: "KitClient", rebuild: bool) -> int:
    told = await client.memory.sync(rebuild=rebuild)
    print(f"{told['memories']} memories, {told['waiting']} of them wait for their vector")
    for each in told["unread"]:
        print(f"{each['path']} is not read: {each['problem']}", file=sys.stderr)
    if told["problem"]:
        print(f"found by words alone: {told['problem']}", file=sys.stderr)
    return 1 if told["unread"] or told["problem"] else 0


def chosen(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Show memories with numbers and return the id of the one that is named; empty for none."""
    if not found:
        return []
    for number, each in enumerate(found, 1):
        print(f"{number}. {_line(each)}")
    said = typer.prompt("Forget which, for good? (a number, or nothing)", default="", show_default=False)
    place = int(said) if said.strip().isdecimal() else 0
    return [str(found[place - 1]["id"])] if 0 < place <= len(found) else []


def _tell(gone: Mapping[str, Any]) -> None:
    for each in gone["forgotten"]:
        print(f"forgotten: {_line(each)}")
    if gone["notice"]:
        print(gone["notice"], file=sys.stderr)


def _print(found: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for each in found:
        print(f"{each['id']}  {_line(each)}")
    if not found:
        print("no memories")


def _line(memory: Mapping[str, Any]) -> str:
    words = " ".join(memory["snippet"].split())
    cut = words if len(words) <= WIDTH else f"{words[: WIDTH - 1]}…"
    day = datetime.fromtimestamp(memory["at"] / 1000, UTC).date()
    return f"{day}  {cut}  ({memory['path']}:{memory['startLine']})"
