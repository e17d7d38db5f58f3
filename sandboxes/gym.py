"""Any environment of ours as a `gymnasium.Env`: pictures out, one dictionary a step in.

An action is {"kind": number, "at": (x, y), "end": (x, y), "text": str, "keys": number, "pixels": int, "seconds": float}
with all of its parts, of which a kind takes what it needs; so whatever the action space samples can be carried out.
What the surface refuses is no error here: nothing happens, and `info["refused"]` says why.

Needs gymnasium (the extra "gym", or "miniwob").
"""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from actions.action import (
    ACTION,
    Action,
    HScroll,
    Key,
    LeftClickDrag,
    LongPress,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    Type,
    Wait,
)
from actions.errors import ActionError, SurfaceLost
from actions.space import function_of
from perception.geometry import Point, Size
from perception.observation import Frame, Observation
from sandboxes.environment import Environment
from sandboxes.errors import SandboxError
from sandboxes.session import EventLoop
from sandboxes.task import Task

COMPUTER = (
    *("left_click", "double_click", "triple_click", "right_click", "middle_click", "mouse_move"),
    *("left_click_drag", "scroll", "hscroll", "type", "key", "wait", "terminate"),
)
PHONE = ("left_click", "double_click", "long_press", "swipe", "type", "key", "back", "home", "wait", "terminate")
CHORDS: tuple[tuple[str, ...], ...] = (
    *(("enter",), ("tab",), ("esc",), ("space",), ("backspace",), ("delete",)),
    *(("up",), ("down",), ("left",), ("right",), ("home",), ("end",), ("pageup",), ("pagedown",)),
    *(("ctrl", "a"), ("ctrl", "c"), ("ctrl", "v"), ("ctrl", "x"), ("ctrl", "z"), ("ctrl", "s"), ("shift", "tab")),
)
"""The keys that `keys` numbers."""
MAX_TEXT, MAX_PIXELS, MAX_SECONDS = 64, 1000, 2.0
_CHARSET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-_@:/!?"


class GymEnv(gymnasium.Env[np.ndarray, dict[str, Any]]):
    """One of our environments for one task; synchronous, as Gymnasium is."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 2}  # noqa: RUF012 - Gymnasium's own form

    def __init__(self, environment: Environment, task: Task, size: Size, *, max_steps: int = 0) -> None:
        """size: of its pictures in pixels, which the task is begun with; max_steps: after which an episode is
        truncated, 0 for never."""
        self._environment = environment
        self._task = task.model_copy(update={"viewport": size})
        self._size, self._max_steps = size, max_steps
        self._run = EventLoop()
        self._steps = 0
        self._frame: Frame | None = None
        self.render_mode = "rgb_array"
        self.kinds: Sequence[str] = PHONE if function_of(environment.surface) == "mobile_use" else COMPUTER
        """What `kind` numbers."""
        self.observation_space = spaces.Box(0, 255, (size.height, size.width, 3), np.uint8)
        place = spaces.MultiDiscrete([size.width, size.height])
        self.action_space = spaces.Dict(
            {
                "kind": spaces.Discrete(len(self.kinds)),
                "at": place,
                "end": spaces.MultiDiscrete([size.width, size.height]),
                "text": spaces.Text(MAX_TEXT, min_length=0, charset=_CHARSET),
                "keys": spaces.Discrete(len(CHORDS)),
                "pixels": spaces.Discrete(2 * MAX_PIXELS + 1, start=-MAX_PIXELS),
                "seconds": spaces.Box(0.0, MAX_SECONDS, (), np.float32),
            }
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin the task afresh, with `seed` as its seed where one is given. Raises SandboxError when it can't."""
        super().reset(seed=seed)
        task = self._task if seed is None else self._task.model_copy(update={"seed": seed})
        self._steps = 0
        return self._shown(self._run(self._environment.reset(task))), {}

    def step(self, action: dict[str, Any]) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """One action; picture, reward, terminated, truncated, info. Raises SandboxError when the place broke."""
        meant = self.action(action)
        self._steps += 1
        late = bool(self._max_steps) and self._steps >= self._max_steps
        try:
            transition = self._run(self._environment.step(meant))
        except SurfaceLost:
            raise
        except ActionError as error:
            seen = self._shown(self._run(self._environment.observe()))
            return seen, 0.0, False, late, {"refused": str(error)}
        over = transition.terminated or isinstance(meant, Terminate)
        reward = transition.reward
        if over and not transition.terminated and (score := self._run(self._environment.score())) is not None:
            reward = score.reward
        seen = self._shown(transition.observation)
        return seen, reward, over, transition.truncated or late, dict(transition.info)

    def action(self, action: dict[str, Any]) -> Action:
        """What a dictionary of the action space means."""
        kind = self.kinds[int(action["kind"])]
        at, end = (Point(x=int(action[name][0]), y=int(action[name][1])) for name in ("at", "end"))
        pixels, seconds = int(action["pixels"]), float(action["seconds"])
        match kind:
            case "left_click_drag":
                return LeftClickDrag(start=at, end=end)
            case "swipe":
                return Swipe(start=at, end=end)
            case "scroll":
                return Scroll(at=at, pixels=pixels)
            case "hscroll":
                return HScroll(at=at, pixels=pixels)
            case "long_press":
                return LongPress(at=at, seconds=seconds)
            case "type":
                return Type(text=action["text"])
            case "key":
                return Key(keys=CHORDS[int(action["keys"])])
            case "back" | "home":
                return SystemButton(button=kind)
            case "wait":
                return Wait(seconds=seconds)
            case "terminate":
                return Terminate(status="success")
            case _:
                return ACTION.validate_python({"kind": kind, "at": at})

    def render(self) -> np.ndarray | None:  # type: ignore[override]
        """The picture that was seen last."""
        return None if self._frame is None else self._frame.pixels

    def close(self) -> None:
        """Leave nothing running; may be called twice."""
        if self._run.is_open:
            self._run(self._environment.close())
            self._run.close()

    def _shown(self, observation: Observation) -> np.ndarray:
        self._frame = observation.frame
        if self._frame.size != self._size:
            raise SandboxError(f"The picture is {self._frame.size} and not {self._size}: name the size that it has.")
        return self._frame.pixels
