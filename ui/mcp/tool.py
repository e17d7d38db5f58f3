"""What a tool is to the server: a name, what it takes, what it does, and the shape of what it says."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp import types
from pydantic import BaseModel, ConfigDict, ValidationError

from perception.errors import HandEyeError
from perception.observation import Frame
from perception.screenshot import encode_png

Tell = Callable[[str], Awaitable[None]]
"""Says in a sentence how a call stands that is not over; the client hears it where it asked for progress."""


class Refused(HandEyeError):
    """A call can't be answered as it was made; the message is one sentence for the assistant."""


class Arguments(BaseModel):
    """What a tool takes; each field's description is what the assistant reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool of the server."""

    name: str
    description: str
    arguments: type[Arguments]
    call: Callable[[Any, Tell], Awaitable[types.CallToolResult]]
    """Is given checked arguments."""
    changes: bool = False
    """Whether it does more than look."""

    @property
    def described(self) -> types.Tool:
        """The tool as the protocol lists it."""
        schema = self.arguments.model_json_schema()
        schema.pop("description", None)  # The docstring of the class is for those who read the code.
        return types.Tool(
            name=self.name,
            description=self.description,
            input_schema=schema,
            annotations=types.ToolAnnotations(
                read_only_hint=not self.changes, destructive_hint=self.changes, open_world_hint=self.changes
            ),
        )


def said(
    text: str, *, facts: dict[str, Any] | None = None, frame: Frame | None = None, failed: bool = False
) -> types.CallToolResult:
    """A result: words, the same for programs, and a screen where there is one to see."""
    content: list[Any] = [types.TextContent(type="text", text=text)]
    if frame is not None:
        picture = base64.b64encode(encode_png(frame)).decode()
        content.append(types.ImageContent(type="image", data=picture, mime_type="image/png"))
    return types.CallToolResult(content=content, structured_content=facts, is_error=failed)


def sentence(error: ValidationError) -> str:
    """What is wrong with a call's arguments, in a sentence that names the argument."""
    first = error.errors(include_url=False)[0]
    name = ".".join(map(str, first["loc"])) or "the arguments"
    if first["type"] == "missing":
        return f"{name} is missing"
    if first["type"] == "extra_forbidden":
        return f"there is no argument {name}"
    return f"{name}: {str(first['msg']).removeprefix('Value error, ')}"
