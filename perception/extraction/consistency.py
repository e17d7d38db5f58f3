"""Which of the values that fields could have belong together: those that make the sums right.

Sums choose between values that are printed. They never make one: an amount that no label names is taken where the two
others are there and it stands on the page.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import product

from perception.extraction.candidates import Candidate, Scored
from perception.extraction.checks import holds
from perception.extraction.record import Scalar
from perception.extraction.schema import Field, RecordSchema
from perception.extraction.values import amount

Worth = Callable[[Field, Candidate], Scalar | Decimal]
"""A text as the value of a field; None where it is none."""
_FEW, _FEW_ADDED = 6, 3
"""Values of a field that are tried against the sums; and those of them that no label names."""
_MAX_TRIES = 3000
_RIGHT, _SAME_PLACE = 1.2, 0.8
"""What a sum that is right gains, and what two fields with one place lose."""
_UNNAMED = 0.2
"""The score of an amount that no label names."""


def consistent(schema: RecordSchema, scored: Mapping[str, Sequence[Scored]], worth: Worth) -> dict[str, Candidate]:
    """One value for each field: the best, unless others make more of the sums right."""
    named = {path: [one for one in found if one.score > _UNNAMED] for path, found in scored.items()}
    chosen = {path: _shown(found[0], found) for path, found in named.items() if found}
    fields = {field.path: field for field in schema.fields}
    sums = [*schema.checks, *_implied(schema)]
    involved = [path for path in fields if scored.get(path) and any(_speaks_of(check, path) for check in sums)]
    few = [named[path][:_FEW] + [one for one in scored[path] if one.score <= _UNNAMED] for path in involved]
    tries = 1
    for options in few:
        tries *= len(options)
    if not involved or tries > _MAX_TRIES:
        return chosen
    fixed = {path: worth(fields[path], found) for path, found in chosen.items()}
    best, best_score, all_right = None, float("-inf"), False
    for options in product(*few):
        found = dict(zip(involved, options, strict=True))
        values = fixed | {path: worth(fields[path], one.found) for path, one in found.items()}
        right = [holds(check, values) for check in sums]
        places = {(id(one.found.line), one.found.start) for one in options}
        score = sum(one.score for one in options) + _RIGHT * sum(result is True for result in right)
        score -= _SAME_PLACE * (len(options) - len(places))  # one place on the page says one thing
        if score > best_score:
            best, best_score, all_right = found, score, True in right
    taken = {path: one for path, one in (best or {}).items() if one.score > _UNNAMED or all_right}
    return chosen | {path: _shown(one, scored[path]) for path, one in taken.items()}


def confirmed(schema: RecordSchema, values: Mapping[str, Scalar]) -> dict[str, bool]:
    """Of each amount that a sum speaks of, whether all of them hold; none for those whose sum can't be worked out."""
    sums = {check: holds(check, values) for check in (*schema.checks, *_implied(schema))}
    told = {
        field.path: [right for check, right in sums.items() if _speaks_of(check, field.path)] for field in schema.fields
    }
    return {path: all(right) for path, right in told.items() if right and None not in right}


def completed(
    schema: RecordSchema, scored: Mapping[str, Sequence[Scored]], printed: Sequence[Candidate]
) -> dict[str, list[Scored]]:
    """Of invoices, with those of the printed amounts that no label names and that make net + tax = total right."""
    whole = {path: list(found) for path, found in scored.items()}
    paths = _invoice(schema)
    if paths is None:
        return whole
    net, tax, total = paths
    by_value: dict[Decimal, Candidate] = {}
    for one in printed:  # of one value in several places the last, since sums stand at the end
        value = amount(one.text)
        if value is not None and "." in f"{value}":
            by_value[value] = one
    for path, plus, minus in ((tax, total, net), (net, total, tax), (total, net, tax)):
        sign = 1 if path == total else -1
        known = {amount(one.found.text) for one in whole[path]}
        for one, other in product(scored[plus][:2], scored[minus][:2]):
            first, second = amount(one.found.text), amount(other.found.text)
            if first is None or second is None:
                continue
            wanted = first + sign * second
            if wanted not in known and wanted in by_value and len(whole[path]) < len(scored[path]) + _FEW_ADDED:
                known.add(wanted)
                whole[path].append(Scored(_UNNAMED, by_value[wanted]))
    return whole


def _shown(one: Scored, others: Sequence[Scored]) -> Candidate:
    """Where the page says best what a value is: behind a label of its own rather than at the end of a column."""
    said = [other for other in others if other.beside and amount(other.found.text) == amount(one.found.text)]
    return max(said, key=lambda other: other.score).found if one.sums_up and said else one.found


def _invoice(schema: RecordSchema) -> tuple[str, str, str] | None:
    """The paths of net, tax and total, where the schema has them at the top."""
    paths = {field.concept: field.path for field in schema.fields if field.kind == "number"}
    return (paths["net"], paths["tax"], paths["total"]) if {"net", "tax", "total"} <= paths.keys() else None


def _implied(schema: RecordSchema) -> list[str]:
    """What holds on every invoice."""
    paths = _invoice(schema)
    return [] if paths is None else [f"{paths[0]} + {paths[1]} == {paths[2]}"]


def _speaks_of(check: str, path: str) -> bool:
    return path in check.replace("==", " ").split()
