"""Boxes that stop a page until they are answered: alert, confirm, prompt, and whether a page may be left.

They are no part of the page's picture, and while one is open there is no picture at all, so they are answered at once
and told in a note. What could do harm is not agreed to unless somebody has said so: a confirm and a prompt get Cancel,
and a page that asks whether it may be left, since something is not saved, is stayed on.
"""

import asyncio
from contextlib import suppress

from playwright.async_api import Dialog, Error

from sandboxes.allowance import Answer
from sandboxes.notes import Notes


class Dialogs:
    """Answers the boxes of one profile."""

    def __init__(self, answer: Answer, notes: Notes) -> None:
        self._answer = answer
        self._notes = notes
        self._refused_before: tuple[str, str] | None = None
        self._refused: tuple[str, str] | None = None
        self.stayed = asyncio.Event()
        """Set when the action under way was to leave the page and the page was kept: a navigation will not come."""

    def begin(self) -> None:
        """Another action begins."""
        self._refused_before, self._refused = self._refused, None
        self.stayed.clear()

    async def asked(self, dialog: Dialog) -> None:
        """Answer one box."""
        with suppress(Error):  # The page may close before it is answered.
            if dialog.type == "alert":
                self._notes.add(f'A message box said "{self._notes.said(dialog.message)}" and was closed.')
                await dialog.accept()
            elif self._agrees(dialog):
                self._tell(dialog, "was left", "OK")
                await dialog.accept(dialog.default_value)
            else:
                self._tell(dialog, "was stayed on", "Cancel", advises=self._answer == "twice")
                if dialog.type == "beforeunload":
                    self.stayed.set()
                await dialog.dismiss()

    def _agrees(self, dialog: Dialog) -> bool:
        box = (dialog.type, dialog.message)
        if self._answer == "accept" or (self._answer == "twice" and box == self._refused_before):
            return True
        self._refused = box
        return False

    def _tell(self, dialog: Dialog, led_to: str, answer: str, *, advises: bool = False) -> None:
        if dialog.type == "beforeunload":
            again = " Do the same again to leave it." if advises else ""
            self._notes.add(f"The page asked whether it may be left with something not saved, and {led_to}.{again}")
        else:
            again = " Do the same again to answer OK." if advises else ""
            self._notes.add(f'A box asked "{self._notes.said(dialog.message)}" and was answered with {answer}.{again}')
