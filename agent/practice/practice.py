"""Reinforcement learning: the policy plays, and learns from what came of it.

    handeye train rl --tasks click-test,click-dialog --folder build/train/rl

A step: a wave of groups is taken, each of several tries at one episode; groups that teach nothing (always lost, or
nearly always won) and those that were played with weights too old are left out; the learner takes one step; the new
weights are put out, and players take them up before their next episode. The folder:

    checkpoint.pt     learner and draw, replaced whole: the same command goes on from it
    metrics.jsonl     a line a wave
    weights/          what players play with
    runs/             of the waves that were not learned from yet, or all (`keep_runs`)
    model/            the model at the end

With `cluster` the players are on the machines of a Ray cluster, all of which see the folder and the model under the
same paths. Left out: learning on more than one machine.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from math import inf
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from agent.evaluation.benchmark import Benchmark
from agent.evaluation.playing import Company
from agent.evaluation.processes import apart
from agent.policy import Policy
from agent.practice.beginning import Announced
from agent.practice.collecting import Collector, Wave
from agent.practice.course import Course, MiniWobCourse
from agent.practice.draw import Draw
from agent.practice.following import following, put_out
from agent.practice.reading import TryReader
from agent.training.learner import Learner
from agent.training.model_folder import save_like
from agent.training.policy_step import policy_step
from agent.training.record import training_record, write_record
from agent.training.rl import RlConfig, on_one_core, taken_up
from agent.training.stage import Report, quiet
from agent.training.tries import Group
from perception.errors import ModelError

WEIGHTS, RUNS, MODEL = "weights", "runs", "model"


@asynccontextmanager
async def crew(config: RlConfig, course: Course) -> AsyncIterator[tuple[Benchmark, Policy]]:
    """What one process plays with."""
    on_one_core()  # torch is loaded before anything could say so by a variable
    drawing = {"temperature": config.temperature, "max_tokens": config.max_tokens, "exact": config.deterministic}
    async with following(config.model, Path(config.folder) / WEIGHTS, config.seed, **drawing) as policy:
        yield Announced(course.benchmark()), policy


def practise(config: RlConfig, report: Report = quiet, course: Course | None = None) -> Path:
    """Run (or go on with) a run of reinforcement learning; gives the folder of the model it wrote.

    course: what is practised on, MiniWoB++ without. Raises ModelError when nothing can be learned from what is played,
    or the model can't be read, SettingsError for a config or tasks that can't be, and what playing
    raises.
    """
    config.check()
    course = course or MiniWobCourse.named(config.tasks, max_steps=config.max_steps, max_seconds=config.max_seconds)
    reader = TryReader(config.model, config.prices)
    learner, state = taken_up(config)
    folder = Path(config.folder).absolute()
    put_out(learner.model.state_dict(), folder / WEIGHTS, learner.step)
    draw = Draw(course.names, seed=config.seed, most=config.most, rest=config.rest, state=state)
    collector = Collector(
        _company(config, course),
        course,
        draw,
        reader,
        folder / RUNS,
        groups=config.groups,
        group_size=config.group_size,
        ahead=config.lag,
        judge=config.judge,
    )
    if learner.step < config.steps:
        with collector:
            _learn(config, learner, collector, reader, report)
    save_like(config.model, learner.model, folder / MODEL, version=f"rl.{config.seed}.{learner.step}")
    write_record(training_record(config, folder), folder / MODEL)
    return folder / MODEL


def _company(config: RlConfig, course: Course) -> Company:
    if not config.cluster:
        return apart(partial(crew, config, course), config.workers)
    from agent.cluster.workers import cluster_players

    paths = {name: str(Path(getattr(config, name)).absolute()) for name in ("model", "folder")}
    return cluster_players(partial(crew, replace(config, **paths), course), config.cluster, config.workers)


def _learn(config: RlConfig, learner: Learner, collector: Collector, reader: TryReader, report: Report) -> None:
    barren = 0
    began = monotonic()
    until = began + 60 * config.minutes if config.minutes else inf
    while learner.step < config.steps and monotonic() < until:
        wave, before = collector.take(), learner.step
        useful, left_out = chosen(wave.groups, before - config.max_lag * config.steps_of_wave, config.most)
        figures = {**_figures(wave), **left_out, "lag": max((before - one.version for one in useful), default=0)}
        if useful:
            figures |= _stepped(config, learner, useful, reader, (monotonic() - began) / 60)
        barren = 0 if useful else barren + 1
        learner.log(stage="rl", wave=wave.number, **figures)
        report({"stage": "rl", "step": learner.step, "end": config.steps, **figures})
        last = learner.step == config.steps or monotonic() >= until
        if useful and (learner.step // config.save_every > before // config.save_every or last):
            learner.save(dict(wave.state))
        if not config.keep_runs:
            wave.clear()
        if barren == config.patience:
            raise ModelError(
                f"{barren} waves in a row had nothing to learn from: every task was lost in all tries, or won in "
                "nearly all; choose other tasks, or show how first (handeye demos, handeye train sft)"
            )


def _stepped(
    config: RlConfig, learner: Learner, groups: Sequence[Group], reader: TryReader, minutes: float
) -> dict[str, float]:
    """A step for each mini-batch of each pass, and then the weights are put out; gives the means of their figures."""
    figures: list[dict[str, float]] = []
    for batch in islice(_dealt(config, groups, learner.step), config.steps - learner.step):
        factor = config.factor(learner.step, learner.warm_since, minutes)
        look, part_tokens = reader.maker.look, config.part_tokens
        figures.append(policy_step(learner, batch, look, loss=config.loss, part_tokens=part_tokens, factor=factor))
    put_out(learner.model.state_dict(), Path(config.folder) / WEIGHTS, learner.step)
    return {name: round(sum(one[name] for one in figures) / len(figures), 6) for name in figures[0]}


def _dealt(config: RlConfig, groups: Sequence[Group], step: int) -> Iterator[Sequence[Group]]:
    """The mini-batches of a wave whose first step is given."""
    rng, count = Random(f"{config.seed}:{step}"), min(config.minibatches, len(groups))
    for _ in range(config.passes):
        mixed = rng.sample(groups, len(groups))
        yield from (mixed[number::count] for number in range(count))


def chosen(groups: Sequence[Group], oldest: int, most: float) -> tuple[list[Group], dict[str, int]]:
    """The groups that are learned from, and how many are not: played with weights before `oldest`, always lost, or won
    in more than a share of `most`."""
    fresh = [group for group in groups if group.version >= oldest]
    useful = [group for group in fresh if 0 < group.success <= most]
    return useful, {
        "stale": len(groups) - len(fresh),
        "lost": sum(group.success == 0 for group in fresh),
        "won": sum(group.success > most for group in fresh),
    }


def _figures(wave: Wave) -> dict[str, Any]:
    """What a wave came to."""
    tries = [one for group in wave.groups for one in group.tries]
    count = max(1, len(tries))
    return {
        "episodes": wave.num_episodes,
        "crashed": wave.num_crashed,
        "success": round(sum(one.reward.success for one in tries) / count, 4),
        "reward": round(sum(one.reward.total for one in tries) / count, 4),
        "malformed": round(sum(one.reward.malformed for one in tries) / count, 4),
        "repeated": round(sum(one.reward.repeated for one in tries) / count, 4),
        "mixed": round(sum(one.reward.mixed for one in tries) / count, 4),
        "overlong": round(sum(one.reward.overlong for one in tries) / count, 4),
        "tasks": {f"{group.task}/{group.seed}": round(group.success, 4) for group in wave.groups},
        "episodes_per_s": round(wave.num_episodes / wave.seconds, 3),
    }
