"""Which models there are: a name such as `anthropic:claude-sonnet-5-5` to a model that answers."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agent.models.connection import Timeouts, usable_key
from agent.models.errors import ModelRejected
from agent.models.failover import Failover
from agent.models.port import Model
from agent.models.retrying import Retrying
from trading.clock import Clock

OFFLINE = "offline"
"""The vendor that needs no key: fixed rules in this process."""

DEEPSEEK_URL = "https://api.deepseek.com"


@dataclass(frozen=True, slots=True)
class Access:
    """How a vendor lets us in: its key, and the address of another server that speaks its protocol."""

    api_key: str | None = None
    base_url: str | None = None

    def __repr__(self) -> str:
        return f"Access(api_key={'[key]' if self.api_key else None}, base_url={self.base_url!r})"


@dataclass(frozen=True, slots=True)
class Spec:
    """A model by vendor and name."""

    vendor: str
    model: str

    def __str__(self) -> str:
        return f"{self.vendor}:{self.model}"


@dataclass(frozen=True, slots=True)
class Vendor:
    """A kind of model: the one to take when none is named, and what makes one."""

    default_model: str
    make: Callable[[str, Access, Timeouts], Model]


def _anthropic(model: str, access: Access, timeouts: Timeouts) -> Model:
    from agent.models.anthropic import AnthropicModel

    return AnthropicModel(model, access.api_key or "", access.base_url, timeouts)


def _openai(model: str, access: Access, timeouts: Timeouts) -> Model:
    from agent.models.openai import OpenAIModel

    return OpenAIModel(model, access.api_key, access.base_url, timeouts)


def _deepseek(model: str, access: Access, timeouts: Timeouts) -> Model:
    from agent.models.openai import OpenAIModel

    key = access.api_key if access.base_url else usable_key("deepseek", access.api_key or "")
    return OpenAIModel(model, key, access.base_url or DEEPSEEK_URL, timeouts, "deepseek")


def _offline(model: str, access: Access, timeouts: Timeouts) -> Model:
    from agent.models.offline import OfflineModel

    return OfflineModel()


VENDORS: Mapping[str, Vendor] = {
    "anthropic": Vendor("claude-sonnet-5-5", _anthropic),
    # Newer ones of OpenAI use functions only in another protocol than chat completions.
    "openai": Vendor("gpt-6-sol", _openai),
    "deepseek": Vendor("deepseek-flash", _deepseek),
    OFFLINE: Vendor("kit", _offline),
}


def parse(spec: str) -> Spec:
    """Return vendor and model of `vendor:model`; a vendor alone stands for its default model.

    Raises ModelRejected for a vendor that is not known.
    """
    vendor, _, model = (part.strip() for part in spec.partition(":"))
    if vendor not in VENDORS:
        raise ModelRejected(f"there is no model vendor {vendor[:64]!r}; there are {', '.join(VENDORS)}")
    return Spec(vendor, model or VENDORS[vendor].default_model)


def build(spec: str, keys: Mapping[str, Access], timeouts: Timeouts | None = None) -> Model:
    """Return the model of that name; no SDK is loaded before it is asked.

    Raises ModelRejected for an unknown vendor, and ModelKeyRejected where a vendor wants a key and has none.
    """
    named = parse(spec)
    access = keys.get(named.vendor, Access())
    return VENDORS[named.vendor].make(named.model, access, timeouts or Timeouts())


def default_spec(keys: Mapping[str, Access]) -> str:
    """Return the model to take when none is named: of the first vendor with a key, else the offline one.

    A server of one's own has models nobody here can name, so its address alone chooses nothing.
    """
    keyed = (vendor for vendor, access in keys.items() if vendor in VENDORS and access.api_key)
    first = min(keyed, key=list(VENDORS).index, default=OFFLINE)
    return str(parse(first))


def assemble(
    specs: Sequence[str],
    keys: Mapping[str, Access],
    clock: Clock,
    jitter: random.Random,
    timeouts: Timeouts | None = None,
) -> Model:
    """Return the models of these names as one: each is asked again where that can help, then the next one.

    Without names it is the default model. Raises as `build` does.
    """
    names = list(specs) or [default_spec(keys)]
    patient = [Retrying(build(name, keys, timeouts), clock, jitter) for name in names]
    return patient[0] if len(patient) == 1 else Failover(patient)
