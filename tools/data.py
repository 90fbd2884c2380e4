"""Candles of the past: fetching them ahead, and what is there."""

from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.market import OfPair, Quoted
from tools.policy import Scope
from tools.registry import capability
from tools.wire import CandleLength, IsoTime, NoParams, Pair, Result, Since, Until
from trading.backtest.history import as_moment
from trading.backtest.stores import Kept, OwnFile
from trading.timeframes import Timeframe

# More holes than these are counted, not listed.
SHOWN = 20


class Download(OfPair):
    """Which candles: `to` is now when it is left out, and as a date alone the whole of that day."""

    timeframe: CandleLength = Timeframe.H1
    begin: Annotated[Since, Field(alias="from")]
    end: Annotated[Until | None, Field(alias="to")] = None


class Hole(Result):
    """Candles that the exchange does not have: when the first would have opened, and how many."""

    begin: Annotated[IsoTime, Field(alias="from")]
    candles: int


class Downloaded(Quoted):
    """What is there now; of many holes the first are listed."""

    timeframe: Timeframe
    begin: Annotated[IsoTime, Field(alias="from")]
    end: Annotated[IsoTime, Field(alias="to")]
    candles: int
    missing: int
    gaps: list[Hole]


class KeptRow(Result):
    """Candles that were fetched; `size` in bytes. There may be holes in the span."""

    pair: Pair
    exchange: str
    source: str
    timeframe: Timeframe
    begin: Annotated[IsoTime, Field(alias="from")]
    end: Annotated[IsoTime, Field(alias="to")]
    candles: int
    size: int


class FileRow(Result):
    """A person's own file; `problem` says why it cannot be used."""

    name: str
    size: int
    timeframe: Timeframe | None
    begin: Annotated[IsoTime | None, Field(alias="from")]
    end: Annotated[IsoTime | None, Field(alias="to")]
    candles: int | None
    problem: str | None


class DataList(Result):
    """The candles that are there without asking an exchange."""

    cached: list[KeptRow]
    files: list[FileRow]


@capability("data.download", scope=Scope.TRADE)
async def download(ctx: Context, params: Download) -> Downloaded:
    """Fetch the candles of a range ahead, so that backtests find them, and say what there is."""
    services = ctx.services
    end = params.end or services.clock.now()
    found = await services.histories.get(
        params.pair, params.timeframe, params.begin, end, exchange=params.exchange
    )
    gaps = found.gaps()
    return Downloaded(
        pair=found.symbol,
        exchange=found.exchange,
        source=found.source,
        timeframe=found.timeframe,
        begin=found.begins,
        end=found.ends,
        candles=found.measured,
        missing=sum(each.bars for each in gaps),
        gaps=[Hole(begin=as_moment(each.start), candles=each.bars) for each in gaps[:SHOWN]],
    )


@capability("data.list")
async def list_data(ctx: Context, params: NoParams) -> DataList:
    """List which candles are kept here and which files of candles a person put there."""
    histories = ctx.services.histories
    cached, files = await histories.store.kept(), await histories.files.found()
    return DataList(cached=[_kept(each) for each in cached], files=[_file(each) for each in files])


def _kept(kept: Kept) -> KeptRow:
    return KeptRow(
        pair=kept.series.symbol,
        exchange=kept.series.exchange,
        source=kept.series.source,
        timeframe=kept.series.timeframe,
        begin=as_moment(kept.span.start),
        end=as_moment(kept.span.stop),
        candles=kept.candles,
        size=kept.size,
    )


def _file(file: OwnFile) -> FileRow:
    return FileRow(
        name=file.name,
        size=file.size,
        timeframe=file.timeframe,
        begin=None if file.span is None else as_moment(file.span.start),
        end=None if file.span is None else as_moment(file.span.stop),
        candles=file.candles,
        problem=file.problem,
    )
