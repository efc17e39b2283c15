"""Limits of documents: one pass in which every fragment is measured once.

The measures of a fragment are kept, so that a bomb of nested fragments costs linear time. The
pass runs before the rules of the specification, which such a document would keep busy. What
values make of a valid operation, its cost, is counted for each request (graph/planner/cost.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    validate,
)

from graph.errors import VALIDATION_FAILED
from graph.rules import RULES
from graph.wrong_values import explained

MOST_ERRORS: Final = 10
INTROSPECTION: Final = frozenset({"__schema", "__type"})
Definition = OperationDefinitionNode | FragmentDefinitionNode


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may have at most; selections are counted with fragments unfolded.

    ``characters`` and ``tokens`` hold for the text, ``operations`` for the document, all others
    for each operation. ``repeats`` are the pairs of fields that must be compared because they
    have one place in the answer. An operation that asks for the schema only may be deeper, as
    tools nest deeply there.
    """

    characters: int = 100_000
    tokens: int = 5_000
    operations: int = 50
    depth: int = 15
    breadth: int = 250
    selections: int = 2_500
    aliases: int = 100
    directives: int = 100
    repeats: int = 10_000
    introspection_depth: int = 25


@dataclass(frozen=True, slots=True)
class Measures:
    """What a selection set holds, fragments unfolded.

    ``width`` is the number of selections beside each other at its top, ``breadth`` the greatest
    width within; fields, spreads and inline fragments are selections.
    """

    width: int = 0
    depth: int = 0
    breadth: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: Measures) -> Measures:
        """Return the measures of two selections side by side."""
        width = self.width + other.width
        return Measures(
            width,
            max(self.depth, other.depth),
            max(self.breadth, other.breadth, width),
            self.selections + other.selections,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )

    def under(self, field: FieldNode) -> Measures:
        """Return the measures of a field, where these are those of what it selects."""
        return Measures(
            1,
            self.depth + 1,
            max(self.breadth, 1),
            self.selections + 1,
            self.aliases + (field.alias is not None),
            self.directives,
        )


class Meter:
    """Measures selection sets; each fragment once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Measures] = {}
        self._open: set[str] = set()

    def measure(self, selection_set: SelectionSetNode | None) -> Measures:
        """Return what a selection set holds."""
        total = Measures()
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                found = self.measure(selection.selection_set).under(selection)
            elif isinstance(selection, InlineFragmentNode):
                found = self.measure(selection.selection_set).beside(Measures(selections=1))
            elif isinstance(selection, FragmentSpreadNode):
                found = self._fragment(selection.name.value).beside(Measures(selections=1))
            total = total.beside(found).beside(Measures(directives=len(selection.directives or ())))
        return total

    def _fragment(self, name: str) -> Measures:
        known = self._known.get(name)
        if known is not None:
            return known
        definition = self._fragments.get(name)
        if definition is None or name in self._open:  # other rules report both
            return Measures()
        self._open.add(name)
        measures = self._known[name] = self.measure(definition.selection_set)
        self._open.discard(name)
        return measures

    def has_measured(self, fragment: FragmentDefinitionNode) -> bool:
        """Return whether something measured so far uses a fragment."""
        return fragment.name.value in self._known

    def repeats(self, selection_set: SelectionSetNode) -> int:
        """Return the pairs of fields with one place in the answer; unfolds all fragments."""
        times = Counter(self._places(selection_set, ()))
        return sum(count * (count - 1) // 2 for count in times.values())

    def _places(
        self, selection_set: SelectionSetNode, above: tuple[str, ...]
    ) -> Iterator[tuple[str, ...]]:
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                place = (*above, (selection.alias or selection.name).value)
                yield place
                if selection.selection_set:
                    yield from self._places(selection.selection_set, place)
            elif isinstance(selection, InlineFragmentNode):
                yield from self._places(selection.selection_set, above)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                definition = self._fragments.get(name)
                if definition is not None and name not in self._open:
                    self._open.add(name)
                    yield from self._places(definition.selection_set, above)
                    self._open.discard(name)


def excesses(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Return an error for every limit that the document passes."""
    operations = sum(isinstance(d, OperationDefinitionNode) for d in document.definitions)
    if operations > limits.operations:
        return [_error("operations", operations, limits.operations, None)]
    meter = Meter(document)
    errors: list[GraphQLError] = []
    repeats = 0
    for definition in _measured(document, meter):
        found = meter.measure(definition.selection_set)
        on_head = Measures(directives=_directives_of_head(definition))
        beyond = [
            _error(name, number, most, definition)
            for name, number, most in _compare(found.beside(on_head), _for(definition, limits))
        ]
        errors += beyond
        if not beyond:
            repeats += meter.repeats(definition.selection_set)
    if repeats > limits.repeats:
        errors.append(_error("repeats", repeats, limits.repeats, None))
    return errors[:MOST_ERRORS]


def _measured(document: DocumentNode, meter: Meter) -> Iterator[Definition]:
    """Give the operations, and then the fragments that none of them uses."""
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            yield definition
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode) and not meter.has_measured(definition):
            yield definition


def _for(definition: Definition, limits: Limits) -> dict[str, int]:
    most = {field.name: getattr(limits, field.name) for field in fields(limits)}
    if is_introspection(definition):
        most["depth"] = limits.introspection_depth
    return most


def _compare(found: Measures, most: dict[str, int]) -> Iterator[tuple[str, int, int]]:
    for name in ("depth", "breadth", "selections", "aliases", "directives"):
        number = getattr(found, name)
        if number > most[name]:
            yield name, number, most[name]


def _directives_of_head(definition: Definition) -> int:
    variables = definition.variable_definitions or ()
    return sum(len(node.directives or ()) for node in (definition, *variables))


def _error(name: str, found: int, most: int, node: Definition | None) -> GraphQLError:
    what = {
        "operations": f"The document has {found} operations",
        "depth": f"The selection has a depth of {found}",
        "breadth": f"The selection has {found} selections beside each other",
        "repeats": f"The selection repeats fields: {found} pairs of them have to be compared",
    }.get(name, f"The selection has {found} {name}")
    return GraphQLError(
        f"{what}; {most} is the most. Ask for less at once, or in several operations.",
        nodes=node,
        extensions={"code": VALIDATION_FAILED, "limit": name},
    )


def is_introspection(definition: Definition) -> bool:
    """Return whether a selection is about the schema only."""
    if isinstance(definition, FragmentDefinitionNode):
        return definition.type_condition.name.value.startswith("__")
    return all(
        isinstance(selection, FieldNode) and selection.name.value in INTROSPECTION
        for selection in definition.selection_set.selections
    )


class Validator:
    """Checks documents: limits first, then the rules of the specification."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def __call__(self, schema: GraphQLSchema, document: DocumentNode) -> Sequence[GraphQLError]:
        """Return the errors of a document."""
        try:
            too_much = excesses(document, self.limits)
            if too_much:
                return too_much
            errors = validate(schema, document, RULES, max_errors=MOST_ERRORS)
            return explained(schema, document, errors)
        except RecursionError:  # a chain of fragments
            return [GraphQLError("The document is nested too deeply. Nest it less.")]
