"""Requests made to tire a graph, each with the code and the limit that refuse it."""

from __future__ import annotations

from collections.abc import Callable

VALIDATION, PARSE = "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"
PAGES = """query Pages($n: Int = 100) {
  universities(first: $n) { nodes { programs(first: $n) { nodes {
    discipline { programs(first: $n) { nodes { sections { text } } } } } } } } }"""
"""Nested pages of a million rows."""
LARGE_BODY = 10_000_000
"""Bytes of a body without end."""


def bomb(levels: int) -> str:
    """Return fragments each of which spreads the next one twice."""
    parts = [f"fragment F{i} on Program {{ ...F{i + 1} ...F{i + 1} }}" for i in range(levels)]
    return _of_programs(parts, levels)


def aliased_bomb(levels: int) -> str:
    """Return fragments each of which reaches the next one through two aliases."""
    parts = []
    for i in range(levels):
        step = f"university {{ programs {{ nodes {{ ...F{i + 1} }} }} }}"
        parts.append(f"fragment F{i} on Program {{ a: {step} b: {step} }}")
    return _of_programs(parts, levels)


def chain(length: int) -> str:
    """Return fragments that spread one another in a row."""
    parts = [f"fragment F{i} on Program {{ ...F{i + 1} }}" for i in range(length)]
    return _of_programs(parts, length)


def repeated(times: int) -> str:
    """Return the same nested fields, again and again."""
    inner = "nodes { " + "name quota " * times + "} "
    return "{ " + f"programs {{ {inner * times} }} " * times + "}"


def _of_programs(parts: list[str], last: int) -> str:
    end = f"fragment F{last} on Program {{ name }}"
    return " ".join(("{ programs { nodes { ...F0 } } }", *parts, end))


def _many(piece: Callable[[int], str], number: int) -> str:
    return " ".join(piece(i) for i in range(number))


DOCUMENTS: dict[str, tuple[str, str, str | None]] = {
    "bomb of fragments, 30 levels": (bomb(30), VALIDATION, "breadth"),
    "bomb of aliases, 30 levels": (aliased_bomb(30), VALIDATION, "depth"),
    "1,000 aliases": (
        f"{{ {_many(lambda i: f'a{i}: __typename', 1_000)} }}", VALIDATION, "breadth",
    ),
    "101 aliases": (f"{{ {_many(lambda i: f'a{i}: __typename', 101)} }}", VALIDATION, "aliases"),
    "500 directives": (
        f"{{ __typename {'@skip(if: false) ' * 500} }}", VALIDATION, "directives",
    ),
    "500 directives of variables": (
        f"query ({_many(lambda i: f'$v{i}: Int @x', 500)}) {{ __typename }}",
        VALIDATION, "directives",
    ),
    "depth": (
        "{ programs" + " { nodes { university { programs" * 5 + " { totalCount" + " }" * 16 + " }",
        VALIDATION, "depth",
    ),
    "fields repeated at every level": (repeated(10), VALIDATION, "repeats"),
    "one field in 200 fragments": (
        f"{{ programs {{ nodes {{ {_many(lambda i: f'...F{i}', 200)} }} }} }}"
        + _many(lambda i: f"fragment F{i} on Program {{ name }}", 200),
        VALIDATION, "repeats",
    ),
    "100 operations": (_many(lambda i: f"query Q{i} {{ __typename }}", 100), VALIDATION,
                       "operations"),
    "introspection 101 times": (
        f"{{ {_many(lambda i: f'a{i}: __schema {{ types {{ name }} }}', 101)} }}",
        VALIDATION, "aliases",
    ),
    "100,000 characters": (
        f'{{ university(by: {{name: "{"x" * 100_000}"}}) {{ name }} }}', PARSE, "characters",
    ),
    "10,000 tokens": ("{ " + "streams { label } " * 2_500 + "}", PARSE, None),
    "2,000 braces": ("{ a " * 2_000, PARSE, None),
    "nested pages of a million rows": (PAGES, "COST_TOO_HIGH", None),
}  # fmt: skip
"""By name: the document, the code of its error and the limit that it names."""
