from hashlib import sha256

import numpy as np
import pytest

from actions.action import Decision, LeftClick
from actions.codec.codec import codec
from agent.policy import Choice, ModelPolicy, Situation
from perception.clients.client import Completion, Message, Sampling, TextPart
from perception.clients.scripted import ScriptedClient
from perception.errors import ClientError
from perception.geometry import Point
from perception.image_store import ImageStore
from perception.observation import Frame, Observation
from tests.agent.samples import step

FRAME = Frame(np.zeros((200, 300, 3), np.uint8))
REPLY = '{"thought": "Click \\"Save\\"", "action": "left_click", "coordinate": [500, 500]}'
SAVE = Decision(thought='Click "Save"', action=LeftClick(at=Point(x=150, y=100)))


class Listening(ScriptedClient):
    """A scripted client that keeps how it was to sample."""

    def __init__(self, replies):
        super().__init__(replies)
        self.samplings: list[Sampling | None] = []

    async def generate(self, messages, *, schema=None, sampling=None):
        self.samplings.append(sampling)
        return await super().generate(messages, schema=schema, sampling=sampling)


def situation(**fields) -> Situation:
    return Situation(instruction="Save it.", observation=Observation(FRAME, notes=("a dialog",)), **fields)


def text(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


async def decide(replies, given: Situation, **options) -> tuple[Choice, Listening]:
    client = Listening(replies)
    return await ModelPolicy(client, codec("qwen3vl"), **options).decide(given), client


async def test_a_reply_becomes_a_decision_in_pixels():
    choice, client = await decide([REPLY], situation(steps=[step(0, "Before")]))
    assert choice.decision == SAVE
    assert choice.shown_history == ("Before",)
    assert [reply.error for reply in choice.replies] == [""]
    assert client.schemas[0] is not None
    assert "anyOf" in client.schemas[0]


async def test_a_second_reply_is_asked_for_with_the_reason():
    choice, client = await decide(["no", REPLY], situation())
    assert choice.decision == SAVE
    assert [message.role for message in client.asked[1]] == ["user", "assistant", "user"]
    assert choice.replies[0].error in text(client.asked[1][-1])


async def test_there_is_no_third_reply():
    choice, client = await decide(["no", "nor this", REPLY], situation())
    assert choice.decision is None
    assert [reply.text for reply in choice.replies] == ["no", "nor this"]
    assert len(client.asked) == 2


@pytest.mark.parametrize(("finish", "word"), [("length", "too many tokens"), ("time", "too slow")])
async def test_a_cut_reply_says_so(finish, word):
    cut = Completion(text=REPLY[:30], finish=finish)
    choice, _ = await decide([cut, cut], situation())
    assert word in choice.replies[-1].error


async def test_every_step_and_attempt_has_its_own_seed_and_further_attempts_are_warmer():
    steps = [step(0)]
    seen = []
    for given in (situation(), situation(steps=steps), situation(attempt=1), situation(attempt=9, seed=4)):
        _, client = await decide([REPLY], given)
        seen.append(client.samplings[0])
    assert len({sampling.seed for sampling in seen}) == 4
    assert [sampling.temperature for sampling in seen] == [0.0, 0.0, 0.3, 1.0]
    _, again = await decide([REPLY], situation(attempt=1))
    assert again.samplings[0] == seen[2]


async def test_what_is_left_of_the_runs_time_bounds_the_reply():
    _, client = await decide([REPLY], situation(max_seconds=3.0), sampling=Sampling(max_seconds=60))
    assert client.samplings[0] is not None
    assert client.samplings[0].max_seconds == 3.0


async def test_the_full_style_shows_recent_turns_and_tells_older_ones(tmp_path):
    images = ImageStore(tmp_path)
    before = images.put(FRAME)
    steps = [step(index, f"thought {index}").model_copy(update={"before": before}) for index in range(4)]
    given = situation(steps=steps, images=images, notes=("try elsewhere",))
    choice, client = await decide([REPLY], given, prompt="computer_use", num_recent=2)
    messages = client.asked[0]
    assert [message.role for message in messages] == ["system", *["user", "assistant"] * 2, "user"]
    assert "Step 2: thought 1" in text(messages[1])
    assert text(messages[2]) == "reply 2"
    assert "try elsewhere" in text(messages[-1])
    assert "a dialog" in text(messages[-1])
    assert len(choice.shown_history) == 4


async def test_a_model_that_can_not_be_reached_is_an_error():
    with pytest.raises(ClientError):
        await decide([], situation())


def test_the_identity_names_model_codec_and_prompt():
    policy = ModelPolicy(ScriptedClient([], name="m"), codec("qwen3vl-999"), prompt="computer_use", asked="http://x")
    assert tuple(policy.identity) == ("m", "m", "qwen3vl-999", "computer_use", "http://x", "")


async def seeds_of(policy: ModelPolicy, client: Listening, given: Situation) -> int | None:
    """What the next reply is drawn by."""
    await policy.decide(given)
    sampling = client.samplings[-1]
    assert sampling is not None
    return sampling.seed


async def test_the_first_draws_are_those_that_are_made_anyway_and_others_are_others():
    client = Listening([REPLY] * 9)
    policy, given = ModelPolicy(client, codec("qwen3vl")), situation(seed=4)
    usual = await seeds_of(policy, client, given)
    assert usual == int.from_bytes(sha256(b"4/0/0").digest()[:4], "big") >> 1
    assert await seeds_of(policy.redrawn(1), client, given) == usual
    others = [await seeds_of(policy.redrawn(number), client, given) for number in (2, 3, 2)]
    assert len({usual, *others}) == 3
    assert others[0] == others[2]
    assert policy.redrawn(2).identity == policy.identity
    assert await seeds_of(policy, client, given) == usual, "the policy itself stays as it is"


async def test_what_is_read_and_located_is_drawn_anew_too():
    client = Listening(['{"thought": "It says", "action": "answer", "text": "Save"}'] * 3)
    policy = ModelPolicy(client, codec("qwen3vl"), sampling=Sampling(temperature=1.0, seed=5))
    for number in (1, 2, 3):
        assert await policy.redrawn(number).read_at(FRAME, Point(x=1, y=1)) == "Save"
    seeds = [sampling.seed for sampling in client.samplings if sampling is not None]
    assert seeds[0] == 5
    assert len(set(seeds)) == 3
