"""What an environment may offer beyond `Environment`, so that secrets stay unseen; see `sandboxes.veil`."""

from typing import Protocol, runtime_checkable

from sandboxes.scrubbing import Scrubber


@runtime_checkable
class Sensitive(Protocol):
    """An environment that knows what its pictures show, and blacks out what nobody may see."""

    def hide(self, scrubber: Scrubber) -> None:
        """From now on: filled password fields and the scrubber's secrets are black in every frame, and no secret is in
        a note or a name of a file."""
        ...


@runtime_checkable
class Focusing(Protocol):
    """An environment that can tell what the keyboard types into more closely than by the url of an observation."""

    async def focused_url(self) -> str:
        """Scheme and host of what has the keyboard's focus now: of a page, the frame's. Raises SandboxError."""
        ...
