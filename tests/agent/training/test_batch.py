"""Packing: what is learned, what is seen, and that neighbours do not matter."""

import numpy as np
import pytest
import torch

from agent.training import nano, vocabulary
from agent.training.batch import IGNORED, STEP_SHARE, Row, cover_cells, own_centers, pack
from agent.training.forward import PackedForward, Weights, in_tower_order, patches, visibility
from agent.training.heads import TrainingHeads
from agent.training.initial import initialise
from agent.training.naming import KINDS, NAMES, label_grid, label_of
from agent.training.pretrain import layout_of, maker
from agent.training.sample import Sample
from agent.training.screens import Widget
from perception.qwen3vl.model import Qwen3VL

REPLY = '{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [512, 300]}'


def click(name: str = "Save", history: tuple[str, ...] = ()) -> Sample:
    return maker().make(f'Click the "{name}" button', history, REPLY, (40.0, 40.0, 90.0, 60.0))


def row(*samples: Sample, width: int = 256, height: int = 192) -> Row:
    image = np.random.default_rng(len(samples)).integers(0, 255, (height, width, 3), np.uint8)
    glyphs = np.zeros((height // 16, width // 16, 4), np.int16)
    labels = label_grid([], width, height)
    return Row(image, glyphs, samples, own_centers(width, height), labels)


def small_model() -> Qwen3VL:
    small = {"vision_depth": 2, "vision_deepstack_visual_indexes": (0,), "text_num_hidden_layers": 2}
    model = Qwen3VL(nano.shape(nano.tokenizer(), **small))
    initialise(model, vocabulary.number_ids(), seed=1)
    return model.eval()


def forward_of(model: Qwen3VL) -> PackedForward:
    return PackedForward(model, TrainingHeads(model.config), layout_of(maker(), model), seed=0)


def test_only_the_reply_is_learned() -> None:
    sample = click()
    batch = pack([row(sample)], 64)
    learned = batch.targets[0] != IGNORED
    assert batch.targets[0][learned].tolist() == sample.token_ids[sample.num_prompt :]
    assert (
        nano.tokenizer().decode(batch.targets[0][learned].tolist(), skip_special_tokens=False) == REPLY + "<|im_end|>"
    )


def test_every_reply_weighs_the_square_root_of_its_tokens_and_what_names_the_step_more() -> None:
    sample = click()
    batch = pack([row(sample, click("A longer name"))], 128)
    first = batch.segments[0] == 1
    weights, targets = batch.weights[0][first], batch.targets[0][first]
    heavy = weights == weights.max()
    assert nano.tokenizer().decode(targets[heavy].tolist()) == 'Click \\"S'
    plain = np.where(heavy, weights / STEP_SHARE, weights)
    assert plain.sum() == pytest.approx(sample.num_reply**0.5)


def test_pointers_stand_from_the_end_of_the_name_to_the_coordinates() -> None:
    batch = pack([row(click(), click("Other"))], 128)
    following = [nano.tokenizer().decode([int(batch.targets[at, place])]) for at, place in batch.pointers]
    assert following == ['", "action": "left_click", "coordinate": ', "[", "512", "300"] * 2
    assert batch.cells.shape == (8, 48)


def test_a_question_that_does_not_fit_is_left_out() -> None:
    sample = click()
    batch = pack([row(sample, sample, sample)], 2 * len(sample.token_ids))
    assert batch.kept == [(0, 0), (0, 1)]


def test_neighbours_do_not_change_an_answer() -> None:
    """A packed question has the logits that it has alone, and those of the plain unpacked model."""
    model = small_model()
    forward = forward_of(model)
    first, second = click("Save"), click("Cancel", ('Focus "Name"',))
    with torch.no_grad():
        logits = {}
        for name, samples in {"both": (first, second), "alone": (second,)}.items():
            batch = pack([row(*samples)], 160)
            batch.images[:] = 200
            features, _ = forward.see(batch, Weights())
            logits[name] = forward.replies(batch, features)[-second.num_reply :]
        torch.testing.assert_close(logits["both"], logits["alone"], atol=1e-4, rtol=1e-4)
        ids = torch.tensor(
            [
                [
                    *maker().ids("<|im_start|>user\n<|vision_start|>"),
                    *[model.config.image_token_id] * 48,
                    *maker().ids("<|vision_end|>"),
                    *second.token_ids[:-1],
                ]
            ]
        )
        pixels = patches(torch.full((1, 192, 256, 3), 200, dtype=torch.uint8))
        plain = model(ids, pixel_values=pixels, grid_thw=[(1, 12, 16)])[0, -second.num_reply :]
    torch.testing.assert_close(logits["alone"], plain, atol=1e-4, rtol=1e-4)


def test_visibility_keeps_questions_apart() -> None:
    seen = visibility(torch.tensor([[1, 1, 2, -1]]), 2)[0]
    assert seen.int().tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 0, 0, 1, 0],
        [1, 1, 0, 0, 0, 1],
    ]


def test_cells_of_a_box() -> None:
    cells = cover_cells((30.0, 0.0, 64.0, 10.0), 96, 64).reshape(2, 3)
    assert cells.tolist() == [[True, True, False], [False, False, False]]


def test_tokens_are_named_by_what_stands_in_them() -> None:
    circle = Widget("shape", (32, 0, 64, 32), colour="red", shape="circle")
    button = Widget("button", (0, 40, 96, 64), "Save")
    grid = label_grid([circle, button], 96, 64)
    assert (grid[0, 1] == label_of(circle)).all()
    assert grid[0, 0].tolist() == grid[0, 2].tolist() == [0, 0, 0]
    assert grid[1, :, 0].tolist() == [KINDS.index("button") + 1] * 3
    assert label_of(circle).name == NAMES.index("circle") + 1


def test_a_mark_on_a_button_is_named_and_not_the_button() -> None:
    icon = Widget("icon", (4, 4, 28, 28), "gear")
    grid = label_grid([icon, Widget("button", (0, 0, 64, 32), "Set up")], 64, 32)
    assert grid[0, 0].tolist() == list(label_of(icon))
    assert grid[0, 1, 0] == KINDS.index("button") + 1


def test_characters_come_in_the_order_of_the_patches() -> None:
    """Each patch is painted in the number that stands for its characters."""
    numbers = torch.arange(2 * 4 * 6).view(2, 4, 6)
    images = numbers.repeat_interleave(16, 1).repeat_interleave(16, 2)[..., None].expand(-1, -1, -1, 3)
    glyphs = in_tower_order(numbers[..., None])
    painted = patches(images.to(torch.uint8)).add(1).mul(127.5).round()
    assert torch.equal(glyphs.expand_as(painted).float(), painted)
