"""New weights in memory: what stays is shared, what is made of weights is made anew, and the old model is untouched."""

import gc
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from agent.training.vocabulary import build
from perception.errors import ModelError
from perception.qwen3vl.fast import accelerate, is_accelerated
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.quantized import quantize
from perception.qwen3vl.reply import Request
from perception.qwen3vl.update import updated
from perception.qwen3vl.weights import load, save
from tests.perception.qwen3vl.tiny_engine import engine_of, hot, prompt_of
from tests.tiny_model import SMALL, tiny_config, tiny_weights

NORM = "model.language_model.norm.weight"
KEYS = "model.language_model.layers.0.self_attn.k_proj.weight"


def model_in(dtype: torch.dtype, *, seed: int = 3, **text: Any) -> Qwen3VL:
    config = tiny_config(build(), SMALL)
    config = replace(config, text=replace(config.text, **text))
    model = Qwen3VL(config)
    model.load_state_dict(tiny_weights(config, seed, torch.float32))
    return model.to(dtype).eval()


def packed_in_bfloat16() -> tuple[Qwen3VL, Qwen3VL]:
    """Packed and plain, the same weights."""
    packed = model_in(torch.bfloat16)
    if not accelerate(packed):
        pytest.skip("nothing is packed here")
    return packed, model_in(torch.bfloat16)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_packed_weights_come_out_as_they_went_in(tmp_path: Path) -> None:
    packed, plain = packed_in_bfloat16()
    assert same(packed.state_dict(), plain.state_dict())
    save(packed, tmp_path)
    assert same(load(tmp_path, torch.bfloat16).state_dict(), plain.state_dict())


def test_the_weights_that_were_packed_are_let_go() -> None:
    model = model_in(torch.bfloat16)
    plain = weakref.ref(model.get_parameter(KEYS))
    if not accelerate(model):
        pytest.skip("nothing is packed here")
    gc.collect()
    assert plain() is None


def test_what_stays_is_shared_and_the_old_model_is_untouched() -> None:
    model = model_in(torch.float32)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    fresh = updated(model, {NORM: torch.full((64,), 2.0, dtype=torch.float64)})
    assert same(model.state_dict(), before)
    assert fresh.get_parameter(NORM).dtype == torch.float32
    assert same(fresh.state_dict(), before | {NORM: torch.full((64,), 2.0)})
    assert fresh.get_parameter(KEYS).data_ptr() == model.get_parameter(KEYS).data_ptr()


def test_a_packed_model_is_packed_again() -> None:
    packed, plain = packed_in_bfloat16()
    new = torch.randn(32, 64)
    fresh = updated(packed, {KEYS: new})
    assert is_accelerated(fresh)
    assert same(fresh.state_dict(), plain.state_dict() | {KEYS: new.bfloat16()})
    assert same(packed.state_dict(), plain.state_dict())


def test_8_bit_layers_that_stay_are_taken_over() -> None:
    model, new = model_in(torch.float32), torch.randn(32, 64)
    quantize(model.model.language_model)
    fresh = updated(model, {KEYS: new})
    wanted = model_in(torch.float32)
    wanted.get_parameter(KEYS).data.copy_(new)
    quantize(wanted.model.language_model)
    assert same(fresh.state_dict(), wanted.state_dict())
    assert same(updated(fresh, {}).state_dict(), wanted.state_dict())


def test_experts_are_taken_either_way_round() -> None:
    sparse = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 24}
    model = model_in(torch.float32, **sparse)
    name = next(name for name in model.state_dict() if name.endswith("experts.down_proj"))
    new = torch.randn_like(model.get_parameter(name))
    for given in (new, new.transpose(1, 2)):
        assert torch.equal(updated(model, {name: given}).get_parameter(name), new)
    with pytest.raises(ModelError, match="down_proj is"):
        updated(model, {name: new[:2]})


def test_an_output_layer_that_is_the_table_may_be_given_twice() -> None:
    model = model_in(torch.float32)
    assert same(updated(model, {"lm_head.weight": torch.zeros(1)}).state_dict(), model.state_dict())


def test_an_engine_answers_what_it_was_asked_before_it_changes() -> None:
    engine, other = engine_of(), engine_of()
    request = Request(prompt_of(0), None, hot(3))
    ticket = engine.submit(request)
    engine.step()
    new = {name: tensor * 1.5 for name, tensor in engine.model.state_dict().items() if "layers.1" in name}
    engine.update(new)
    assert ticket.over
    assert engine.completion(ticket).token_ids == other.generate(request).token_ids
    assert engine.num_bytes == 0
    assert engine.generate(request).token_ids != engine.completion(ticket).token_ids
    with pytest.raises(ModelError, match="has no tensor"):
        engine.update({"x": torch.zeros(1)})
