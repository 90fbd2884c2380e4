"""The command line: `kit start`, `kit chat`, `kit call`, `kit keys`, `kit doctor`."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit import (
    access_cli,
    arena_cli,
    backtest_cli,
    data_cli,
    keys_cli,
    ledger_cli,
    memory_cli,
    runs_cli,
    settings_cli,
    skills_cli,
)
from kit.answers import KitError
from kit.errors import CannotStart, WrongSettings
from kit.safety_cli import register

if TYPE_CHECKING:
    from kit.client import KitClient

USAGE = 2
FAILED = 1

app = typer.Typer(
    help="K.I.T.: a trading agent that lives in your chat. It trades with paper money.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Session = Annotated[str, typer.Option(help="The conversation to talk in.")]
Url = Annotated[str | None, typer.Option(help="A running gateway; without it the one of KIT_HOME.")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"kit {version('kit-trading-agent')}")
        raise typer.Exit


@app.callback()
def _every(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def start(
    chat: Annotated[bool, typer.Option(help="Also open the chat prompt, on a terminal.")] = False,
) -> None:
    """Run the service until it is interrupted."""
    from kit.garbage import hold

    hold()
    from kit.run import serve_until_stopped

    raise typer.Exit(asyncio_run(serve_until_stopped(prompt=chat and sys.stdin.isatty())))


@app.command()
def chat(
    message: Annotated[str | None, typer.Argument(help="One message; without it a prompt opens.")] = None,
    session: Session = "main",
    url: Url = None,
) -> None:
    """Talk to the agent."""
    from kit.chat_prompt import once, repl
    from kit.run import HISTORY, PICTURES
    from kit.settings import default_home

    home = default_home(os.environ)

    async def talk(client: "KitClient") -> int:
        if message is None:
            return await repl(client, session=session, history=home / HISTORY, pictures=home / PICTURES)
        return await once(client, message, session=session, pictures=home / PICTURES)

    raise typer.Exit(asyncio_run(_with_client(url, talk)))


@app.command()
def call(
    method: Annotated[str, typer.Argument(help="A capability such as market.price.")],
    params: Annotated[str, typer.Argument(help="Its parameters as JSON.")] = "{}",
    url: Url = None,
) -> None:
    """Call any capability and print its answer as JSON."""
    try:
        values = json.loads(params)
    except json.JSONDecodeError as error:
        raise typer.BadParameter(f"not JSON: {error}") from None
    if not isinstance(values, dict):
        raise typer.BadParameter('the parameters are a JSON object, like \'{"pair": "BTC/USDT"}\'')

    async def ask(client: "KitClient") -> int:
        try:
            answer = await client.call(method, values)
        except KitError as error:
            print(json.dumps({"error": _shown(error)}, indent=2, ensure_ascii=False))
            return FAILED
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0

    raise typer.Exit(asyncio_run(_with_client(url, ask)))


@app.command()
def doctor() -> None:
    """Check settings, keys, ports and data, and say what to mend."""
    from kit.doctor import examine

    findings = asyncio_run(examine())
    for finding in findings:
        print(finding)
    raise typer.Exit(FAILED if any(finding.bad for finding in findings) else 0)


@app.command()
def capabilities() -> None:
    """Print the table of everything K.I.T. can do, in Markdown."""
    from kit.documents import capability_table

    print(capability_table())


def _shown(error: KitError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "retryable": error.retryable,
        "retryAfterMs": error.retry_after_ms,
        "details": error.details,
    }


async def _with_client(url: str | None, use: Callable[["KitClient"], Awaitable[int]]) -> int:
    from kit.run import client_of

    async with client_of(url) as client:
        return await use(client)


def _run_with(url: str | None, use: Callable[["KitClient"], Awaitable[int]]) -> None:
    raise typer.Exit(asyncio_run(_with_client(url, use)))


register(app, _run_with)


def asyncio_run(work: Any) -> Any:
    """Run a coroutine on the fast event loop, where there is one for this system."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def _run(url: str | None, use: keys_cli.Use) -> int:
    return int(asyncio_run(_with_client(url, use)))


backtest_cli.register(app, _run)
settings_cli.register(app, _run)

GROUPS = (
    ("access", access_cli),
    ("keys", keys_cli),
    ("ledger", ledger_cli),
    ("data", data_cli),
    ("skills", skills_cli),
    ("memory", memory_cli),
    ("arena", arena_cli),
    ("runs", runs_cli),
)

for name, group in GROUPS:
    app.add_typer(group.commands(_run), name=name)


def main() -> None:
    """Run the command line; what a person can mend is said without a stack trace."""
    try:
        app()
    except (WrongSettings, CannotStart) as error:
        print(f"kit: {error}", file=sys.stderr)
        sys.exit(USAGE)
    except KitError as error:
        print(f"kit: {error.message} ({error.code})", file=sys.stderr)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
