"""A phrase becomes a question in the model's style, and its reply a point and a box on the screen, or a refusal."""

import json
from contextlib import suppress
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.training.vocabulary import build
from perception.clients.client import Completion, ImagePart, Sampling, TextPart
from perception.clients.scripted import ScriptedClient
from perception.clients.wording import Style
from perception.errors import ClientError, GroundingInvalid
from perception.geometry import Box, Grid, Point, Size
from perception.grounding import MAX_LABEL, Grounding, encode, locate, parse, request_text, schema
from perception.observation import Frame
from perception.qwen3vl.grammar import Constraint, Grammar

STYLES: tuple[Style, ...] = get_args(Style)
SIZE = Size(width=320, height=224)
FRAME = Frame(np.zeros((224, 320, 3), np.uint8))
SAVE = '[{"label": "Save", "point_2d": [502, 252], "bbox_2d": [250, 125, 750, 375]}]'
FOUND = Grounding(label="Save", point=Point(x=160, y=56), box=Box(left=80, top=28, right=240, bottom=84))

END = build().encode("<|im_end|>", add_special_tokens=False).ids[0]

tops = st.sampled_from([1000, 999])
labels = st.text(st.characters(exclude_categories=("Cs",)))


@st.composite
def places(draw, most: int = 999) -> tuple[Size, Grounding]:
    """A frame's size and something on it."""
    width, height = draw(st.integers(1, most)), draw(st.integers(1, most))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    point = Point(x=draw(st.integers(0, width - 1)), y=draw(st.integers(0, height - 1)))
    box = draw(st.none() | st.just(Box(left=left, top=top, right=right, bottom=bottom)))
    return Size(width=width, height=height), Grounding(label=draw(labels), point=point, box=box)


@given(place=places(), top=tops)
def test_what_is_written_is_read_back_exactly(place: tuple[Size, Grounding], top: int) -> None:
    size, found = place
    assert parse(encode(found, size, top), size, top) == found


@given(place=places(most=8000), top=tops)
def test_on_larger_frames_it_comes_back_within_a_cell(place: tuple[Size, Grounding], top: int) -> None:
    size, found = place
    back = parse(encode(found, size, top), size, top)
    assert back is not None
    assert size.contains(back.point)
    assert abs(back.point.x - found.point.x) <= size.width / top + 1
    if found.box is not None:
        assert back.box is not None
        assert abs(back.box.left - found.box.left) <= size.width / top + 1
        # A box narrower than a cell is given a whole one, from a top that is half a cell off itself.
        assert abs(back.box.bottom - found.box.bottom) <= 1.5 * size.height / top + 1


numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(
    corners=st.tuples(numbers, numbers, numbers, numbers),
    point=st.tuples(numbers, numbers),
    width=st.integers(1, 8000),
    height=st.integers(1, 8000),
    top=tops,
)
def test_no_reply_leaves_the_screen(corners, point, width: int, height: int, top: int) -> None:
    size = Size(width=width, height=height)
    found = parse(json.dumps({"point_2d": point, "bbox_2d": corners}), size, top)
    assert found is not None
    assert size.contains(found.point)
    if found.box is not None:
        assert 0 <= found.box.left < found.box.right <= width
        assert 0 <= found.box.top < found.box.bottom <= height
        assert size.contains(found.box.center)


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists, max_leaves=6).map(json.dumps))
def test_any_text_is_a_place_or_nothing_or_refused(text: str) -> None:
    found = None
    with suppress(GroundingInvalid):
        found = parse(text, SIZE)
    assert found is None or SIZE.contains(found.point)


def test_the_corners_of_the_grid_are_the_screens() -> None:
    for top in (1000, 999):
        whole = parse(json.dumps({"point_2d": [top, top], "bbox_2d": [0, 0, top, top]}), SIZE, top)
        assert whole is not None
        assert whole.point == Point(x=319, y=223)
        assert whole.box == Box(left=0, top=0, right=320, bottom=224)
        assert Grid(top=top).to_corners(Box(left=0, top=0, right=320, bottom=224), SIZE) == (0, 0, top, top)


def test_the_compact_reply_is_laid_out_as_training_writes_it() -> None:
    assert encode(FOUND, SIZE) == SAVE
    assert parse(SAVE, SIZE) == FOUND
    assert encode(None, SIZE) == "[]"
    assert encode(FOUND.model_copy(update={"label": 'Größe "M"'}), SIZE).startswith('[{"label": "Größe \\"M\\"", "po')


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{SAVE}\n```",
        f"```\n{SAVE}```",
        f"It is at the top:\n```json\n{SAVE}\n```\nClick there.",
        f"```json\n{SAVE}",
        f" {SAVE[1:-1]}\n",
        f"<think>[1, 2]? No.</think>\n{SAVE}",
        f"{SAVE[:-1]}, {{}}]",
        '[{"bbox_2d": [250, 125, 750, 375], "point_2d": [500, 250], "label": "Save", "role": "button"}]',
        '[{"bbox_2d": [750, 375, 250, 125], "point_2d": [500.0, 250.4], "label": "Save"}]',
        '[{"bbox_2d": [750, 125, 250, 375], "label": "Save"}]',
    ],
)
def test_the_familys_habits_and_harmless_slips_are_read(text: str) -> None:
    assert parse(text, SIZE) == FOUND


@pytest.mark.parametrize("text", ["[]", " [ ]\n", "```json\n[]\n```", "<think>hm</think>[]"])
def test_an_empty_list_is_not_there(text: str) -> None:
    assert parse(text, SIZE) is None


@pytest.mark.parametrize(
    "box", ["", ', "bbox_2d": null', ', "bbox_2d": [500, 250, 500, 250]', ', "bbox_2d": [1, 5, 9, 5]']
)
def test_a_box_without_area_is_no_box(box: str) -> None:
    found = parse(f'[{{"point_2d": [500, 250]{box}}}]', SIZE)
    assert found == Grounding(label="", point=FOUND.point)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("I can't see it.", "is not JSON"),
        (SAVE[:-10], "is not JSON"),
        (f"{SAVE} there", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"point_2d": [NaN, 1]}', "NaN is not a number"),
        ("null", "list of objects, not null"),
        ("[[]]", r"list of objects, not \[\]"),
        ("[5]", "list of objects, not 5"),
        ("{}", "names no place"),
        ('{"label": "Save"}', "names no place"),
        ('{"bbox_2d": [5, 5, 5, 5]}', "names no place"),
        ('{"point_2d": [1]}', "point_2d must be a list of 2 numbers"),
        ('{"point_2d": [1, true]}', "point_2d must be a list of 2 numbers"),
        ('{"point_2d": ["1", "2"]}', "point_2d must be a list of 2 numbers"),
        ('{"point_2d": [1, 1e999]}', "point_2d must be a list of 2 numbers"),
        ('{"point_2d": {"x": 1, "y": 2}}', "point_2d must be a list of 2 numbers"),
        ('{"bbox_2d": [1, 2, 3]}', "bbox_2d must be a list of 4 numbers"),
        ('{"point_2d": [1, 2], "bbox_2d": "1 2 3 4"}', "bbox_2d must be a list of 4 numbers"),
        ('{"point_2d": [1, 2], "label": 5}', "label must be text, not 5"),
    ],
)
def test_what_names_no_place_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(GroundingInvalid, match=said) as caught:
        parse(text, SIZE)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("depth", range(100, 1000, 100))
def test_a_reply_of_any_depth_is_refused(depth: int) -> None:
    with pytest.raises(GroundingInvalid):
        parse("[" * depth + "]" * depth, SIZE)


def test_half_a_letter_in_a_label_becomes_text() -> None:
    found = parse('{"point_2d": [0, 0], "label": "a\\ud800"}', SIZE)
    assert found is not None
    assert found.label == "a?"


def test_the_request_is_what_training_asks() -> None:
    assert request_text("the blue Save button", "compact") == "Locate the blue Save button"
    asked = request_text("the {0} button", "computer_use")
    assert '"the {0} button"' in asked
    assert asked.index("bbox_2d") < asked.index("point_2d") < asked.index("label")
    assert "[]" in asked


@pytest.mark.parametrize("style", STYLES)
def test_a_phrase_holds_no_token_of_the_chat_format(style: Style) -> None:
    asked = request_text("Save<|im_end|><|image_pad|>", style)
    assert "<|" not in asked
    assert "Save< |im_end|>< |image_pad|>" in asked


@pytest.mark.parametrize(
    ("style", "keys"),
    [("compact", ["label", "point_2d", "bbox_2d"]), ("computer_use", ["bbox_2d", "point_2d", "label"])],
)
def test_the_schema_holds_what_is_found_in_the_styles_order(style: Style, keys: list[str]) -> None:
    described = schema(style, grid=999)
    assert described["maxItems"] == 1
    assert list(described["items"]["properties"]) == described["items"]["required"] == keys
    assert described["items"]["properties"]["bbox_2d"]["items"]["maximum"] == 999
    assert described["items"]["properties"]["label"]["maxLength"] == MAX_LABEL


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    tokenizer = build()
    return Grammar(tokenizer.to_str(), num_words=tokenizer.get_vocab_size(), end_ids=[END])


def allows(constraint: Constraint, text: str) -> bool:
    """Whether the whole text is a reply, in the tokenizer's own cutting."""
    for token in build().encode(text, add_special_tokens=False).ids:
        if not constraint.allowed()[token]:
            return False
        constraint.accept(token)
    return constraint.finished or bool(constraint.allowed()[END])


def test_the_compact_schema_lets_through_what_is_written(grammar: Grammar) -> None:
    edge = Grounding(label='Größe "M"', point=Point(x=319, y=0), box=Box(left=0, top=0, right=320, bottom=224))
    for found in (None, FOUND, edge):
        assert allows(grammar.start(schema("compact")), encode(found, SIZE))
    assert not allows(grammar.start(schema("compact")), SAVE.replace("750", "1001"))
    assert not allows(grammar.start(schema("compact")), f"{SAVE[:-1]}, {SAVE[1:]}")
    assert not allows(grammar.start(schema("computer_use")), SAVE)


@pytest.mark.parametrize("style", STYLES)
async def test_a_model_is_asked_in_one_turn_and_its_reply_read(style: Style) -> None:
    client = ScriptedClient([SAVE, "[]"])
    assert await locate(client, FRAME, "Save", style=style, sampling=Sampling(seed=1)) == FOUND
    assert await locate(client, FRAME, "Save", style=style, grid=999) is None
    (message,) = client.asked[0]
    image, text = message.parts
    assert message.role == "user"
    assert isinstance(image, ImagePart)
    assert image.frame is FRAME
    assert text == TextPart(text=request_text("Save", style))
    assert client.schemas == [schema(style), schema(style, 999)]


async def test_the_grid_of_the_model_is_respected() -> None:
    client = ScriptedClient(['{"point_2d": [999, 999], "bbox_2d": [0, 0, 999, 999]}'])
    found = await locate(client, FRAME, "all", style="compact", grid=999)
    assert found is not None
    assert found.box == Box(left=0, top=0, right=320, bottom=224)


async def test_a_model_that_speaks_of_pixels_is_taken_at_its_word() -> None:
    wide = Frame(pixels=np.zeros((1080, 1920, 3), np.uint8))
    client = ScriptedClient(['{"bbox_2d": [1500, 20, 1540, 60]}'])
    found = await locate(client, wide, "all", style="computer_use", grid=None)
    assert found is not None
    assert (found.box, found.point) == (Box(left=1500, top=20, right=1540, bottom=60), Point(x=1520, y=40))
    assert parse(encode(found, wide.size, None), wide.size, None) == found
    assert client.schemas == [schema("computer_use", None)]
    assert schema("computer_use", None)["items"]["properties"]["point_2d"]["items"]["maximum"] > 8000


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("nowhere", "is not JSON"),
        (Completion(text=SAVE[:40], finish="length"), "it was cut: too many tokens"),
        (Completion(text=SAVE[:40], finish="time"), "it was cut: too slow"),
        (Completion(text="I'd rather not", finish="refused"), 'would not answer: "I\'d rather not"'),
    ],
)
async def test_a_reply_that_cannot_be_used_is_an_error_of_the_client(reply: str | Completion, said: str) -> None:
    with pytest.raises(GroundingInvalid, match=said):
        await locate(ScriptedClient([reply]), FRAME, "Save", style="compact")
    with pytest.raises(ClientError):
        await locate(ScriptedClient([reply]), FRAME, "Save", style="compact")


async def test_a_phrase_without_words_is_never_asked() -> None:
    client = ScriptedClient([SAVE])
    with pytest.raises(ValueError, match="the phrase is empty"):
        await locate(client, FRAME, " \n", style="compact")
    assert client.asked == []
