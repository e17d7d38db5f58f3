"""Reads requests as SGLang reads them, by its own classes. The Python of its environment runs this, not ours:

    ENVIRONMENT/bin/python tests/sglang/request_reader.py < requests.json

takes {"questions": [BODY, ...], "commands": [[CLASS, BODY], ...]} and prints {"version": ..., "samplings": [...],
"lost": [...]}: the sampling that each question comes to, and the places of all that SGLang does not read. Raises what
its classes raise for a request that they refuse.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from importlib import import_module
from typing import Any

_PROTOCOL = "sglang.srt.entrypoints.openai.protocol"
_COMMANDS = "sglang.srt.managers.io_struct"
_SAMPLING = "sglang.srt.sampling.sampling_params"
VOCABULARY = 151_936
"""Tokens of a Qwen3-VL; token ids that a request names are held against it."""


def read_question(body: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The sampling and what was lost, by way of the classes that a chat completion goes through in the server."""
    request = import_module(_PROTOCOL).ChatCompletionRequest.model_validate(body)
    named = request.to_sampling_params(stop=[], model_generation_config={})
    sampling = import_module(_SAMPLING).SamplingParams(**named)
    sampling.verify(VOCABULARY)
    images = [part["image_url"]["url"] for part in _parts(body) if part["type"] == "image_url"]
    generation = import_module(_COMMANDS).GenerateReqInput(
        input_ids=[1, 2, 3], image_data=images or None, sampling_params=named, return_logprob=request.logprobs
    )
    generation.normalize_batch_and_arguments()
    kept = request.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {name: getattr(sampling, name) for name in named if hasattr(sampling, name)}, list(_lost(body, kept))


def read_command(name: str, body: dict[str, Any]) -> list[str]:
    """What was lost of a command; read as the server's routes read it."""
    found = import_module(_COMMANDS)
    adapter = import_module("pydantic").TypeAdapter(getattr(found, name))
    command = adapter.validate_python(body)
    return list(_lost(body, {field: getattr(command, field) for field in command.__struct_fields__}))


def _parts(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for message in body["messages"]:
        if isinstance(message["content"], list):
            yield from message["content"]


def _lost(sent: Any, kept: Any, place: str = "") -> Iterator[str]:
    """Where something was sent that is not there any more, or is something else."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        for name, value in sent.items():
            if name in kept:
                yield from _lost(value, kept[name], f"{place}.{name}")
            else:
                yield f"{place}.{name}"
    elif isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        for number, (one, other) in enumerate(zip(sent, kept, strict=True)):
            yield from _lost(one, other, f"{place}[{number}]")
    elif isinstance(kept, bytes):  # which JSON has no other way to carry
        yield from _lost(sent, b64encode(kept).decode("ascii"), place)
    elif sent != kept:
        yield f"{place}: {str(sent)[:60]} is read as {str(kept)[:60]}"


def main() -> None:
    """See the module's docstring."""
    asked = json.load(sys.stdin)
    questions = [read_question(body) for body in asked["questions"]]
    lost = [f"question {number}{place}" for number, (_, places) in enumerate(questions) for place in places]
    lost += [f"{name}{place}" for name, body in asked["commands"] for place in read_command(name, body)]
    version = import_module("sglang").__version__
    print(json.dumps({"version": version, "samplings": [one for one, _ in questions], "lost": lost}))


if __name__ == "__main__":
    main()
