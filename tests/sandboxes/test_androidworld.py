"""What AndroidWorld sends to a device, replayed on the paper phone; and what is said where AndroidWorld is missing.

The command lines and the shape of their answers are facts about android_world and android_env, recorded while its own
episode loop drove the phone; `python -m tests.walk.androidworld` runs that loop itself where it is installed.
"""

import json
import re
from pathlib import Path

import pytest

from sandboxes.androidworld import open_world, part
from sandboxes.demos.paper_phone.phone import PaperPhone
from sandboxes.demos.paper_phone.shell import run_whole
from sandboxes.errors import SandboxMissing

COMMANDS = json.loads(Path(__file__).with_name("androidworld_commands.json").read_text())


@pytest.mark.browser
async def test_the_paper_phone_answers_all_that_androidworld_sends(chromium):
    wrong = []
    async with PaperPhone(chromium=chromium) as phone:
        for command in COMMANDS:
            status, out = await run_whole(phone.device, command["line"])
            text = out.decode().strip()
            if status != command.get("status", 0) or not re.search(command["says"], text):
                wrong.append((command["line"], status, text[:200]))
    assert wrong == []


def test_without_androidworld_one_sentence_says_how_it_is_had():
    with pytest.raises(SandboxMissing, match=r"not on PyPI, docs/androidworld\.md says how"):
        part("android_world.no_such_part")
    with pytest.raises(SandboxMissing, match="is not installed"):
        open_world("emulator-5554", adb="adb-that-is-nowhere")
