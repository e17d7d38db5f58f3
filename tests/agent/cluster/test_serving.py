import os
from pathlib import Path

import pytest

from agent.cluster.installation import Installation, requirements
from agent.cluster.serving import has_gpu, sglang_serving, vllm_serving
from agent.cluster.sglang import Served, router_command, server_command
from agent.errors import ServingError

PYTHON = Path("/env/bin/python")
MODEL = Served("Qwen/Qwen3-VL-8B-Instruct", "qwen3-vl")


def value(command: list[str], flag: str) -> str:
    return command[command.index(flag) + 1]


def test_a_server_on_a_gpu() -> None:
    command = server_command(PYTHON, MODEL, 30000)
    assert command[:3] == ["/env/bin/python", "-m", "sglang.launch_server"]
    assert value(command, "--model-path") == "Qwen/Qwen3-VL-8B-Instruct"
    assert (value(command, "--host"), value(command, "--port")) == ("127.0.0.1", "30000")
    assert "--constrained-json-disable-any-whitespace" in command
    for flag in ("--device", "--reasoning-parser", "--api-key", "--tp", "--dtype"):
        assert flag not in command


def test_flags_come_with_what_they_are_for() -> None:
    served = Served(
        "Qwen/Qwen3-VL-30B-A3B-Thinking", "q", gpus_each=2, api_key="k", dtype="bfloat16", more=["--mem-fraction", "1"]
    )
    command = server_command(PYTHON, served, 1)
    assert value(command, "--reasoning-parser") == "qwen3"
    assert value(command, "--tp") == "2"
    assert value(command, "--api-key") == "k"
    assert command[-2:] == ["--mem-fraction", "1"]
    assert value(server_command(PYTHON, Served("m", "m", cpu=True), 1), "--device") == "cpu"
    assert "--api-key" not in router_command(PYTHON, MODEL, 1, ["http://127.0.0.1:2"])


def test_replicas_have_gpus_and_ports_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,5,6,7")
    installation = Installation("sglang", tmp_path)
    served = Served("m", "m", host="0.0.0.0", gpus_each=2, api_key="secret")
    serving = sglang_serving(installation, served, 30000, tmp_path, num_replicas=2)
    assert serving.address == "http://127.0.0.1:30000"
    assert len({worker.address for worker in serving.workers}) == 2
    assert [worker._environment["CUDA_VISIBLE_DEVICES"] for worker in serving.workers] == ["4,5", "6,7"]
    assert all("127.0.0.1" in worker.address for worker in serving.workers)
    with pytest.raises(ServingError, match="replica 2 has no GPU left of CUDA_VISIBLE_DEVICES=4,5,6,7"):
        sglang_serving(installation, served, 30000, tmp_path, num_replicas=3)


def test_one_server_needs_no_router(tmp_path: Path) -> None:
    for make in (sglang_serving, vllm_serving):
        serving = make(Installation("sglang", tmp_path), MODEL, 30001, tmp_path)
        assert serving.router is None
        assert serving.address == "http://127.0.0.1:30001"


def test_a_gpu_is_one_that_the_driver_knows() -> None:
    assert not has_gpu(lambda name: None)
    assert has_gpu(lambda name: "/bin/nvidia-smi") == Path("/proc/driver/nvidia/version").exists()


def test_versions_are_pinned_in_one_place() -> None:
    assert requirements("sglang")[0].startswith("sglang==")
    assert requirements("vllm")[0].startswith("vllm==")
    with pytest.raises(ServingError, match="no extra 'sglang2'"):
        requirements("sglang2")
    assert Installation("sglang").folder.name == requirements("sglang")[0].replace("==", "-")


async def test_an_environment_that_somebody_else_keeps_is_never_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDEYE_SGLANG", str(tmp_path))
    installation = Installation("sglang")
    with pytest.raises(ServingError, match="HANDEYE_SGLANG names no Python environment"):
        await installation.make(lambda line: None, tmp_path / "log")
    installation.python.parent.mkdir()
    installation.python.touch()
    await installation.make(lambda line: None, tmp_path / "log")
    assert os.listdir(tmp_path) == ["bin"]
