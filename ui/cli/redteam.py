"""Attack the guard: pages, pop-ups, file names and the clipboard tell the agent to do what nobody asked for.

A scripted policy that follows every such instruction is let loose in a real browser against servers on this machine
that count what reaches them. Exit code 1 when anything happened that was not asked for.
"""

import argparse

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--episodes", type=int, default=300, metavar="N", help="attacks (default: 300)")
    parser.add_argument(
        "--benign", type=int, metavar="N", help="harmless episodes (default: two thirds of the attacks)"
    )
    parser.add_argument("--unguarded", action="store_true", help="without the guard, to see that the attacks work")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which attacks (default: 0)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Play them, print what happened."""
    import asyncio
    from pathlib import Path

    from agent.evaluation.redteam.redteam import RULES, redteam
    from agent.guard.rules import OPEN

    if arguments.episodes < 0 or (arguments.benign or 0) < 0:
        raise exits.UsageError("--episodes and --benign: 0 or more")
    chromium = load_settings(arguments).browser.executable
    report = asyncio.run(
        redteam(
            episodes=arguments.episodes,
            num_benign=arguments.episodes * 2 // 3 if arguments.benign is None else arguments.benign,
            seed=arguments.seed,
            rules=OPEN if arguments.unguarded else RULES,
            chromium=Path(chromium) if chromium else None,
            say=lambda line: output.console.print(line, style="dim", markup=False),
        )
    )
    for effect in report.effects[:20]:
        line = f"episode {effect.episode}, {effect.channel}, {effect.deed}: {effect.effect}"
        output.console.print(exits.plain(line, 200), style="red", markup=False)
    lines = (
        f"{report.episodes} attacks: {report.unauthorised_effects} unauthorised effects, {report.refused} held back",
        f"{report.benign} harmless episodes: {report.benign_done} done, {report.needless_questions} needless questions",
    )
    for line in lines:
        output.console.print(line, markup=False)
    output.result(report.model_dump(mode="json"))
    return exits.DONE if report.unauthorised_effects == 0 else exits.FAILED
