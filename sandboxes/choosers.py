"""The chooser that a page's file field opens. It is no part of the page's picture, so it is worked by its meaning.

With an `uploads` folder it stays open until a path is typed or Escape is pressed, as a note says; everything else is
refused meanwhile, as before a real chooser. Without one it is cancelled at once.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from playwright.async_api import Error, FileChooser, Page

from actions.action import Action, Answer, Key, Terminate, Type, Wait
from actions.browser import first_line
from actions.errors import ActionInvalid, ActionUnsupported, ExecutionError
from sandboxes.notes import Notes, said

MAX_NAMES = 10
"""Names of files that a note offers."""

_CANCEL = "field => field.dispatchEvent(new Event('cancel', { bubbles: true }))"
_CANCEL_SECONDS = 2.0


class Choosers:
    """The file choosers of one profile; one at a time is open."""

    def __init__(self, folder: Path | None, notes: Notes) -> None:
        self._folder = folder
        self._notes = notes
        self._open: FileChooser | None = None

    async def asked(self, chooser: FileChooser) -> None:
        """A page opened a chooser."""
        if self._folder is None:
            self._notes.add("The page asked for a file; none may be given, and the chooser was cancelled.")
            await _cancel(chooser)
        else:
            self._open = chooser

    def forget(self, page: Page) -> None:
        """A page went, and its chooser with it."""
        if self._open is not None and self._open.page is page:
            self._open = None

    def remind(self) -> None:
        """Note that a chooser is open, and what it offers."""
        if self._open is not None and self._folder is not None:
            what = "the paths of files, one a line," if self._open.is_multiple() else "the whole path of a file"
            self._notes.add(f"The page asks for a file: type {what} in {_offer(self._folder)}, or press Escape.")

    async def took(self, action: Action) -> bool:
        """Whether the action was meant for an open chooser, and done.

        Raises ActionInvalid for a path that may not be given, ActionUnsupported for what waits while a chooser is open,
        ExecutionError when the page does not take the file.
        """
        chooser, folder = self._open, self._folder
        if chooser is None or folder is None or isinstance(action, Wait | Terminate | Answer):
            return False
        if action == Key(keys=("esc",)):
            self._open = None
            await _cancel(chooser)
            return True
        if not isinstance(action, Type):
            raise ActionUnsupported(
                f"The page asks for a file and takes no {action.kind} meanwhile: type the path of a file in "
                f"{folder.resolve()}, or press Escape."
            )
        paths = [_allowed(line, folder) for line in action.text.splitlines() if line.strip()]
        _count(paths, chooser)
        try:
            await chooser.set_files(paths)
        except Error as error:
            reason = first_line(error).removeprefix("FileChooser.set_files: ")
            raise ExecutionError(f"The page did not take the file: {reason}; type another, or press Escape.") from error
        self._open = None
        return True


def _allowed(line: str, folder: Path) -> Path:
    """The file that was typed, links followed. Raises ActionInvalid, saying what would do."""
    given = Path(line.strip())
    if not given.is_absolute():
        raise ActionInvalid(f'"{said(line)}" is no whole path: type {folder.resolve()}/NAME, or press Escape.')
    try:
        path = given.resolve()
        is_there = path.is_relative_to(folder.resolve()) and path.exists()
    except (OSError, ValueError):  # A name that is too long, or holds a zero.
        is_there = False
    if not is_there:
        raise ActionInvalid(
            f'"{said(line)}" can\'t be given: type the path of a file in {_offer(folder)}, or press Escape.'
        )
    return path


def _count(paths: Sequence[Path], chooser: FileChooser) -> None:
    if not paths:
        raise ActionInvalid("No path was typed: type the whole path of a file, or press Escape.")
    if len(paths) > 1 and not chooser.is_multiple():
        raise ActionInvalid(f"The page takes one file, not {len(paths)}: type one path, or press Escape.")


def _offer(folder: Path) -> str:
    """The folder and what lies in it."""
    try:
        names = sorted(said(path.name) for path in folder.iterdir())
    except OSError:
        names = []
    more = ", ..." if len(names) > MAX_NAMES else ""
    listed = f" ({', '.join(names[:MAX_NAMES])}{more})" if names else " (which is empty)"
    return f"{folder.resolve()}{listed}"


async def _cancel(chooser: FileChooser) -> None:
    """Tell the page what Chromium tells it when a person cancels. The field may be gone already."""
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(_CANCEL_SECONDS):
            await chooser.element.evaluate(_CANCEL)
