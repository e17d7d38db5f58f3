"""The record of a run: what `run.json` and each line of `steps.jsonl` hold.

The hinge between acting and learning: the recorder writes it, replay and the console read it, training makes samples
from it. Images are named by digest and live in the run's image store. Every line carries a checksum of itself and names
the hash of the line before, and the outcome names the last, so what was changed or lost shows.

A run's folder:
    run.json        RunRecord: task, model, settings, and the outcome once there is one
    steps.jsonl     one Step a line, append-only
    effects.jsonl   what was about to be done and what came of it, append-only
    images/         PNG files by digest
    graph.sqlite    the loop's checkpoints
    questions/      what a person was asked, and what they said
    reviews.jsonl   what people said of the steps afterwards (`agent.review`), append-only
    replay.html     made by `handeye replay`
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from actions.action import Action
from agent.sealed import SCHEMA_VERSION
from perception.clients.client import Timings, Usage
from perception.geometry import Size
from perception.observation import ImageRef
from sandboxes.task import Score, Task


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reply(_Record):
    """One completion as it was sampled; a step has two when the first did not parse."""

    text: str
    finish: str
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: str = ""
    """Why it is not an action; empty when it is one."""


class Verdict(_Record):
    """Did the screen do what an action of this kind should make it do?"""

    changed: bool
    """Whether the picture differs from the frame before; a caret that blinks is no difference."""
    changed_share: float = 0.0
    """Part of the pixels that differ, 0 to 1."""
    expected: bool = True
    """Whether what was seen is what an action of this kind should do."""
    reason: str = ""


class StepTimings(_Record):
    """Milliseconds of one step, end to end."""

    see_ms: float = 0.0
    think_ms: float = 0.0
    act_ms: float = 0.0
    verify_ms: float = 0.0
    guard_ms: float = 0.0
    wait_ms: float = 0.0
    """For a person."""


class Step(_Record):
    """One round of the walk: what was seen, decided, done and found."""

    schema_version: int = SCHEMA_VERSION
    index: int = Field(ge=0)
    """From 0, without gaps."""
    time: str
    """When it was recorded, ISO 8601 in UTC."""
    actor: Literal["model", "human", "skill"] = "model"
    policy: str = ""
    """Name and version of what decided."""
    effect_id: str = ""
    """Names the one time that this action is carried out; a step that is run again after a crash keeps it."""
    previous_hash: str = ""
    """SHA-256 of the line before (empty for the first)."""
    before: ImageRef
    """The frame that was decided on."""
    after: ImageRef | None = None
    """The frame once the action had settled; None when nothing was carried out."""
    url: str = ""
    shown_history: tuple[str, ...] = ()
    """The earlier steps as the model was told of them."""
    replies: tuple[Reply, ...] = ()
    thought: str = ""
    action: Action | None = None
    """None when no reply parsed."""
    error: str = ""
    """What broke while acting; the model reads it in the next step."""
    verdict: Verdict | None = None
    timings: StepTimings = StepTimings()
    info: dict[str, Any] = Field(default_factory=dict)


OutcomeKind = Literal[
    "finished",
    "gave_up",
    "answered",
    "stuck",
    "step_limit",
    "time_limit",
    "token_limit",
    "unparsable",
    "environment_over",
    "interrupted",
    "failed",
]
"""finished, gave_up: the model ended it; stuck: recovery ran out; *_limit: a budget; unparsable: two bad replies in a
row; environment_over: the world said it was over; interrupted: a person stopped it (resumable); failed: something
broke."""


Belief = Literal["", "checked", "seen", "denied", "unverified"]
"""checked: a checker said how it is; seen: a second look agrees; denied: it does not; unverified: nobody can tell;
empty where the run did not say that it is finished."""


class Outcome(_Record):
    """How a run ended. `success` comes from the task's checker alone, None where there is no checker."""

    kind: OutcomeKind
    success: bool | None = None
    score: Score | None = None
    belief: Belief = ""
    """What to make of "finished"; see `agent.goal`."""
    answer: str = ""
    reason: str = ""
    steps: int = 0
    seconds: float = 0.0
    tokens: int = 0


class RunRecord(_Record):
    """`run.json`: what was asked of whom, and the outcome once there is one."""

    schema_version: int = SCHEMA_VERSION
    id: str
    started: str
    """ISO 8601 in UTC."""
    task: Task
    model: str
    asked: str = ""
    """What the model was asked for by (a name, a folder, an address): `resume` asks for the same."""
    policy: str = ""
    codec: str = "qwen3vl"
    prompt: str = "compact"
    recording: str = ""
    """A video that the model was shown the way by; `resume` shows it again."""
    settings: dict[str, Any] = Field(default_factory=dict)
    rules: dict[str, Any] = Field(default_factory=dict)
    """What the guard went by."""
    frame: Size | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    outcome: Outcome | None = None
    last_step_hash: str = ""
    """SHA-256 of the last line of `steps.jsonl` when the outcome was written; empty without an outcome or a step."""


class Trajectory(_Record):
    """A whole run, read back."""

    run: RunRecord
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    """What reading it had to mend, such as a torn last line."""
