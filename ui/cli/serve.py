"""Serve a model to HandEye and to any other client of the OpenAI API.

On a machine with an NVIDIA GPU this starts SGLang in an environment of its own (made on first use), keeps it alive and
ends it. Elsewhere it serves the embedded engine over the same API. `--model` is nano, a folder, or for SGLang and vLLM
a name that the Hugging Face hub knows. Flags behind `--` go to SGLang or vLLM as they are.

    handeye serve --model nano
    handeye serve --model Qwen/Qwen3-VL-8B-Instruct --replicas 2
    handeye run "..." --url ... --model http://127.0.0.1:30000
"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.cluster.sglang import Served
    from agent.settings import ModelSettings

_PORT = 30000
_ENGINES = ("auto", "embedded", "sglang", "vllm")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--model", metavar="NAME_OR_DIR", help="nano (bundled), a folder, or a name of the hub")
    parser.add_argument("--engine", choices=_ENGINES, default="auto", help="default: sglang with a GPU, else embedded")
    parser.add_argument("--name", metavar="NAME", help="what clients call the model (default: its own name)")
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1; any other needs HANDEYE_API_KEY")
    parser.add_argument("--port", type=int, default=_PORT, help=f"default: {_PORT}; 0 takes a free one")
    parser.add_argument("--replicas", type=int, default=1, metavar="N", help="SGLang servers behind its router")
    parser.add_argument("--gpus", type=int, default=1, metavar="N", help="GPUs that one replica is spread over")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: a GPU if there is one"
    )
    parser.add_argument("--dtype", metavar="TYPE", help="float32, bfloat16, int8 (embedded) (default: what is fast)")
    parser.add_argument(
        "--sampling", metavar="PRESET", help="embedded: how to draw where a question does not say; auto, or a preset"
    )
    parser.add_argument("--logs", metavar="DIR", default="build/serve", help="where servers log (default: build/serve)")
    parser.add_argument("more", nargs="*", metavar="-- FLAGS", help="further flags of SGLang or vLLM")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Serve until Ctrl-C."""
    from agent.cluster.serving import has_gpu
    from perception.server.address import free_port

    settings = load_settings(arguments)
    key = settings.model.api_key.get_secret_value() or os.environ.get("HANDEYE_API_KEY", "")
    _check(arguments, key)
    on_gpu = arguments.device == "cuda" or (arguments.device == "auto" and has_gpu())
    engine = arguments.engine if arguments.engine != "auto" else ("sglang" if on_gpu else "embedded")
    if engine == "embedded" and (arguments.replicas > 1 or arguments.more):
        raise exits.UsageError("the embedded engine has no replicas and takes no flags behind --: add --engine sglang")
    if engine != "embedded" and arguments.sampling:
        raise exits.UsageError(f"--sampling is for the embedded engine; {engine} draws as each question asks for")
    port = arguments.port or free_port()
    model = settings.model.name
    if engine == "embedded":
        return _embedded(arguments, output, settings.model, port, key)
    from agent.cluster.sglang import Served
    from perception.clients.catalog import NANO

    served = Served(
        model=str(NANO) if model == "nano" else model,
        name=arguments.name or Path(model).name,
        host=arguments.host,
        dtype=arguments.dtype or "",
        cpu=not on_gpu,
        gpus_each=arguments.gpus,
        api_key=key,
        more=arguments.more,
    )
    return _server(arguments, output, served, port, engine)


def _check(arguments: argparse.Namespace, key: str) -> None:
    if not 0 <= arguments.port <= 65535:
        raise exits.UsageError(f"--port {arguments.port}: a port is a number from 0 to 65535")
    for flag in ("replicas", "gpus"):
        if getattr(arguments, flag) < 1:
            raise exits.UsageError(f"--{flag} {getattr(arguments, flag)}: at least 1")
    if arguments.host not in _LOOPBACK and not key:
        raise exits.UsageError(
            f"--host {arguments.host} lets other machines in: set HANDEYE_API_KEY to what they have to send"
        )


def _embedded(arguments: argparse.Namespace, output: Output, settings: "ModelSettings", port: int, key: str) -> int:
    import asyncio

    from agent.cluster.serving import address_of
    from perception.clients.catalog import FORMATS, folder_of
    from perception.clients.client import Sampling
    from perception.clients.embedded import EmbeddedClient
    from perception.qwen3vl.presets import drawn
    from perception.server.address import listen
    from perception.server.app import ModelServer
    from perception.server.serve import serve

    folder = folder_of(settings.name)
    name = arguments.name or Path(settings.name).name
    device = "cuda" if arguments.device == "cuda" else "cpu"
    dtype = arguments.dtype or settings.dtype or None
    if dtype and dtype not in FORMATS:
        raise exits.UsageError(f"--dtype {dtype}: the embedded engine has {', '.join(FORMATS)}")
    client = EmbeddedClient(folder, name=name, dtype=dtype, device=device)
    sampling = drawn(settings.sampling, folder.resolve().name, Sampling())
    server = ModelServer(client, name=name, sampling=sampling, key=key, local=arguments.host in _LOOPBACK)
    bound = listen(port, arguments.host)
    asyncio.run(serve(server, bound, lambda: _announce(output, address_of(arguments.host, port), name)))
    output.console.print("serve: ended", style="dim")
    return exits.DONE


def _server(arguments: argparse.Namespace, output: Output, served: "Served", port: int, engine: str) -> int:
    import asyncio

    from agent.cluster.installation import Installation
    from agent.cluster.serving import sglang_serving, vllm_serving

    installation, logs = Installation(engine), Path(arguments.logs)
    if engine == "vllm" and arguments.replicas > 1:
        raise exits.UsageError("--replicas works with SGLang only: add --engine sglang")

    def say(line: str) -> None:
        output.console.print(exits.plain(line), style="dim", markup=False)

    async def serve() -> None:
        await installation.make(say, logs / "install.log")
        if engine == "vllm":
            serving = vllm_serving(installation, served, port, logs)
        else:
            serving = sglang_serving(installation, served, port, logs, arguments.replicas)
        await serving.start(say)
        try:
            _announce(output, serving.address, served.name)
            await serving.watch(say)
        finally:
            await asyncio.shield(serving.stop())

    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        output.console.print("serve: ended", style="dim")
    return exits.DONE


def _announce(output: Output, address: str, name: str) -> None:
    output.console.print(f"serving {name} at {address}", markup=False)
    output.console.print(f"try: handeye run ... --model {address}; Ctrl-C ends it", style="dim", markup=False)
    output.result({"address": address, "model": name})
