"""Guesses are copies of what followed the same tokens before, in the conversation or in an earlier reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.training.vocabulary import build
from perception.qwen3vl.draft import LONGEST, Drafter, Marks, Memory
from perception.qwen3vl.tokenizer import Tokenizer
from tests.tiny_model import CHAT_TEMPLATE

TOKENIZER = Tokenizer(build(), CHAT_TEMPLATE)
LETTERS = TOKENIZER.encode("abcdefghijklmnopqrstuvwxyz")
FIRST = TOKENIZER.encode('{"thought": "Click \\"Old\\"", "action": "left_click", "coordinate": [12, 345]}')


@pytest.fixture
def marks() -> Marks:
    return Marks(TOKENIZER)


def letters(text: str) -> list[int]:
    return TOKENIZER.encode(text)


def after(marks: Marks, prompt: str, reply: str, *, earlier: list[int] | None = None, limit: int = LONGEST) -> str:
    """What is guessed to follow a reply's beginning."""
    memory = Memory(marks)
    memory.keep(0, 1, earlier or [])
    drafter = Drafter(memory, letters(prompt))
    drafter.begin(1)
    drafter.extend(letters(reply))
    return TOKENIZER.decode(drafter.guess(limit))


def test_two_tokens_that_came_before_go_on_as_they_did(marks: Marks) -> None:
    assert after(marks, "abcdez", "ab") == "cdezab"
    assert after(marks, "abcdez", "ab", limit=2) == "cd"


def test_the_last_place_counts(marks: Marks) -> None:
    assert after(marks, "abqabw", "ab", limit=1) == "w"


def test_one_token_gives_a_shorter_guess(marks: Marks) -> None:
    assert after(marks, "zabcdefghijklmnop", "z") == "abcdefg"


def test_what_is_new_has_no_guess(marks: Marks) -> None:
    assert Drafter(Memory(marks)).guess() == []
    assert after(marks, "ab", "c") == ""


def test_a_name_is_found_by_its_first_letter_behind_a_quote(marks: Marks) -> None:
    """Not by the one inside of "Old": names begin behind a quote or a space."""
    guess = after(marks, 'click "delete" in "Old"', '{"thought": "Click \\"d')
    assert guess == 'elete\\"'


def test_behind_a_copied_name_the_earlier_reply_goes_on(marks: Marks) -> None:
    guess = after(marks, 'click "Save"', '{"thought": "Click \\"S', earlier=FIRST)
    assert guess == 'ave\\"", "action": "left_click", "coordinate": [12, 345]}'


def test_a_new_coordinate_stands_for_the_earlier_one(marks: Marks) -> None:
    memory = Memory(marks)
    memory.keep(0, 1, FIRST)
    drafter = Drafter(memory, letters("Save"))
    drafter.begin(1)
    drafter.extend([*FIRST[:-4], TOKENIZER.encode("[777, 1]")[1]])
    assert TOKENIZER.decode(drafter.guess()) == ", 345]}"


def test_the_latest_reply_of_each_beginning_is_remembered(marks: Marks) -> None:
    memory = Memory(marks)
    assert list(memory.get(1)) == []
    assert memory.expected(9) is None
    memory.keep(9, 1, [1, 2])
    memory.keep(9, 2, [2, 3])
    memory.keep(8, 1, [1, 4])
    assert (list(memory.get(1)), list(memory.get(2))) == ([1, 4], [2, 3])
    assert (memory.expected(9), memory.expected(8)) == (2, 1)


def test_old_beginnings_are_forgotten(marks: Marks) -> None:
    memory = Memory(marks)
    for first in range(500):
        memory.keep(first, first, [first])
    assert list(memory.get(0)) == []
    assert list(memory.get(499)) == [499]
    assert (memory.expected(0), memory.expected(499)) == (None, 499)


def test_a_reply_may_begin_as_the_latest_one_behind_such_a_step_did(marks: Marks) -> None:
    memory = Memory(marks)
    request = 'enter "Ada" as "Name" and "Rome" as "City"'
    first = Drafter(memory, letters(f'{request}\nStep 1: Focus "Name"<|im_end|>\n<|im_start|>assistant\n'))
    assert first.opening() == []
    reply = letters('{"thought": "Type \\"Ada\\"", "action": "type", "text": "Ada"}')
    first.begin(reply[1])
    first.extend(reply)
    first.end()
    history = 'Step 1: Focus "Name"\nStep 2: Type "Ada"\nStep 3: Focus "City"'
    second = Drafter(memory, letters(f"{request}\n{history}<|im_end|>\n<|im_start|>assistant\n"))
    assert TOKENIZER.decode(second.opening()).startswith('Type \\"Rome\\"", "action": "type", "text": "')


@given(st.lists(st.sampled_from(LETTERS[:6]), max_size=40), st.integers(0, 12))
def test_a_guess_is_a_stretch_of_the_conversation(tokens: list[int], limit: int) -> None:
    marks = Marks(TOKENIZER)
    whole, grown = Drafter(Memory(marks), tokens), Drafter(Memory(marks))
    for token in tokens:
        grown.extend([token])
    guess = whole.guess(limit)
    assert guess == grown.guess(limit)
    assert len(guess) <= limit <= max(limit, LONGEST)
    assert not guess or any(tokens[start : start + len(guess)] == guess for start in range(len(tokens)))


def test_where_a_quote_opens_the_first_name_that_was_not_worked_is_guessed(marks: Marks) -> None:
    prompt = 'tick "Pets", tick "Tax" and click "Save"\nStep 1: Tick "Pets"'
    guess = after(marks, prompt, '{"thought": "Tick \\"', earlier=FIRST)
    assert guess == 'Tax\\"", "action": "left_click", "coordinate": [12, 345]}'


def test_a_value_is_guessed_to_be_what_the_thought_quotes(marks: Marks) -> None:
    reply = '{"thought": "Type \\"Ada L\\"", "action": "type", "text": "'
    assert after(marks, 'enter "Ada L" as "Name"', reply) == "Ada L"


def test_behind_a_closed_name_no_name_is_guessed(marks: Marks) -> None:
    guess = after(marks, 'tick "Pets" and click "Save"', '{"thought": "Tick \\"Pets\\"', earlier=FIRST)
    assert guess == '", "action": "left_click", "coordinate": [12, 345]}'[: len(guess)]
