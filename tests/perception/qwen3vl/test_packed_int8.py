"""8-bit layers answer nearly as they would in float32, and say their weights as they use them."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from agent.training.vocabulary import build
from perception.errors import ModelError
from perception.qwen3vl.engine import Engine
from perception.qwen3vl.fast import accelerate, is_accelerated, is_int8
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.packed_int8 import PackedInt8, can_pack_int8
from perception.qwen3vl.quantized import QuantizedLinear
from perception.qwen3vl.update import updated
from perception.qwen3vl.weights import save
from tests.tiny_model import SMALL, tiny_config, tiny_weights, write_folder

pytestmark = pytest.mark.skipif(not can_pack_int8(), reason="this CPU has no fast products of 8-bit integers")
KEYS = "model.language_model.layers.0.self_attn.k_proj.weight"


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def linear(inputs: int, outputs: int, *, bias: bool = True, seed: int = 1) -> nn.Linear:
    layer = nn.Linear(inputs, outputs, bias=bias)
    layer.weight.data = noise(outputs, inputs, seed=seed) * torch.linspace(0.01, 1, outputs)[:, None]
    if bias:
        layer.bias.data = noise(outputs, seed=seed + 1)
    return layer


def error(found: Tensor, exact: Tensor) -> float:
    return float((found.float() - exact).norm() / exact.norm())


@pytest.mark.parametrize("shape", [(1, 64), (2, 3, 64), (100, 64)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@torch.inference_mode()
def test_all_that_it_can_is_close(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    layer = linear(64, 96)
    packed, x = PackedInt8.of(layer), noise(*shape, seed=5).to(dtype)
    exact, other = layer(x.float()), noise(*shape[:-1], 96, seed=6).to(dtype)
    before = other.clone()
    assert packed(x).dtype == dtype
    assert error(packed(x), exact) < 0.02
    assert error(packed.gelu(x, "tanh"), F.gelu(exact, approximate="tanh")) < 0.02
    assert error(packed.gelu(x, "none"), F.gelu(exact)) < 0.02
    assert error(packed.swish(x), F.silu(exact)) < 0.02
    assert error(packed.add(x, other), exact + other) < 0.02
    assert error(packed.mul(x, other), exact * other) < 0.03
    assert torch.equal(other, before), "what is added stays as it was"


@torch.inference_mode()
def test_nothing_comes_of_nothing() -> None:
    packed = PackedInt8.of(linear(64, 96, bias=False))
    assert not packed(torch.zeros(3, 64)).any()
    assert not PackedInt8(torch.zeros(8, 64), None)(noise(3, 64)).any()


@torch.inference_mode()
def test_weights_come_out_as_they_are_used() -> None:
    first, second = linear(64, 96, bias=False), linear(64, 32, bias=False, seed=9)
    packed = PackedInt8.of(first, second)
    weights = [weight for weight, _ in packed.layers()]
    for weight, layer in zip(weights, (first, second), strict=True):
        steps = layer.weight.abs().amax(1, keepdim=True) / 127
        assert ((weight - layer.weight).abs() <= steps * 0.51).all()
    again = [weight for weight, _ in PackedInt8(torch.cat(weights), None, (96, 32)).layers()]
    assert all(torch.equal(one, other) for one, other in zip(weights, again, strict=True))


def model(seed: int = 3) -> Qwen3VL:
    config = tiny_config(build(), SMALL)
    made = Qwen3VL(config)
    made.load_state_dict(tiny_weights(config, seed, torch.bfloat16))
    return made.to(torch.bfloat16).eval()


@torch.inference_mode()
def test_a_model_of_them_sees_and_goes_on_nearly_the_same() -> None:
    packed, plain = model(), model()
    assert accelerate(packed, int8=True)
    assert is_int8(packed)
    pixels, ids = noise(24, 768), torch.arange(40)[None]
    seen = [one.encode_images(pixels, [(1, 4, 6)]).tokens.float() for one in (packed, plain)]
    assert 0 < error(*seen) < 0.1
    positions = torch.arange(40).expand(3, 1, -1)
    hidden = [one.hidden(one.embed(ids), positions).float() for one in (packed, plain)]
    assert 0 < error(*hidden) < 0.1


def test_other_weights_are_rounded_too_and_those_that_stay_do_not_change() -> None:
    packed, new = model(), noise(32, 64, seed=7)
    accelerate(packed, int8=True)
    before = {name: tensor.clone() for name, tensor in packed.state_dict().items()}
    fresh = updated(packed, {KEYS: new})
    assert is_int8(fresh)
    after = fresh.state_dict()
    assert error(after[KEYS], new) < 0.01
    assert all(torch.equal(after[name], before[name]) for name in before if name != KEYS)


def test_it_is_not_stored(tmp_path: Path) -> None:
    packed = model()
    accelerate(packed, int8=True)
    with pytest.raises(ModelError, match="int8 model is not stored"):
        save(packed, tmp_path)


def test_an_engine_packs_where_it_can(tmp_path: Path) -> None:
    write_folder(tmp_path / "dense", SMALL)
    assert is_int8(Engine.load(tmp_path / "dense", dtype="int8").model)
    assert not is_int8(Engine.load(tmp_path / "dense", dtype=torch.bfloat16).model)
    text = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 24}
    config = tiny_config(build(), SMALL)
    sparse = Qwen3VL(replace(config, text=replace(config.text, **text)))
    write_folder(tmp_path / "sparse", SMALL)
    save(sparse, tmp_path / "sparse")
    loaded = Engine.load(tmp_path / "sparse", dtype="int8").model
    assert not is_accelerated(loaded)
    assert any(isinstance(module, QuantizedLinear) for module in loaded.modules())
