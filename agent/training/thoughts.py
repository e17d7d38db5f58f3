"""Replies with thoughts before the answer and without, as the two kinds of Qwen3-VL models write them.

    plain       <|im_start|>assistant\\nANSWER<|im_end|>
    thinking    <|im_start|>assistant\\n<think>\\nTHOUGHTS\\n</think>\\n\\nANSWER<|im_end|>
                                      given, not learned | learned from here on

In the thinking form a reply that has no thoughts stands behind empty ones, which are given and not learned: such
replies would otherwise teach the model not to think. Thoughts of earlier turns are in neither form, as the templates
leave them out.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from tokenizers import Tokenizer

from perception.errors import ModelError

Form = Literal["auto", "plain", "thinking"]
FORMS: tuple[Form, ...] = ("auto", "plain", "thinking")
START, END = "<think>", "</think>"
TEMPLATES = ("chat_template.jinja", "chat_template.json", "tokenizer_config.json")
_ASKED = r"assistant\n" + START
"""How a template opens thoughts, letter by letter: its line breaks are escapes."""


class Formed(NamedTuple):
    """A reply in a form."""

    given: list[int]
    """Tokens behind the prompt that are not learned."""
    learned: list[int]


class Thoughts:
    """Brings replies into one form, for the vocabulary and the template of a folder."""

    def __init__(self, folder: str | Path, tokenizer: Tokenizer, form: Form) -> None:
        """Raises ModelError for a form that there is not, or thoughts that the vocabulary has no tokens for."""
        if form not in FORMS:
            raise ModelError(f"there is no form {form!r} of replies: one of {', '.join(FORMS)}")
        self._start, self._end = tokenizer.token_to_id(START), tokenizer.token_to_id(END)
        known = self._start is not None and self._end is not None
        if form == "thinking" and not known:
            raise ModelError(f"the vocabulary of {folder} has no {START} and {END}: form=plain, or another model")
        self.thinks = form == "thinking" or (form == "auto" and known and opens_thoughts(folder))
        self._cuts = form == "plain" and known
        if known:
            opening, empty, gap = (_ids(tokenizer, text) for text in (f"{START}\n", f"{START}\n\n{END}\n\n", "\n\n"))
            self._opening, self._empty, self._gap = opening, empty, gap

    def formed(self, reply: Sequence[int], *, exact: bool = False) -> Formed:
        """A reply's tokens, from behind the prompt to its end; exact: as it was sampled by this very model."""
        tokens = list(reply)
        if self._cuts:
            return Formed([], tokens if exact else self._answer(tokens))
        if not self.thinks:
            return Formed([], tokens)
        if tokens[:1] == [self._start]:  # written out, as data sets have it
            tokens = tokens[len(self._opening) if tokens[: len(self._opening)] == self._opening else 1 :]
        if exact or self._end in tokens:
            return Formed(self._opening, tokens)
        return Formed(self._empty, tokens)

    def _answer(self, tokens: list[int]) -> list[int]:
        if self._end not in tokens:
            return tokens
        answer = tokens[tokens.index(self._end) + 1 :]
        return answer[len(self._gap) :] if answer[: len(self._gap)] == self._gap else answer

    def start_of_answer(self, reply: Sequence[int]) -> int:
        """How many of a reply's learned tokens come before its answer."""
        if not self.thinks or self._end not in reply:
            return 0
        tokens = list(reply)
        return len(tokens) - len(self._answer(tokens))


def opens_thoughts(folder: str | Path) -> bool:
    """Whether a folder's chat template ends a prompt within thoughts, as those of thinking models do."""
    for name in TEMPLATES:
        path = Path(folder) / name
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            text = str(json.loads(text).get("chat_template", ""))
        if text:
            return _ASKED in text or _ASKED.replace(r"\n", "\n") in text
    return False


def answer_of(text: str) -> str:
    """A reply without the thoughts that it is written with."""
    return text.partition(END)[2].lstrip() or text


def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids
