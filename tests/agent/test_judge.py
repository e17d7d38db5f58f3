"""A model judges runs: what it is shown, what is kept, and whose word counts."""

from pathlib import Path

import pytest

from actions.action import Terminate
from actions.codec.codec import codec
from agent.asking import Model
from agent.errors import RecordError, SettingsError
from agent.exchange.selection import Filters, select
from agent.judge import judge
from agent.judgement import FILE_NAME, Agreement, agreement, judgements, succeeded
from agent.recorder import load
from agent.training.dialogue import DialogueMaker
from agent.training.recorded import recorded
from agent.trajectory import Outcome, Reply
from perception.clients.catalog import NANO
from perception.clients.client import ImagePart, Message, Sampling, TextPart
from perception.clients.scripted import ScriptedClient
from perception.errors import ClientError
from tests.agent.exchange.recorded import NO_SECRETS, REPLY, record

UNCHECKED = Outcome(kind="finished", success=None)
YES = '{"reason": "The order is there.", "success": true}'
NO = '{"reason": "Nothing was saved.", "success": false}'


def judging(*answers: str, prompt: str = "full") -> tuple[Model, ScriptedClient]:
    client = ScriptedClient(answers, name="judge")
    return Model(client, codec("qwen3vl"), prompt, Sampling()), client  # type: ignore[arg-type]


def text_of(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


async def test_it_is_shown_the_world_and_not_what_the_policy_says_of_itself(tmp_path: Path) -> None:
    claims = Reply(text=REPLY, finish="stop")
    end = {"action": Terminate(status="success"), "thought": "All is saved as asked", "replies": (claims,)}
    run = record(tmp_path / "run", [{"thought": "I am sure"}, *[{}] * 6, end], outcome=UNCHECKED)
    model, client = judging(YES)
    said = await judge(model, run)
    assert (said.success, said.reason, said.judge) == (True, "The order is there.", "judge")
    (message,) = client.asked[0]
    text = text_of(message)
    assert 'Press "Save"' in text
    assert text.count("left_click") == 7
    assert not any(word in text for word in ("I am sure", "All is saved", "terminate"))
    frames = [part.frame for part in message.parts if isinstance(part, ImagePart)]
    digests = [step.before.digest for step in load(run).steps]
    assert [frame.digest for frame in frames] == [digests[0], *digests[-4:]]


async def test_the_same_question_is_asked_once_and_another_judge_is_asked_anew(tmp_path: Path) -> None:
    run = record(tmp_path / "run", outcome=UNCHECKED)
    model, client = judging(YES)
    first = await judge(model, run)
    assert await judge(model, run) == first
    assert len(client.asked) == 1
    other = Model(ScriptedClient([NO], name="other"), *model[1:])
    assert not (await judge(other, run)).success
    assert [said.judge for said in judgements(run)] == ["judge", "other"]


@pytest.mark.parametrize("answer", ["", "[]", '{"success": "yes", "reason": ""}', '{"success": true}'])
async def test_an_answer_that_is_none_leaves_nothing(tmp_path: Path, answer: str) -> None:
    run = record(tmp_path / "run", outcome=UNCHECKED)
    with pytest.raises(ClientError, match="can't be read"):
        await judge(judging(answer)[0], run)
    assert not (run / FILE_NAME).exists()


async def test_a_model_of_one_picture_is_no_judge(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="one picture"):
        await judge(judging(prompt="compact")[0], record(tmp_path / "run"))


async def test_a_changed_judgement_is_found(tmp_path: Path) -> None:
    run = record(tmp_path / "run", outcome=UNCHECKED)
    await judge(judging(NO)[0], run)
    path = run / FILE_NAME
    path.write_text(path.read_text().replace('"success":false', '"success":true'))
    with pytest.raises(RecordError, match="checksum"):
        succeeded(run, load(run))


@pytest.mark.parametrize(
    ("checked", "answer", "wanted"),
    [(None, YES, True), (None, NO, False), (True, NO, True), (False, YES, False), (None, "", None)],
)
async def test_a_checker_is_right_and_a_judge_is_heard_where_there_is_none(
    tmp_path: Path, checked: bool | None, answer: str, wanted: bool | None
) -> None:
    run = record(tmp_path / "run", outcome=Outcome(kind="finished", success=checked))
    if answer:
        await judge(judging(answer)[0], run)
    assert succeeded(run, load(run)) is wanted
    maker = DialogueMaker(str(NANO))
    assert bool(recorded(tmp_path, maker).dialogues) is (wanted is True), "what training takes"
    chosen = select([run], Filters(success=True), NO_SECRETS)
    assert bool(chosen.num_runs) is (wanted is True), "what is exported as a success"
    assert bool(select([run], Filters(), NO_SECRETS).num_runs) is (wanted is not False)


def test_how_often_a_judge_is_wrong_is_counted() -> None:
    found = agreement([(True, True), (False, False), (True, False), (True, False), (False, True)])
    assert found == Agreement(right=2, too_good=2, too_bad=1)
    assert (found.total, found.disagreed) == (5, 3)
