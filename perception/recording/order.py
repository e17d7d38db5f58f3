"""What is asked of the worker that opens a video, and what it answers: JSON on its two pipes."""

from pydantic import BaseModel, ConfigDict, Field


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(_Plain):
    """What is wanted of a video."""

    times: tuple[float, ...] | None = None
    """The pictures that were shown at these seconds, ascending; None: those that are worth a look."""
    fps: float = Field(default=2.0, gt=0, le=30)
    forced: tuple[float, ...] = ()
    """Seconds that are looked at besides."""
    most: int = Field(default=768, ge=1)
    """Pictures."""
    pixels: int = Field(default=0, ge=0)
    """Of one picture that is given; larger ones are made smaller. 0: as they are."""
    traced: bool = False
    """Whether all changes are reported, too."""
    max_pixels: int
    """Of a picture of the video."""
    max_seconds: float
    """Of work; then what was found by then is reported."""
    max_memory: int
    """Bytes."""


class Shot(_Plain):
    """A picture in the spool: RGB, deflated."""

    time: float
    since: float
    share: float
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    offset: int = Field(ge=0)
    length: int = Field(ge=0)


class Trace(_Plain):
    """See `sampling.Moment`."""

    time: float
    areas: tuple[tuple[int, int, int, int], ...]
    spot: tuple[int, int] | None
    carets: tuple[tuple[int, int, int, int], ...] = ()


class Report(_Plain):
    """What became of an order."""

    error: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    """Until the last picture."""
    codec: str = ""
    shots: tuple[Shot, ...] = ()
    traces: tuple[Trace, ...] = ()
    notes: tuple[str, ...] = ()
