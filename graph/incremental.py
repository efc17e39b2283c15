"""Fragments of the root type that are deferred: parts of an answer that come when they are ready.

Each part is an operation of its own, answered by one planned statement. A fragment deferred
deeper within a field is delivered with the field, as the specification allows: a second statement
for the same rows would cost more than it saves. A deferred fragment with a field that the first
part, or another part, has as well is delivered with the first part.

Parts travel as ``multipart/mixed``, in the two forms that clients know: ``pending``,
``incremental`` and ``completed`` with ids (graphql-core 3.3, ``incrementalSpec=v0.2``), or paths
and labels alone (``deferSpec=20220824``, Apollo's first form).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
)

from graph.planner.documents import KnownOperation
from graph.planner.selection import Operation
from graph.protocol import quality_of

MULTIPART: Final = "multipart/mixed"
LEGACY: Final = frozenset({"deferspec=20220824", "incrementalspec=v0.1"})
BEFORE: Final = b"\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
END: Final = b"\r\n-----\r\n"
Wrap = Callable[[SelectionNode], SelectionNode]


@dataclass(frozen=True, slots=True)
class Part:
    """A deferred fragment, as an operation of its own."""

    label: str | None
    known: KnownOperation


def split(
    known: KnownOperation, operation: Operation, root: GraphQLObjectType
) -> tuple[KnownOperation, list[Part]]:
    """Return the first part of an operation, and those that come later."""
    taking = _Taking(operation)
    kept = taking.first(operation.definition.selection_set, lambda selection: selection)
    taken = set(operation.collect(root, [_set(kept)]))
    later: list[tuple[str | None, SelectionNode]] = []
    for label, selection in taking.deferred:
        keys = set(operation.collect(root, [_set([selection])]))
        if keys & taken:
            kept.append(selection)
        elif keys:
            later.append((label, selection))
        taken |= keys
    if not later:
        return known, []
    parts = [
        Part(label, _alone(known, operation, [selection], index))
        for index, (label, selection) in enumerate(later)
    ]
    return _alone(known, operation, kept, None), parts


@dataclass(slots=True)
class _Taking:
    """Takes the selections of an operation apart."""

    operation: Operation
    deferred: list[tuple[str | None, SelectionNode]] = field(default_factory=list)

    def first(self, selections: SelectionSetNode, within: Wrap) -> list[SelectionNode]:
        """Return what is not deferred; what is, is noted, ``within`` the fragments around it."""
        kept: list[SelectionNode] = []
        for selection in selections.selections:
            if (defer := self._defer_on(selection)) is not None:
                self.deferred.append((_label(defer), within(selection)))
            elif (opened := self._opened(selection)) is not None:

                def around(inner: SelectionNode, fragment: InlineFragmentNode = opened) -> Any:
                    return within(_with(fragment, [inner]))

                kept.append(_with(opened, self.first(opened.selection_set, around)))
            else:
                kept.append(selection)
        return kept

    def _opened(self, selection: SelectionNode) -> InlineFragmentNode | None:
        """Return a fragment as an inline one; None for a field."""
        if isinstance(selection, FragmentSpreadNode):
            fragment = self.operation.fragments[selection.name.value]
            return InlineFragmentNode(
                type_condition=fragment.type_condition,
                directives=selection.directives,
                selection_set=fragment.selection_set,
            )
        return selection if isinstance(selection, InlineFragmentNode) else None

    def _defer_on(self, selection: SelectionNode) -> DirectiveNode | None:
        """Return the @defer of a selection, if it holds."""
        for directive in selection.directives or ():
            if directive.name.value == "defer":
                condition = _argument(directive, "if")
                if isinstance(condition, VariableNode):
                    is_on = bool(self.operation.variables.get(condition.name.value))
                else:
                    is_on = not isinstance(condition, BooleanValueNode) or condition.value
                return directive if is_on else None
        return None


def _alone(
    known: KnownOperation, operation: Operation, selections: list[SelectionNode], index: int | None
) -> KnownOperation:
    definition = OperationDefinitionNode(
        operation=known.definition.operation,
        name=known.definition.name,
        variable_definitions=known.definition.variable_definitions,
        directives=known.definition.directives,
        selection_set=_set(selections),
    )
    document = DocumentNode(definitions=(definition, *operation.fragments.values()))
    return KnownOperation(
        document,
        definition,
        known.shapes,
        known.plain,
        (known.key, index),
        is_parted=True,
        is_search=known.is_search,
    )


def _set(selections: Sequence[SelectionNode]) -> SelectionSetNode:
    return SelectionSetNode(selections=tuple(selections))


def _with(fragment: InlineFragmentNode, selections: list[SelectionNode]) -> InlineFragmentNode:
    return InlineFragmentNode(
        type_condition=fragment.type_condition,
        directives=fragment.directives,
        selection_set=_set(selections),
    )


def _argument(directive: DirectiveNode, name: str) -> Any:
    return next((a.value for a in directive.arguments or () if a.name.value == name), None)


def _label(defer: DirectiveNode) -> str | None:
    value = _argument(defer, "label")
    return value.value if isinstance(value, StringValueNode) else None


@dataclass(frozen=True, slots=True)
class PartsForm:
    """How the parts of an answer are written."""

    content_type: bytes
    is_legacy: bool

    def first(self, body: bytes, parts: Sequence[Part]) -> bytes:
        """Return the frame of the first part; ``body`` is an answer's JSON object."""
        announced = [
            {"id": str(index), "path": [], **_labelled(part)} for index, part in enumerate(parts)
        ]
        pending = b"" if self.is_legacy else b',"pending":' + orjson.dumps(announced)
        return b"".join((BEFORE, body[:-1], pending, b',"hasNext":true}'))

    def later(
        self, index: int, part: Part, data: bytes | None, errors: list[Any], *, is_last: bool
    ) -> bytes:
        """Return the frame of a later part, and the end of the message after the last."""
        entry: dict[str, Any] = {}
        if data is not None or self.is_legacy:
            entry["data"] = None if data is None else orjson.Fragment(data)
        if errors:
            entry["errors"] = errors
        frame: dict[str, Any] = {"hasNext": not is_last}
        if self.is_legacy:
            frame["incremental"] = [{**entry, "path": [], **_labelled(part)}]
        elif data is None:
            frame["completed"] = [{"id": str(index), **entry}]
        else:
            frame["incremental"] = [{**entry, "id": str(index)}]
            frame["completed"] = [{"id": str(index)}]
        return BEFORE + orjson.dumps(frame) + (END if is_last else b"")


def _labelled(part: Part) -> dict[str, str]:
    return {} if part.label is None else {"label": part.label}


def parts_form(accept: str) -> PartsForm | None:
    """Return the form of parts that a client takes; None where it takes none."""
    for item in accept.split(","):
        name, _, options = item.partition(";")
        if name.strip().lower() != MULTIPART or not quality_of(options):
            continue
        said = [o.strip().replace('"', "") for o in options.split(";") if "spec=" in o.lower()]
        suffix = "".join(f"; {option}" for option in said)
        is_legacy = any(option.lower() in LEGACY for option in said)
        return PartsForm(f'{MULTIPART}; boundary="-"{suffix}'.encode(), is_legacy)
    return None
