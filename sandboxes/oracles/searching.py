"""Solvers of tasks where something must be found that is not shown at first.

They look as a person does who can't know where it is: behind one tab, section or folder after another, in the page's
order, until it is there. Going straight to the right one would show a model a step that no picture explains.
"""

from collections.abc import Callable

from sandboxes.oracles.clicking import quoted
from sandboxes.oracles.scene import Moves, Scene, Thing, told


async def _searched(scene: Scene, selector: str, name: str, doors: str, *, first: int = 0) -> Moves:
    """Click what has this name; until it is shown, open one door after another, from the number `first` on."""
    door = first
    while not any(_shown(thing) for thing in await scene.all(selector, text=name)):
        async for move in scene.press(doors, number=door):
            yield move
        door += 1
    async for move in scene.press(selector, text=name):
        yield move


def _shown(thing: Thing) -> bool:
    """Whether the page has it laid out, be it below what is in sight."""
    return thing.box.right > thing.box.left


async def click_tab_2(scene: Scene) -> Moves:
    """A link on one of the tabs, the first of which is open. In one variant some links are nowhere, and the second tab
    counts.
    """
    async for move in _searched(scene, ".alink", quoted(scene.goal), "#area ul a", first=1):
        yield move


async def click_collapsible(scene: Scene) -> Moves:
    """Open the section, submit."""
    for selector in ("#area h3", "#subbtn"):
        async for move in scene.press(selector):
            yield move


async def click_collapsible_2(scene: Scene) -> Moves:
    """A link in one of the sections, all of which are closed."""
    async for move in _searched(scene, ".alink", quoted(scene.goal), "#area h3"):
        yield move


async def navigate_tree(scene: Scene) -> Moves:
    """A file or folder; what lies within a folder's folder is never more than an empty one."""
    async for move in _searched(scene, "#tree span", quoted(scene.goal), "#tree > li > .folder"):
        yield move


async def click_pie(scene: Scene) -> Moves:
    """Spread the menu, click an item."""
    async for move in scene.press("#divWheel [id$=spreadertitle]"):
        yield move
    async for move in scene.press("#divWheel [id*='-title-']", text=quoted(scene.goal)):
        yield move


def _marked(icon: str) -> Callable[[Scene], Moves]:
    """Click an icon in the row of an email."""

    async def solver(scene: Scene) -> Moves:
        (name,) = told(r"email by (\S+) and click", scene.goal)
        senders = [thing.text for thing in await scene.all("#main .email-sender")]
        number, thought = senders.index(name), f'Click the {icon} icon of "{name}"'
        async for move in scene.press(f"#main .{icon}", number=number, thought=thought):
            yield move

    return solver


SOLVERS: dict[str, Callable[[Scene], Moves]] = {
    "click-collapsible-2-nodelay": click_collapsible_2,
    "click-collapsible-nodelay": click_collapsible,
    "click-pie-nodelay": click_pie,
    "click-tab-2": click_tab_2,
    "click-tab-2-easy": click_tab_2,
    "click-tab-2-hard": click_tab_2,
    "click-tab-2-medium": click_tab_2,
    "email-inbox-delete": _marked("trash"),
    "email-inbox-important": _marked("star"),
    "navigate-tree": navigate_tree,
}
