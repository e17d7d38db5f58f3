"""Circles of objects are let go of at once, also in a process that has settled."""

import gc
import subprocess
import sys
import weakref

from ui.console.tidying import tidy


class Node:
    """Knows itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_nobody_holds_is_gone() -> None:
    gc.disable()
    try:
        node = Node()
        seen = weakref.ref(node)
        del node
        assert seen() is not None
        tidy()
        assert seen() is None
    finally:
        gc.enable()


def test_what_was_there_when_it_settled_is_not_looked_at_again(repository) -> None:
    program = (
        "import gc; from ui.console.tidying import settle, tidy; settle(); kept = gc.get_freeze_count(); "
        "tidy(); assert gc.get_freeze_count() == kept > 1000, kept"
    )
    subprocess.run([sys.executable, "-c", program], cwd=repository, check=True, timeout=60)
