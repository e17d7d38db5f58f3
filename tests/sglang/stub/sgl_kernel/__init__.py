"""A stand-in for SGLang's CUDA-only kernel wheel: the one function that its CPU mode calls, and names for the rest.

What is bound when model files are imported only has to be there; whoever calls it is told that it is not.
"""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor

__version__ = "0.0.0+cpu"

_BOUND_AT_IMPORT = re.compile(r"torch\.ops\.sgl_kernel\.(\w+)")


def assign_req_to_token_pool_cpu(
    req_pool_indices: Tensor,
    req_to_token: Tensor,
    start_offset: Tensor,
    end_offset: Tensor,
    out_cache_loc: Tensor,
    pool_len: int,
) -> None:
    """Writes into each request's row where its new tokens lie in the cache; `out_cache_loc` holds them all in turn."""
    begin = 0
    for row, start, end in zip(req_pool_indices.tolist(), start_offset.tolist(), end_offset.tolist(), strict=True):
        places = out_cache_loc[begin : begin + end - start]
        req_to_token[row, start:end] = places.to(req_to_token.dtype)
        begin += end - start


def missing(name: str) -> Callable[..., NoReturn]:
    """A function that says that it is not there."""

    def call(*arguments: Any, **named: Any) -> NoReturn:
        raise NotImplementedError(f"sgl_kernel.{name} is not part of the CPU stand-in")

    call.__name__ = name
    return call


def __getattr__(name: str) -> Callable[..., NoReturn]:
    if name.startswith("__"):
        raise AttributeError(name)
    return missing(name)


def _bind() -> None:
    spec = find_spec("sglang")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for file in Path(place, "srt").rglob("*.py"):
            for name in _BOUND_AT_IMPORT.findall(file.read_text(encoding="utf-8", errors="replace")):
                if not hasattr(torch.ops.sgl_kernel, name):
                    setattr(torch.ops.sgl_kernel, name, missing(name))


_bind()
