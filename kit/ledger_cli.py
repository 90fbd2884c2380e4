"""`kit ledger`: hold the books to what was written."""

from typing import TYPE_CHECKING

import typer

from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    ledger = typer.Typer(help="Hold the books to what was written.", no_args_is_help=True)

    @ledger.callback()
    def group() -> None:
        """Hold the books to what was written."""

    @ledger.command()
    def verify(url: Url = None) -> None:
        """Check every entry against its hash and every balance against the entries; name what was changed."""

        async def check(client: "KitClient") -> int:
            found = await client.call("ledger.verify")
            for flaw in found["flaws"]:
                print(f"{flaw['account']}: {flaw['place']}: {flaw['problem']}")
            told = f"{found['entries']} entries of {found['accounts']} accounts"
            print(f"{told}: all as they were written" if found["ok"] else f"{told}: NOT as they were written")
            return 0 if found["ok"] else 1

        raise typer.Exit(run(url, check))

    return ledger
