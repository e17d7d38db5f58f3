"""The model that the settings name, ready to be asked, and its policy; light enough for a verb that asks once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol, cast, get_args, runtime_checkable

from actions.codec.codec import CODECS, Codec, codec
from agent.errors import SettingsError
from agent.policy import ModelPolicy, Shown
from agent.settings import ModelSettings
from perception.clients import catalog
from perception.clients.client import ModelClient, Sampling
from perception.clients.wording import Style
from perception.qwen3vl.presets import drawn

STYLES: tuple[str, ...] = get_args(Style)


class Model(NamedTuple):
    """A model's client, and how it is spoken with."""

    client: ModelClient
    codec: Codec
    prompt: Style
    sampling: Sampling
    """What every question is asked with."""


@runtime_checkable
class Loadable(Protocol):
    """A client that can read its model before the first question."""

    async def load(self) -> None:
        """Raises ModelError when the model can't be read."""
        ...


@asynccontextmanager
async def model_of(settings: ModelSettings) -> AsyncIterator[Model]:
    """The model, read or reached; its client is closed at the end.

    Raises ModelUnknown for a name that nobody knows, SettingsError for a codec or style that there is not, ModelError
    for a model that can't be read, ClientError for a server that can't be reached.
    """
    profile = catalog.resolve(
        settings.name,
        served_name=settings.served_name,
        api_key=settings.api_key.get_secret_value(),
        max_seconds=settings.timeout_seconds,
        codec=settings.codec,
        prompt=settings.prompt,
        constrained=settings.constrained,
        dtype=settings.dtype,
    )
    if profile.codec not in CODECS:
        raise SettingsError(f"model.codec: there is no codec {profile.codec!r}; known are {', '.join(CODECS)}")
    if profile.prompt not in STYLES:
        raise SettingsError(f"model.prompt: there is no style {profile.prompt!r}; known are {', '.join(STYLES)}")
    client = profile.make()
    try:
        if isinstance(client, Loadable):  # A corrupt model should end the command before anything is begun.
            await client.load()
        # Only now does the client of a server know the model's name.
        sampling = drawn(settings.sampling, client.name, profile.sampling)
        yield Model(client, codec(profile.codec), cast(Style, profile.prompt), sampling)
    finally:
        await client.close()


@asynccontextmanager
async def policy_of(
    settings: ModelSettings, *, num_recent: int = 4, told: str = "", shown: Shown | None = None
) -> AsyncIterator[ModelPolicy]:
    """The policy of that model, whose client is closed at the end; num_recent, told, shown: as for `ModelPolicy`.
    Raises what `model_of` raises, and SettingsError for a recording that the model can't look at."""
    async with model_of(settings) as model:
        yield policy_from(model, asked=settings.name, num_recent=num_recent, told=told, shown=shown)


def policy_from(
    model: Model, *, asked: str, num_recent: int = 4, told: str = "", shown: Shown | None = None
) -> ModelPolicy:
    """The policy of a model that is ready; asked, num_recent, told, shown: as for `ModelPolicy`."""
    return ModelPolicy(
        model.client,
        model.codec,
        prompt=model.prompt,
        sampling=model.sampling,
        num_recent=num_recent,
        asked=asked,
        told=told,
        shown=shown,
    )
