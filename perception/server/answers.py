"""Completions as the OpenAI API writes them: whole, or as a stream of server-sent events."""

import json
import re
from collections.abc import Callable, Iterator
from time import time
from typing import Any
from uuid import uuid4

from perception.clients.client import Completion, Piece, Usage

_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_REASONS = {"stop": "stop", "length": "length", "time": "length", "loop": "length", "refused": "content_filter"}
"""How a reply ended, in the API's words; what was cut is all `length` there."""


class Answer:
    """One answer on its way out: the fields that all its parts share."""

    def __init__(self, model: str, *, with_tools: bool, logprobs: bool, token_ids: bool) -> None:
        """with_tools: calls are taken out of the text; logprobs, token_ids: tell what was drawn."""
        self._head: dict[str, Any] = {"id": f"chatcmpl-{uuid4().hex}", "created": int(time()), "model": model}
        self._with_tools, self._logprobs, self._token_ids = with_tools, logprobs, token_ids

    def whole(self, completion: Completion, token_text: Callable[[int], str]) -> dict[str, Any]:
        """The body of an answer that is not streamed."""
        text, calls = _calls(completion.text) if self._with_tools else (completion.text, [])
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if completion.thinking:
            message["reasoning_content"] = completion.thinking
        if calls:
            message |= {"content": text or None, "tool_calls": calls}
        choice = {"index": 0, "message": message, "finish_reason": _reason(completion, calls)}
        choice |= self._drawn(completion, token_text)
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": usage_of(completion.usage)}

    def begin(self) -> bytes:
        """The first event of a stream: whose turn it is."""
        return self._event({"role": "assistant", "content": ""})

    def piece(self, piece: Piece) -> bytes:
        """Some more text; nothing where tools were offered, since calls are told apart from text at the end."""
        if self._with_tools and not piece.thinking:
            return b""
        return self._event({"reasoning_content" if piece.thinking else "content": piece.text})

    def end(self, completion: Completion, token_text: Callable[[int], str], *, with_usage: bool) -> Iterator[bytes]:
        """The last events: calls, why it ended, the tokens where they are asked for, and that it is over."""
        text, calls = _calls(completion.text) if self._with_tools else ("", [])
        if text:
            yield self._event({"content": text})
        if calls:
            yield self._event({"tool_calls": [{"index": place, **call} for place, call in enumerate(calls)]})
        yield self._event({}, _reason(completion, calls), self._drawn(completion, token_text))
        if with_usage:
            yield event({**self._head, **_CHUNK, "choices": [], "usage": usage_of(completion.usage)})
        yield b"data: [DONE]\n\n"

    def _event(self, delta: dict[str, Any], reason: str | None = None, more: dict[str, Any] | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, **(more or {})}
        return event({**self._head, **_CHUNK, "choices": [choice]})

    def _drawn(self, completion: Completion, token_text: Callable[[int], str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._logprobs:
            drawn = zip(completion.token_ids, completion.logprobs, strict=True)
            content = [_token(token_text(token), logprob) for token, logprob in drawn]
            found["logprobs"] = {"content": content}
        if self._token_ids:
            found["response_token_ids"] = list(completion.token_ids)
        return found


_CHUNK = {"object": "chat.completion.chunk"}


def event(content: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n".encode()


def usage_of(usage: Usage) -> dict[str, Any]:
    """Tokens, with those of the prompt that were known before and those of the reply that were forced."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"accepted_prediction_tokens": usage.forced_tokens},
    }


def generated(completion: Completion, request_id: str) -> dict[str, Any]:
    """The body of an answer to `/generate`, as SGLang writes it."""
    drawn = zip(completion.logprobs, completion.token_ids, strict=True)
    usage = completion.usage
    return {
        "text": completion.text,
        "output_ids": list(completion.token_ids),
        "meta_info": {
            "id": request_id,
            "finish_reason": {"type": _REASONS[completion.finish]},
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cached_tokens": usage.cached_tokens,
            "output_token_logprobs": [[logprob, token, None] for logprob, token in drawn],
        },
    }


def _token(text: str, logprob: float) -> dict[str, Any]:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode()), "top_logprobs": []}


def _reason(completion: Completion, calls: list[dict[str, Any]]) -> str:
    return "tool_calls" if calls and completion.finish == "stop" else _REASONS[completion.finish]


def _calls(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text without its tool calls, and the calls; what is no JSON object with a name stays text."""
    calls: list[dict[str, Any]] = []

    def take(found: re.Match[str]) -> str:
        try:
            call = json.loads(found[1])
            name, arguments = call["name"], json.dumps(call.get("arguments", {}), ensure_ascii=False)
        except (ValueError, KeyError, TypeError):
            return found[0]
        function = {"name": str(name), "arguments": arguments}
        calls.append({"id": f"call_{uuid4().hex[:24]}", "type": "function", "function": function})
        return ""

    rest = _CALL.sub(take, text)
    return (rest.strip() if calls else text), calls
