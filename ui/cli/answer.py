"""Answer a question of a run that waits, from another terminal.

    handeye answer RUN                              lists what is asked
    handeye answer RUN QUESTION approve
    handeye answer RUN QUESTION refuse --reason "not this one"
    handeye answer RUN QUESTION edit --action '{"kind": "left_click", "at": {"x": 40, "y": 20}}'

The first answer counts, and only while the question is open; the screen is looked at again before anything is done.
"""

import argparse

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("run", metavar="RUN", help="a run's folder, or its name in the runs folder")
    parser.add_argument("question", nargs="?", metavar="QUESTION", help="which one; without, they are listed")
    parser.add_argument("kind", nargs="?", choices=("approve", "refuse", "edit"), metavar="approve|refuse|edit")
    parser.add_argument("--reason", default="", help="of a refusal: the model reads it")
    parser.add_argument("--action", metavar="JSON", help="of an edit: what is done instead")
    parser.add_argument("--runs", metavar="DIR", help="where runs are kept (default: runs)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """List or answer; 0 when that was done."""
    from agent.guard.question import Answer, Questions
    from ui.cli.person import read_action
    from ui.cli.run_folder import find_run
    from ui.words import action_words

    folder = find_run(arguments.run, load_settings(arguments))
    questions = Questions(folder)
    if arguments.question is None:
        waiting = questions.open()
        for one in waiting:
            what = exits.plain(f"{action_words(one.action)}: {one.reason}", 300)
            output.console.print(f"{one.id}  {what}", markup=False)
        if not waiting:
            output.console.print("nothing is asked", style="dim")
        output.result({"questions": [one.model_dump(mode="json") for one in waiting]})
        return exits.DONE
    if arguments.kind is None:
        raise exits.UsageError("say approve, refuse or edit behind the question's name")
    if (arguments.kind == "edit") != (arguments.action is not None):
        raise exits.UsageError("--action goes with edit, and edit with --action")
    try:
        action = None if arguments.action is None else read_action(arguments.action)
    except ValueError as error:
        raise exits.UsageError(str(error)) from error
    questions.answer(
        Answer(
            question=arguments.question,
            kind=arguments.kind,
            reason=arguments.reason,
            action=action,
            by="handeye answer",
        )
    )
    output.console.print(f"answered: {arguments.kind}", style="green")
    output.result({"question": arguments.question, "answer": arguments.kind})
    return exits.DONE
