"""Another assistant: the real MCP client, which starts the real command and talks to it over its standard streams."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters, types

from perception.observation import Frame
from perception.screenshot import decode_png
from tests.ui.console.shop import HEIGHT, WIDTH

REPOSITORY = Path(__file__).resolve().parents[3]


def command(folder: Path, *words: str, replies: list[dict[str, object]] | None = None) -> StdioServerParameters:
    """`handeye mcp` with its runs in a folder, and a model that says these replies (the bundled one without)."""
    (folder / "runs").mkdir(exist_ok=True)
    flags = ["--runs", str(folder / "runs"), "--viewport", f"{WIDTH}x{HEIGHT}"]
    if replies is not None:
        script = folder / "script.jsonl"
        script.write_text("".join(json.dumps(one) + "\n" for one in replies))
        flags += ["--model", f"scripted:{script}"]
    kept = {name: value for name, value in os.environ.items() if name.startswith(("XDG_", "HANDEYE_", "OMP_"))}
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "ui.cli.main", "mcp", *flags, *words],
        env={**kept, "PYTHONPATH": str(REPOSITORY)},
        cwd=folder,
    )


def words_of(result: types.CallToolResult) -> str:
    """What a result says."""
    return "\n".join(part.text for part in result.content if isinstance(part, types.TextContent))


def picture_of(result: types.CallToolResult) -> Frame | None:
    """The screen that a result shows."""
    import base64

    found = [part for part in result.content if isinstance(part, types.ImageContent)]
    return decode_png(base64.b64decode(found[0].data)) if found else None


async def asked(client: Client, tool: str, **arguments: Any) -> str:
    """What a call says that is expected to work."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, words_of(result)
    return words_of(result)


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """What a call says that is expected not to work: one sentence, and nothing beside it."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert "Traceback" not in words_of(result)
    assert len(result.content) == 1
    return words_of(result)
