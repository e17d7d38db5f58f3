"""Runs that were played to learn from, read as tries: tokens, what was allowed, rewards."""

from pathlib import Path

import numpy as np

from actions.codec.codec import codec
from agent.exchange.reply import surface_of
from agent.practice.allowed import allowed
from agent.practice.following import version_of
from agent.recorder import load
from agent.training.dialogue import DialogueMaker
from agent.training.rewards.reward import Prices, reward_of
from agent.training.tries import SampledReply, Try
from agent.trajectory import Trajectory
from perception.qwen3vl.config import Config
from perception.qwen3vl.grammar import Grammar
from perception.qwen3vl.tokenizer import Tokenizer


class TryReader:
    """Reads runs that the model of one folder played, or later weights of it."""

    def __init__(self, model: str, prices: Prices) -> None:
        """Raises ModelError for a folder that holds no model."""
        tokenizer = Tokenizer.load(model)
        self._end_ids = tuple(sorted(tokenizer.end_ids))
        num_words = Config.load(model).text.vocab_size
        self._grammar = Grammar(tokenizer.backend.to_str(), num_words=num_words, end_ids=self._end_ids)
        self.maker = DialogueMaker(model)
        self._prices = prices

    def read(self, folder: Path) -> Try | None:
        """The try that a run is; None for one in which the policy drew nothing.

        Raises RecordError for a run that was changed, ModelError for one that another model played.
        """
        trajectory = load(folder)
        replies = [reply for reply in self._replies(folder, trajectory) if reply.drawn.any()]
        if not replies:
            return None
        versions = [version_of(step.policy) for step in trajectory.steps]
        return Try(replies, reward_of(trajectory, folder, self._prices), min(versions))

    def _replies(self, folder: Path, trajectory: Trajectory) -> list[SampledReply]:
        run = trajectory.run
        schema = codec(run.codec or "qwen3vl").schema(surface_of(run.task.environment))
        found = []
        for step in trajectory.steps:
            for reply, dialogue in zip(step.replies, self.maker.sampled(folder, trajectory, step), strict=True):
                # What recovery advised is in no record: a reply to a prompt that can't be written again is left out.
                if schema is None or dialogue.num_prompt != reply.usage.prompt_tokens:
                    continue
                could = allowed(self._grammar, schema, reply.token_ids, self._end_ids, self._prices.most_tokens)
                logprobs = np.array(reply.logprobs, np.float32)[could.drawn]
                found.append(SampledReply(dialogue, could.drawn, logprobs, could.bits))
        return found
