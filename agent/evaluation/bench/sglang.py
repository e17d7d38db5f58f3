"""SGLang on a CPU as a side: its server runs in the environment that its tests made, where there is one.

It writes as many tokens as we drew, under no form and past the end of a turn, which is the least that it can be asked
for. It has all cores; its prefix cache is its own and is flushed to forget. That environment stands in for SGLang's own
kernels with plain PyTorch: what is measured is SGLang as it runs there, not what its kernels for Intel's AMX could do.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from agent.cluster.installation import Installation
from agent.cluster.process import ServerProcess
from agent.cluster.serving import Serving, address_of
from agent.cluster.sglang import CPU_ENVIRONMENT, Served, server_command
from agent.errors import ServingError
from agent.evaluation.bench.side import Answer, Together
from agent.evaluation.bench.steps import Question, messages
from agent.evaluation.memory import session_peak_mb
from perception.clients.client import Message, Sampling
from perception.clients.openai_payload import PngCache, chat_payload
from perception.server.address import LOOPBACK, free_port

MISSING = "missing: make test-sglang makes the environment"
DTYPES = ("bfloat16", "float32")
"""The first in which it starts is measured: bfloat16 needs more of its kernels than every environment has."""
_STAMP = "handeye-tests.stamp"
_MORE = ("--max-total-tokens", "32768", "--max-running-requests", "8", "--stream-interval", "1")
"""Room for all concurrent runs, and every token told when it comes; the last of equal flags counts."""


def find_environment() -> Path | None:
    """The environment in which SGLang's tests start it: the variable SGLANG_ENVIRONMENT, else the last that was made in
    the user's cache; None where there is none."""
    if given := os.environ.get("SGLANG_ENVIRONMENT"):
        found = [Path(given)]
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "handeye"
        stamps = sorted(cache.glob(f"sglang-cpu-*/{_STAMP}"), key=lambda stamp: stamp.stat().st_mtime)
        found = [stamp.parent for stamp in stamps[-1:]]
    return next((folder for folder in found if (folder / "bin" / "python").exists()), None)


class SGLangSide:
    """A server of our own, ended with this object."""

    def __init__(self, folder: Path, environment: Path, log: Path, num_threads: int) -> None:
        """Starts it, which takes a minute. Raises ServingError when it can't be started."""
        self._images, self._runner = PngCache(), asyncio.Runner()
        for dtype in DTYPES:
            self._dtype = dtype
            self._serving = _serving(folder, environment, log, num_threads, dtype)
            try:
                self._runner.run(self._serving.start(lambda line: None))
                break
            except ServingError:
                if dtype == DTYPES[-1]:
                    raise
        self._http = httpx.AsyncClient(base_url=self._serving.address, timeout=1800, trust_env=False)

    def about(self) -> dict[str, float | str]:
        """The format that it runs in."""
        return {"dtype_sglang": self._dtype}

    def forget(self) -> None:
        """See `Side`."""
        self._runner.run(self._post("/flush_cache?timeout=60", {}))

    def ask(self, question: Question, told: Sequence[int], num_tokens: int) -> Answer:
        """See `Side`."""
        shown = messages(question)
        begun = perf_counter()
        usage = self._runner.run(self._chat(shown, len(told)))["usage"]
        total_ms = (perf_counter() - begun) * 1e3
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        return Answer(total_ms, usage["completion_tokens"], (), usage["prompt_tokens"], cached)

    def ask_together(self, questions: Sequence[Question], told: Sequence[Sequence[int]], num_tokens: int) -> Together:
        """See `Side`: requests of the same moment."""
        shown = [messages(question) for question in questions]

        async def all_of_them() -> None:
            await asyncio.gather(*(self._chat(one, len(tokens)) for one, tokens in zip(shown, told, strict=True)))

        begun = perf_counter()
        self._runner.run(all_of_them())
        return Together(perf_counter() - begun)

    def decode(self, question: Question, told: Sequence[int], num_tokens: int) -> tuple[float, tuple[int, ...]]:
        """See `Side`: by the clock between the first and the last piece of a stream."""
        stamps = self._runner.run(self._stamps(messages(question), len(told)))
        return (len(told) - 1) / (stamps[-1] - stamps[0]), tuple(told)

    def peak_mb(self) -> float:
        """See `Side`: of the server's processes together."""
        pid = self._serving.workers[0].pid
        return session_peak_mb(pid) if pid else 0.0

    def close(self) -> None:
        """Ends the server."""
        self._runner.run(self._serving.stop())
        self._runner.run(self._http.aclose())
        self._runner.close()

    async def _chat(self, shown: list[Message], num_tokens: int) -> dict[str, Any]:
        return (await self._post("/v1/chat/completions", self._body(shown, num_tokens))).json()

    async def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        response = await self._http.post(path, json=body)
        response.raise_for_status()
        return response

    async def _stamps(self, shown: list[Message], num_tokens: int) -> list[float]:
        """When the pieces of a reply came, in seconds."""
        stamps, body = [], self._body(shown, num_tokens) | {"stream": True}
        async with self._http.stream("POST", "/v1/chat/completions", json=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    stamps.append(perf_counter())
        return stamps

    def _body(self, shown: list[Message], num_tokens: int) -> dict[str, Any]:
        sampling = Sampling(max_tokens=num_tokens)
        return chat_payload("served", shown, None, sampling, "SGLang", self._images) | {"ignore_eos": True}


def _serving(folder: Path, environment: Path, log: Path, num_threads: int, dtype: str) -> Serving:
    served = Served(str(folder), "served", dtype=dtype, cpu=True, more=_MORE)
    port = free_port()
    command = server_command(Installation("sglang", environment).python, served, port)
    threads = CPU_ENVIRONMENT | {"OMP_NUM_THREADS": str(num_threads)}
    address = address_of(LOOPBACK, port)
    return Serving([ServerProcess("SGLang", command, address=address, log=log, environment=threads)])
