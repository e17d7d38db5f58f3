"""The doctor's rows about a model: what it is, what its server can do, and whether a screenshot fits into it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from perception.errors import PerceptionError
from ui.doctor.finding import Finding

if TYPE_CHECKING:
    from perception.clients.capabilities import Capabilities
    from perception.qwen3vl.processor import ImageProcessor

SERVER_SECONDS = 5.0
"""How long a model's server may take to answer."""
OTHER = "name a folder that holds a whole Qwen3-VL model"
RESTORE = "restore the folder: git checkout -- perception/nano, or install HandEye again"
_FULL = 0.5
"""Share of the context beyond which a screenshot leaves too little for a run's history."""


def report(name: str, api_key: str, screenshot: tuple[int, int]) -> Iterator[Finding]:
    """The rows about the model of a name, a folder or an address; screenshot: width and height in pixels."""
    from perception.clients.catalog import NANO, resolve

    if name.startswith(("http://", "https://")):
        yield from _server(name, api_key, screenshot)
    elif name == "nano" or Path(name).is_dir():
        yield from _folder(name, NANO if name == "nano" else Path(name), screenshot)
    else:
        try:
            yield Finding(f"model {name}", "ok", resolve(name).name)
        except PerceptionError as error:
            yield Finding(f"model {name}", "missing", str(error), "name another model with --model")


def _folder(name: str, folder: Path, screenshot: tuple[int, int]) -> Iterator[Finding]:
    from perception.clients.catalog import resolve
    from perception.qwen3vl.inspection import inspect

    advice = RESTORE if name == "nano" else OTHER
    try:
        found, profile = inspect(folder), resolve(name)
    except (PerceptionError, ImportError) as error:
        yield Finding(f"model {name}", "missing", str(error), advice)
        return
    if found.problems:
        yield Finding(f"model {name}", "missing", f"{found.summary} ({folder}): {'; '.join(found.problems)}", advice)
        return
    yield Finding(f"model {name}", "ok", f"{profile.name}: {found.summary} ({folder})")
    yield Finding("its dialect", "ok", f"prompts {profile.prompt}, replies {profile.codec}")
    further = f", trained for {found.trained_context:,}" if found.trained_context < found.context else ""
    yield Finding("its context", "ok", f"{found.context:,} tokens{further}")
    if found.processor is not None:
        yield _fit(screenshot, found.processor, found.context)


def _server(name: str, api_key: str, screenshot: tuple[int, int]) -> Iterator[Finding]:
    row = f"model {name}"
    try:
        found = asyncio.run(_capabilities(name, api_key))
    except PerceptionError as error:
        yield Finding(row, "missing", str(error), "start the server, or name another model with --model")
        return
    wanted = name.partition("#")[2]
    if wanted and found.models and wanted not in found.models:
        listed = ", ".join(found.models)
        yield Finding(
            row, "missing", f"the server answers and lists {listed}, but no {wanted}", "name one of these behind #"
        )
        return
    models = ", ".join(found.models) or "no model"
    yield Finding(row, "ok", f"the server answers and lists {models}")
    yield Finding("its server", "ok", found.summary)
    if found.context:
        from perception.qwen3vl.processor import ImageProcessor

        yield Finding("its context", "ok", f"{found.context:,} tokens")
        yield _fit(screenshot, ImageProcessor(), found.context)


def _fit(screenshot: tuple[int, int], processor: "ImageProcessor", context: int) -> Finding:
    """Whether a screenshot leaves room for what else a prompt holds."""
    width, height = screenshot
    rows, columns = processor.size_for(height, width)
    num_tokens = processor.num_tokens(height, width)
    part, share = f"a screenshot of {width}x{height}", num_tokens / context
    found = f"seen at {columns}x{rows}, {num_tokens:,} visual tokens, {share:.1%} of the context"
    if share <= _FULL:
        return Finding(part, "ok", found)
    advice = "take a smaller window, such as --viewport 640x480, or serve the model with a longer context"
    return Finding(part, "absent", f"{found}: {'too many' if share >= 1 else 'little room is left'}", advice)


async def _capabilities(name: str, api_key: str) -> "Capabilities":
    from perception.clients.client import Sampling
    from perception.clients.sglang import OpenAIClient

    patience = Sampling(max_seconds=SERVER_SECONDS)
    client = OpenAIClient(name.partition("#")[0], api_key=api_key, sampling=patience, num_tries=2)
    try:
        return await client.capabilities()
    finally:
        await client.close()
