"""SGLang's command lines for a Qwen3-VL model: one server, or several behind its own router.

On a GPU as the maintainers run it. On a CPU (which SGLang supports for tests, not for speed) without what needs CUDA.
vLLM speaks the same API and has a line of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

IMAGES_PER_PROMPT = 8
CPU_ENVIRONMENT = {"SGLANG_USE_CPU_ENGINE": "1", "OMP_NUM_THREADS": "1"}

_GPU_FLAGS = ("--enable-cache-report", "--tool-call-parser", "qwen")
_CPU_FLAGS = tuple(
    "--device cpu --attention-backend torch_native --sampling-backend pytorch --disable-cuda-graph "
    "--disable-overlap-schedule --max-total-tokens 8192 --max-running-requests 4 --chunked-prefill-size 4096 "
    "--mem-fraction-static 0.3 --enable-cache-report --skip-server-warmup --sleep-on-idle".split()
)  # Without the last, a server that waits keeps a core busy.
# Random and small models fill allowed white space without an end.
_GRAMMAR_FLAGS = ("--grammar-backend", "xgrammar", "--constrained-json-disable-any-whitespace")


@dataclass(frozen=True, slots=True)
class Served:
    """What is served, and how."""

    model: str
    """A folder, or a name that the Hugging Face hub knows."""
    name: str
    """What clients call it."""
    host: str = "127.0.0.1"
    dtype: str = ""
    """The model's own where empty."""
    cpu: bool = False
    gpus_each: int = 1
    """GPUs that one replica is spread over (tensor parallelism)."""
    api_key: str = ""
    more: Sequence[str] = ()
    """Further flags for the server, as they are."""

    @property
    def thinks(self) -> bool:
        """Whether its replies begin with thoughts, by its name."""
        return "thinking" in self.model.lower()


def server_command(python: Path, served: Served, port: int, host: str = "") -> list[str]:
    """One SGLang server."""
    command = [str(python), "-m", "sglang.launch_server", "--model-path", served.model]
    command += ["--served-model-name", served.name, "--host", host or served.host, "--port", str(port)]
    command += [*_GRAMMAR_FLAGS, *(_CPU_FLAGS if served.cpu else _gpu_flags(served))]
    return [*command, *_both(served)]


def router_command(python: Path, served: Served, port: int, workers: Sequence[str]) -> list[str]:
    """SGLang's router before several servers. It drops token ids, so only chat should come through it."""
    command = [str(python), "-m", "sglang_router.launch_router", "--worker-urls", *workers]
    command += ["--host", served.host, "--port", str(port), "--policy", "cache_aware"]
    return [*command, "--api-key", served.api_key] if served.api_key else command


def vllm_command(python: Path, served: Served, port: int) -> list[str]:
    """One vLLM server (from its documentation; not run by our tests)."""
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server", "--model", served.model]
    command += ["--served-model-name", served.name, "--host", served.host, "--port", str(port)]
    command += ["--limit-mm-per-prompt", f'{{"image":{IMAGES_PER_PROMPT}}}']
    if served.gpus_each > 1:
        command += ["--tensor-parallel-size", str(served.gpus_each)]
    return [*command, *_both(served)]


def _both(served: Served) -> list[str]:
    """Flags that SGLang and vLLM have in common, and those that were given."""
    flags = ["--reasoning-parser", "qwen3"] if served.thinks else []
    given = {"--dtype": served.dtype, "--api-key": served.api_key}
    return [*flags, *(word for flag, value in given.items() if value for word in (flag, value)), *served.more]


def _gpu_flags(served: Served) -> list[str]:
    flags = [*_GPU_FLAGS, "--limit-mm-data-per-request", f'{{"image":{IMAGES_PER_PROMPT}}}']
    return [*flags, "--tp", str(served.gpus_each)] if served.gpus_each > 1 else flags
