"""AndroidWorld's own loop, where a Python has it: ANDROIDWORLD_PYTHON names that Python (docs/androidworld.md)."""

import asyncio
import os

import pytest

from tests.phones import connected

PYTHON = os.environ.get("ANDROIDWORLD_PYTHON", "")


@pytest.mark.android
@pytest.mark.skipif(not PYTHON, reason="ANDROIDWORLD_PYTHON names no Python that has AndroidWorld")
async def test_tasks_of_androidworld_go_from_0_to_1(tmp_path, chromium, repository):
    async with connected(tmp_path, chromium) as (phone, adb):
        words = ("-m", "tests.walk.androidworld", "--serial", phone.address, "--adb-port", str(adb.port))
        played = await asyncio.create_subprocess_exec(
            PYTHON, *words, cwd=repository, env=adb.environment, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(played.communicate(), 120)
    assert played.returncode == 0, out.decode()
    assert out.decode().count("0.0 to 1.0") == 3
