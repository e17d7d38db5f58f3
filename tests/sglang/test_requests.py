"""All that our clients send is read by SGLang's own classes, and nothing of it is dropped."""

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from agent.cluster.installation import Installation
from agent.cluster.sglang import CPU_ENVIRONMENT
from tests.perception.clients.test_sglang_fields import BODY, FILE, SCHEMA, commands, questions

pytestmark = pytest.mark.sglang
READER = Path(__file__).with_name("request_reader.py")
ALL = 1 << 30
"""SGLang's top_k that leaves out nothing."""


async def read(installation: Installation) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The questions, and what SGLang made of them and of the commands."""
    asked = await questions()
    told = [(BODY[one.pop("path")], one) for one in await commands()]
    finished = await asyncio.to_thread(
        subprocess.run,
        [installation.python, READER],
        input=json.dumps({"questions": asked, "commands": told}),
        env={**os.environ, **CPU_ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return asked, json.loads(finished.stdout.splitlines()[-1])


async def test_nothing_is_refused_or_dropped(installation: Installation) -> None:
    asked, found = await read(installation)
    assert found["version"] == json.loads(FILE.read_text())["version"]
    assert found["lost"] == []
    assert len(found["samplings"]) == len(asked)
    for sent, sampling in zip(asked, found["samplings"], strict=True):
        greedy = sent["temperature"] == 0  # which SGLang writes as top_k 1 at temperature 1
        assert sampling["temperature"] == (1 if greedy else sent["temperature"])
        assert sampling["top_k"] == (1 if greedy else ALL if sent["top_k"] == -1 else sent["top_k"])
        assert sampling["max_new_tokens"] == sent["max_tokens"]
        assert sampling["sampling_seed"] == sent.get("seed")
        for name in ("top_p", "min_p", "repetition_penalty"):
            assert sampling[name] == sent[name]
        assert sampling["presence_penalty"] == sent.get("presence_penalty", 0)
        for name in ("regex", "ebnf"):
            assert sampling[name] == sent.get(name)
        constrained = "response_format" in sent
        assert json.loads(sampling.get("json_schema", "null")) == (SCHEMA if constrained else None)
