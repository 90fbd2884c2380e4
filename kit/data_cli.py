"""`kit data`: fetch candles of the past, and see which are there."""

from typing import TYPE_CHECKING, Annotated

import typer

from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient

Pair = Annotated[str, typer.Argument(help="A pair such as BTC/USDT.")]
Length = Annotated[str, typer.Option("--timeframe", help="How long a candle lasts, such as 1h.")]
From = Annotated[str, typer.Option("--from", help="The first day, or moment: 2025-01-01, UTC.")]
To = Annotated[str | None, typer.Option("--to", help="The last day, or moment; without it now.")]
Exchange = Annotated[str | None, typer.Option(help="Whose candles; without it those of the settings.")]


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    data = typer.Typer(help="Fetch candles of the past, and see which are there.", no_args_is_help=True)

    @data.command()
    def download(
        pair: Pair,
        begin: From,
        timeframe: Length = "1h",
        end: To = None,
        exchange: Exchange = None,
        url: Url = None,
    ) -> None:
        """Fetch the candles of a range, so that backtests find them."""
        given = {"pair": pair, "timeframe": timeframe, "from": begin, "to": end, "exchange": exchange}

        async def fetch(client: "KitClient") -> int:
            asked = {name: value for name, value in given.items() if value is not None}
            found = await client.call("data.download", asked)
            print(
                f"{found['candles']} candles of {found['pair']} in {found['timeframe']} from"
                f" {found['exchange']} ({found['source']}): {found['from']} to {found['to']}"
            )
            for gap in found["gaps"]:
                print(f"missing there: {gap['candles']} from {gap['from']}")
            return 0

        raise typer.Exit(run(url, fetch))

    @data.command("list")
    def list_data(url: Url = None) -> None:
        """List the candles that are kept here, and your own files of candles."""

        async def show(client: "KitClient") -> int:
            found = await client.call("data.list")
            for each in found["cached"]:
                print(
                    f"{each['pair']} {each['timeframe']} {each['exchange']} ({each['source']}):"
                    f" {each['candles']} candles, {each['from']} to {each['to']}, {each['size']} bytes"
                )
            for each in found["files"]:
                what = each["problem"] or f"{each['candles']} candles, {each['from']} to {each['to']}"
                print(f"{each['name']} {each['timeframe'] or ''} (file): {what}, {each['size']} bytes")
            if not found["cached"] and not found["files"]:
                print("nothing yet: kit data download BTC/USDT --from 2025-01-01")
            return 0

        raise typer.Exit(run(url, show))

    return data
