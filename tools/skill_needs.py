"""What a skill may need of a service, and whether that is there."""

from collections.abc import Callable, Mapping, Sequence

from tools.services import Services
from trading.model import Source

OFFLINE = "offline:"


def _live_prices(services: Services) -> str | None:
    if services.markets.source is Source.LIVE:
        return None
    return f"prices are {services.markets.source.value} here: set `exchange`, such as KIT_EXCHANGE=binance"


def _language_model(services: Services) -> str | None:
    if any(not name.startswith(OFFLINE) for name in services.models):
        return None
    return "only the built-in offline model answers, which reads no skill: set ANTHROPIC_API_KEY or another"


def _chat_platform(services: Services) -> str | None:
    if any(each.state == "running" for each in services.platforms.states()):
        return None
    return "neither Telegram nor Discord runs: set TELEGRAM_BOT_TOKEN or DISCORD_BOT_TOKEN"


NEEDS: Mapping[str, Callable[[Services], str | None]] = {
    "live-prices": _live_prices,
    "language-model": _language_model,
    "chat-platform": _chat_platform,
}


def unmet(needs: Sequence[str], services: Services) -> list[str]:
    """Return what of some needs is not there, each with how to mend it."""
    found = [(need, NEEDS[need](services) if need in NEEDS else _unknown()) for need in needs]
    return [f"needs {need}: {why}" for need, why in found if why is not None]


def _unknown() -> str:
    return f"nobody knows what that is; there are {', '.join(NEEDS)}"
