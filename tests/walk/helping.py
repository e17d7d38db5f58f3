"""Whether reinforcement learning helps: SAPO beside its control and beside the model that both began with, one table.

    python -m tests.walk.helping --model build/sft/model --tasks A,B,C --out build/helping
        [--minutes 15] [--seeds 3] [--episodes 50] [--set rate=1e-5 --set groups=24]

From each seed one run by SAPO, and one of as much wall time as it took that imitates its own successes: supervised
fine-tuning on what the policy itself did well, played and learned by the same code. Then all models work the same
episodes of the tasks, whose seeds are for measuring alone. Writes table.md, curves.png and results.json; what is done
already is not done again. Runs come after each other, so that each has the machine to itself.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agent.evaluation.comparison import newcombe
from agent.evaluation.report import Report, wilson
from agent.training.metrics import read_metrics
from agent.training.plot import sheet
from agent.training.policy_step import OF_SUCCESSES
from perception.errors import HandEyeError
from perception.files import replace_file

ARMS = {"SAPO": "sapo", "imitation": "imitation"}
"""Names of the table, and losses. The control comes second: it is given the time that the first one took."""
HANDEYE = [sys.executable, "-m", "ui.cli.main"]
ENDLESS = 1_000_000
"""Steps: runs end by their time."""
SMOOTH = 8
"""Waves that a point of a curve is the mean of."""


class Plan(NamedTuple):
    """What is compared, and how much."""

    model: str
    tasks: str
    out: Path
    minutes: float = 15.0
    """Of a run by SAPO."""
    seeds: int = 3
    episodes: int = 50
    players: int = 2
    settings: tuple[str, ...] = ()
    """NAME=VALUE, for both alike."""


class Arm(NamedTuple):
    """One way to learn, over all seeds."""

    name: str
    won: int
    played: int
    shares: list[float]
    """Of each seed."""
    minutes: list[float]
    steps: list[int]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 where a run failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk.helping", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", required=True, metavar="DIR", help="what all begin with: fine-tuned to its plateau")
    parser.add_argument("--tasks", required=True, metavar="A,B", help="MiniWoB++ tasks, fixed before")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    for name, kind in (("minutes", float), ("seeds", int), ("episodes", int), ("players", int)):
        parser.add_argument(f"--{name}", type=kind, default=Plan._field_defaults[name], metavar="N")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    given = vars(parser.parse_args(arguments))
    plan = Plan(**{**given, "settings": tuple(given["settings"])})
    plan.out.mkdir(parents=True, exist_ok=True)
    try:
        began = _measured(plan, plan.model, "begun")
        arms = list(_arms(plan))
    except (HandEyeError, OSError, subprocess.CalledProcessError) as error:
        print(f"helping: {error}", file=sys.stderr)
        return 1
    begun = Arm("before", _won(began), began.episodes - began.crashed, [began.success], [], [])
    (plan.out / "table.md").write_text(table(plan, begun, arms))
    sheet(dict(_curves(plan)), plan.out / "curves.png", "minutes", top=1.0)
    found = {"plan": {**plan._asdict(), "out": str(plan.out)}, "arms": [arm._asdict() for arm in (begun, *arms)]}
    replace_file(plan.out / "results.json", json.dumps(found, indent=1).encode())
    print((plan.out / "table.md").read_text())
    return 0


def table(plan: Plan, begun: Arm, arms: Sequence[Arm]) -> str:
    """Markdown: a row an arm, then the differences with their intervals."""
    lines = [
        f"{plan.model}, tasks {plan.tasks}; {plan.episodes} episodes of each, the same for all; {plan.seeds} seeds",
        "",
        "| | success (95%) | of each seed | minutes | steps |",
        "| --- | --- | --- | --- | --- |",
    ]
    for arm in (begun, *arms):
        low, high = wilson(arm.won, arm.played)
        minutes = ", ".join(f"{value:.1f}" for value in arm.minutes)
        steps = ", ".join(map(str, arm.steps))
        shares = ", ".join(f"{share:.1%}" for share in arm.shares)
        share = f"{arm.won / max(1, arm.played):.1%} ({low:.1%} to {high:.1%}) of {arm.played}"
        lines.append(f"| {arm.name} | {share} | {shares} | {minutes} | {steps} |")
    lines += ["", "| difference | of successes (95%) |", "| --- | --- |"]
    ours, control = arms
    for name, one, other in (
        (f"{ours.name} over before", begun, ours),
        (f"{ours.name} over {control.name}", control, ours),
        (f"{control.name} over before", begun, control),
    ):
        change = other.won / max(1, other.played) - one.won / max(1, one.played)
        low, high = newcombe((one.won, one.played), (other.won, other.played))
        lines.append(f"| {name} | {change:+.1%} ({low:+.1%} to {high:+.1%}) |")
    return "\n".join(lines) + "\n"


def _arms(plan: Plan) -> Iterator[Arm]:
    minutes = [plan.minutes] * plan.seeds
    for name, loss in ARMS.items():
        reports: list[Report] = []
        took: list[float] = []
        steps: list[int] = []
        for seed in range(plan.seeds):
            folder = plan.out / f"{loss}-{seed}"
            _practised(plan, folder, loss, seed, minutes[seed])
            last = read_metrics(folder)[-1]
            took.append(float(last["seconds"]) / 60)
            steps.append(int(last["step"]))
            reports.append(_measured(plan, str(folder / "model"), folder.name))
        minutes = took
        won, played = sum(map(_won, reports)), sum(report.episodes - report.crashed for report in reports)
        yield Arm(name, won, played, [report.success for report in reports], took, steps)


def _practised(plan: Plan, folder: Path, loss: str, seed: int, minutes: float) -> None:
    if (folder / "model").exists():
        return
    chosen = [*plan.settings, f"loss={loss}", f"workers={plan.players}", f"minutes={minutes}"]
    if loss in OF_SUCCESSES:
        chosen.append("most=1.0")  # it has something to learn from tasks that are always won
    given = ["--model", plan.model, "--folder", str(folder), "--tasks", plan.tasks, "--seed", str(seed)]
    given += ["--steps", str(ENDLESS), *(f"--set={value}" for value in chosen)]
    subprocess.run([*HANDEYE, "train", "rl", *given], check=True, stdout=sys.stderr)


def _measured(plan: Plan, model: str, name: str) -> Report:
    path = plan.out / f"{name}.json"
    if not path.exists():
        given = ["--tasks", plan.tasks, "--episodes", str(plan.episodes), "--parallel", str(plan.players)]
        command = [*HANDEYE, "eval", "miniwob", *given, "--model", model, "--json"]
        replace_file(path, subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    plain: dict[str, Any] = json.loads(path.read_text())
    return Report.model_validate({key: value for key, value in plain.items() if key in Report.model_fields})


def _won(report: Report) -> int:
    return round(report.success * (report.episodes - report.crashed))


def _curves(plan: Plan) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Successes of what was played, sampled, on seeds for training, over minutes."""
    for seed in range(plan.seeds):
        for name, loss in ARMS.items():  # beside each other
            lines = read_metrics(plan.out / f"{loss}-{seed}")
            shares = [float(line["success"]) for line in lines]
            means = [sum(shares[max(0, n - SMOOTH) : n]) / min(n, SMOOTH) for n in range(1, len(shares) + 1)]
            points = [(float(line["seconds"]) / 60, mean) for line, mean in zip(lines, means, strict=True)]
            yield f"{name}, seed {seed}: success of what was played", points


if __name__ == "__main__":
    sys.exit(main())
