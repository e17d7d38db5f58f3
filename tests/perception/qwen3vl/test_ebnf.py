"""A grammar in llama.cpp's form lets through exactly the texts that it describes."""

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.training.vocabulary import build
from perception.qwen3vl.ebnf import is_gbnf, to_lark
from perception.qwen3vl.grammar import Grammar

ARITHMETIC = r"""
# sums of products
root  ::= term (("+" | "-") term)*
term  ::= factor ("*" factor)*
factor ::= [0-9]{1,3} | "(" root ")"
"""
TOKENIZER = build()
END = TOKENIZER.token_to_id("<|im_end|>")
assert END is not None
GRAMMAR = Grammar(TOKENIZER.to_str(), num_words=TOKENIZER.get_vocab_size(), end_ids=[END])

Node = tuple  # ("literal", text) | ("set", characters) | ("name", text) | (kind, *nodes)


def accepts(ebnf: str, text: str) -> bool:
    """Whether the whole text passes, and may end there."""
    constraint = GRAMMAR.start(ebnf=ebnf)
    for token in TOKENIZER.encode(text).ids:
        if constraint.finished or not constraint.allowed()[token]:
            return False
        constraint.accept(token)
    return constraint.finished or bool(constraint.allowed()[END])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1+2*(3-40)", True), ("((7))", True), ("1234", False), ("1+", False), ("", False), ("(1", False)],
)
def test_arithmetic(text: str, expected: bool) -> None:
    assert accepts(ARITHMETIC, text) is expected


@pytest.mark.parametrize(
    ("ebnf", "inside", "outside"),
    [
        (r'root ::= "a\"\\\n\t\x41é"', 'a"\\\n\tAé', "a"),
        (r"root ::= [^a-c\]]+", "xyz-/[\n", "x]"),
        (r"root ::= [a\-z^]{2}", "-^", "bb"),
        (r"root ::= . . .", "ü/\n", "ab"),
        ('root ::= "x" | ', "", "xx"),
        ('root ::= word-1 "."\nword-1 ::= [a-z]+ ("b" | "bc")', "aabc.", "a."),
        ('root ::= "a" "b" | "abc"', "ab", "abcc"),
        ('root ::= "(" root ")" | "a" root | [a-z]', "((aaz))", "(a"),
        ('root ::= "yes" | "yes, " root', "yes, yes", "yes,yes"),
    ],
)
def test_single_signs(ebnf: str, inside: str, outside: str) -> None:
    assert is_gbnf(ebnf)
    assert accepts(ebnf, inside)
    assert not accepts(ebnf, outside)


@pytest.mark.parametrize(
    ("ebnf", "words"),
    [
        ('item ::= "a"', 'no rule "root"'),
        ('root ::= item\nother ::= "b"', 'rule "root" .* no rule "item"'),
        ('root ::= a\na ::= (?= "b") "b"', 'rule "a" .* nobody knows'),
        ('root ::= a\na ::= <think> "b"', 'rule "a" .* nobody knows'),
        ('root ::= "a" | (b\nb ::= "c"', 'rule "root" .* brackets'),
        ("root ::= * [a]", 'rule "root" .* repeated'),
        ("root ::= a\na ::= [z-a]", 'rule "a" .* backwards'),
        ("root ::= a\na ::= [\\d]", 'rule "a" .* escape'),
        ("root ::= []", 'rule "root" .* no character'),
        ('root ::= "a"\nroot ::= "b"', 'rule "root" .* twice'),
        ('"a" ::= "b"', "not a name"),
    ],
)
def test_what_can_not_be_held_names_its_rule(ebnf: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        to_lark(ebnf)


def test_larks_own_form_is_told_apart() -> None:
    assert not is_gbnf('start: "a::=" | b\nb: /[x]/')
    assert accepts('start: "a" | b\nb: /[x]+/', "xxx")


NAMES = ("root", "one", "two")


def nodes(names: tuple[str, ...]) -> st.SearchStrategy[Node]:
    leaves: list[st.SearchStrategy[Node]] = [
        st.tuples(st.just("literal"), st.text("ab", max_size=3)),
        st.tuples(st.just("set"), st.sampled_from(["a", "ab", "bc"])),
        st.tuples(st.just("name"), st.sampled_from(names)),
    ]
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.tuples(st.just("then"), inner, inner),
            st.tuples(st.just("or"), inner, inner),
            st.tuples(st.sampled_from(["*", "+", "?", "{1,2}"]), inner),
        ),
        max_leaves=5,
    )


def written(node: Node) -> str:
    kind, *rest = node
    if kind == "literal":
        return f'"{rest[0]}"'
    if kind == "set":
        return f"[{rest[0]}]"
    if kind == "name":
        return rest[0]
    parts = [written(part) for part in rest]
    if kind in ("then", "or"):
        return f"({parts[0]} {'' if kind == 'then' else '|'} {parts[1]})"
    return f"({parts[0]}){kind}"


def test_a_grammar_without_an_end_is_refused_before_it_runs() -> None:
    with pytest.raises(ValueError, match="EBNF can't constrain a reply"):
        GRAMMAR.start(ebnf='root ::= "a" root')


def texts(rules: dict[str, Node], longest: int) -> set[str]:
    """Every text of at most so many characters that the rules describe, by plain enumeration to a fixed point."""
    known: dict[str, set[str]] = {name: set() for name in rules}

    def joined(first: set[str], second: set[str]) -> set[str]:
        return {a + b for a in first for b in second if len(a + b) <= longest}

    def of(node: Node) -> set[str]:
        kind, *rest = node
        if kind == "literal":
            return {rest[0]} if len(rest[0]) <= longest else set()
        if kind == "set":
            return set(rest[0])
        if kind == "name":
            return known[rest[0]]
        found = of(rest[0])
        if kind == "then":
            return joined(found, of(rest[1]))
        if kind == "or":
            return found | of(rest[1])
        if kind == "{1,2}":
            return found | joined(found, found)
        result = {""} if kind in "*?" else set(found)
        if kind == "?":
            return result | found
        while (more := result | joined(result, found)) != result:
            result = more
        return result

    while (grown := {name: known[name] | of(node) for name, node in rules.items()}) != known:
        known = grown
    return known["root"] if all(known.values()) else set()


@cache
def candidates() -> list[str]:
    rng = random.Random(0)
    return ["", *("".join(rng.choices("abc", k=rng.randint(1, 4))) for _ in range(12))]


@settings(max_examples=30, deadline=None)
@given(st.tuples(nodes(NAMES), nodes(NAMES), nodes(NAMES)))
def test_any_grammar_describes_the_same_texts(trees: tuple[Node, Node, Node]) -> None:
    rules: dict[str, Node] = dict(zip(NAMES, trees, strict=True))
    expected = texts(rules, 4)
    ebnf = "\n".join(f"{name} ::= {written(node)}" for name, node in rules.items())
    if not expected:
        return  # a rule describes nothing, or only long texts
    for text in [*candidates(), *sorted(expected)[:6]]:
        assert accepts(ebnf, text) is (text in expected), text
