"""Carrying out one action on a page that may hang, crash, close itself or refuse to be left meanwhile."""

import asyncio

from actions.action import Action, LongPress, Type, Wait
from actions.browser import BrowserExecutor
from actions.errors import ExecutionError, SurfaceLost
from sandboxes.errors import SandboxCrashed
from sandboxes.tabs import Tabs

_TYPING_SECONDS = 0.05
"""What one character may take beside the rest."""
_STAYING_SECONDS = 0.5
"""A page that is kept never answers the action that was to leave it; a click on it does."""
_RELEASE_SECONDS = 3.0


async def carry_out(executor: BrowserExecutor, action: Action, tabs: Tabs, limit: float) -> None:
    """Act for `limit` seconds at most, and those that the action itself takes.

    Raises ExecutionError when the page does not answer in time, SandboxCrashed at once when there is no page left, and
    what the executor raises.
    """
    seconds = limit + (len(action.text) * _TYPING_SECONDS if isinstance(action, Type) else 0.0)
    seconds += action.seconds if isinstance(action, Wait | LongPress) else 0.0
    acting = asyncio.ensure_future(executor.execute(action))
    staying = asyncio.ensure_future(_stayed(tabs))
    try:
        await asyncio.wait({acting, staying, tabs.lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if acting.done():
            acting.result()
        elif not staying.done() and not tabs.lost.done():
            raise ExecutionError(f"{action.kind}: the page did not answer within {limit:g} s.")
    except SurfaceLost as error:
        # A click may close its own tab: with another tab in front the action was done.
        if tabs.current is executor.page:
            raise SandboxCrashed(str(error)) from error
    finally:
        await _ended(acting, staying)
    _ = tabs.current  # Raises when it is lost.


async def _stayed(tabs: Tabs) -> None:
    await tabs.dialogs.stayed.wait()
    await asyncio.sleep(_STAYING_SECONDS)


async def _ended(*tasks: "asyncio.Future[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=_RELEASE_SECONDS)
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # It is known, or of no matter any more.
