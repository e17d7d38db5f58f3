"""Solvers of tasks that are done by typing."""

import re
from collections.abc import Callable

from actions.action import Decision, LeftClick, Scroll, Wait
from perception.geometry import Point
from sandboxes.oracles.clicking import quoted
from sandboxes.oracles.scene import FIELD, Moves, Scene, click, press_keys, told, type_text

Solver = Callable[[Scene], Moves]

PROPOSAL = ".ui-autocomplete .ui-menu-item"


def _typed(what: Callable[[str], str], field: str = "#tt") -> Solver:
    """Type what the goal says, submit."""

    async def solver(scene: Scene) -> Moves:
        async for move in _enter(scene, field, what(scene.goal)):
            yield move

    return solver


async def _enter(scene: Scene, field: str, text: str, seen: str = "") -> Moves:
    async for move in scene.fill(field, text, seen=seen):
        yield move
    async for move in scene.press("#subbtn"):
        yield move


def _cased(goal: str) -> str:
    return quoted(goal).upper() if "upper case" in goal else quoted(goal).lower()


async def login_user(scene: Scene) -> Moves:
    """Name and password."""
    name, password = re.findall(r'"(.*?)"', scene.goal)
    async for move in scene.fill("#username", name, '"Username"'):
        yield move
    async for move in scene.fill("#password", password, '"Password"'):
        yield move
    async for move in scene.press("#subbtn"):
        yield move


async def simple_arithmetic(scene: Scene) -> Moves:
    """One digit with another."""
    one, sign, other = (await scene.one("#math-problem")).text.removesuffix("=").split()
    number = {"+": int(one) + int(other), "-": int(one) - int(other), "x": int(one) * int(other)}[sign]
    async for move in _enter(scene, "#math-answer", str(number), f"{one} {sign} {other} = {number}"):
        yield move


async def simple_algebra(scene: Scene) -> Moves:
    """x + d = a, x - d = a, d + x = a or d - x = a."""
    problem = (await scene.one("#math-problem")).text
    one, sign, other, _, result = problem.split()
    digit = int(other if one == "x" else one)
    if sign == "+":
        number = int(result) - digit
    else:
        number = int(result) + digit if one == "x" else digit - int(result)
    async for move in _enter(scene, "#math-answer", str(number), f"{' '.join(problem.split())}, x = {number}"):
        yield move


async def visual_addition(scene: Scene) -> Moves:
    """Count blocks."""
    one, other = [len(await scene.all(f"#visual-{side} .addition-block")) for side in (1, 2)]
    async for move in _enter(scene, "#math-answer", str(one + other), f"{one} + {other} = {one + other}"):
        yield move


async def text_transform(scene: Scene) -> Moves:
    """Read crooked letters."""
    async for move in _enter(scene, "#tt", "".join(thing.text for thing in await scene.all("#captcha span"))):
        yield move


async def find_word(scene: Scene) -> Moves:
    """The n-th word of a paragraph."""
    (number,) = told(r"the (\d+)", scene.goal)
    word = (await scene.one("#area p")).text.split()[int(number) - 1]
    async for move in _enter(scene, "#answer-input", re.sub(r"[^a-zA-Z]", "", word)):
        yield move


async def scroll_text(scene: Scene) -> Moves:
    """Scroll a text to its end and type its last word."""
    async for move in _scrolled(scene, "#text-area", down=True):
        yield move
    word = (await scene.one("#text-area")).value.split()[-1]
    async for move in _enter(scene, "#answer-input", re.sub(r"[^a-zA-Z0-9]", "", word)):
        yield move


async def scroll_text_2(scene: Scene) -> Moves:
    """Scroll a text to one of its ends."""
    async for move in _scrolled(scene, "#text-area", down="bottom" in scene.goal):
        yield move
    async for move in scene.press("#subbtn"):
        yield move


async def _scrolled(scene: Scene, selector: str, *, down: bool) -> Moves:
    """Turn the wheel over a text until it moves no more."""
    before = None
    while True:
        now = await scene.read("selector => document.querySelector(selector).scrollTop", selector)
        if now == before:
            return
        before = now
        pixels = -200 if down else 200
        thought = f"Scroll {'down' if down else 'up'}"
        yield Decision(thought=thought, action=Scroll(at=(await scene.one(selector)).point, pixels=pixels))


async def guess_number(scene: Scene) -> Moves:
    """Halve what is left."""
    low, high = 0, 9
    while low <= high:
        guess = (low + high) // 2
        async for move in scene.press("#tt", thought=f"Focus {FIELD}"):
            yield move
        yield press_keys("ctrl", "a")
        async for move in _typed_and_sent(scene, str(guess)):
            yield move
        if (await scene.one("#higher")).at is not None:
            low = guess + 1
        else:
            high = guess - 1


async def _typed_and_sent(scene: Scene, text: str) -> Moves:
    yield type_text(text)
    async for move in scene.press("#subbtn"):
        yield move


async def use_autocomplete(scene: Scene) -> Moves:
    """Type the beginning of a country, and choose of what is proposed the first with the end that is asked for."""
    start, end = told(r'starts with "(.*?)"(?: and ends with "(.*?)")?', scene.goal)
    async for move in scene.fill("#tags", start):
        yield move
    while not (proposed := [thing for thing in await scene.all(PROPOSAL) if thing.text.startswith(start)]):
        yield Decision(thought="Wait for the list", action=Wait(seconds=0.2))
    name = next(thing.text for thing in proposed if thing.text.endswith(end or ""))
    async for move in scene.press(PROPOSAL, text=name, whole=True):
        yield move
    async for move in scene.press("#subbtn"):
        yield move


def _parts(pattern: str) -> Solver:
    """Type what the goal says into a field that has parts, from the first on: it goes to the next by itself, once a
    part has two digits (a lone 1 may yet become a 10).
    """

    async def solver(scene: Scene) -> Moves:
        (text,) = told(pattern, scene.goal)
        field = await scene.one("#tt")
        first = Point(x=int(field.box.left) + 8, y=field.point.y)
        yield Decision(thought=f"Focus {FIELD}", action=LeftClick(at=first))
        async for move in _typed_and_sent(scene, re.sub(r"^\d\b", r"0\g<0>", text)):
            yield move

    return solver


async def terminal(scene: Scene) -> Moves:
    """List the files, remove one with the extension."""
    yield click(await scene.one("#terminal"), "Focus the terminal")
    yield type_text("ls\n")
    names = (await scene.all(".terminal-output"))[-1].text.split()
    extension = re.search(r"extension (\.\S+)", scene.goal)
    fits = [name for name in names if (name.endswith(extension[1]) if extension else "." not in name)]
    yield type_text(f"rm {fits[0]}\n")


async def sign_agreement(scene: Scene) -> Moves:
    """Read to the end, sign, then agree or cancel."""
    name = re.search(r'enter the name "(.*?)"', scene.goal)
    if name is not None:
        async for move in _scrolled(scene, "#text-area", down=True):
            yield move
        async for move in scene.fill("#name", name[1]):
            yield move
    button = "#agree" if '"Agree"' in scene.goal else "#cancel"
    async for move in scene.press(button):
        yield move


SOLVERS: dict[str, Solver] = {
    "enter-date": _parts(r"(\d+/\d+/\d+)"),
    "enter-text": _typed(quoted),
    "enter-text-2": _typed(_cased),
    "enter-text-dynamic": _typed(quoted),
    "enter-time": _parts(r"(\d+:\d+ [AP]M)"),
    "find-word": find_word,
    "guess-number": guess_number,
    "login-user": login_user,
    "scroll-text": scroll_text,
    "scroll-text-2": scroll_text_2,
    "sign-agreement": sign_agreement,
    "simple-algebra": simple_algebra,
    "simple-arithmetic": simple_arithmetic,
    "terminal": terminal,
    "text-transform": text_transform,
    "use-autocomplete": use_autocomplete,
    "use-autocomplete-nodelay": use_autocomplete,
    "visual-addition": visual_addition,
}
