"""The proof that tasks of MiniWoB++ can be done through our environment: scripted solvers play them by mouse and keys.

    python -m tests.walk.oracles --seeds 5
    python -m tests.walk.oracles --tasks click-test,use-slider --seeds 20

Prints a row for each task: episodes with the whole reward, of how many, the mean reward and the mean number of steps.
Exit code 1 when one of them was not won, but for tasks whose solver can't be sure of it; why is printed.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from sandboxes.errors import SandboxError
from sandboxes.miniwob import MiniWobEnvironment
from sandboxes.oracles.oracle import SOLVERS, UNSURE, solve

FIRST_SEED = 1


async def played(
    environment: MiniWobEnvironment, name: str, seeds: Sequence[int]
) -> tuple[int, float, float, list[str]]:
    """How many episodes were won, the mean reward and number of steps, and what went wrong in the others."""
    num_won, rewards, num_steps, wrong = 0, 0.0, 0, []
    for seed in seeds:
        try:
            score, steps = await solve(environment, name, seed)
        except SandboxError as error:
            wrong.append(f"seed {seed}: {error}")
            continue
        num_won += score.reward == 1.0
        rewards += score.reward
        num_steps += steps
        if score.reward != 1.0:
            wrong.append(f"seed {seed}: reward {score.reward} after {steps} steps: {environment.instruction}")
    return num_won, rewards / len(seeds), num_steps / len(seeds), wrong


async def table(names: Sequence[str], seeds: Sequence[int]) -> bool:
    """Play and print; whether everything was won that can be."""
    environment, num_won, num_perfect, lost = MiniWobEnvironment(), 0, 0, []
    try:
        for name in names:
            won, reward, steps, wrong = await played(environment, name, seeds)
            num_won, num_perfect = num_won + won, num_perfect + (won == len(seeds))
            if wrong and name in UNSURE:
                wrong.append(UNSURE[name])
            elif wrong:
                lost.append(name)
            row = f"{name:28} {won:3}/{len(seeds)} {reward:6.3f} {steps:6.1f} steps"
            print(row, *wrong, sep="\n    ", flush=True)
    finally:
        await environment.close()
    print(
        f"{num_perfect} of {len(names)} tasks were won with every seed; {num_won} of {len(names) * len(seeds)} episodes"
    )
    return not lost


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk.oracles", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="episodes of each task")
    parser.add_argument("--tasks", default=",".join(SOLVERS), help="names with commas between them")
    arguments = parser.parse_args()
    names = arguments.tasks.split(",")
    unknown = [name for name in names if name not in SOLVERS]
    if unknown or arguments.seeds < 1:
        sys.exit(f"no solver for {', '.join(unknown)}" if unknown else "--seeds: at least 1")
    sys.exit(not asyncio.run(table(names, range(FIRST_SEED, FIRST_SEED + arguments.seeds))))


if __name__ == "__main__":
    main()
