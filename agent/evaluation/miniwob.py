"""MiniWoB++: small web tasks on real pages, pixels in, mouse and keyboard out, the reward read from the page.

An episode succeeds when the page's raw reward is 1 (not the time-decayed one, and not parts of it). BrowserGym and
Pix2Act count every reward above 0, which says the same but for pages that grade. The pages come with PyPI's `miniwob`.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

from agent.errors import BenchmarkError
from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.miniwob_tasks import ALL_TASKS, HELDOUT_TASKS, PIX2ACT_TASKS
from agent.evaluation.run import walk
from agent.policy import Policy
from agent.settings import EvaluationSettings, RunSettings
from agent.trajectory import Outcome
from sandboxes.environment import Environment
from sandboxes.miniwob import MiniWobEnvironment, find_html, miniwob_task, page_names

DEFAULT_TASKS = (
    *("click-test", "click-test-2", "click-button", "click-link", "click-dialog", "click-color", "click-shape"),
    *("focus-text", "focus-text-2", "enter-text", "click-checkboxes", "click-option", "login-user"),
)
"""Tasks that need pointing, typing and a few steps, and no knowledge of the world."""

MAX_STEPS = 30
"""Actions of an episode, as Pix2Act has it: three tasks of its suite take up to 15 by the shortest way."""

SUITES = {"default": DEFAULT_TASKS, "heldout": HELDOUT_TASKS, "all": ALL_TASKS, "pix2act": PIX2ACT_TASKS}
"""Names that stand for many tasks where tasks are asked for."""


class MiniWobBenchmark:
    """Every task with the same number of seeds."""

    name = "miniwob"

    def __init__(
        self,
        tasks: Sequence[str] = DEFAULT_TASKS,
        *,
        seed: int | None = None,
        episodes: int | None = None,
        settings: EvaluationSettings | None = None,
        make: Callable[[], Environment] = MiniWobEnvironment,
    ) -> None:
        """`episodes` of each task, with the seeds from `seed` on; what is not given comes from the settings.

        Raises BenchmarkError without a task or for one that there is not, SandboxMissing without the package.
        """
        _check(tasks)
        self._settings = settings or EvaluationSettings()
        self._tasks = tuple(tasks)
        self._seed = self._settings.seed if seed is None else seed
        self._num_episodes = self._settings.episodes if episodes is None else episodes
        self._make = make
        self._environment: Environment | None = None

    def episodes(self) -> Sequence[Episode]:
        """Task after task, seed after seed."""
        seeds = range(self._seed, self._seed + self._num_episodes)
        return [Episode(name=name, task=miniwob_task(name, seed)) for name in self._tasks for seed in seeds]

    async def play(self, episode: Episode, policy: Policy, folder: Path | None) -> EpisodeResult:
        """Play in the one browser of this benchmark, which is made anew after a crash."""
        if self._environment is None:
            self._environment = self._make()
        limits = RunSettings(max_steps=self._settings.max_steps or MAX_STEPS, max_seconds=self._settings.max_seconds)
        try:
            result = await walk(episode, self._environment, policy, limits, folder, success=full_reward)
        except BaseException:
            await self.close()
            raise
        if result.crashed:
            await self.close()
        return result

    async def close(self) -> None:
        """End the browser."""
        environment, self._environment = self._environment, None
        if environment is not None:
            await environment.close()


def full_reward(outcome: Outcome) -> bool:
    """Whether the page gave the whole reward."""
    return outcome.score is not None and outcome.score.reward == 1.0


def named_tasks(names: str) -> tuple[str, ...]:
    """Tasks from their names with commas between, each once; a name of SUITES stands for all of its tasks."""
    parts = [name.strip() for name in names.split(",") if name.strip()]
    return tuple(dict.fromkeys(task for part in parts for task in SUITES.get(part, (part,))))


def suite_tasks(suite: str) -> tuple[str, ...]:
    """The tasks of a suite, by its name or in a file that lists them, one a line. Raises BenchmarkError."""
    if suite in SUITES:
        return SUITES[suite]
    try:
        lines = Path(suite).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(
            f'there is no suite "{suite}", nor a file of that name that lists tasks; one of: {", ".join(SUITES)}'
        ) from error
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip() and not line.startswith("#")))


def _check(tasks: Sequence[str]) -> None:
    if not tasks:
        raise BenchmarkError("miniwob: name at least one task, such as click-test")
    known = page_names(find_html())
    for name in tasks:
        if name not in known:
            alike = get_close_matches(name, known, n=3) or known[:3]
            raise BenchmarkError(f'miniwob has no task "{name}"; there is {", ".join(alike)} ({len(known)} in all)')
