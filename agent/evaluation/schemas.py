"""Does every reply keep to its JSON Schema? Random schemas, two models, and a validator that is not ours.

    python -m agent.evaluation.schemas --number 1000

For each schema either a reply that `jsonschema` finds valid, or a refusal before anything was generated that names the
keyword. A reply that is invalid, or that does not end by itself, is a defect: the command then ends with 1. Needs
`jsonschema`, which is a dependency of development only.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from perception.clients.catalog import NANO
from perception.clients.client import Completion, Message, Sampling, TextPart
from perception.qwen3vl import untrained
from perception.qwen3vl.engine import Engine
from perception.qwen3vl.fast import accelerate
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.reply import Request
from perception.qwen3vl.schedule import Ticket
from perception.qwen3vl.tokenizer import Tokenizer

Verdict = Literal["valid", "refused", "invalid", "unending"]
Schema = dict[str, Any]
MAX_TOKENS = 768
TOGETHER = 16
_PATTERNS = (
    r"^[a-z]{3,8}$",
    r"^\d{4}-\d{2}$",
    r"^(red|green|blue)$",
    r"^[A-Z][a-z]+( [A-Z][a-z]+)?$",
    r"^#[0-9a-f]{6}$",
)
_FORMATS = ("date", "time", "date-time", "email", "uuid", "ipv4")
_NAMES = ("name", "city", "count", "kind", "items", "price", "note", "x", "y", 'odd "name"', "ä")
_DEEPEST = 4


class Result(NamedTuple):
    """What became of one schema with one model."""

    verdict: Verdict
    words: str
    """The refusal, or what is wrong with the reply."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts of one model."""

    model: str
    counts: Counter[Verdict]
    refusals: Counter[str]

    @property
    def good(self) -> bool:
        """Whether nothing was invalid or unending."""
        return not self.counts["invalid"] and not self.counts["unending"]


def random_schema(rng: random.Random) -> Schema:
    """One schema, nested at most `_DEEPEST` deep, sometimes with definitions that it refers to."""
    made = _any(rng, 0)
    if rng.random() < 0.15:
        node = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}}
        made = {"$defs": {"node": {**node, "required": ["v"]}}, "type": "object", "properties": {"list": made}}
        made["properties"]["node"] = {"$ref": "#/$defs/node"}
        made["required"] = ["node"]
    return made


def _any(rng: random.Random, depth: int) -> Schema:
    leaves: tuple[Callable[..., Schema], ...] = (_string, _number, _choice, _constant)
    inner: tuple[Callable[..., Schema], ...] = (_object, _object, _array, _union)
    if depth >= _DEEPEST or (depth and rng.random() < 0.45):
        return rng.choice(leaves)(rng, depth)
    return rng.choice(inner)(rng, depth)


def _string(rng: random.Random, depth: int) -> Schema:
    made: Schema = {"type": "string"}
    kind = rng.random()
    if kind < 0.25:
        low = rng.randrange(4)
        made |= {"minLength": low, "maxLength": low + rng.randrange(12)}
    elif kind < 0.45:
        made["pattern"] = rng.choice(_PATTERNS)
    elif kind < 0.55:
        made["format"] = rng.choice(_FORMATS)
    return made


def _number(rng: random.Random, depth: int) -> Schema:
    made: Schema = {"type": rng.choice(("integer", "number"))}
    low = rng.randrange(-50, 50)
    if rng.random() < 0.6:
        made[rng.choice(("minimum", "exclusiveMinimum"))] = low
    if rng.random() < 0.6:
        made[rng.choice(("maximum", "exclusiveMaximum"))] = low + rng.randrange(2, 100)
    if rng.random() < 0.1 and made["type"] == "integer":
        made["multipleOf"] = rng.choice((2, 5, 10))
    return made


def _choice(rng: random.Random, depth: int) -> Schema:
    values = ["a", "bc", 'q"uote', "", "é", 1, -2.5, 0, True, None, [1], {"k": "v"}]
    return {"enum": rng.sample(values, rng.randrange(1, 6))}


def _constant(rng: random.Random, depth: int) -> Schema:
    return rng.choice(
        ({"const": "yes"}, {"const": 7}, {"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]})
    )


def _array(rng: random.Random, depth: int) -> Schema:
    made: Schema = {"type": "array", "items": _any(rng, depth + 1)}
    low = rng.randrange(3)
    if rng.random() < 0.6:
        made["minItems"] = low
    if rng.random() < 0.6:
        made["maxItems"] = low + rng.randrange(4)
    if rng.random() < 0.1:
        made["prefixItems"] = [_any(rng, depth + 1) for _ in range(rng.randrange(1, 3))]
    if rng.random() < 0.03:
        made |= rng.choice(({"uniqueItems": True}, {"contains": {"type": "integer"}}))
    return made


def _object(rng: random.Random, depth: int) -> Schema:
    names = rng.sample(_NAMES, rng.randrange(1, 5))
    made: Schema = {"type": "object", "properties": {name: _any(rng, depth + 1) for name in names}}
    made["required"] = rng.sample(names, rng.randrange(len(names) + 1))
    pick = rng.random()
    if pick < 0.6:
        made["additionalProperties"] = False
    elif pick < 0.7:
        made["additionalProperties"] = _any(rng, depth + 1)
    if rng.random() < 0.02:
        made["dependentRequired"] = {names[0]: [names[-1]]}
    return made


def _union(rng: random.Random, depth: int) -> Schema:
    parts = [_any(rng, depth + 1) for _ in range(rng.randrange(2, 4))]
    pick = rng.random()
    if pick < 0.85:
        return {"anyOf": parts}
    if pick < 0.95:
        return {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}][: rng.randrange(2, 4)]}
    return {"allOf": [{"type": "object", "properties": {"a": parts[0]}, "required": ["a"]}, {"type": "object"}]}


def random_engine(seed: int = 0) -> Engine:
    """Nano's shape and vocabulary with weights that know nothing."""
    model = untrained.make(NANO, seed=seed).bfloat16()
    accelerate(model)
    return Engine(model, Tokenizer.load(NANO), ImageProcessor.load(NANO))


def judge(engine: Engine, schemas: Sequence[Schema], seeds: Sequence[int]) -> list[Result]:
    """Asks for a reply under each schema, side by side at temperature 1, and looks at them."""
    tickets = [_ask(engine, schema, seed) for schema, seed in zip(schemas, seeds, strict=True)]
    while any(isinstance(ticket, Ticket) and not ticket.over for ticket in tickets):
        engine.step()
    return [
        _look(engine.completion(ticket), schema) if isinstance(ticket, Ticket) else ticket
        for schema, ticket in zip(schemas, tickets, strict=True)
    ]


def _ask(engine: Engine, schema: Schema, seed: int) -> Ticket | Result:
    words = f"Reply with one JSON value, number {seed}."
    prompt = engine.prompt([Message(role="user", parts=(TextPart(text=words),))])
    sampling = Sampling(temperature=1.0, seed=seed, max_tokens=MAX_TOKENS, max_seconds=3600)
    try:
        return engine.submit(Request(prompt, schema, sampling))
    except ValueError as error:
        return Result("refused", str(error))


def _look(completion: Completion, schema: Schema) -> Result:
    from jsonschema import Draft202012Validator

    said = completion.text[:200]
    try:
        value = json.loads(completion.text)
    except ValueError as error:
        verdict: Verdict = "invalid" if completion.finish == "stop" else "unending"
        return Result(verdict, f"{error}: {said}")
    wrong = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    return Result("valid", "") if wrong is None else Result("invalid", f"{wrong.message[:200]}: {said}")


def measure(engine: Engine, name: str, number: int, seed: int, say: Callable[[str], None]) -> Tally:
    """The verdicts over `number` schemas; what is a defect is said with its schema."""
    counts: Counter[Verdict] = Counter()
    refusals: Counter[str] = Counter()
    made = list(schemas(number, seed))
    for start in range(0, number, TOGETHER):
        places = range(start, min(start + TOGETHER, number))
        part = made[start : start + TOGETHER]
        for place, schema, result in zip(places, part, judge(engine, part, [seed + n for n in places]), strict=True):
            counts[result.verdict] += 1
            if result.verdict == "refused":
                refusals[result.words] += 1
            elif result.verdict != "valid":
                say(f"{name}, schema {place}: {result.verdict}: {result.words}\n  {json.dumps(schema)}")
    return Tally(name, counts, refusals)


def schemas(number: int, seed: int) -> Iterator[Schema]:
    """The schemas of a seed."""
    return (random_schema(random.Random(f"{seed}:{place}")) for place in range(number))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(words: list[str] | None = None) -> int:
    """The command; 0 when every reply was valid or refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(words)
    tallies = [
        measure(engine, name, arguments.number, arguments.seed, _say)
        for name, engine in (("nano", Engine.load(NANO)), ("random weights", random_engine()))
    ]
    for tally in tallies:
        shares = ", ".join(f"{count} {verdict}" for verdict, count in tally.counts.most_common())
        _say(f"{tally.model}: {shares} (n {arguments.number}, seed {arguments.seed})")
        for refusal, count in tally.refusals.most_common():
            _say(f"  {count} x {refusal}")
    return 0 if all(tally.good for tally in tallies) else 1


if __name__ == "__main__":
    sys.exit(main())
