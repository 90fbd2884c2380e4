"""`kit access`: who of Telegram and Discord is let in."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.keys_cli import Role, Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient

CodeOrId = Annotated[str, typer.Argument(metavar="CODE|ID", help="The code they show, or their id.")]
PersonId = Annotated[str, typer.Argument(metavar="ID", help="Such as telegram:123456.")]
NewRole = Annotated[str, typer.Argument(metavar="ROLE", help="viewer, trader or owner.")]
Name = Annotated[str | None, typer.Option(help="What to call them.")]
Words = Callable[[Mapping[str, Any]], str]


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    access = typer.Typer(
        help="Let people of Telegram and Discord in, or shut them out.", no_args_is_help=True
    )

    def ask(url: str | None, verb: str, words: Words, **params: Any) -> None:
        async def tell(client: "KitClient") -> int:
            given = {name: value for name, value in params.items() if value is not None}
            print(words(await client.call(f"access.{verb}", given)))
            return 0

        raise typer.Exit(run(url, tell))

    @access.command("list")
    def show(url: Url = None) -> None:
        """List who waits to be let in, and everybody who was."""
        ask(url, "list", everybody)

    @access.command()
    def approve(
        code: Annotated[str, typer.Argument(help="The code that they show.")],
        role: Role = "viewer",
        name: Name = None,
        url: Url = None,
    ) -> None:
        """Let somebody in who shows the code they were given in a chat."""
        ask(url, "approve", person, code=code, role=role, name=name)

    @access.command()
    def deny(who: CodeOrId, url: Url = None) -> None:
        """Make the code of somebody who waits good for nothing."""
        ask(url, "deny", denied, **{"id" if ":" in who else "code": who})

    @access.command()
    def role(who: PersonId, role: NewRole, name: Name = None, url: Url = None) -> None:
        """Let somebody in by their id, or change what they may do."""
        ask(url, "setRole", person, id=who, role=role, name=name)

    @access.command()
    def revoke(who: PersonId, url: Url = None) -> None:
        """Shut somebody out."""
        ask(url, "revoke", person, id=who)

    return access


def everybody(told: Mapping[str, Any]) -> str:
    """Return who waits and who was let in, a line each."""
    waiting = [f"waits: {each['name']} ({each['id']}); kit access approve CODE" for each in told["requests"]]
    return "\n".join([*waiting, *map(person, told["people"])] or ["nobody yet: they write to the bot first"])


def person(told: Mapping[str, Any]) -> str:
    """Return who somebody is in one line."""
    shut = " (revoked)" if told["status"] == "revoked" else ""
    return f"{told['id']}  {told['role']}{shut}  {told['name']}"


def denied(told: Mapping[str, Any]) -> str:
    """Return that somebody is not let in."""
    return f"{told['name']} ({told['id']}) is not let in; that code is good for nothing now"
