"""Servers tell of themselves, each in its own words; no completion is asked for."""

import time
from typing import Any

import pytest

from perception.clients.capabilities import Capabilities
from perception.clients.client import Sampling
from perception.clients.sglang import OpenAIClient
from perception.errors import ClientRefused, ClientTimeout, ClientUnreachable
from tests.chat_server import Answer, ChatServer, models

SGLANG = {
    "/v1/models": models("qwen3-vl", owner="sglang"),
    "/model_info": {"model_path": "/models/qwen", "is_generation": True, "weight_version": "default"},
    "/server_info": {"version": "0.5.23", "grammar_backend": "xgrammar"},
}


async def told(pages: dict[str, Any]) -> Capabilities:
    with ChatServer(pages=pages) as server:
        client = OpenAIClient(server.url, sampling=Sampling(max_seconds=5))
        try:
            return await client.capabilities()
        finally:
            await client.close()
            assert server.requests == []


async def test_sglang() -> None:
    found = await told(SGLANG)
    assert (found.server, found.version, found.models, found.weights) == (
        "SGLang",
        "0.5.23",
        ("qwen3-vl",),
        "default",
    )
    assert found.summary == "SGLang 0.5.23; has schema, regex, ebnf, logprobs, token ids, reload"


async def test_sglang_without_grammars_and_behind_a_proxy_that_hides_its_name() -> None:
    pages = {"/v1/models": models("m", owner="proxy"), "/server_info": {"version": "1", "grammar_backend": "none"}}
    found = await told(SGLANG | pages)
    assert found.summary == "SGLang 1; has logprobs, token ids, reload; lacks schema, regex, ebnf"


async def test_our_own_server() -> None:
    listing = models("nano", owner="handeye")
    listing["data"][0]["max_model_len"] = 8192
    found = await told({"/v1/models": listing, "/server_info": {"version": "0.1.0"}})
    assert found.summary == "HandEye 0.1.0; has schema, regex, ebnf, logprobs, token ids, reload"
    assert (found.models, found.context) == (("nano",), 8192)


async def test_the_router_of_sglang_drops_token_ids() -> None:
    found = await told(SGLANG | {"/workers": {"workers": [{"url": "http://127.0.0.1:31000"}]}})
    assert (found.routed, found.token_ids, found.reload, found.logprobs) == (True, False, False, True)
    assert "behind a router" in found.summary


async def test_vllm() -> None:
    found = await told({"/v1/models": models("m", owner="vllm"), "/version": {"version": "0.13.0"}})
    assert found.summary == "vLLM 0.13.0; has schema, regex, ebnf, logprobs, token ids; lacks reload"


@pytest.mark.parametrize("owner", ["llamacpp", "proxy"])
async def test_llama_cpp(owner: str) -> None:
    props = {"build_info": "b8681", "default_generation_settings": {}}
    found = await told({"/v1/models": models("m", owner=owner), "/props": props})
    assert found.summary == "llama.cpp b8681; has schema, logprobs, token ids; lacks regex, ebnf, reload"


@pytest.mark.parametrize("pages", [{}, {"/v1/models": {"data": "none"}}, {"/v1/models": Answer({}, status=404)}])
async def test_a_server_that_nobody_knows(pages: dict[str, Any]) -> None:
    found = await told(pages)
    assert found.summary == "unknown; lacks regex, ebnf, reload; not known schema, logprobs, token ids"


async def test_pages_that_are_no_json_tell_nothing() -> None:
    found = await told({"/props": Answer(b"<html>Welcome</html>"), "/model_info": Answer(b"[1]")})
    assert (found.server, found.models) == ("unknown", ("listed-model",))


async def test_a_wrong_key_is_said() -> None:
    with pytest.raises(ClientRefused, match="HANDEYE_API_KEY"):
        await told({"/v1/models": Answer({"error": "Unauthorized"}, status=401)})


async def test_nobody_there_and_too_slow() -> None:
    with ChatServer(pages={"/v1/models": Answer({}, before=lambda: time.sleep(0.5))}) as server:
        slow = OpenAIClient(server.url, sampling=Sampling(max_seconds=0.1))
        with pytest.raises(ClientTimeout):
            await slow.capabilities()
        await slow.close()
    gone = OpenAIClient(server.url, num_tries=1)
    with pytest.raises(ClientUnreachable):
        await gone.capabilities()
    await gone.close()
