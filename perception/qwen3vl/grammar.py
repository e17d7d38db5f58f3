"""JSON Schema to the tokens that may come next, by llguidance.

A `Grammar` belongs to one tokenizer and keeps the schemas it has compiled; a `Constraint` follows one reply. The text
is laid out as training writes it: ", " between items, ": " after keys, no other white space. Where the schema leaves
no choice, `Constraint.forced` gives the tokens in the tokenizer's own cutting, so that they need no pass of their own.
Tokens are matched byte by byte: a token of several characters passes wherever its characters do.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from perception.errors import ModelError

_MAX_COMPILED = 32
_LAYOUT = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False}


class Constraint:
    """Where one reply stands in its schema."""

    def __init__(self, matcher: LLMatcher, tokenizer: LLTokenizer, num_words: int) -> None:
        self._matcher = matcher
        self._tokenizer = tokenizer
        self._bits = np.zeros((num_words + 31) // 32, dtype=np.int32)
        self._num_words = num_words

    @property
    def finished(self) -> bool:
        """Whether nothing but the end of the reply can follow."""
        return self._matcher.is_stopped()

    def accept(self, token_id: int) -> None:
        """Moves on by a token that was drawn. Raises ModelError for one that the schema does not allow."""
        if not self._matcher.consume_token(token_id):
            raise ModelError(f"Token {token_id} does not fit the schema: {self._matcher.get_error()}")

    def forced(self) -> list[int]:
        """Tokens that must come next, often none; moves on by them."""
        if self._matcher.is_stopped():
            return []
        tokens = self._matcher.compute_ff_tokens()
        if tokens and not self._matcher.consume_tokens(tokens):
            raise ModelError(f"The schema's grammar failed: {self._matcher.get_error()}")
        return tokens

    def likely(self) -> list[int]:
        """The text that must come next, cut as the tokenizer cuts it where nothing follows: a good guess.

        It is more than what is `forced`, since the last token may turn out longer.
        """
        text = self._matcher.compute_ff_bytes()
        return self._tokenizer.tokenize_bytes(text) if text else []

    def allowed(self) -> NDArray[np.bool_]:
        """bool [vocabulary]: what may come next. Raises ModelError when the grammar gives up (it has limits)."""
        self._matcher.unsafe_compute_mask_ptr(self._bits.ctypes.data, self._bits.nbytes)
        if self._matcher.is_error():
            raise ModelError(f"The schema's grammar failed: {self._matcher.get_error()}")
        bits = np.unpackbits(self._bits.view(np.uint8), bitorder="little")
        return bits[: self._num_words].view(np.bool_)


class Grammar:
    """Compiles schemas for one tokenizer."""

    def __init__(self, tokenizer_json: str, *, num_words: int, end_ids: Sequence[int]) -> None:
        """tokenizer_json: content of a `tokenizer.json`; num_words: rows of the model's output layer; end_ids: tokens
        that end a reply."""
        self._tokenizer = LLTokenizer(tokenizer_json, n_vocab=num_words, eos_token=list(end_ids))
        self._num_words = num_words
        self._compiled: dict[str, LLMatcher] = {}

    def start(self, schema: Mapping[str, Any]) -> Constraint:
        """A constraint at the beginning of a reply. Raises ValueError for a schema that the library can't hold."""
        key = json.dumps(schema)
        if key not in self._compiled:
            if len(self._compiled) >= _MAX_COMPILED:
                self._compiled.pop(next(iter(self._compiled)))
            self._compiled[key] = self._compile(key)
        return Constraint(self._compiled[key].deep_copy(), self._tokenizer, self._num_words)

    def _compile(self, schema: str) -> LLMatcher:
        source = LLMatcher.grammar_from_json_schema(schema, overrides=_LAYOUT)  # type: ignore[arg-type]
        matcher = LLMatcher(self._tokenizer, source, log_level=0)
        if matcher.is_error():
            raise ValueError(f"The JSON Schema can't constrain a reply: {_first_line(matcher.get_error())}")
        return matcher


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "unknown reason"
