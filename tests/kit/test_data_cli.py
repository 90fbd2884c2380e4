"""`kit data` as a person runs it."""

from pathlib import Path

from tests.kit.commands import executed, kit

AT_ANY_PORT = {"KIT_GATEWAY_PORT": "0"}


async def test_candles_are_fetched_and_listed_without_a_service(tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = (
        "data",
        "download",
        "BTC/USDT",
        "--timeframe",
        "4h",
        "--from",
        "2025-03-01",
        "--to",
        "2025-03-02",
    )
    fetched = await kit(home, *words, **AT_ANY_PORT)
    assert (fetched.code, fetched.err) == (0, "")
    assert fetched.out.startswith("12 candles of BTC/USDT in 4h from simulated (simulated)")
    (home / "data" / "mine.csv").write_text(
        "date,open,high,low,close\n2025-01-01,1,2,1,2\n2025-01-02,2,2,2,2\n", encoding="utf-8"
    )
    (home / "data" / "bad.csv").write_text("date,open\n", encoding="utf-8")
    listed = await executed(home, "data", "list", **AT_ANY_PORT)
    cached, bad, mine = listed.out.splitlines()
    assert "12 candles, 2025-03-01T00:00:00Z to 2025-03-03T00:00:00Z" in cached
    assert bad.startswith("bad.csv")
    assert mine.startswith("mine.csv 1d (file): 2 candles, 2025-01-01T00:00:00Z to 2025-01-03T00:00:00Z")


async def test_a_range_that_makes_no_sense_is_refused_with_its_code(tmp_path: Path) -> None:
    home = tmp_path / "home"
    future = await kit(home, "data", "download", "BTC/USDT", "--from", "2190-01-01", **AT_ANY_PORT)
    assert (future.code, future.out, "INVALID_PARAMS" in future.err) == (1, "", True)
    nonsense = await kit(home, "data", "download", "BTC/USDT", "--from", "2025-02-30", **AT_ANY_PORT)
    assert (nonsense.code, "INVALID_PARAMS" in nonsense.err) == (1, True)
