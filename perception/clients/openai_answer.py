"""The JSON of a chat completion to a `Completion`: whole, or a ClientError; nothing in between reaches a caller.

Sampled token ids come as `response_token_ids` (SGLang), `token_ids` (vLLM) or as the `id` of each log-probability
(llama.cpp), exactly as they were drawn, so the chat endpoint does for training what SGLang's `/generate` would. Which
log-probability a server reports is its own choice: SGLang's are under the grammar's mask at the temperature that was
sampled at (at temperature 1 where that is 0), vLLM's are before the mask.
"""

import math
from typing import Any

from perception.clients.client import Completion, FinishReason, Timings, Usage
from perception.errors import ClientError

_FINISH: dict[str, FinishReason] = {"length": "length", "content_filter": "refused"}


def read_completion(answer: dict[str, Any], model: str, total_ms: float) -> Completion:
    """The first choice of a chat completion.

    model: what was asked for; the completion names what answered. Raises ClientError for anything but a whole
    completion, one that the server itself cut off among them.
    """
    try:
        return _completion(answer, model, total_ms)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ClientError(
            f"{model} answered with something that is not a chat completion: {str(answer)[:300]}"
        ) from error


def _completion(answer: dict[str, Any], model: str, total_ms: float) -> Completion:
    choice = answer["choices"][0]
    message, reason = choice["message"], choice.get("finish_reason")
    text, refusal = message.get("content"), message.get("refusal")
    if reason == "abort":
        raise ClientError(f"{model} was told to cut its answer off (finish_reason abort).")
    if not isinstance(text, str) and not refusal:
        raise ClientError(f"{model} answered without a text (finish_reason {reason}).")
    token_ids, logprobs = _drawn(choice)
    thinking = message.get("reasoning_content") or message.get("reasoning") or ""
    return Completion(
        text=_writable(text if isinstance(text, str) else str(refusal)),
        thinking=_writable(thinking) if isinstance(thinking, str) else "",
        finish="refused" if refusal else _FINISH.get(str(reason), "stop"),
        token_ids=token_ids,
        logprobs=logprobs,
        usage=_usage(answer.get("usage") or {}),
        timings=Timings(total_ms=total_ms),
        model=_weights(answer, choice, model),
    )


def _writable(text: str) -> str:
    """The text. Raises UnicodeEncodeError for half a character, which JSON can carry and no record can hold."""
    text.encode()
    return text


def _drawn(choice: dict[str, Any]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Token ids and log-probabilities; empty where there are none, or none that can be trusted."""
    content = (choice.get("logprobs") or {}).get("content") or []
    logprobs = tuple(float(item["logprob"]) for item in content)
    listed = choice.get("response_token_ids") or choice.get("token_ids") or [item.get("id") for item in content]
    token_ids = tuple(listed) if all(type(token) is int and token >= 0 for token in listed) else ()
    # Training reads them side by side: a list that has lost its place is worse than none.
    fitting = len(logprobs) == len(token_ids) or not token_ids
    return token_ids, logprobs if fitting and all(map(math.isfinite, logprobs)) else ()


def _usage(usage: dict[str, Any]) -> Usage:
    details = usage.get("prompt_tokens_details") or {}
    return Usage(
        prompt_tokens=int(usage.get("prompt_tokens") or 0),
        cached_tokens=int(details.get("cached_tokens") or 0),
        completion_tokens=int(usage.get("completion_tokens") or 0),
    )


def _weights(answer: dict[str, Any], choice: dict[str, Any], model: str) -> str:
    """The name and version of the weights that answered, as far as the server tells them."""
    name = answer.get("model")
    version = (choice.get("meta_info") or {}).get("weight_version")
    name = name if isinstance(name, str) and name else model
    return f"{name} {version}" if isinstance(version, str) and version not in ("", "default") else name
