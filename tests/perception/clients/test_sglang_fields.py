"""Every field that we send SGLang is one of its own request classes: of the installed ones, else of a recorded list.

    pip download sglang==0.5.23 --no-deps -d /tmp && python -m tests.perception.clients.test_sglang_fields /tmp/*.whl

writes the list, `sglang_fields.json`, from the source in the wheel; nothing of it is run. SGLang lives in an
environment of its own: `tests/sglang/test_requests.py` has the same requests read there.
"""

import ast
import importlib
import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from perception.clients.client import ImagePart, Message, Sampling, TextPart, VideoPart
from perception.clients.sglang import OpenAIClient
from perception.clients.sglang_admin import SGLangAdmin
from perception.observation import Frame
from tests.chat_server import ChatServer, chat, models

FILE = Path(__file__).with_name("sglang_fields.json")
CHAT = "sglang/srt/entrypoints/openai/protocol.py"
COMMANDS = "sglang/srt/managers/io_struct.py"
CLASSES = {
    CHAT: (
        "ChatCompletionRequest",
        "ChatCompletionMessageUserParam",
        "ChatCompletionMessageContentTextPart",
        "ChatCompletionMessageContentImagePart",
        "ChatCompletionMessageContentImageURL",
        "ResponseFormat",
        "JsonSchemaResponseFormat",
    ),
    COMMANDS: (
        "UpdateWeightFromDiskReqInput",
        "BeginWeightUpdateReqInput",
        "UpdateWeightsFromTensorReqInput",
        "EndWeightUpdateReqInput",
        "PauseGenerationReqInput",
        "ContinueGenerationReqInput",
        "FlushCacheReqInput",
        "AbortReq",
    ),
}
SCHEMA = {"type": "object", "properties": {"thought": {"type": "string"}}, "required": ["thought"]}
SAMPLINGS = (
    Sampling(),
    Sampling(temperature=1, top_p=0.9, top_k=5, presence_penalty=1, repetition_penalty=1.1, seed=1),
    Sampling(temperature=0.01, top_p=0.01, top_k=1, presence_penalty=-2, repetition_penalty=2, seed=0, max_tokens=1),
    Sampling(temperature=2, seed=2**31 - 1, max_tokens=8000, thinking_budget=64, loop_tokens=0),
)
"""Every field alone or beside others, with the ends of what SGLang takes."""
FRAME = Frame(np.zeros((4, 4, 3), np.uint8))
ASK = [
    Message(role="system", parts=(TextPart(text="You see screens."),)),
    Message(
        role="user", parts=(ImagePart(frame=FRAME), VideoPart(frames=(FRAME,), seconds=(0.5,)), TextPart(text="Click"))
    ),
    Message(role="assistant", parts=(TextPart(text="{}"),)),
]
BODY = {
    "/update_weights_from_disk": "UpdateWeightFromDiskReqInput",
    "/begin_weight_update": "BeginWeightUpdateReqInput",
    "/update_weights_from_tensor": "UpdateWeightsFromTensorReqInput",
    "/end_weight_update": "EndWeightUpdateReqInput",
    "/pause_generation": "PauseGenerationReqInput",
    "/continue_generation": "ContinueGenerationReqInput",
    "/flush_cache": "FlushCacheReqInput",
    "/abort_request": "AbortReq",
}


def installed(name: str) -> Any:
    """A request class of the SGLang that is installed; None where there is none."""
    if find_spec("sglang") is None:
        return None
    path = next(path for path, names in CLASSES.items() if name in names)
    return getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)


def known(name: str) -> set[str]:
    """The fields of a request class."""
    found = installed(name)
    if found is None:
        return set(json.loads(FILE.read_text())["classes"][name])
    if hasattr(found, "model_fields"):
        return {field.alias or key for key, field in found.model_fields.items()}
    return set(found.__struct_fields__)


async def questions() -> list[dict[str, Any]]:
    """All that a client sends as a question."""
    with ChatServer(chat("{}"), pages={"/v1/models": models("m", owner="sglang")}) as server:
        client = OpenAIClient(server.url, num_tries=1)
        for sampling in SAMPLINGS:
            await client.generate(ASK, schema=SCHEMA, sampling=sampling)
            await client.generate(ASK[:2], sampling=sampling)
        await client.generate(ASK[:2], regex="[0-9]{3}")
        await client.generate(ASK[:2], ebnf='root ::= "left" | "right"')
        await client.close()
    return [{name: value for name, value in sent.items() if name != "path"} for sent in server.requests]


async def commands() -> list[dict[str, Any]]:
    """All that `SGLangAdmin` sends, with its path."""
    with ChatServer({"success": True}) as server:
        async with SGLangAdmin(server.url) as admin:
            await admin.load_folder("/weights/2", version="rl-2", abort=True)
            async with admin.loading():
                await admin.load_tensors([b"tensors"], version="rl-3", load_format="flattened_bucket")
            await admin.pause("retract")
            await admin.resume()
            await admin.flush_cache()
            await admin.abort()
            await admin.abort("request-1")
    return server.requests


async def test_questions_hold_known_fields_only() -> None:
    for sent in await questions():
        assert sent.keys() <= known("ChatCompletionRequest")
        for message in sent["messages"]:
            assert message.keys() <= known("ChatCompletionMessageUserParam")
            for part in message["content"] if isinstance(message["content"], list) else []:
                kind = "Text" if part["type"] == "text" else "Image"
                assert part.keys() <= known(f"ChatCompletionMessageContent{kind}Part")
                assert part.get("image_url", {}).keys() <= known("ChatCompletionMessageContentImageURL")
        form = sent.get("response_format", {})
        assert form.keys() <= known("ResponseFormat")
        assert form.get("json_schema", {}).keys() <= known("JsonSchemaResponseFormat")
        if (request := installed("ChatCompletionRequest")) is not None:
            request.model_validate(sent)


async def test_commands_hold_known_fields_only() -> None:
    sent = await commands()
    assert {one["path"] for one in sent} == BODY.keys()
    for one in sent:
        assert one.keys() - {"path"} <= known(BODY[one["path"]]), one


def test_the_list_is_of_the_version_that_is_served() -> None:
    recorded = json.loads(FILE.read_text())
    assert recorded["classes"].keys() == {name for names in CLASSES.values() for name in names}
    if find_spec("sglang") is not None and recorded["version"] != importlib.import_module("sglang").__version__:
        pytest.fail("another SGLang is installed than sglang_fields.json was recorded from: record it again")


def fields(classes: dict[str, ast.ClassDef], name: str) -> Iterator[str]:
    """The annotated names of a class and of those that it is made from in the same file; an alias instead of a name."""
    for base in classes[name].bases:
        if isinstance(base, ast.Name) and base.id in classes:
            yield from fields(classes, base.id)
    for line in classes[name].body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.target.id[0] != "_":
            given = line.value.keywords if isinstance(line.value, ast.Call) else []
            aliases = [one.value for one in given if one.arg == "alias"]
            yield str(aliases[0].value) if aliases and isinstance(aliases[0], ast.Constant) else line.target.id


def record(wheel: Path) -> None:
    """Writes the list."""
    found: dict[str, list[str]] = {}
    with ZipFile(wheel) as content:
        for path, names in CLASSES.items():
            tree = ast.parse(content.read(path))
            classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
            found |= {name: sorted(set(fields(classes, name))) for name in names}
    FILE.write_text(json.dumps({"version": wheel.name.split("-")[1], "classes": found}, indent=1) + "\n")


if __name__ == "__main__":
    record(Path(sys.argv[1]))
