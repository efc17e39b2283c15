"""Column and check helpers: a column is defined once, for type, comment, dictionary and graph."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field


def column(
    description: str,
    *,
    sa_type: Any = None,
    unit: str | None = None,
    source: str | None = None,
    column_kwargs: dict[str, Any] | None = None,
    **field: Any,
) -> Any:
    """Return a SQLModel field whose description is the column comment, everywhere.

    ``unit`` and ``source`` go to the data dictionary (SQLAlchemy's ``info``). ``str`` becomes
    ``text``. Other keywords are those of :func:`sqlmodel.Field`.
    """
    info = {key: value for key, value in (("unit", unit), ("source", source)) if value}
    kwargs = {"comment": description, "info": info, **(column_kwargs or {})}
    if sa_type is not None:
        field["sa_type"] = sa_type
    return Field(description=description, sa_column_kwargs=kwargs, **field)


def text(description: str, **field: Any) -> Any:
    """Return a ``text`` column; see :func:`column`."""
    return column(description, sa_type=Text, **field)


def one_of(
    name: str, words: type[StrEnum] | Sequence[str], *, suffix: str | None = None
) -> CheckConstraint:
    """Return the check that column ``name`` holds one of ``words`` (or null)."""
    values = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{name} IN ({values})", name=suffix or f"{name}_is_known")


def check(name: str, condition: str) -> CheckConstraint:
    """Return a named check constraint."""
    return CheckConstraint(condition, name=name)
