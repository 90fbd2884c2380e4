"""`kit keys`: make API keys, list them, revoke them."""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.namespaces import fields

if TYPE_CHECKING:
    from kit.client import KitClient

Use = Callable[["KitClient"], Awaitable[int]]
Run = Callable[[str | None, Use], int]
"""Connects to a service, uses it, and returns the exit code."""

Url = Annotated[str | None, typer.Option(help="A running gateway; without it the one of KIT_HOME.")]
Role = Annotated[str, typer.Option(help="viewer reads, trader also trades, owner may do everything.")]
Days = Annotated[int | None, typer.Option(min=1, help="Good for so many days.")]
Expires = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="Good until then, UTC."),
]

COLUMNS = ("id", "name", "role", "status", "created", "expires")


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

    @keys.command()
    def create(
        name: Annotated[str, typer.Argument(help="What the key is for.")],
        role: Role = "viewer",
        days: Days = None,
        expires: Expires = None,
        url: Url = None,
    ) -> None:
        """Make a key and print it: it is shown this once."""
        end = None if expires is None else int(expires.replace(tzinfo=UTC).timestamp() * 1000)

        async def make(client: "KitClient") -> int:
            asked = fields({"name": name, "role": role, "days": days, "expires_at": end})
            made = await client.call("keys.create", asked)
            if "key" not in made:
                print(f"the answer with the key was lost: revoke {made['id']}, make another", file=sys.stderr)
                return 1
            until = (
                "until it is revoked" if made["expiresAt"] is None else f"until {_time(made['expiresAt'])}"
            )
            # Alone on its stream, so that KEY=$(kit keys create …) holds it.
            print(made["key"])
            told = f"{made['id']}: a {made['role']}'s key, good {until}. It is not shown again; keep it safe."
            print(told, file=sys.stderr)
            return 0

        raise typer.Exit(run(url, make))

    @keys.command("list")
    def show(
        url: Url = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
    ) -> None:
        """List every key, without the keys themselves."""

        async def look(client: "KitClient") -> int:
            found = (await client.keys.list())["keys"]
            print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else table(found))
            return 0

        raise typer.Exit(run(url, look))

    @keys.command()
    def revoke(
        key: Annotated[str, typer.Argument(metavar="ID", help="The id, as `kit keys list` shows it.")],
        url: Url = None,
    ) -> None:
        """Revoke a key: whoever holds it is refused from the next request on."""

        async def end(client: "KitClient") -> int:
            revoked = await client.keys.revoke(id=key)
            print(f"{revoked['id']} ({revoked['name']}) is revoked")
            return 0

        raise typer.Exit(run(url, end))

    return keys


def table(keys: list[Mapping[str, Any]]) -> str:
    """Return keys as lines in columns."""
    if not keys:
        return "no keys yet: kit keys create NAME"
    rows = [COLUMNS, *(_row(key) for key in keys)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(key: Mapping[str, Any]) -> tuple[str, ...]:
    expires = "never" if key["expiresAt"] is None else _time(key["expiresAt"])
    return (key["id"], key["name"], key["role"], key["status"], _time(key["createdAt"]), expires)


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%MZ")
