"""A reply's text as it comes: whole characters, thoughts apart from the answer."""

from perception.clients.client import Piece
from perception.qwen3vl.reply import Reply
from perception.qwen3vl.tokenizer import Tokenizer

_OPEN = "\ufffd"
"""What bytes of a character that is not whole yet are decoded to."""


def split(reply: Reply, tokenizer: Tokenizer) -> tuple[str, str]:
    """Thoughts and answer of a reply, without the tokens and empty lines around the thoughts."""
    ids, think = reply.token_ids, reply.think
    if think is None or not (reply.thinking or reply.num_thinking):
        return "", tokenizer.decode(ids)
    num_thinking = reply.num_thinking or len(ids)
    thoughts = [token for token in ids[:num_thinking] if token not in (think.start, think.end)]
    return tokenizer.decode(thoughts).lstrip("\n"), tokenizer.decode(ids[num_thinking:]).lstrip("\n")


class Stream:
    """The pieces of one reply, in order; joined, they are what `split` gives."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._num_read = 0
        self._held: list[int] = []
        self._told = {True: "", False: ""}

    def more(self, reply: Reply) -> list[Piece]:
        """What can be said since the last time; at the end of the reply, all of it."""
        pieces = [self._next(reply, place) for place in range(self._num_read, len(reply.token_ids))]
        self._num_read = len(reply.token_ids)
        if reply.finish is not None:
            # What was held back: bytes that no character came of.
            thoughts, answer = split(reply, self._tokenizer)
            rests = ((thoughts, True), (answer, False))
            pieces += [self._piece(whole.removeprefix(self._told[kind]), kind) for whole, kind in rests]
        return _merged([piece for piece in pieces if piece.text])

    def _next(self, reply: Reply, place: int) -> Piece:
        token, think = reply.token_ids[place], reply.think
        thinking = reply.thinking or place < reply.num_thinking
        edge = thinking and think is not None and token in (think.start, think.end)
        self._held += [] if edge else [token]
        text = self._tokenizer.decode(self._held)
        if text.endswith(_OPEN) and not edge:
            return Piece(text="")
        self._held = []
        if not self._told[thinking] and (thinking or reply.num_thinking):
            text = text.lstrip("\n")
        return self._piece(text, thinking)

    def _piece(self, text: str, thinking: bool) -> Piece:
        self._told[thinking] += text
        return Piece(text=text, thinking=thinking)


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Neighbours of one kind as one."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].thinking == piece.thinking:
            merged[-1] = Piece(text=merged[-1].text + piece.text, thinking=piece.thinking)
        else:
            merged.append(piece)
    return merged
