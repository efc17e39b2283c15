"""Limits of documents: one pass over each operation, in which every fragment is measured once.

The measures of a fragment are kept, so a bomb of nested fragments costs linear time. The checks
run before the other validation rules, which such a document would keep busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph.errors import VALIDATION_FAILED

RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
MOST_ERRORS: Final = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may have at most."""

    tokens: int = 5_000
    depth: int = 15
    fields: int = 2_000
    aliases: int = 100
    directives: int = 100


@dataclass(frozen=True, slots=True)
class Measures:
    """What a selection set holds, fragments unfolded."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: Measures) -> Measures:
        """Return the measures of two selections side by side."""
        return Measures(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
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
            directives = len(selection.directives or ())
            if isinstance(selection, FieldNode):
                below = self.measure(selection.selection_set)
                aliases = below.aliases + (selection.alias is not None)
                own = Measures(below.depth + 1, below.fields + 1, aliases, below.directives)
            elif isinstance(selection, InlineFragmentNode):
                own = self.measure(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                own = self._fragment(selection.name.value)
            else:
                own = Measures()
            total = total.beside(own).beside(Measures(directives=directives))
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


def excesses(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Return an error for every limit that an operation of the document passes."""
    meter = Meter(document)
    errors = []
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode) or is_introspection(definition):
            continue
        measures = meter.measure(definition.selection_set)
        for name in ("depth", "fields", "aliases", "directives"):
            found, most = getattr(measures, name), getattr(limits, name)
            if found > most:
                errors.append(
                    GraphQLError(
                        f"The operation has {'a depth of ' if name == 'depth' else ''}{found}"
                        f"{'' if name == 'depth' else ' ' + name}; {most} is the most. Ask for"
                        " less at once, or in several operations.",
                        nodes=definition,
                        extensions={"code": VALIDATION_FAILED, "limit": name},
                    )
                )
    return errors


def is_introspection(definition: OperationDefinitionNode) -> bool:
    """Return whether an operation asks for the schema only: tools nest deeply there."""
    selections = definition.selection_set.selections
    return all(
        isinstance(selection, FieldNode) and selection.name.value in {"__schema", "__type"}
        for selection in selections
    )


class Validator:
    """Checks documents: limits first, then the rules of the specification."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def __call__(self, schema: GraphQLSchema, document: DocumentNode) -> Sequence[GraphQLError]:
        """Return the errors of a document."""
        return excesses(document, self.limits) or validate(
            schema, document, RULES, max_errors=MOST_ERRORS
        )
