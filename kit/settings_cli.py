"""`kit settings`: what you prefer of your chats."""

from typing import TYPE_CHECKING, Annotated

import typer

from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient


def register(app: typer.Typer, run: Run) -> None:
    """Add the command; `run` is how it reaches a service."""

    @app.command()
    def settings(
        values: Annotated[list[str] | None, typer.Argument(help="name=value, to set it.")] = None,
        url: Url = None,
    ) -> None:
        """Show your settings, or set them: `kit settings notifications.fills=silent quietHours=none`."""
        from tools.errors import InvalidParams
        from tools.setting_words import lines, parsed

        try:
            given = parsed(values or ())
        except InvalidParams as error:
            raise typer.BadParameter(str(error)) from None

        async def tell(client: "KitClient") -> int:
            told = await client.call("settings.set" if given else "settings.get", given)
            print("\n".join(lines(told)))
            return 0

        raise typer.Exit(run(url, tell))
