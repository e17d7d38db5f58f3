"""Our guest keeps OSWorld's protocol, and holds what it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, LongPress, MouseMove, Open, Scroll, Type
from actions.errors import ActionInvalid, ActionUnsupported
from perception.geometry import Point, Size
from sandboxes.errors import SandboxCrashed, SandboxError
from sandboxes.osworld.client import GuestClient
from sandboxes.osworld.environment import OSWorldEnvironment
from sandboxes.osworld.guest import Guest
from sandboxes.task import Task
from tests.desktops import needs

pytestmark = [pytest.mark.desktop, pytest.mark.asyncio(loop_scope="module")]
SIZE = Size(width=1024, height=768)
TEXT = "if a < b > c: \"Grüße\" 'ß' € 日本 🙂 \\n {x}\ttab\nsecond\nthird aaaa"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guest() -> AsyncIterator[Guest]:
    needs("Xvfb", "openbox", "mousepad", "bwrap")
    made = Guest(SIZE)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(guest: Guest) -> AsyncIterator[GuestClient]:
    made = GuestClient(guest.url)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def http(guest: Guest) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=guest.url, timeout=60) as made:
        yield made


def open_editor(name: str) -> Task:
    """An editor with an empty file."""
    path = f"/home/user/{name}"
    config = [
        {"type": "execute", "parameters": {"command": f"touch {path}", "shell": True}},
        {"type": "launch", "parameters": {"command": ["mousepad", path]}},
        {"type": "sleep", "parameters": {"seconds": 1}},
    ]
    return Task(id="t", instruction="", environment="osworld", settings={"config": config})


async def test_text_arrives_byte_for_byte(guest: Guest, client: GuestClient) -> None:
    environment = OSWorldEnvironment(url=guest.url)
    try:
        await environment.reset(open_editor("typed.txt"))
        await environment.step(LeftClick(at=Point(x=500, y=400)))
        await environment.step(Type(text=TEXT))
        await environment.step(Key(keys=("ctrl", "s")))
        await asyncio.sleep(1)
        assert await client.file("/home/user/typed.txt") == TEXT.encode()
        await client.set_up("close_window", {"window_name": "typed.txt"})
    finally:
        await environment.close()


async def test_a_guest_with_an_address_outlives_the_environment(guest: Guest, client: GuestClient) -> None:
    environment = OSWorldEnvironment(url=guest.url)
    await environment.reset(Task(id="t", instruction="", environment="osworld"))
    await environment.close()
    assert (await client.screenshot()).size == SIZE


async def test_the_pointer_goes_where_it_is_told(guest: Guest, http: httpx.AsyncClient) -> None:
    environment = OSWorldEnvironment(url=guest.url)
    before = await environment.reset(Task(id="t", instruction="", environment="osworld"))
    after = await environment.step(MouseMove(at=Point(x=333, y=222)))
    assert (await http.get("/cursor_position")).json() == [333, 222]
    assert after.observation.frame.digest != before.frame.digest  # the pointer is in the picture
    await environment.step(Scroll(at=Point(x=10, y=20), pixels=-30))
    assert (await http.get("/cursor_position")).json() == [10, 20]
    await environment.step(LongPress(at=Point(x=40, y=50), seconds=0.1))
    assert (await http.get("/cursor_position")).json() == [40, 50]
    with pytest.raises(ActionInvalid, match="off the screen"):
        await environment.step(MouseMove(at=Point(x=1024, y=0)))
    with pytest.raises(ActionUnsupported):
        await environment.step(Open(app="x"))
    await environment.close()


async def test_what_is_run_is_held_inside(client: GuestClient, tmp_path: Path) -> None:
    async def said(command: str) -> str:
        return (await client.execute(command, shell=True))["output"].strip()

    (tmp_path / "secret").write_text("mine")
    assert await said(f"cat {tmp_path}/secret 2>&1; ls /root 2>&1") != "mine"
    assert await said("whoami; echo ~; pwd") == "user\n/home/user\n/home/user"
    assert await said("touch /usr/x 2>/dev/null || echo no") == "no"
    assert int(await said("ls /proc | grep -c '^[0-9]'")) < 30
    assert await said("echo password | sudo -S -u user -- echo ran; update-desktop-database && echo ok") == "ran\nok"


async def test_commands_answer_in_the_protocols_words(client: GuestClient, http: httpx.AsyncClient) -> None:
    answer = await client.execute(["python", "-c", "import sys; print('out'); sys.exit('bad')"])
    assert answer == {"status": "success", "output": "out\n", "error": "bad\n", "returncode": 1}
    assert (await http.post("/execute", json={"command": ["no-such-program"]})).status_code == 500
    assert (await http.post("/execute", json={})).status_code == 400
    ran = (await http.post("/run_python", json={"code": "print(6*7)"})).json()
    assert (ran["status"], ran["output"]) == ("success", "42\n")
    assert (await http.post("/run_python", json={"code": "1/0"})).json()["status"] == "error"
    script = {"script": "pwd\nexit 3", "working_dir": "/usr"}
    assert (await http.post("/run_bash_script", json=script)).json() == {
        "status": "success",
        "output": "/usr\n",
        "error": "",
        "returncode": 3,
    }
    slow = (await http.post("/run_bash_script", json={"script": "sleep 9", "timeout": 0.2})).json()
    assert "did not end" in slow["error"]
    seen = {"command": "true", "shell": True, "verification": {"command_success": "false"}, "max_wait_time": 0.1}
    assert (await http.post("/execute_with_verification", json=seen)).status_code == 500


async def test_files_go_both_ways(client: GuestClient, http: httpx.AsyncClient) -> None:
    content = bytes(range(256)) * 3
    await client.upload("/home/user/new/place.bin", content)
    assert await client.file("/home/user/new/place.bin") == content
    assert await client.file("/home/user/nothing") is None
    listed = (await http.post("/list_directory", json={"path": "/home/user/new"})).json()["directory_tree"]
    assert listed == {"type": "directory", "name": "new", "children": [{"type": "file", "name": "place.bin"}]}
    with pytest.raises(SandboxCrashed, match="404"):
        await client.set_up("open", {"path": "/home/user/nothing"})


async def test_windows_are_told_and_closed(client: GuestClient, http: httpx.AsyncClient) -> None:
    await client.upload("/home/user/shown.txt", b"x")
    await client.set_up("launch", {"command": ["mousepad", "/home/user/shown.txt"]})
    wanted = {"command": "true", "shell": True, "verification": {"window_exists": "shown.txt"}}
    assert (await http.post("/setup/execute_with_verification", json=wanted)).status_code == 200
    await client.set_up("activate_window", {"window_name": "Mousepad", "by_class": True})
    assert "shown.txt" in (await http.get("/accessibility")).json()["AT"]
    size = (await http.post("/window_size", data={"app_class_name": "Mousepad"})).json()
    assert 0 < size["width"] <= SIZE.width
    await client.set_up("close_window", {"window_name": "shown.txt"})
    for _ in range(50):
        if "shown.txt" not in (await http.get("/accessibility")).json()["AT"]:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the window was not closed")


async def test_the_rest_of_the_protocol(http: httpx.AsyncClient) -> None:
    assert (await http.get("/platform")).text == "Linux"
    assert (await http.get("/terminal")).json()["output"] is None
    assert (await http.post("/screen_size")).json() == {"width": 1024, "height": 768}
    assert (await http.post("/desktop_path")).json() == {"desktop_path": "/home/user/Desktop"}
    assert (await http.post("/start_recording")).status_code == 501


async def test_web_pages_are_not_answered(http: httpx.AsyncClient) -> None:
    assert (await http.get("/platform", headers={"Origin": "https://example.org"})).status_code == 403
    assert (await http.get("/platform", headers={"Host": "rebound.example.org:80"})).status_code == 403


async def test_no_guest_and_bad_settings_are_said() -> None:
    environment = OSWorldEnvironment(url="http://127.0.0.1:9")
    with pytest.raises(SandboxCrashed, match="does not answer"):
        await environment.reset(Task(id="t", instruction="", environment="osworld"))
    with pytest.raises(SandboxError, match=r"settings\.config"):
        await environment.reset(Task(id="t", instruction="", environment="osworld", settings={"config": 3}))
    with pytest.raises(SandboxError, match="not been started"):
        _ = Guest().port


async def test_a_setup_that_is_not_known_is_said(guest: Guest) -> None:
    environment = OSWorldEnvironment(url=guest.url)
    settings = {"config": [{"type": "login", "parameters": {}}]}
    with pytest.raises(SandboxError, match="desktop_env alone"):
        await environment.reset(Task(id="t", instruction="", environment="osworld", settings=settings))
