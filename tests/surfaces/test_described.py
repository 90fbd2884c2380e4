"""Whatever is asked of the service over HTTP, it answers as its description says, and mostly does it."""

from pathlib import Path

import pytest

from tests.surfaces.described import UNREAD, ask_all, served


@pytest.mark.parametrize("cases", [250, pytest.param(100_000, marks=pytest.mark.long)])
def test_every_operation_answers_as_it_is_described(tmp_path: Path, cases: int) -> None:
    with served(tmp_path) as http:
        asked, codes = ask_all(http, cases)
    assert asked >= cases
    done = codes.total() - sum(codes[code] for code in UNREAD)
    assert done >= asked / 2, codes
    assert not codes["INTERNAL_ERROR"], codes
