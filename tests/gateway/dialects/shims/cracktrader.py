"""What the Python sample imports: a client of the balance alone, at the address in CRACKTRADER_URL."""

import json
import os
from typing import Any
from urllib.request import Request, urlopen


class CrackTraderAPI:
    """A client with a key."""

    def __init__(self, api_key: str) -> None:
        self._key = api_key

    def get_balance(self) -> dict[str, Any]:
        """Return what the account holds."""
        url = f"{os.environ['CRACKTRADER_URL']}/api/account/balance"
        with urlopen(Request(url, headers={"X-API-Key": self._key}), timeout=20) as response:
            found: dict[str, Any] = json.loads(response.read())
            return found
