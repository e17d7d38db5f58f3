"""Weights that are put out by the learner, and the policy that plays with the newest of them.

    weights/v12.safetensors     all weights, float32
    weights/newest              "12", replaced whole

A player takes them up before an episode begins, in memory and without a restart, so one episode is played by one
version; every step that it records says which.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from safetensors.torch import load_file, save_file

from actions.codec.codec import codec
from agent.evaluation.benchmark import Episode
from agent.policy import Choice, Identity, ModelPolicy, Situation
from perception.clients.catalog import resolve
from perception.clients.client import Sampling
from perception.clients.embedded import EmbeddedClient
from perception.clients.wording import Style
from perception.errors import ModelError
from perception.files import replace_file

NEWEST = "newest"
KEPT = 3
"""Versions that stay: a player may be reading an older one."""
_VERSION = re.compile(r" v(\d+)$")


def version_of(policy: str) -> int:
    """The version of the weights in the name that a step records. Raises ModelError for a name without one."""
    found = _VERSION.search(policy)
    if found is None:
        raise ModelError(f'"{policy}" names no version of weights: it was not played to learn from')
    return int(found[1])


def put_out(weights: dict[str, Any], place: Path, version: int) -> None:
    """Write weights, tensors by their names, for players to take up; older ones go."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"v{version}.safetensors"
    save_file({name: tensor.detach().float().contiguous() for name, tensor in weights.items()}, path)
    replace_file(place / NEWEST, str(version).encode())
    for old in place.glob("v*.safetensors"):
        if not version - KEPT < int(old.stem[1:]) <= version:
            old.unlink()


class FollowingPolicy:
    """A policy of the embedded engine that plays with the newest weights."""

    def __init__(self, policy: ModelPolicy, client: EmbeddedClient, place: Path, seed: int) -> None:
        """client: the policy's; place: where weights are put out; seed: with an episode's name, what it draws by."""
        self._policy, self._client, self._place, self._seed = policy, client, place, seed
        self._version = -1
        self._drawing = 0

    @property
    def identity(self) -> Identity:
        """The model's, with the version of its weights."""
        return self._policy.identity

    async def begin(self, episode: Episode) -> None:
        """Take up the newest weights. Raises ModelError where they can't be read."""
        for _ in range(KEPT):  # one that is read may be taken away, when newer ones came meanwhile
            with suppress(FileNotFoundError):
                await self._take_up(int((self._place / NEWEST).read_bytes()))
                break
        else:
            raise ModelError(f"{self._place} holds no weights that can be read: begin the run anew")
        name = f"{self._seed}/{episode.task.id}"
        self._drawing = int.from_bytes(sha256(name.encode()).digest()[:4], "big")

    async def decide(self, situation: Situation) -> Choice:
        """What the model draws, by the seed of the try and not of the task."""
        return await self._policy.decide(replace(situation, seed=self._drawing))

    async def _take_up(self, version: int) -> None:
        if version != self._version:
            tensors = load_file(self._place / f"v{version}.safetensors")
            await self._client.load_tensors(tensors, version=f"v{version}")
            self._version = version


@asynccontextmanager
async def following(
    model: str, place: Path, seed: int, *, temperature: float, max_tokens: int, exact: bool
) -> AsyncIterator[FollowingPolicy]:
    """The policy of a folder's model, whose client is closed at the end. Raises ModelError."""
    profile = resolve(model)
    client = EmbeddedClient(Path(model), name=profile.name, dtype="float32", exact=exact)
    sampling = Sampling(temperature=temperature, max_tokens=max_tokens)
    style = cast(Style, profile.prompt)
    policy = ModelPolicy(client, codec(profile.codec), prompt=style, sampling=sampling, asked=model)
    try:
        await client.load()
        yield FollowingPolicy(policy, client, place, seed)
    finally:
        await client.close()
