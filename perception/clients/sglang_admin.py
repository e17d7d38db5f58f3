"""New weights for a running SGLang server, and what goes with them: pause, continue, flush, abort.

    async with SGLangAdmin("http://127.0.0.1:30000") as server:
        await server.pause("retract")
        await server.load_folder(folder, version="rl-17")
        await server.resume()

Talks to one server, never to a router, which passes none of this on. SGLang reads what it is sent here with pickle, so
its port belongs on loopback or a private network. The fields are those of SGLang 0.5.23 (`managers/io_struct.py`).
"""

import base64
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Self

from perception.clients.connection import Connection

PauseMode = Literal["abort", "retract", "in_place"]
"""What becomes of replies that are being written: abort ends them; retract queues them, to be read anew by the weights
that come; in_place stops them where they are, and they go on with a cache of the old weights, which can't be flushed
meanwhile."""


class SGLangAdmin:
    """Commands to one SGLang server; each is sent once, since not all of them can be given twice.

    Every method raises ClientRefused, with the server's words, for a command that it does not carry out,
    ClientUnreachable when there is no server, and ClientTimeout after `max_seconds`.
    """

    def __init__(self, url: str, *, api_key: str = "", max_seconds: float = 600.0) -> None:
        """api_key: else the variable HANDEYE_API_KEY; SGLang may have one of its own for these commands."""
        self._server = Connection(url, api_key=api_key, num_tries=1)
        self._max_seconds = max_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections; may be called twice."""
        await self._server.close()

    async def version(self) -> str:
        """The version of the weights, as the last load named them; "default" before."""
        async with self._server.within(self._max_seconds) as deadline:
            told = await self._server.ask_object("GET", f"{self._server.root}/model_info", deadline=deadline)
        return str(told.get("weight_version") or "default")

    async def load_folder(
        self, folder: Path | str, *, version: str = "", abort: bool = False, flush_cache: bool = True
    ) -> None:
        """The weights of a folder in the Hugging Face layout, which the server reads from its own disk.

        abort: end the replies that are being written, which are waited for otherwise. From then on the server calls its
        model by that folder, in `/v1/models` and `/model_info`; questions to the old name are answered all the same.
        """
        await self._say(
            "update_weights_from_disk",
            {"model_path": str(folder), "abort_all_requests": abort, "flush_cache": flush_cache} | _named(version),
        )

    @asynccontextmanager
    async def loading(self) -> AsyncIterator[None]:
        """Weights come in by `load_tensors` inside, as often as needed, and count when it ends.

        It ends them when an error comes from inside, too, since the server would refuse the next loading otherwise.
        """
        await self._say("begin_weight_update", {"selector": "all"})
        try:
            yield
        finally:
            await self._say("end_weight_update", {})

    async def load_tensors(
        self, serialized: Iterable[bytes], *, version: str = "", load_format: str = "", flush_cache: bool = True
    ) -> None:
        """Some named weights from memory, inside `loading`.

        serialized: for each of the server's tensor-parallel ranks one list of (name, tensor), as SGLang's
        `MultiprocessingSerializer` writes it; load_format: such as flattened_bucket, empty for plain tensors;
        flush_cache: forget what was computed with the old weights, which only the last call needs to do.
        """
        named = [base64.b64encode(one).decode("ascii") for one in serialized]
        form = {"load_format": load_format} if load_format else {}
        body = {"serialized_named_tensors": named, "flush_cache": flush_cache}
        await self._say("update_weights_from_tensor", body | form | _named(version))

    async def pause(self, mode: PauseMode = "abort") -> None:
        """No token is drawn any more until `resume`."""
        await self._say("pause_generation", {"mode": mode})

    async def resume(self) -> None:
        """Goes on after `pause`."""
        await self._say("continue_generation", {})

    async def flush_cache(self) -> None:
        """Forgets all prefixes; refused while replies are being written."""
        await self._say("flush_cache", {})

    async def abort(self, request_id: str = "") -> None:
        """Ends the reply of that name, or all of them."""
        await self._say("abort_request", {"rid": request_id} if request_id else {"abort_all": True})

    async def _say(self, command: str, body: dict[str, Any]) -> None:
        async with self._server.within(self._max_seconds) as deadline:
            await self._server.ask("POST", f"{self._server.root}/{command}", body, deadline=deadline)


def _named(version: str) -> dict[str, str]:
    return {"weight_version": version} if version else {}
