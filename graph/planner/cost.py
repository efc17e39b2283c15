"""What an operation costs, estimated before it runs: its fields, as often as they can occur.

The estimate of an operation under one shape of its variables is a sum of products: a number, and
numbers multiplied with the sizes of pages that variables give. A request only fills in the sizes.
Weights, units and what they are bound to: :mod:`graph.planner.weights`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import ceil, prod
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)

from graph.errors import BadUserInputError, CostTooHighError
from graph.planner.inputs import arguments_of, follow
from graph.planner.selection import Fields, Operation, Selecting
from graph.planner.weights import (
    ASSUMED_SIZE,
    LARGEST_LIST,
    LARGEST_PAGE,
    UNIT_BYTES,
    ListSize,
    size_of,
    weight_of,
)

META: Final[Mapping[str, GraphQLField]] = {
    "__schema": SchemaMetaFieldDef,
    "__type": TypeMetaFieldDef,
}
RESOLVED: Final = 4
"""Weight of a field of the schema's own description, which no statement makes but Python."""
MOST_NAMED: Final = 3
"""How many of the dearest fields an error names."""


@dataclass(frozen=True, slots=True)
class Size:
    """A number of rows that variables give: numbers, and lengths of lists; the least counts.

    More than ``most`` are refused by the planner, in the words of the argument.
    """

    paths: tuple[tuple[Any, ...], ...]
    most: int

    def of(self, variables: Mapping[str, Any]) -> int:
        """Return the number."""
        least = self.most
        for path in self.paths:
            least = min(least, number(follow(variables, path)))
        return max(least, 0)


def number(value: Any) -> int:
    """Return how many rows the value of an argument stands for."""
    return len(value) if isinstance(value, list) else value


Rows = Size | int | Fraction
"""How many rows a list counts with; a fraction is what lists have on average."""


@dataclass(frozen=True, slots=True)
class Times:
    """How often something can occur: a number, times sizes that variables give."""

    number: int | Fraction = 1
    sizes: tuple[Size, ...] = ()

    def of(self, variables: Mapping[str, Any]) -> int:
        """Return how often, in one request."""
        return ceil(self.number * prod(size.of(variables) for size in self.sizes))

    def by(self, size: Rows) -> Times:
        """Return the product with a size."""
        if isinstance(size, Size):
            return Times(self.number, (*self.sizes, size))
        return Times(self.number * size, self.sizes)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one field adds to the cost."""

    path: tuple[str, ...]
    weight: int
    times: Times


@dataclass(frozen=True, slots=True)
class Place:
    """Where fields stand: below what, how often, and which lists there have a size of its own."""

    path: tuple[str, ...] = ()
    times: Times = Times()
    sized: Mapping[str, Rows] = field(default_factory=dict)


class Estimate:
    """The cost of an operation under one shape of its variables."""

    def __init__(self, charges: Iterable[Charge]) -> None:
        sums: dict[tuple[Size, ...], int | Fraction] = defaultdict(int)
        for charge in charges:
            sums[charge.times.sizes] += charge.weight * charge.times.number
        self.constant = ceil(sums.pop((), 0))
        self.terms = tuple(
            (ceil(number), tuple(s.of for s in sizes)) for sizes, number in sums.items()
        )

    def of(self, variables: Mapping[str, Any]) -> int:
        """Return the cost of a request."""
        cost = self.constant
        for number, sizes in self.terms:
            product = number
            for size in sizes:
                product *= size(variables)
            cost += product
        return cost


def estimate(operation: Operation) -> Estimate:
    """Return the cost of a valid operation with variables of the shape at hand."""
    return Estimate(charges(operation))


def too_high(operation: Operation, requested: int, maximum: int) -> CostTooHighError:
    """Return the error that says so, and which fields are dearest."""
    costs: Counter[str] = Counter()
    for charge in charges(operation):
        costs[".".join(charge.path)] += charge.weight * charge.times.of(operation.variables)
    dearest = costs.most_common(MOST_NAMED)
    named = ", ".join(f"{path} ({cost})" for path, cost in dearest)
    return CostTooHighError(
        f"The operation would cost {requested} units; {maximum} is the most. Dearest are: {named}."
        " Make 'first' or 'last' of the pages around them smaller, or leave some of them out.",
        requested=requested,
        maximum=maximum,
        dearest=[{"path": path, "cost": cost} for path, cost in dearest],
    )


def charges(operation: Operation) -> Iterator[Charge]:
    """Give what each field of the answer adds; fields that merge are one."""
    root = operation.schema.get_root_type(operation.definition.operation)
    assert root is not None
    for key, nodes in _selected(operation, root, [operation.definition]).items():
        yield from _field(operation, root, key, nodes, Place())


def _selected(operation: Operation, kind: GraphQLObjectType, nodes: Iterable[Selecting]) -> Fields:
    """Return what is selected; nothing where nobody can say what, which is an error later on."""
    try:
        return operation.below(kind, nodes)
    except BadUserInputError:
        return {}


def _field(
    operation: Operation,
    parent: GraphQLObjectType,
    key: str,
    nodes: list[FieldNode],
    place: Place,
) -> Iterator[Charge]:
    """Give the charges of one field, and of what is selected below it."""
    name, path = nodes[0].name.value, (*place.path, key)
    of_key = len(key) // UNIT_BYTES
    if name == "__typename":
        yield Charge(path, 1 + of_key, place.times)
        return
    definition = META.get(name) or parent.fields[name]
    inner: Any = get_named_type(definition.type)
    weight = (RESOLVED if parent.name.startswith("__") else weight_of(definition)) + of_key
    if is_leaf_type(inner):  # a list of words or numbers is one value
        yield Charge(path, weight, place.times)
        return
    rows = place.sized.get(name)
    if rows is None:
        rows = _rows(operation, parent, definition, nodes[0])
    is_list = is_list_type(get_nullable_type(definition.type))
    times = place.times.by(rows) if is_list else place.times
    yield Charge(path, weight, times)
    size = size_of(definition)
    sized = dict.fromkeys((size.sized_fields if size else None) or (), rows)
    inside = Place(path, times, sized)

    def below(kind: GraphQLObjectType) -> Iterator[Charge]:
        for inner_key, found in _selected(operation, kind, nodes).items():
            yield from _field(operation, kind, inner_key, found, inside)

    if is_abstract_type(inner):
        yield from _dearest_of_each(map(below, operation.schema.get_possible_types(inner)))
    else:
        yield from below(inner)


def _dearest_of_each(kinds: Iterable[Iterable[Charge]]) -> Iterable[Charge]:
    """Give one charge for each place and number of times, where a row is of one of the types."""
    found: dict[tuple[tuple[str, ...], Times], Charge] = {}
    for kind in kinds:
        for charge in kind:
            where = (charge.path, charge.times)
            known = found.get(where)
            if known is None or known.weight < charge.weight:
                found[where] = charge
    return found.values()


def _rows(
    operation: Operation, parent: GraphQLObjectType, definition: GraphQLField, node: FieldNode
) -> Rows:
    """Return how many rows the list of a field has at most, or is assumed to have."""
    size = size_of(definition)
    if size is None:
        return _introspected(operation.schema).get((parent.name, node.name.value), ASSUMED_SIZE)
    given = _given(operation, definition, node, size)
    return (size.assumed_size or ASSUMED_SIZE) if given is None else given


def _given(
    operation: Operation, definition: GraphQLField, node: FieldNode, size: ListSize
) -> Rows | None:
    """Return the size that arguments give; None where none is given."""
    most = LARGEST_PAGE if size.sized_fields else LARGEST_LIST
    if size.is_most and size.assumed_size:
        most = size.assumed_size
    try:
        arguments = arguments_of(definition, node, operation.variables)
    except BadUserInputError:  # it is reported when the field is planned
        return None
    given = [arguments[name] for name in size.slicing_arguments or () if name in arguments]
    given = [one for one in given if not one.is_null]
    if not given:
        return None
    paths = tuple(one.path for one in given if one.path is not None)
    most = min([most, *(number(one.value) for one in given if one.path is None)])
    return Size(paths, most) if paths else max(most, 0)


@lru_cache(maxsize=4)
def _introspected(schema: GraphQLSchema) -> dict[tuple[str, str], Rows]:
    """Return how long the lists of the schema's own description are on average.

    Averages are exact: of all types together, fields and arguments are as many as there are.
    """
    types = schema.type_map.values()
    outputs = [t for t in types if isinstance(t, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [f for kind in outputs for f in kind.fields.values()]
    inputs = sum(len(t.fields) for t in types if isinstance(t, GraphQLInputObjectType))
    words = sum(len(t.values) for t in types if isinstance(t, GraphQLEnumType))
    of_directives = sum(len(directive.args) for directive in schema.directives)
    return {
        ("__Schema", "types"): len(types),
        ("__Schema", "directives"): len(schema.directives),
        ("__Directive", "args"): Fraction(of_directives, len(schema.directives)),
        ("__Type", "fields"): Fraction(len(fields), len(types)),
        ("__Type", "inputFields"): Fraction(inputs, len(types)),
        ("__Type", "enumValues"): Fraction(words, len(types)),
        ("__Type", "interfaces"): 1,
        ("__Type", "possibleTypes"): 1,
        ("__Field", "args"): Fraction(sum(len(f.args) for f in fields), len(fields)),
    }
