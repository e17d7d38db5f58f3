"""One step of reinforcement learning: groups of tries to a step downhill.

M drawn tokens of a part, V vocabulary, R tries of a part, T drawn tokens of the longest.

A try counts as one reply of several turns: its drawn tokens, of all steps, share its advantage. What the form of
replies forced, and what the screen said in between, is not the policy's. A token's probability is the one among the
tokens that were allowed where it was drawn, then and now.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from agent.training.advantage import group_advantages
from agent.training.learner import Learner
from agent.training.losses.dapo import dapo_loss
from agent.training.losses.grpo import grpo_loss
from agent.training.losses.imitation import imitation_loss
from agent.training.losses.policy import PolicyLoss, Sampled
from agent.training.losses.sapo import sapo_loss
from agent.training.packing import Look, pack, reply_logits
from agent.training.tries import Group, Try
from perception.qwen3vl.model import Qwen3VL

LOSSES: dict[str, Callable[[Sampled], PolicyLoss]] = {
    "sapo": sapo_loss,
    "grpo": grpo_loss,
    "dapo": dapo_loss,
    "imitation": imitation_loss,
}
OF_TOKENS = ("dapo",)
"""Losses in which every token counts the same, and not every try."""
OF_SUCCESSES = ("imitation",)
"""Losses that know successes alone, and compare tries with nothing."""


class Part(NamedTuple):
    """Some tries of a batch, learned from in one pass."""

    tries: list[Try]
    advantages: list[float]


def policy_step(
    learner: Learner, groups: Sequence[Group], look: Look, *, loss: str, part_tokens: int, factor: float
) -> dict[str, float]:
    """Learn from groups, and give the figures of it.

    loss: a name of LOSSES; part_tokens: about so many are computed at once, which bounds memory and changes nothing
    else; factor: share of the learning rate.
    """
    tries = [one for group in groups for one in group.tries]
    advantages = [value for group in groups for value in _advantages(group, loss)]
    num_drawn = sum(one.num_drawn for one in tries)
    figures = dict.fromkeys(("loss", "held", "divergence"), 0.0)
    for part in parts(tries, advantages, part_tokens):
        drawn = sum(one.num_drawn for one in part.tries) / max(1, num_drawn)
        share = drawn if loss in OF_TOKENS else len(part.tries) / len(tries)
        found = LOSSES[loss](sampled(learner.model, part, look))
        (found.loss * share).backward()
        figures["loss"] += float(found.loss.detach()) * share
        figures["held"] += found.held * drawn
        figures["divergence"] += found.divergence * drawn
    norm = learner.descend(factor)
    return {**figures, "gradient": norm, "tokens": sum(one.num_tokens for one in tries), "drawn": num_drawn}


def parts(tries: Sequence[Try], advantages: Sequence[float], most: int) -> Iterator[Part]:
    """Tries in their order, in parts of at most `most` tokens, or one try."""
    part, size = Part([], []), 0
    for one, advantage in zip(tries, advantages, strict=True):
        if part.tries and size + one.num_tokens > most:
            yield part
            part, size = Part([], []), 0
        part.tries.append(one)
        part.advantages.append(advantage)
        size += one.num_tokens
    if part.tries:
        yield part


def sampled(model: Qwen3VL, part: Part, look: Look) -> Sampled:
    """What a loss needs of some tries [R, T], by the model as it is now."""
    replies = [reply for one in part.tries for reply in one.replies]
    owners = np.array([number for number, one in enumerate(part.tries) for _ in one.replies])
    packed = pack([reply.dialogue for reply in replies], model.config, look)
    order = list(dict.fromkeys(packed.owners.tolist()))
    drawn = torch.from_numpy(np.concatenate([replies[number].drawn for number in order]))
    allowed = torch.from_numpy(np.concatenate([replies[number].allowed for number in order]))
    old = torch.from_numpy(np.concatenate([replies[number].logprobs for number in order]))
    rows = np.repeat(owners[order], [int(replies[number].drawn.sum()) for number in order])
    places = torch.from_numpy(rows), torch.from_numpy(_columns(rows))
    tokens = torch.from_numpy(packed.targets[packed.targets >= 0])[drawn]
    device = model.device
    now = masked_logprobs(reply_logits(model, packed)[drawn.to(device)], tokens.to(device), allowed.to(device)).cpu()
    shape = len(part.tries), int(places[1].max()) + 1
    return Sampled(
        logprobs=torch.zeros(shape).index_put(places, now),
        old=torch.zeros(shape).index_put(places, old),
        advantages=torch.tensor(part.advantages),
        mask=torch.zeros(shape, dtype=torch.bool).index_put(places, torch.tensor(True)),
    )


def masked_logprobs(logits: Tensor, tokens: Tensor, allowed: Tensor) -> Tensor:
    """float32 [M]: log-probabilities of tokens [M] among those allowed, uint8 [M, W], by logits [M, V]."""
    bits = (allowed[:, :, None] >> torch.arange(8, device=allowed.device)) & 1
    may = bits.flatten(1)[:, : logits.shape[1]].bool()
    scores = logits.float().masked_fill(~may, float("-inf"))
    return scores.gather(1, tokens[:, None]).squeeze(1) - scores.logsumexp(1)


def _advantages(group: Group, loss: str) -> list[float]:
    if loss in OF_SUCCESSES:
        return [float(one.reward.success) for one in group.tries]
    rewards = torch.tensor([[one.reward.total for one in group.tries]])
    return group_advantages(rewards)[0].tolist()


def _columns(rows: np.ndarray) -> np.ndarray:
    """int64: how many of the same number came before each."""
    counts: dict[int, int] = {}
    found = np.zeros(len(rows), np.int64)
    for place, row in enumerate(rows.tolist()):
        found[place] = counts.get(row, 0)
        counts[row] = found[place] + 1
    return found
