"""`kit skills`: what K.I.T. knows how to do, and switching that on and off."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.columns import columns
from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient

Skill = Annotated[str, typer.Argument(metavar="ID", help="The id, as `kit skills list` shows it.")]
File = Annotated[str | None, typer.Option(help="Print this data file of the skill instead.")]

COLUMNS = ("id", "version", "from", "status", "note")


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    skills = typer.Typer(help="List and show skills, and switch them on and off.", no_args_is_help=True)

    @skills.command("list")
    def show_all(
        url: Url = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
    ) -> None:
        """List every skill with how it stands and what is amiss with it."""

        async def look(client: "KitClient") -> int:
            found = (await client.skill.list())["skills"]
            print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else table(found))
            return 0

        raise typer.Exit(run(url, look))

    @skills.command()
    def show(skill: Skill, file: File = None, url: Url = None) -> None:
        """Print a skill as it is written down, or one of its data files."""

        async def look(client: "KitClient") -> int:
            found = await client.skill.get(skill, file=file)
            print("\n".join(_data(found["file"]) if file else _whole(found)))
            return 0

        raise typer.Exit(run(url, look))

    @skills.command()
    def enable(skill: Skill, url: Url = None) -> None:
        """Let a skill be used again."""

        async def switch(client: "KitClient") -> int:
            print(_standing(await client.skill.enable(skill)))
            return 0

        raise typer.Exit(run(url, switch))

    @skills.command()
    def disable(skill: Skill, url: Url = None) -> None:
        """Let a skill be used no more, until it is enabled."""

        async def switch(client: "KitClient") -> int:
            print(_standing(await client.skill.disable(skill)))
            return 0

        raise typer.Exit(run(url, switch))

    return skills


def table(skills: Sequence[Mapping[str, Any]]) -> str:
    """Return skills as lines in columns."""
    return columns([COLUMNS, *(_row(skill) for skill in skills)])


def _row(skill: Mapping[str, Any]) -> tuple[str, ...]:
    origin = "own" if skill["own"] else "built in"
    return skill["id"], skill["version"], origin, skill["status"], "; ".join(_notes(skill))


def _notes(skill: Mapping[str, Any]) -> list[str]:
    return [*([skill["reason"]] if skill["reason"] else []), *skill["health"]]


def _standing(skill: Mapping[str, Any]) -> str:
    return "; ".join([f"{skill['id']} is {skill['status']}", *_notes(skill)])


def _whole(skill: Mapping[str, Any]) -> list[str]:
    return [_standing(skill), *(["", skill["text"].rstrip()] if skill["text"] else [])]


def _data(file: Mapping[str, Any]) -> list[str]:
    cut = [f"… (cut: the file has {file['size']} bytes)"] if file["truncated"] else []
    return [file["text"].rstrip("\n"), *cut]
