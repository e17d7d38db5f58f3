import pytest

from actions.action import Key, LeftClick, Scroll, Terminate, TripleClick, Type, Wait
from sandboxes.errors import SandboxError
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task

TASK = Task(
    id="form",
    instruction='Enter "Mara" in "Name", tick "Agree" and click "Save".',
    environment="painted",
    settings={"wanted": {"Name": "Mara", "Agree": True}, "ends": True},
)


@pytest.fixture
async def screen():
    environment = PaintedEnvironment()
    await environment.reset(TASK)
    yield environment
    await environment.close()


def click(screen: PaintedEnvironment, name: str) -> LeftClick:
    return LeftClick(at=screen.boxes[name].center)


async def test_the_form_can_be_filled_in(screen):
    for action in (click(screen, "Name"), Type(text="Mara"), click(screen, "Agree")):
        before = await screen.observe()
        transition = await screen.step(action)
        assert transition.observation.frame.digest != before.frame.digest
        assert not transition.terminated
    assert not (await screen.score()).success
    transition = await screen.step(click(screen, "Save"))
    assert transition.terminated
    assert transition.reward == 1.0
    assert (await screen.score()).facts == {"pressed": {"Name": "Mara", "Agree": True}}


async def test_a_wrong_value_is_no_success(screen):
    await screen.step(click(screen, "Name"))
    transition = await screen.step(Type(text="Mira\n"))
    assert transition.terminated
    assert transition.reward == 0.0
    assert not (await screen.score()).success


async def test_the_keyboard_alone_is_enough(screen):
    for keys in (("tab",), ("M",), ("x",), ("backspace",), ("a",), ("r",), ("a",), ("tab",), ("space",)):
        await screen.step(Key(keys=keys))
    await screen.step(Key(keys=("tab",)))
    await screen.step(Key(keys=("enter",)))
    assert (await screen.score()).success


async def test_a_selection_is_replaced(screen):
    await screen.step(click(screen, "Name"))
    await screen.step(Type(text="Wrong"))
    await screen.step(TripleClick(at=screen.boxes["Name"].center))
    await screen.step(Type(text="Mara"))
    assert screen.values["Name"] == "Mara"
    await screen.step(Key(keys=("ctrl", "a")))
    await screen.step(Key(keys=("backspace",)))
    assert screen.values["Name"] == ""


async def test_what_means_nothing_changes_nothing(screen):
    before = (await screen.observe()).frame.digest
    for action in (Wait(seconds=60), Scroll(pixels=-10), Terminate(status="success"), Type(text="lost")):
        assert (await screen.step(action)).observation.frame.digest == before


async def test_wrong_settings_are_named():
    task = TASK.model_copy(update={"settings": {"colour": "red"}})
    with pytest.raises(SandboxError, match=r"form: settings\.colour"):
        await PaintedEnvironment().reset(task)
