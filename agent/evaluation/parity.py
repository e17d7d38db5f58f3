"""Does our engine act as `transformers` does with the same weights?

    python -m agent.evaluation.parity --screens 200

Asks both the same questions about held-out screens, in float32, and compares what they decide: the actions, and the
boxes of what is located. Exit code 1 when any differs.
"""

import argparse
import asyncio
import json
import random
import sys
from pathlib import Path
from typing import Any, cast

from actions.codec.codec import codec
from agent.evaluation.screens import posed, situation
from agent.policy import ModelPolicy
from agent.prompts import Style
from agent.training.screens import Question, Screen
from perception.clients.catalog import NANO, resolve
from perception.clients.embedded import EmbeddedClient
from perception.clients.transformers import TransformersClient
from perception.errors import GroundingInvalid
from perception.observation import Frame


async def decided(policy: ModelPolicy, screen: Screen, question: Question) -> Any:
    """What a policy makes of a question, in plain data."""
    if question.action:
        choice = await policy.decide(situation(screen, question))
        return None if choice.decision is None else choice.decision.action.model_dump()
    try:
        found = await policy.locate(Frame(screen.image), question.instruction.removeprefix("Locate "))
    except GroundingInvalid:
        return "invalid"
    return None if found is None else found.model_dump(exclude={"label"})


async def compare(folder: Path, num_screens: int, seed: int) -> dict[str, Any]:
    """One question a screen to both; the number of equal answers and those that differ."""
    profile = resolve(str(folder))
    clients = (EmbeddedClient(folder, dtype="float32"), TransformersClient(folder))
    style, dialect = cast(Style, profile.prompt), codec(profile.codec)
    ours, theirs = (ModelPolicy(c, dialect, prompt=style, sampling=profile.sampling) for c in clients)
    differ: list[dict[str, Any]] = []
    try:
        for number in range(num_screens):
            screen, asked = posed("heldout", seed + number)
            question = random.Random(seed + number).choice(asked)
            mine, other = await decided(ours, screen, question), await decided(theirs, screen, question)
            if mine != other:
                differ.append({"screen": number, "asked": question.instruction, "ours": mine, "transformers": other})
    finally:
        for client in clients:
            await client.close()
    return {"model": profile.name, "seed": seed, "screens": num_screens, "same": num_screens - len(differ)} | {
        "differ": differ
    }


def main(arguments: list[str] | None = None) -> int:
    """Compare, and print the result as JSON."""
    parser = argparse.ArgumentParser(description="Compare our engine with transformers on held-out screens.")
    parser.add_argument("--model", default=str(NANO), help="the model's folder")
    parser.add_argument("--screens", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1_000_001)
    options = parser.parse_args(arguments)
    found = asyncio.run(compare(Path(options.model), options.screens, options.seed))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return int(bool(found["differ"]))


if __name__ == "__main__":
    raise SystemExit(main())
