"""A real SGLang server on this machine's CPU, started by the code that `handeye serve` starts it with."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.cluster.installation import Installation
from agent.cluster.serving import Serving, sglang_serving
from agent.cluster.sglang import Served
from perception.clients.catalog import NANO
from perception.clients.sglang import OpenAIClient
from perception.server.address import free_port


@pytest.fixture(scope="session")
def installation() -> Installation:
    """The environment that `make test-sglang` makes and names. Missing, it fails the test: a skipped one would prove
    nothing."""
    folder = os.environ.get("SGLANG_ENVIRONMENT")
    found = Installation("sglang", Path(folder)) if folder else None
    if found is None or not found.ready:
        pytest.fail('make test-sglang TESTS="..." makes and names the environment of SGLang', pytrace=False)
    return found


@contextlib.asynccontextmanager
async def serving(installation: Installation, model: Path, logs: Path, num_replicas: int = 1) -> AsyncIterator[Serving]:
    """SGLang with a model's folder while the block runs, kept alive."""
    served = Served(str(model), "served", dtype="float32", cpu=True)
    found = sglang_serving(installation, served, free_port(), logs, num_replicas)
    await found.start(print)
    watching = asyncio.create_task(found.watch(print))
    try:
        yield found
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await found.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """nano behind a server of the module's own."""
    async with serving(installation, NANO, tmp_path_factory.mktemp("logs")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def client(server: Serving) -> AsyncIterator[OpenAIClient]:
    """A client of that server."""
    client = OpenAIClient(server.address)
    yield client
    await client.close()
