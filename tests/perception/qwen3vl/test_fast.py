"""The packed model answers as the plain one, as closely as bfloat16 does."""

import pytest
import torch

from agent.training.vocabulary import build
from perception.qwen3vl import fast
from perception.qwen3vl.cache import KeyValueCache
from perception.qwen3vl.fast import accelerate
from perception.qwen3vl.model import Qwen3VL
from tests.tiny_model import SMALL, tiny_config, tiny_weights

GRIDS = [(1, 4, 6), (1, 8, 4), (1, 8, 4)]


def model_in(dtype: torch.dtype) -> Qwen3VL:
    config = tiny_config(build(), SMALL)
    model = Qwen3VL(config)
    model.load_state_dict(tiny_weights(config, 3, torch.bfloat16))
    return model.to(dtype).eval()


@pytest.fixture(scope="module")
def models() -> tuple[Qwen3VL, Qwen3VL, Qwen3VL]:
    """Packed in bfloat16, plain in bfloat16, plain in float32; the same weights."""
    packed = model_in(torch.bfloat16)
    if not accelerate(packed):
        pytest.skip("nothing is packed here")
    return packed, model_in(torch.bfloat16), model_in(torch.float32)


def error(found: torch.Tensor, exact: torch.Tensor) -> float:
    return float((found.float() - exact).abs().mean() / exact.abs().mean())


def close(answers: list[torch.Tensor]) -> bool:
    """Whether the packed answer is about as near to float32's as plain bfloat16's is."""
    packed, plain, exact = answers
    return error(packed, exact) < 1.5 * error(plain, exact) + 1e-3


@pytest.mark.parametrize("still", [True, False])
def test_the_tower_sees_the_same(models: tuple[Qwen3VL, Qwen3VL, Qwen3VL], still: bool) -> None:
    num_patches = sum(t * h * w for t, h, w in GRIDS)
    pixels = torch.randn(num_patches, 768 if still else 1536, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        seen = [model.encode_images(pixels, GRIDS) for model in models]
    assert close([features.tokens for features in seen])
    assert close([features.deepstack[0] for features in seen])


@pytest.mark.parametrize("wanted", [None, slice(0, 1)])
@pytest.mark.parametrize("num_rows", [1, 3])
def test_the_decoder_goes_on_the_same(
    models: tuple[Qwen3VL, Qwen3VL, Qwen3VL], num_rows: int, wanted: slice | None
) -> None:
    generator = torch.Generator().manual_seed(1)
    config = models[0].config.text
    first, second, third = (
        torch.randint(0, config.vocab_size, (num_rows, width), generator=generator) for width in (40, 5, 1)
    )
    answers = []
    for model in models:
        cache, at, logits = KeyValueCache(config.num_hidden_layers, num_rows=num_rows), 0, []
        for ids in (first, second, third):
            width = ids.shape[1]
            # Rows drift apart, as they do in a batch.
            mask = cache.place([width - (width > 4) * row for row in range(num_rows)])
            positions = torch.arange(at, at + width).expand(3, num_rows, -1)
            with torch.inference_mode():
                hidden = model.hidden(model.embed(ids), positions, mask=mask, cache=cache, wanted=wanted)
                logits.append(model.logits(hidden[:, 0]).flatten())
            at += width
        answers.append(torch.cat(logits).float())
    assert close(answers)


@pytest.mark.parametrize("wanted", [slice(39, 40), slice(20, 40), slice(31, 36)])
@pytest.mark.parametrize("num_rows", [1, 2])
def test_some_places_are_answered_as_among_all(
    models: tuple[Qwen3VL, Qwen3VL, Qwen3VL], wanted: slice, num_rows: int
) -> None:
    model = models[0]
    config = model.config.text
    ids = torch.randint(0, config.vocab_size, (num_rows, 40), generator=torch.Generator().manual_seed(2))
    positions = torch.arange(40).expand(3, num_rows, -1)
    mask = torch.ones(40, 40, dtype=torch.bool).tril()[None, None].expand(num_rows, 1, -1, -1)
    with torch.inference_mode():
        x = model.embed(ids)
        whole = model.hidden(x, positions)[:, wanted].float()
        for given in (None, mask):
            part = model.hidden(x, positions, mask=given, wanted=wanted).float()
            assert error(part, whole) < 0.02


def test_other_dtypes_are_left_alone() -> None:
    model = model_in(torch.float32)
    names = set(model.state_dict())
    assert not accelerate(model)
    assert set(model.state_dict()) == names


@pytest.mark.parametrize("most", [fast._MOST_SCORES, 1])
def test_attention_of_very_high_scores_is_still_a_softmax(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores beyond what powers of two can hold; one key wins, and both ways see the same one."""
    monkeypatch.setattr(fast, "_MOST_SCORES", most)
    monkeypatch.setattr(fast, "_TURN", 11)
    packed, exact = model_in(torch.bfloat16), model_in(torch.float32)
    for model in (packed, exact):
        with torch.no_grad():
            model.get_parameter("model.visual.blocks.0.attn.qkv.weight")[:512] *= 200.0
    if not accelerate(packed):
        pytest.skip("nothing is packed here")
    pixels = torch.randn(24, 768, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found, wanted = (model.encode_images(pixels, GRIDS[:1]).tokens.float() for model in (packed, exact))
    assert bool(found.isfinite().all())
    assert error(found, wanted) < 0.3


@pytest.mark.parametrize("most", [fast._MOST_SCORES, 1])
def test_a_first_pass_of_very_high_scores_is_still_a_softmax(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_MOST_SCORES", most)
    monkeypatch.setattr(fast, "_TURN", 11)
    packed, exact = model_in(torch.bfloat16), model_in(torch.float32)
    for model in (packed, exact):
        with torch.no_grad():
            model.get_parameter("model.language_model.layers.0.self_attn.q_norm.weight").mul_(300.0)
    if not accelerate(packed):
        pytest.skip("nothing is packed here")
    ids = torch.randint(0, packed.config.text.vocab_size, (1, 40), generator=torch.Generator().manual_seed(4))
    positions = torch.arange(40).expand(3, 1, -1)
    with torch.inference_mode():
        found, wanted = (model.hidden(model.embed(ids), positions).float() for model in (packed, exact))
    assert bool(found.isfinite().all())
    assert error(found, wanted) < 0.3


@pytest.mark.parametrize("cut", [1, 7, 24, 39])
def test_a_prompt_in_two_parts_is_read_as_in_one(models: tuple[Qwen3VL, Qwen3VL, Qwen3VL], cut: int) -> None:
    model = models[0]
    config = model.config.text
    ids = torch.randint(0, config.vocab_size, (1, 40), generator=torch.Generator().manual_seed(5))
    places = torch.arange(40).expand(3, 1, -1)
    cache, found = KeyValueCache(config.num_hidden_layers), []
    with torch.inference_mode():
        whole = model.hidden(model.embed(ids), places).float()
        for part in (slice(0, cut), slice(cut, 40)):
            mask = cache.place([part.stop - part.start])
            found.append(model.hidden(model.embed(ids[:, part]), places[:, :, part], mask=mask, cache=cache).float())
    assert error(torch.cat(found, 1), whole) < 0.02


@torch.inference_mode()
def test_keys_that_take_turns_are_weighed_the_same(
    models: tuple[Qwen3VL, Qwen3VL, Qwen3VL], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a long past the scores of a pass would not fit into the caches, nor into memory."""
    monkeypatch.setattr(fast, "_TURN", 32)
    model, text = models[0], models[0].config.text
    ids = torch.randint(0, text.vocab_size, (1, 150), generator=torch.Generator().manual_seed(2))
    found = []
    for most in (fast._MOST_SCORES, 1):
        monkeypatch.setattr(fast, "_MOST_SCORES", most)
        cache = KeyValueCache(text.num_hidden_layers)
        for start, stop in ((0, 70), (70, 150)):
            mask = cache.place([stop - start])
            positions = torch.arange(start, stop).expand(3, 1, -1)
            hidden = model.hidden(model.embed(ids[:, start:stop]), positions, mask=mask, cache=cache)
        found.append(hidden)
    assert error(found[1], found[0].float()) < 0.01
