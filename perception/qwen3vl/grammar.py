"""JSON Schema, regular expression or EBNF to the tokens that may come next, by llguidance.

A `Grammar` belongs to one tokenizer and keeps the forms it has compiled; a `Constraint` follows one reply. The text
is laid out as training writes it: ", " between items, ": " after keys, no other white space. Where the schema leaves
no choice, `Constraint.forced` gives the tokens in the tokenizer's own cutting, so that they need no pass of their own.
Tokens are matched byte by byte: a token of several characters passes wherever its characters do.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from perception.errors import ModelError
from perception.qwen3vl.ebnf import is_gbnf, to_lark
from perception.qwen3vl.keywords import plainer

_MAX_COMPILED = 32
_NAMES = {"schema": "JSON Schema", "regex": "regular expression", "ebnf": "EBNF"}
_LAYOUT = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False}


_WAYS_OUT = (
    rb'"[\]}]+',
    rb'"',
    rb'".*',
    rb"@",
    rb"[\]}]+",
    rb", ?\"?",
    rb"[A-Z:]",
    rb"[0-9]",
    rb"0",
    rb"[-1-9]|[ntf][a-z]*",
)
"""How a JSON value is brought to its end, where the reply may not end at once: what closes a string (in an address,
what goes before its host), then a list or an object; where none may come, on to what is still due, and where a value is
due, one that holds no others (a last 0 makes a number a multiple of most). Digits of a time or a duration end with a
letter, and an address's scheme with a colon; a number above 27 may need a digit that is no 0. Of whole tokens, the best
first."""
_QUOTE, _ONWARDS, _BRACKETS, _COMMA, _UNIT, _DIGIT = 2, 3, 5, 6, 7, 8
"""Places in `_WAYS_OUT`, behind the tokens that end a reply: the second one closes a string and goes on, so it is taken
only where nothing else can be closed yet; the last two are taken only where something can be closed behind them."""


class Constraint:
    """Where one reply stands in its form."""

    def __init__(
        self,
        matcher: LLMatcher,
        tokenizer: LLTokenizer,
        num_words: int,
        ways_out: Callable[[], Sequence[NDArray[np.bool_]]] = tuple,
    ) -> None:
        """ways_out: gives which tokens are each of `_WAYS_OUT`, for forms that are JSON."""
        self._matcher = matcher
        self._tokenizer = tokenizer
        self._bits = np.zeros((num_words + 31) // 32, dtype=np.int32)
        self._num_words = num_words
        self._ways_out = ways_out

    @property
    def finished(self) -> bool:
        """Whether nothing but the end of the reply can follow."""
        return self._matcher.is_stopped()

    def accept(self, token_id: int) -> None:
        """Moves on by a token that was drawn. Raises ModelError for one that the form does not allow."""
        if not self._matcher.consume_token(token_id):
            raise ModelError(f"Token {token_id} does not fit the form: {self._matcher.get_error()}")

    def forced(self) -> list[int]:
        """Tokens that must come next, often none; moves on by them."""
        if self._matcher.is_stopped():
            return []
        tokens = self._matcher.compute_ff_tokens()
        if tokens and not self._matcher.consume_tokens(tokens):
            raise ModelError(f"The form's grammar failed: {self._matcher.get_error()}")
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
            raise ModelError(f"The form's grammar failed: {self._matcher.get_error()}")
        bits = np.unpackbits(self._bits.view(np.uint8), bitorder="little")
        return bits[: self._num_words].view(np.bool_)

    def ending(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What of `allowed` leads to the end of the reply soon; all of it where no way is known."""
        ways = self._ways_out()
        for number, marks in enumerate(ways):
            some = allowed & marks
            if not some.any():
                continue
            if number == _QUOTE and not self._closes_behind(int(some.argmax()), ways[0] | ways[_BRACKETS]):
                return allowed & ways[_ONWARDS]
            if number in (_UNIT, _DIGIT):
                close = ways[_QUOTE] if number == _UNIT else ways[0] | ways[_QUOTE] | ways[_BRACKETS] | ways[_COMMA]
                closing = [token for token in some.nonzero()[0] if self._closes_behind(int(token), close)]
                some = np.isin(np.arange(len(some)), closing)
            if some.any():
                return some
        return allowed

    def _closes_behind(self, token_id: int, closing: NDArray[np.bool_]) -> bool:
        """Whether what closes may come right behind a token, or the reply is whole then."""
        ahead = Constraint(self._matcher.deep_copy(), self._tokenizer, self._num_words)
        ahead.accept(token_id)
        return ahead.finished or bool((ahead.allowed() & closing).any())


class Grammar:
    """Compiles forms for one tokenizer."""

    def __init__(self, tokenizer_json: str, *, num_words: int, end_ids: Sequence[int]) -> None:
        """tokenizer_json: content of a `tokenizer.json`; num_words: rows of the model's output layer; end_ids: tokens
        that end a reply."""
        self._tokenizer = LLTokenizer(tokenizer_json, n_vocab=num_words, eos_token=list(end_ids))
        self._num_words = num_words
        self._end_ids = list(end_ids)
        self._compiled: dict[tuple[str, str], LLMatcher] = {}
        self._ways_out: tuple[NDArray[np.bool_], ...] = ()

    def start(
        self, schema: Mapping[str, Any] | None = None, *, regex: str | None = None, ebnf: str | None = None
    ) -> Constraint:
        """A constraint at the beginning of a reply, from one of these.

        schema: a JSON Schema; regex: of the whole reply, in the syntax of Rust's `regex`; ebnf:
        a grammar in Lark's form as llguidance has it, or in GBNF (`root ::= …`). Raises ValueError for a form that the
        library can't hold, naming what it is about it.
        """
        given = {"schema": schema, "regex": regex, "ebnf": ebnf}
        named = [(kind, form) for kind, form in given.items() if form is not None]
        if len(named) != 1:
            raise ValueError(f"A reply has one form, and {' and '.join(kind for kind, _ in named) or 'none'} is given")
        kind, form = named[0]
        key = kind, form if isinstance(form, str) else json.dumps(form)
        if key not in self._compiled:
            if len(self._compiled) >= _MAX_COMPILED:
                self._compiled.pop(next(iter(self._compiled)))
            self._compiled[key] = self._compile(*key)
        ways_out = self._find_ways_out if kind == "schema" else tuple
        return Constraint(self._compiled[key].deep_copy(), self._tokenizer, self._num_words, ways_out)

    def _find_ways_out(self) -> tuple[NDArray[np.bool_], ...]:
        """Found once: it takes a second for the vocabulary of the released models."""
        if not self._ways_out:
            texts = [self._tokenizer.decode_bytes([token]) for token in range(self._num_words)]
            ends = np.isin(np.arange(self._num_words), self._end_ids)
            found = [
                np.array([bool(re.fullmatch(marks, text, re.DOTALL)) for text in texts]) & ~ends for marks in _WAYS_OUT
            ]
            self._ways_out = (ends, *found)
        return self._ways_out

    def _compile(self, kind: str, form: str) -> LLMatcher:
        matcher = LLMatcher(self._tokenizer, _source(kind, form), log_level=0)
        if not matcher.is_error():
            # Some limits show only when the first tokens are looked for.
            probe = matcher.deep_copy()
            probe.consume_tokens(probe.compute_ff_tokens())
            if not probe.is_stopped():
                probe.compute_bitmask()
            matcher = probe if probe.is_error() else matcher
        if matcher.is_error():
            raise ValueError(f"The {_NAMES[kind]} can't constrain a reply: {_reason(matcher.get_error())}")
        return matcher


def _source(kind: str, form: str) -> str:
    """What llguidance reads."""
    if kind == "regex":
        return LLMatcher.grammar_from_regex(form)
    if kind == "ebnf":
        return LLMatcher.grammar_from_lark(to_lark(form) if is_gbnf(form) else form)
    return LLMatcher.grammar_from_json_schema(json.dumps(plainer(json.loads(form))), overrides=_LAYOUT)  # type: ignore[arg-type]


def _reason(text: str) -> str:
    """The library's words as one line; keywords that it has not are named."""
    keywords = re.search(r"Unimplemented keys: (\[.*?\])", text)
    if keywords:
        return f"{', '.join(json.loads(keywords[1]))} is not supported in a schema: leave it out"
    if "oneOf constraints are not supported" in text:
        return "oneOf whose parts can't be told apart is not supported in a schema: write anyOf"
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    # A regular expression's error says what is wrong in its last line.
    cause = next((line for line in lines if line.startswith("error:")), "")
    return " ".join(filter(None, (lines[0] if lines else "unknown reason", cause)))
