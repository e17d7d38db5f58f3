"""The part of `handeye eval` that looks for one odd frame in long videos; see `agent.evaluation.needle`."""

import argparse
import re
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agent.evaluation.needle import Needle
    from agent.settings import Settings
    from perception.clients.client import ModelClient

DEFAULT_LENGTHS = "2000,8000"


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Measure every length, show the table."""
    import asyncio

    from agent.evaluation.needle import measure

    settings = load_settings(arguments)
    lengths = _lengths(arguments.tokens or DEFAULT_LENGTHS)
    remote = settings.model.name.startswith(("http://", "https://"))
    if remote and arguments.shape:
        raise exits.UsageError("--shape is for models in this process: leave it out with a server")

    async def run() -> "list[Needle]":
        async with _model(settings, arguments.shape, lengths) as client:
            return await measure(
                client,
                lengths,
                trained=remote or _is_released(settings.model.name),
                episodes=arguments.episodes or 1,
                seed=settings.evaluation.seed if arguments.seed is None else arguments.seed,
                say=lambda line: output.console.print(line, style="dim", markup=False),
                local=not remote,
            )

    found = asyncio.run(run())
    _print(found, output)
    output.result({"suite": "needle", "model": settings.model.name, "lengths": [line.as_json() for line in found]})
    return exits.DONE


def _lengths(text: str) -> list[int]:
    if not re.fullmatch(r"\d{1,7}(,\d{1,7})*", text):
        raise exits.UsageError(f"--tokens {text}: write numbers with commas between them, such as 2000,8000,32000")
    lengths = [int(part) for part in text.split(",")]
    if min(lengths) < 200:
        raise exits.UsageError(f"--tokens {text}: at least 200, since a video has some frames")
    return lengths


@asynccontextmanager
async def _model(settings: "Settings", shape: str | None, lengths: list[int]) -> "AsyncIterator[ModelClient]":
    """The model to ask: of a server, or in this process and made to take prompts of these lengths."""
    from agent.evaluation.needle import widest
    from perception.clients.catalog import folder_of, resolve

    name = settings.model.name
    if name.startswith(("http://", "https://")):
        client = resolve(name, api_key=settings.model.api_key.get_secret_value(), max_seconds=24 * 3600).make()
        try:
            yield client
        finally:
            await client.close()
        return
    from perception.clients.embedded import EmbeddedClient
    from perception.qwen3vl import untrained

    with TemporaryDirectory(prefix="handeye-needle-") as temporary:
        pattern, context = folder_of(name), widest(lengths)
        folder = Path(temporary) / "model"
        if shape:
            untrained.write(folder, pattern, shape, context=context)
        else:
            untrained.widen(folder, pattern, context)
        client = EmbeddedClient(folder, name=shape or name)
        try:
            await client.load()
            yield client
        finally:
            await client.close()


def _is_released(name: str) -> bool:
    """Whether a folder has the shape of a released model, all of which learned from videos."""
    if not Path(name).is_dir():
        return False
    from perception.qwen3vl.inspection import inspect

    return bool(inspect(Path(name)).size)


def _print(found: "list[Needle]", output: Output) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("tokens", "frames", "prefill s", "whole s", "peak memory", "found"):
        table.add_column(heading, justify="right")
    for line in found:
        memory = f"{line.peak_mb:,.0f} MB" if line.peak_mb else ""
        counts = (f"{line.prompt_tokens:,}", str(line.num_frames))
        table.add_row(*counts, f"{line.prefill_seconds:.1f}", f"{line.seconds:.1f}", memory, line.accuracy)
    output.console.print(table)
