"""Settings: `config.toml` in KIT_HOME, overruled by the environment; what is unknown or wrong is refused."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from kit.errors import WrongSettings
from kit.near import near, question
from tools.zones import TimeOfDay, Zone

PREFIX = "KIT_"
DOCUMENTED_PORTS = (18799, 18800)
"""Each is the default of one of the two API references; both are served while no port is set."""

SHORTEST_TOKEN = 16
"""Characters of a token that others may try."""

HOST_AND_PORT = r"^([^\s/@:\[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$"

SEAT = r"^[A-Za-z0-9][A-Za-z0-9 ._\-]{0,63}=[a-z]+:\S+$"
"""Whom a seat of the arena is for: `NAME=vendor:model`, `NAME=strategy:name` or `NAME=baseline:name`."""

Port = Annotated[int, Field(ge=0, le=65535)]


def _elsewhere(name: str) -> Any:
    """Return the names of a setting whose variable belongs to somebody else, such as a vendor's SDK."""
    return AliasChoices(name, name.upper())


class Settings(BaseSettings):
    """Everything a person may set. Variables are KIT_ and the name in capitals, unless another is given."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True, populate_by_name=True
    )

    home: Path
    gateway_host: str = "127.0.0.1"
    gateway_port: Port | None = Field(None, validation_alias=AliasChoices("gateway_port", "KIT_GATEWAY_PORT"))
    api_port: Port | None = Field(None, validation_alias=_elsewhere("api_port"))
    extra_ports: Annotated[tuple[Port, ...], NoDecode] = ()
    gateway_token: SecretStr | None = None
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    max_connections: Annotated[int, Field(ge=1, le=100_000)] = 50
    limits: bool = True
    rest_write_per_min: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    database_url: SecretStr | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    model: Annotated[tuple[str, ...], NoDecode] = ()
    anthropic_api_key: SecretStr | None = Field(None, validation_alias=_elsewhere("anthropic_api_key"))
    anthropic_base_url: str | None = Field(None, validation_alias=_elsewhere("anthropic_base_url"))
    openai_api_key: SecretStr | None = Field(None, validation_alias=_elsewhere("openai_api_key"))
    openai_base_url: str | None = Field(None, validation_alias=_elsewhere("openai_base_url"))

    deepseek_api_key: SecretStr | None = Field(None, validation_alias=_elsewhere("deepseek_api_key"))
    deepseek_base_url: str | None = Field(None, validation_alias=_elsewhere("deepseek_base_url"))

    arena: bool = True
    arena_models: bool = False
    arena_minutes: Annotated[int, Field(ge=1, le=10_080)] = 5
    arena_seats: Annotated[
        tuple[Annotated[str, Field(pattern=SEAT)], ...], NoDecode, Field(max_length=20)
    ] = ()

    exchange: Annotated[str, Field(min_length=1, max_length=40)] = "simulated"
    exchange_urls: dict[str, str] = Field(default_factory=dict)
    reference_exchange: Annotated[str, Field(min_length=1, max_length=40)] | None = None

    live: bool = False
    exchange_api_key: SecretStr | None = None
    exchange_api_secret: SecretStr | None = None
    exchange_api_password: SecretStr | None = None
    exchange_api_uid: SecretStr | None = None
    account: Annotated[str, Field(pattern="^(main|live)$")] = "main"

    backtest_workers: Annotated[int, Field(ge=1, le=64)] = 2
    backtest_memory_mb: Annotated[int, Field(ge=512, le=1_048_576)] = 4096
    backtest_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600

    embeddings: Annotated[str, Field(pattern="^(local|off|openai:.+)$")] = "local"
    embeddings_api_key: SecretStr | None = None
    embeddings_base_url: str | None = None
    chroma_url: Annotated[str, Field(pattern="^https?://[^/]+$")] | None = None

    timezone: Zone = "UTC"
    heartbeat_minutes: Annotated[int, Field(ge=0, le=1_440)] = 30
    heartbeat_from: TimeOfDay = "00:00"
    heartbeat_to: TimeOfDay = "00:00"

    telegram_bot_token: SecretStr | None = Field(None, validation_alias=_elsewhere("telegram_bot_token"))
    telegram_api_url: str | None = None
    telegram_webhook_url: Annotated[str, Field(pattern="^https://[^/]+/.+")] | None = None
    discord_bot_token: SecretStr | None = Field(None, validation_alias=_elsewhere("discord_bot_token"))
    discord_api_url: str | None = None

    webhook_key: Annotated[SecretStr, Field(min_length=SHORTEST_TOKEN)] | None = None
    webhook_hosts: Annotated[tuple[Annotated[str, Field(pattern=HOST_AND_PORT)], ...], NoDecode] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the call overrule the environment, and the environment the file."""
        config = Path(init_settings.init_kwargs["home"]) / "config.toml"  # type: ignore[attr-defined]
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config)

    @field_validator("extra_ports", "model", "allowed_origins", "webhook_hosts", "arena_seats", mode="before")
    @classmethod
    def _by_commas(cls, value: Any) -> Any:
        """Read a list that an environment variable can only hold as text."""
        if isinstance(value, str | int):
            return tuple(part.strip() for part in str(value).split(",") if part.strip())
        return value

    @field_validator("arena_seats", mode="after")
    @classmethod
    def _one_each(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = [each.partition("=")[0].strip() for each in value]
        if len(set(names)) != len(names):
            raise ValueError("each seat has a name of its own")
        return value

    @model_validator(mode="after")
    def _no_open_door(self) -> "Settings":
        if is_loopback(self.gateway_host):
            return self
        others = f"gateway_host {self.gateway_host} can be reached by others"
        if self.gateway_token is None:
            raise ValueError(f"{others}: set gateway_token (KIT_GATEWAY_TOKEN) first, or bind 127.0.0.1")
        if len(self.gateway_token.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(
                f"{others}, and a short gateway_token (KIT_GATEWAY_TOKEN) can be guessed: take at least "
                f"{SHORTEST_TOKEN} characters, such as those of `openssl rand -hex 16`, or bind 127.0.0.1"
            )
        return self

    @model_validator(mode="after")
    def _no_open_webhook(self) -> "Settings":
        if self.telegram_webhook_url is not None and self.gateway_token is None:
            raise ValueError(
                "telegram_webhook_url lets others reach this: set gateway_token (KIT_GATEWAY_TOKEN) too"
            )
        return self

    @model_validator(mode="after")
    def _no_careless_live(self) -> "Settings":
        if self.account == "live" and not self.live:
            raise ValueError("account is live, and live is not switched on (KIT_LIVE=true)")
        if not self.live:
            return self
        from trading.markets import PAPER_NAMES

        missing = [
            f"{name} ({PREFIX}{name.upper()})"
            for name in ("gateway_token", "exchange_api_key", "exchange_api_secret")
            if getattr(self, name) is None
        ]
        if self.exchange.lower() in PAPER_NAMES:
            missing.append("an exchange (KIT_EXCHANGE)")
        if missing:
            raise ValueError(f"live trading needs {', '.join(missing)} too")
        return self

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that must open; the documented ones when none is set."""
        asked = self.gateway_port if self.gateway_port is not None else self.api_port
        first = DOCUMENTED_PORTS if asked is None else (asked,)
        return (*first, *self.extra_ports)

    @property
    def port_is_given(self) -> bool:
        """Whether somebody chose the port, so that no other will do."""
        return self.gateway_port is not None or self.api_port is not None

    @property
    def data(self) -> Path:
        """Where databases live."""
        return self.home / "data"

    @property
    def database(self) -> str:
        """The database's URL: SQLite in the home unless another is set."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / 'kit.db'}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def default_home(environment: Mapping[str, str]) -> Path:
    """Return KIT_HOME, or ~/.kit."""
    return Path(environment.get("KIT_HOME") or Path.home() / ".kit").expanduser().absolute()


# Variables of ours that are not settings of the service.
_CLIENT_VARIABLES = frozenset({"KIT_GATEWAY_URL"})


def load(home: Path | None = None, **overrides: Any) -> Settings:
    """Return the settings of a home; raise WrongSettings that names each one that is unknown or wrong."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | _CLIENT_VARIABLES
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise WrongSettings([_unknown(name, known) for name in unknown])
    try:
        return Settings(home=home or default_home(os.environ), **overrides)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings([f"config.toml: {error}"]) from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise WrongSettings([_problem(each["loc"], each["type"], each["msg"]) for each in problems]) from None


def _problem(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(str(part) for part in location)
    if kind == "extra_forbidden":
        return _unknown(name, set(Settings.model_fields) - {"home"})
    return f"{name}: {message}" if name else message.removeprefix("Value error, ")


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"{name}: there is no such setting{question(near(name, known))}"
