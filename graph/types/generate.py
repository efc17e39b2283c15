"""Filter and order inputs of a type, made from its declared fields.

Assign them in the type's module under their names (``SiteFilter = filter_input(Site)``): inputs
refer to each other by module and name, because types do so in circles.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Final

import strawberry
from strawberry.types.base import (
    StrawberryList,
    StrawberryOptional,
    StrawberryType,
    get_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from graph.planner.sources import (
    ORDERS,
    SOURCE,
    Column,
    ColumnFilter,
    Combination,
    Connection,
    Distance,
    Embedded,
    GlobalId,
    ListFilter,
    OrderTerm,
    Part,
    RelationFilter,
    ToMany,
    ToOne,
)
from graph.types import comparisons
from graph.types.comparisons import comparison
from graph.types.enums import SortDirection, describe

SCALARS: Final[dict[Any, tuple[str, type]]] = {
    int: ("Int", comparisons.IntFilter),
    float: ("Float", comparisons.FloatFilter),
    str: ("String", comparisons.StringFilter),
    bool: ("Boolean", comparisons.BooleanFilter),
    dt.date: ("Date", comparisons.DateFilter),
    dt.datetime: ("DateTime", comparisons.DateTimeFilter),
}
"""From Python's type to the graph's, and its comparisons."""
_enum_filters: dict[tuple[str, bool], type] = {}
_value_filters: dict[str, Any] = {}
_filters: dict[str, Any] = {}


def bare(kind: Any) -> Any:
    """Return a type without its nullability."""
    return kind.of_type if isinstance(kind, StrawberryOptional) else kind


def make_input(name: str, description: str, members: dict[str, tuple[Any, Any]]) -> type:
    """Return an input type; each member is an annotation and a field."""
    space: dict[str, Any] = {key: field for key, (_, field) in members.items()}
    space["__annotations__"] = {key: kind for key, (kind, _) in members.items()}
    space["__module__"] = __name__
    made: type = strawberry.input(type(name, (), space), description=description)
    return made


def member(source: object, description: str, name: str | None = None) -> Any:
    """Return a member of an input type, with what the planner needs to know of it."""
    return strawberry.field(
        default=strawberry.UNSET, description=description, name=name, metadata={SOURCE: source}
    )


def enum_filter(kind: StrawberryEnumDefinition, *, is_list: bool) -> type:
    """Return the comparisons of an enum, or of a list of its values; one type for all fields."""
    known = _enum_filters.get((kind.name, is_list))
    if known is not None:
        return known
    one, many = kind.wrapped_cls | None, list[kind.wrapped_cls] | None  # type: ignore[name-defined]
    if is_list:
        members: dict[str, tuple[Any, Any]] = {
            "contains": (one, comparison("Holds the value.")),
            "contains_any": (many, comparison("Holds at least one of the values.")),
            "contains_all": (many, comparison("Holds all of the values.")),
        }
    else:
        members = {
            "eq": (one, comparison(comparisons.EQ)),
            "ne": (one, comparison(comparisons.NE)),
            "in_": (many, comparison(comparisons.IN, "in")),
            "not_in": (many, comparison(comparisons.NOT_IN)),
        }
    members["is_null"] = (bool | None, comparison(comparisons.IS_NULL))
    article = "an" if kind.name[0] in "AEIOU" else "a"
    what = f"a list of {kind.name}" if is_list else f"{article} {kind.name}"
    name = f"{kind.name}{'List' if is_list else ''}Filter"
    made = make_input(name, f"Comparisons of {what}.", members)
    _enum_filters[kind.name, is_list] = made
    return made


def comparisons_of(field: StrawberryField) -> tuple[str, type]:
    """Return a field's type as the encodings name it, and its comparisons."""
    kind = bare(field.type)
    if isinstance(kind, StrawberryList):
        item = bare(kind.of_type)
        assert isinstance(item, StrawberryEnumDefinition)
        return "[enum]", enum_filter(item, is_list=True)
    if isinstance(kind, StrawberryEnumDefinition):
        return "enum", enum_filter(kind, is_list=False)
    return SCALARS[kind]


def filter_input(cls: type) -> type:
    """Return the filter of a declared type: its columns, its relations, and/or/not.

    A type with the columns latitude and longitude can be filtered by distance.
    """
    definition = get_object_definition(cls, strict=True)
    name = f"{definition.name}Filter"
    itself: Any = Annotated[name, strawberry.lazy(cls.__module__)]
    members: dict[str, tuple[Any, Any]] = {}
    for field in definition.fields:
        made = _filter_member(field)
        if made is not None:
            members[field.python_name] = made
    if {"latitude", "longitude"} <= members.keys():
        near = member(Distance("latitude", "longitude"), comparisons.WITHIN)
        members["within"] = (comparisons.WithinDistance | None, near)
    for word, kind, description in (
        ("and", list[itself], "All of these hold."),
        ("or", list[itself], "At least one of these holds."),
        ("not", itself, "This does not hold: the exact complement."),
    ):
        operator: Any = word
        members[f"{word}_"] = (kind | None, member(Combination(operator), description, word))
    about = f"Which {definition.name} objects to keep; all members must hold."
    _filters[definition.name] = filter_type = make_input(name, about, members)
    return filter_type


def _filter_member(field: StrawberryField) -> tuple[Any, Any] | None:
    """Return the filter's member for a field; None for one that no filter asks for."""
    source = field.metadata.get(SOURCE)
    made: object = source
    kind: Any = comparisons.IdFilter
    match source:
        case GlobalId():
            pass
        case Column(is_filterable=True):
            graph_type, kind = comparisons_of(field)
            made = ColumnFilter(source, graph_type)
        case ToOne():
            name, kind = _filter_of(bare(field.type))
            if kind is None:  # a relation whose rows have no filter
                return None
            made = RelationFilter(source, name)
        case Embedded():
            kind, made = _value_filter(bare(field.type)), RelationFilter(source, None)
        case ToMany():
            item = get_object_definition(bare(field.type).of_type, strict=True)
            kind, made = of_rows(item.name, item.origin.__module__), ListFilter(source)
        case Connection():
            kind, made = of_rows(source.target, source.module), ListFilter(source)
        case _:
            return None
    return kind | None, member(made, field.description or "")


def _filter_of(kind: Any) -> tuple[str, Any]:
    """Return the name of a type, and its filter if it has one."""
    if isinstance(kind, LazyType):  # the filter is yet to be made
        return kind.type_name, Annotated[f"{kind.type_name}Filter", strawberry.lazy(kind.module)]
    name = get_object_definition(kind, strict=True).name
    return name, _filters.get(name)


def of_rows(node: str, module: str) -> Any:
    """Return the filter on related rows of a type, by name."""
    return Annotated[f"{node}ListFilter", strawberry.lazy(module)]


def list_filter(cls: type) -> type:
    """Return the filter on related rows of a declared type: some, none, every."""
    name = get_object_definition(cls, strict=True).name
    one: Any = Annotated[f"{name}Filter", strawberry.lazy(cls.__module__)]
    return make_input(
        f"{name}ListFilter",
        f"Which related {name} objects there must be; all members must hold.",
        {
            "some": (one | None, comparison("At least one of them is kept by this filter.")),
            "none": (one | None, comparison("Not a single one of them is kept by this filter.")),
            "every": (
                one | None,
                comparison("Each of them is kept by this filter; holds where there are none."),
            ),
        },
    )


def _value_filter(cls: type) -> Any:
    """Return the filter of a value that types embed; its members name no columns of their own."""
    definition = get_object_definition(cls, strict=True)
    if definition.name not in _value_filters:
        members: dict[str, tuple[Any, Any]] = {}
        for field in definition.fields:
            if isinstance(field.metadata.get(SOURCE), Part):
                graph_type, kind = comparisons_of(field)
                source = ColumnFilter(Column(), graph_type)
                members[field.python_name] = (
                    kind | None,
                    member(source, field.description or ""),
                )
        _value_filters[definition.name] = make_input(
            f"{definition.name}Filter", f"Comparisons of a {definition.name}.", members
        )
    return _value_filters[definition.name]


def order_input(cls: type) -> type:
    """Return the order of a declared type: one of its sortable fields and a direction.

    Fields of to-one relations come as ``UNIVERSITY_NAME``, the bounds of embedded ranges as
    ``APPLICATION_VOLUME_MIN``. The enum of the fields is registered
    for the planner.
    """
    definition = get_object_definition(cls, strict=True)
    terms: dict[str, OrderTerm] = {}
    words: dict[str, str] = {}
    for field in definition.fields:
        source = field.metadata.get(SOURCE)
        if isinstance(source, Column):
            _add_term(terms, words, field, None, None)
        elif isinstance(source, Embedded):
            _add_bounds(terms, words, field, source)
        elif isinstance(source, ToOne) and source.is_sortable:
            related = get_object_definition(bare(field.type), strict=True)
            for inner in related.fields:
                _add_term(terms, words, inner, field, related.name)
    ORDERS[definition.name] = terms
    fields = _order_fields(definition.name, words)
    return make_input(
        f"{definition.name}Order",
        f"One key by which to sort {definition.name} objects. Texts count without case and accents"
        " first, then by their code points.",
        {
            "field": (fields, strawberry.field(description="What to sort by.")),
            "direction": (
                SortDirection,
                strawberry.field(
                    default=SortDirection.ASC,
                    description="Which way; rows without a value come last either way.",
                ),
            ),
        },
    )


def _add_term(
    terms: dict[str, OrderTerm],
    words: dict[str, str],
    field: StrawberryField,
    through: StrawberryField | None,
    target: str | None,
) -> None:
    source = field.metadata.get(SOURCE)
    if not isinstance(source, Column) or not source.is_sortable:
        return
    kind = bare(field.type)
    if isinstance(kind, StrawberryType) and not isinstance(kind, StrawberryEnumDefinition):
        return
    graph_type, _ = comparisons_of(field)
    prefix = f"{through.python_name}_" if through else ""
    word = f"{prefix}{field.python_name}".upper()
    relation = through.metadata.get(SOURCE) if through else None
    assert relation is None or isinstance(relation, ToOne)
    terms[word] = OrderTerm(source, graph_type, relation, target)
    of_relation = f"Of the related {target}: " if through else ""
    words[word] = f"{of_relation}{field.description}"


def _add_bounds(
    terms: dict[str, OrderTerm], words: dict[str, str], field: StrawberryField, source: Embedded
) -> None:
    """Add the numbers of an embedded value: its texts put no order on what they describe."""
    for inner in get_object_definition(bare(field.type), strict=True).fields:
        graph_type, _ = comparisons_of(inner)
        if graph_type in {"Int", "Float"}:
            word = f"{field.python_name}_{inner.python_name}".upper()
            column = Column(source.columns[inner.python_name], source.table)
            terms[word] = OrderTerm(column, graph_type)
            words[word] = f"{field.description} {inner.description}"


def _order_fields(name: str, words: dict[str, str]) -> Any:
    make: Any = StrEnum
    made: Any = make(f"{name}OrderField", {word: word for word in words})
    made.__doc__ = f"What {name} objects can be sorted by."
    describe(made, words)
    return made
