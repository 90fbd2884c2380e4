"""A person's own files of candles, as people write them."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from memory.datasets import Datasets
from tests.trading.backtest.archive import BTC, Archive, at
from trading.backtest.stores import Columns, OwnFile, Span
from trading.clock import epoch_ms
from trading.errors import InvalidBacktest, MissingHistory
from trading.timeframes import Timeframe

FIRST = 1_764_547_200_000
"""2025-12-01, midnight."""

TIMES: dict[str, tuple[str, Callable[[int], str]]] = {
    "iso with zone": ("time", lambda row: f"2025-12-01T{row:02}:00:00Z"),
    "iso with an offset": ("time", lambda row: f"2025-12-01T{row + 1:02}:00:00+01:00"),
    "iso without zone": ("Date", lambda row: f"2025-12-01 {row:02}:00"),
    "seconds": ("timestamp", lambda row: str(FIRST // 1000 + row * 3600)),
    "milliseconds": ("Timestamp", lambda row: str(FIRST + row * 3_600_000)),
}


def rows(columns: Columns) -> list[tuple[float, ...]]:
    bars = columns.bars
    parts = (columns.times, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return list(zip(*(each.tolist() for each in parts), strict=True))


def write(folder: Path, *lines: str, name: str = "mine.csv") -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("kind", TIMES)
async def test_times_are_read_as_people_write_them(tmp_path: Path, kind: str) -> None:
    name, form = TIMES[kind]
    write(
        tmp_path,
        f"{name},Open,High,Low,Close,Volume",
        *(f"{form(row)},{row + 10},{row + 12},{row + 9},{row + 11},{row}.5" for row in range(3)),
    )
    assert rows(await Datasets(tmp_path).read("mine.csv", Timeframe.H1)) == [
        (FIRST + row * 3_600_000, row + 10, row + 12, row + 9, row + 11, row + 0.5) for row in range(3)
    ]


async def test_a_parquet_file_is_read_and_a_volume_that_is_not_there_is_zero(tmp_path: Path) -> None:
    times = pa.array([FIRST, FIRST + 3_600_000], pa.timestamp("ms", tz="UTC"))
    prices = {name: [5, 6] for name in ("open", "high", "low", "close")}
    parquet.write_table(pa.table({"timestamp": times, **prices}), tmp_path / "mine.parquet")
    assert rows(await Datasets(tmp_path).read("mine.parquet", Timeframe.H1)) == [
        (FIRST, 5, 5, 5, 5, 0),
        (FIRST + 3_600_000, 6, 6, 6, 6, 0),
    ]


async def test_shorter_candles_are_made_longer_only_where_they_are_all_there(tmp_path: Path) -> None:
    lines = [
        f"{FIRST + each * 1_800_000},{each + 1},{each + 3},{each + 0.5},{each + 2},2" for each in range(9)
    ]
    write(tmp_path, "time,open,high,low,close,volume", *lines[:3], *lines[4:])
    hour = 3_600_000
    assert rows(await Datasets(tmp_path).read("mine.csv", Timeframe.H1)) == [
        (FIRST, 1, 4, 0.5, 3, 4),
        (FIRST + 2 * hour, 5, 8, 4.5, 7, 4),
        (FIRST + 3 * hour, 7, 10, 6.5, 9, 4),
    ]
    for longer in (Timeframe.M15, Timeframe.M3):
        with pytest.raises(InvalidBacktest):
            await Datasets(tmp_path).read("mine.csv", longer)


GOOD = (f"{FIRST},1,2,1,2,0", f"{FIRST + 60_000},1,2,1,2,0")
BAD_LINES = {
    "unsorted": f"{FIRST - 60_000},1,2,1,2,0",
    "doubled": f"{FIRST + 60_000},1,2,1,2,0",
    "no number": f"{FIRST + 120_000},1,many,1,2,0",
    "no price": f"{FIRST + 120_000},1,,1,2,0",
    "zero": f"{FIRST + 120_000},0,2,0,2,0",
    "not a number": f"{FIRST + 120_000},nan,2,1,2,0",
    "high below low": f"{FIRST + 120_000},1,1,2,1,0",
    "other unit": f"{FIRST // 1000 + 120},1,2,1,2,0",
    "no time": "soon,1,2,1,2,0",
    "microseconds": f"{(FIRST + 120_000) * 1000},1,2,1,2,0",
    "volume below zero": f"{FIRST + 120_000},1,2,1,2,-1",
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
async def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    write(tmp_path, "time,open,high,low,close,volume", *GOOD, line)
    with pytest.raises(MissingHistory) as caught:
        await Datasets(tmp_path).read("mine.csv", Timeframe.M1)
    assert caught.value.details == {"dataset": "mine.csv", "line": 4}


BAD_FILES = {
    "empty": "",
    "no close": "time,open,high,low\n1,2,3,4\n",
    "two times": "time,date,open,high,low,close\n1,1,2,3,4,5\n",
    "named twice": "time,open,open,high,low,close\n1,1,2,3,4,5\n",
    "short line": "time,open,high,low,close\n1,2\n",
    "no grid": "time,open,high,low,close\n0,1,1,1,1\n7,1,1,1,1\n",
    "off the grid": "time,open,high,low,close\n30,1,1,1,1\n90,1,1,1,1\n",
    "no text": "\udcff\udcfe",
}


@pytest.mark.parametrize("text", BAD_FILES.values(), ids=BAD_FILES)
async def test_a_file_that_holds_no_candles_is_refused_and_listed_with_its_problem(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "mine.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(MissingHistory) as caught:
        await Datasets(tmp_path).read("mine.csv", Timeframe.M1)
    assert caught.value.details["dataset"] == "mine.csv"
    (listed,) = await Datasets(tmp_path).found()
    assert (listed.name, listed.candles, listed.problem is None) == ("mine.csv", None, False)


async def test_broken_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.parquet").write_bytes(b"PAR1 and then nothing of it")
    with pytest.raises(MissingHistory):
        await Datasets(tmp_path).read("mine.parquet", Timeframe.M1)


async def test_only_files_of_the_folder_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write(tmp_path, "time,open,high,low,close,volume", *GOOD, name="secret.csv")
    (folder / "linked.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "sub.csv").mkdir()
    datasets = Datasets(folder)
    for name in (
        "../secret.csv",
        str(tmp_path / "secret.csv"),
        "kit.db",
        "..",
        "",
        "a\0.csv",
        "x" * 300 + ".csv",
        "\ud800.csv",
    ):
        with pytest.raises(InvalidBacktest):
            await datasets.read(name, Timeframe.M1)
    for name in ("linked.csv", "none.csv", "sub.csv"):
        with pytest.raises(MissingHistory):
            await datasets.read(name, Timeframe.M1)


async def test_files_are_listed_with_what_they_hold(tmp_path: Path) -> None:
    write(tmp_path, "time,open,high,low,close,volume", *GOOD)
    (tmp_path / "kit.db").write_bytes(b"")
    size = (tmp_path / "mine.csv").stat().st_size
    assert await Datasets(tmp_path).found() == [
        OwnFile("mine.csv", size, 2, Span(FIRST, FIRST + 120_000), Timeframe.M1)
    ]


async def test_a_history_comes_from_a_file_with_its_lead(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    lines = [f"{epoch_ms(at(each))},{each + 1},{each + 1},{each + 1},{each + 1}" for each in range(50)]
    write(tmp_path, "time,open,high,low,close", *lines)
    found = await archive.histories.get(BTC, Timeframe.H1, at(20), at(45), lead=5, dataset="mine.csv")
    assert (found.exchange, found.source, found.symbol) == ("mine.csv", "file", BTC)
    assert (found.lead, found.bars.close.tolist()) == (5, [each + 1 for each in range(15, 45)])
    assert archive.asked() == 0
    with pytest.raises(MissingHistory) as caught:
        await archive.histories.get(BTC, Timeframe.H1, at(20), at(500), dataset="mine.csv")
    assert caught.value.details == {"earliest": "2025-12-01T00:00:00Z", "latest": "2025-12-03T02:00:00Z"}
