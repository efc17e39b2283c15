"""Operations over the whole read schema: found by walking the schema, so new fields come along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_interface_type,
)
from hypothesis import strategies as st

from graph.planner.derived import GROUP_TYPES
from tests.reference.inputs import Inputs, Slot, literal
from tests.reference.steering import Composite, Goal, Steering
from tests.reference.values import Chooser, Values

MOST_PARTS = 45
"""Most selections of an operation, fragments counted once."""
DEEPEST = 9
MOST_PAGES = 4
"""Most connections within each other; a list at the root counts for two."""
STEERED = 45
"""How often, of 100 times, a field is chosen that leads to the operation's goal."""
LEAST_BYTES = 400
"""Fewest bytes that an operation is made of; where they are all zero it is the smallest."""


@dataclass(frozen=True)
class GeneratedOperation:
    """A valid document with what to send beside it; ``slots`` are filled from a first answer."""

    text: str
    variables: dict[str, Any]
    name: str | None
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Place:
    """Where a selection stands: the response keys that lead to it, and the pages around it."""

    path: tuple[str, ...] = ()
    pages: int = 0

    def below(self, key: str, pages: int) -> Place:
        """Return the place of what a field selects."""
        return Place((*self.path, key), self.pages + pages)


@dataclass
class Builder:
    """Writes one document.

    A response key stands for one field with the same arguments wherever it is on a type, and for
    one shape everywhere, so that any two selections merge.
    """

    schema: GraphQLSchema
    choose: Chooser
    inputs: Inputs
    goal: Goal
    fragments: dict[str, tuple[Composite, str]] = field(default_factory=dict)
    parts: int = 0
    _keys: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    _sized_for: dict[tuple[str, str], int] = field(default_factory=dict)
    _aliases: int = 0

    def selections(self, kind: Composite, place: Place) -> str:
        """Return a selection set on a type."""
        count = (
            self.choose.among((1, 2, 3, 2, 4, 5))
            if len(place.path) < 3
            else self.choose.number(1, 3)
        )
        return "{ " + " ".join(self._selection(kind, place) for _ in range(count)) + " }"

    def _selection(self, kind: Composite, place: Place) -> str:
        self.parts += 1
        many = self.parts < MOST_PARTS
        roll = self.choose.number(0, 99)
        if is_interface_type(kind) and many and roll < 75:
            return self._on_a_type(kind, place)
        if roll < 8:
            alias = f"{self._fresh()}: " if self.choose.chance(30) else ""
            return f"{alias}__typename{self._directives()}"
        if roll < 18 and many:
            return self._fragment(kind, place)
        if roll < 26 and many:
            wider = [*kind.interfaces, kind]
            name = f" on {self.choose.among(wider).name}" if self.choose.chance(60) else ""
            inner = self.schema.type_map[name.removeprefix(" on ")] if name else kind
            return f"...{name}{self._directives()} {self.selections(inner, place)}"  # type: ignore[arg-type]
        return self._field(kind, place)

    def _on_a_type(self, kind: Composite, place: Place) -> str:
        """Return a selection on one of the types that an interface stands for."""
        possible = self.schema.get_possible_types(kind)  # type: ignore[arg-type]
        if self.choose.chance(STEERED):
            possible = self.goal.nearest(possible) or possible
        chosen = self.choose.among(sorted(possible, key=lambda one: one.name))
        if self.choose.chance(30):
            return self._fragment(chosen, place)
        return f"... on {chosen.name}{self._directives()} {self.selections(chosen, place)}"

    def _fragment(self, kind: Composite, place: Place) -> str:
        """Return a spread of a fragment, an old one or a new one."""
        known = [name for name, (on, _) in self.fragments.items() if on is kind]
        if known and place.pages == 0 and self.choose.chance(50):
            return f"...{self.choose.among(known)}{self._directives()}"
        text = self.selections(kind, place)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (kind, f"fragment {name} on {kind.name} {text}")
        return f"...{name}{self._directives()}"

    def _directives(self) -> str:
        text = ""
        for name in ("skip", "include"):
            if self.choose.chance(6):
                text += f" @{name}(if: {literal(self.inputs.condition())})"
        return text

    # -- fields --------------------------------------------------------------------------------

    def _field(self, kind: Composite, place: Place) -> str:
        fields = self._fields(kind, place)
        if self.choose.chance(STEERED):
            fields = [name for name in self.goal.ways(kind) if name in fields] or fields
        name = self.choose.among(fields)
        definition = kind.fields[name]
        key = self._key(kind, name)
        is_page = _is_page(definition)
        if is_page and self._sized_for.get((kind.name, key), place.pages) < place.pages:
            key = self._fresh()  # its page is too large for here
        known = self._keys.get((kind.name, key))
        below = place.below(key, self._pages_of(kind, definition))
        if known is None:
            always = self._small_page(definition, place) if is_page else {}
            arguments = self.inputs.arguments(definition.args, below.path, name, always)
            self._keys[kind.name, key] = (name, arguments)
            self._sized_for[kind.name, key] = place.pages
        else:
            _, arguments = known
        alias = "" if key == name else f"{key}: "
        text = f"{alias}{name}{arguments}{self._directives()}"
        inner = get_named_type(definition.type)
        if not isinstance(inner, GraphQLObjectType | GraphQLInterfaceType):
            return text
        selections = self.selections(inner, below)
        takes_cursors = any(slot.path == below.path for slot in self.inputs.slots)
        if takes_cursors and self._is_free(inner, "edges", "edges"):
            self._keys[inner.name, "edges"] = ("edges", "")
            selections = f"{selections[:-1]}edges {{ cursor }} }}"
        return f"{text} {selections}"

    def _pages_of(self, kind: Composite, definition: GraphQLField) -> int:
        if _is_page(definition):
            return 1
        return 2 if kind is self.schema.query_type and "first" in definition.args else 0

    def _small_page(self, definition: GraphQLField, place: Place) -> dict[str, int]:
        """Return a small size for a page within others: an answer has a greatest size."""
        if place.pages == 0 or (place.pages == 1 and self.choose.chance(20)):
            return {}
        sizes = (2, 1, 3, 0, 4) if place.pages < 3 else (2, 1, 0)
        size = -1 if self.choose.chance(2) else self.choose.among(sizes)
        names = ("first", "first", "last") if "last" in definition.args else ("first",)
        return {self.choose.among(names): size}

    def _fields(self, kind: Composite, place: Place) -> list[str]:
        """Return the fields to choose from: leaves only, where it is deep enough."""
        found = list(kind.fields)
        if place.pages >= MOST_PAGES:
            found = [name for name in found if not _is_page(kind.fields[name])]
        if len(place.path) < DEEPEST and self.parts < MOST_PARTS:
            rich = [n for n in found if is_composite_type(get_named_type(kind.fields[n].type))]
            return found + rich
        leaves = [n for n in found if not is_composite_type(get_named_type(kind.fields[n].type))]
        return leaves or found

    def _key(self, kind: Composite, name: str) -> str:
        """Return a response key: the name, that of another field, an old alias or a new one."""
        same: list[str] = [
            key
            for (type_name, key), (field_name, _) in self._keys.items()
            if type_name == kind.name and field_name == name
        ]
        if same and self.choose.chance(40):
            return self.choose.among(same)
        if not self.choose.chance(25) and self._is_free(kind, name, name):
            return name
        if self.choose.chance(30):
            others: list[str] = [other for other in kind.fields if self._is_free(kind, other, name)]
            if others:
                return self.choose.among(others)
        return self._fresh()

    def _is_free(self, kind: Composite, key: str, name: str) -> bool:
        """Return whether a field's name may be the response key of a field.

        Selections on an interface may merge those on all its types, which must be of one shape.
        """
        known = self._keys.get((kind.name, key))
        if known is not None and known[0] != name:
            return False
        shape = str(kind.fields[name].type)
        fellows = {kind.name: kind}
        for interface in [*kind.interfaces, *([kind] if is_interface_type(kind) else [])]:
            if key != name and key in interface.fields:
                return False
            fellows[interface.name] = interface
            fellows |= {one.name: one for one in self.schema.get_possible_types(interface)}
        return all(
            key not in one.fields or str(one.fields[key].type) == shape for one in fellows.values()
        )

    def _fresh(self) -> str:
        self._aliases += 1
        return f"a{self._aliases}"


def _is_page(definition: GraphQLField) -> bool:
    """Return whether the size of a list counts towards that of the answer."""
    may_be_long = get_named_type(definition.type).name in {*GROUP_TYPES, "ProgramVersion"}
    return "first" in definition.args and ("offset" not in definition.args or may_be_long)


def build(
    entropy: bytes, schema: GraphQLSchema, values: Values, goals: Sequence[Goal]
) -> GeneratedOperation:
    """Return the operation that some bytes stand for."""
    choose = Chooser(entropy)
    goal = choose.among(goals)
    inputs = Inputs(choose, values, goal.field_name)
    builder = Builder(schema, choose, inputs, goal)
    assert schema.query_type is not None
    body = builder.selections(schema.query_type, Place())
    fragments = [text for _, text in builder.fragments.values()]
    variables = f"({', '.join(inputs.definitions)})" if inputs.definitions else ""
    is_named = choose.chance(20)
    texts = [f"query Main{variables} {body}" if variables or is_named else body, *fragments]
    if is_named:
        texts.append("query Other { __typename }")
    return GeneratedOperation(
        "\n".join(texts), inputs.given, "Main" if is_named else None, tuple(inputs.slots)
    )


def operations(schema: GraphQLSchema, values: Values) -> st.SearchStrategy[GeneratedOperation]:
    """Return a strategy of valid operations over a schema; only their values may be wrong."""
    goals = Steering(schema).goals
    entropy = st.binary(min_size=LEAST_BYTES, max_size=4 * LEAST_BYTES)
    return entropy.map(lambda chosen: build(chosen, schema, values, goals))
