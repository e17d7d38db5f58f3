"""The real console in a process of its own, a page that changes with every click, and scripts that click it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

_REPOSITORY = Path(__file__).parents[3]
WIDTH, HEIGHT = 1280, 720
_BUTTON = (160, 140)
WISH = 'Press "One more" again and again,'
"""How an instruction begins that names the button, so that nobody is asked."""
PAGE = """<!doctype html><title>Counting</title><style>
body { font: 18px sans-serif; margin: 40px; background: hsl(calc(var(--n, 0) * 37deg) 60% 92%) }
button { position: absolute; left: 60px; top: 110px; width: 200px; height: 60px; font: inherit;
  caret-color: transparent }
p { position: absolute; top: 200px; width: 1000px; line-height: 1.5 } output { font-size: 90px }</style>
<h2>One more with every click</h2><button onclick="out.value = Number(out.value) + 1;
document.body.style.setProperty('--n', out.value)">One more</button><p><output id="out">0</output><br>WORDS</p>
""".replace("WORDS", "The quick brown fox jumps over the lazy dog while nobody looks. " * 20)


class CrowdConsole:
    """A context manager: `handeye console` in a folder, ended by Ctrl-C."""

    def __init__(self, folder: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        """size: of the pages that runs are shown, in pixels."""
        self.folder = folder
        self._size = size
        self.runs = folder / "runs"
        self.link = ""
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Of the server's process."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self.runs.mkdir()
        width, height = self._size
        limits = "[run]\nmax_steps = 5000\nmax_seconds = 7200\nstuck_after = 5000\n"
        (self.folder / "handeye.toml").write_text(f'{limits}[browser]\nviewport = "{width}x{height}"\n')
        command = [sys.executable, "-m", "ui.cli.main", "console", "--json", "--port", "0", "--runs", str(self.runs)]
        caches = {name: str(self.folder / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
        self._process = subprocess.Popen(
            [*command, "--model", "scripted:none"],
            cwd=self.folder,
            env={**os.environ, **caches, "PYTHONPATH": str(_REPOSITORY), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=_hears_ctrl_c,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said:
            raise RuntimeError("the console did not start")
        self.link = json.loads(said)["link"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def script(self, name: str, replies: list[dict[str, object]]) -> str:
        """A model that says these replies, by the name that an order gives it."""
        path = self.folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in replies))
        return f"scripted:{path}"

    def clicking(self, name: str, num_steps: int) -> str:
        """A model that clicks the page's button so often, and ends."""
        x, y = round(_BUTTON[0] * 1000 / WIDTH), round(_BUTTON[1] * 1000 / HEIGHT)
        click = {"thought": "One more", "action": "left_click", "coordinate": [x, y]}
        end = {"thought": "Enough", "action": "terminate", "status": "success"}
        return self.script(name, [click] * num_steps + [end])


def _hears_ctrl_c() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
