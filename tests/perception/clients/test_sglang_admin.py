"""Commands to a server: each is sent once, as SGLang reads it, and what the server won't do is a typed error."""

import base64
import time

import pytest

from perception.clients.sglang_admin import SGLangAdmin
from perception.errors import ClientRefused, ClientTimeout, ClientUnreachable
from tests.chat_server import Answer, ChatServer

GOOD = {"success": True, "message": "Succeeded to update model weights.", "num_paused_requests": 0}
BAD = Answer({"success": False, "message": "No weight update\nis open."}, status=400)


async def test_weights_come_from_a_folder() -> None:
    with ChatServer(GOOD) as server:
        async with SGLangAdmin(server.url) as admin:
            await admin.load_folder("/weights/2", version="rl-2", abort=True)
    assert server.requests == [
        {
            "path": "/update_weights_from_disk",
            "model_path": "/weights/2",
            "weight_version": "rl-2",
            "abort_all_requests": True,
            "flush_cache": True,
        }
    ]


async def test_weights_come_from_memory_between_a_beginning_and_an_end() -> None:
    with ChatServer(GOOD) as server:
        async with SGLangAdmin(server.url) as admin, admin.loading():
            await admin.load_tensors([b"first rank", b"second rank"])
    paths = [request["path"] for request in server.requests]
    assert paths == ["/begin_weight_update", "/update_weights_from_tensor", "/end_weight_update"]
    sent = server.requests[1]["serialized_named_tensors"]
    assert [base64.b64decode(one) for one in sent] == [b"first rank", b"second rank"]


async def test_loading_ends_when_a_tensor_is_refused() -> None:
    with ChatServer(Answer(GOOD), BAD, Answer(GOOD)) as server:
        async with SGLangAdmin(server.url) as admin:
            with pytest.raises(ClientRefused, match="No weight update is open") as caught:
                async with admin.loading():
                    await admin.load_tensors([b"x"])
    assert caught.value.status == 400
    assert server.requests[-1]["path"] == "/end_weight_update"


async def test_small_commands_and_answers_without_json() -> None:
    with ChatServer(Answer(b"")) as server:
        async with SGLangAdmin(server.url + "/v1") as admin:
            await admin.pause("retract")
            await admin.flush_cache()
            await admin.resume()
            await admin.abort("r1")
            await admin.abort()
    assert server.requests == [
        {"path": "/pause_generation", "mode": "retract"},
        {"path": "/flush_cache"},
        {"path": "/continue_generation"},
        {"path": "/abort_request", "rid": "r1"},
        {"path": "/abort_request", "abort_all": True},
    ]


async def test_the_version_of_the_weights() -> None:
    with ChatServer({}, pages={"/model_info": {"weight_version": "rl-2"}}) as server:
        async with SGLangAdmin(server.url) as admin:
            assert await admin.version() == "rl-2"


async def test_a_command_is_sent_once() -> None:
    with ChatServer(Answer(hang_up=True), GOOD) as server:
        async with SGLangAdmin(server.url) as admin:
            with pytest.raises(ClientUnreachable, match="asked once"):
                await admin.pause()
    assert len(server.requests) == 1


async def test_a_command_that_takes_too_long_is_a_timeout() -> None:
    with ChatServer(Answer(GOOD, before=lambda: time.sleep(0.5))) as server:
        async with SGLangAdmin(server.url, max_seconds=0.1) as admin:
            with pytest.raises(ClientTimeout):
                await admin.load_folder("/weights/2")
