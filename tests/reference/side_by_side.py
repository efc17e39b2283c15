"""Programs side by side, and versions of a program one after the other, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graph.planner.derived import Attribute, Items
from tests.reference.rows import Record, Row
from tests.reference.walks import at, below, columns, json_of, text


def _spaced(*parts: str | None) -> str:
    return " ".join(part for part in parts if part is not None)


def _items(program: Record, word: str) -> Iterator[str]:  # noqa: C901 - a case for each set
    """Yield what a set of a program holds."""
    match word:
        case "REQUIREMENTS":
            for row in below(program, "requirements"):
                yield _spaced(at(row, "kind"), at(row, "status"))
        case "ACCEPTED_TESTS":
            for row in below(program, "requirements.tests"):
                yield _spaced(at(row, "name"), at(row, "minimumScore"))
        case "EVALUATED_COMPONENTS":
            for row in below(program, "selectionCriteria"):
                if at(row, "isEvaluated"):
                    yield _spaced(at(row, "phase"), at(row, "component"))
        case "INTERVIEW_DATES":
            for row in below(program, "interviewDates"):
                first, last = (at(row, name).isoformat() for name in ("startsOn", "endsOn"))
                yield first if first == last else f"{first}/{last}"
        case "TRAINING_SITES":
            for row in below(program, "trainingSites"):
                yield at(row, "name")
        case _:
            raise NotImplementedError(f"a set {word}")


def _letters(program: Record) -> str | None:
    """Return the greatest number of letters of reference that an item asks for."""
    numbers = [
        at(row, "quantity")
        for row in below(program, "requirements")
        if at(row, "kind") == "REFERENCE_LETTER"
    ]
    return text(max((number for number in numbers if number is not None), default=None))


def table(
    lines: Sequence[Attribute | Items], programs: Sequence[Record], differing: bool | None
) -> list[dict[str, Any]]:
    """Return the lines of a comparison."""
    found = [_line(line, programs) for line in lines]
    return [line for line in found if differing is None or line["isSame"] != differing]


def _line(line: Attribute | Items, programs: Sequence[Record]) -> dict[str, Any]:
    is_set = isinstance(line, Items) and line.word != "REFERENCE_LETTERS"
    sets = [set(_items(program, line.word)) if is_set else set() for program in programs]
    if is_set:
        values = [json_of(sorted(one)) if one else None for one in sets]
    elif isinstance(line, Attribute):
        values = [text(at(program, line.path)) for program in programs]
    else:
        values = [_letters(program) for program in programs]
    differs = [index for index, value in enumerate(values) if value != values[0]]
    return {
        "name": line.word,
        "label": line.label,
        "isSet": is_set,
        "values": values,
        "isSame": not differs,
        "differsIn": differs,
        "items": [
            {
                "text": item,
                "isCommon": all(item in one for one in sets),
                "heldBy": [index for index, one in enumerate(sets) if item in one],
            }
            for item in sorted(set().union(*sets))
        ],
    }


# -- versions -------------------------------------------------------------------------------------


def versions(record: Record) -> list[Row]:
    """Return all versions of the row of which one is at hand, the oldest first."""
    return record.tables.versions(record.kind, record.own_key())


def number(version: Record) -> int:
    """Return the number of a version among those of its row, counting from 1."""
    return [row["valid_from"] for row in versions(version)].index(version.row["valid_from"]) + 1


def sides(version: Record) -> tuple[Record, Record] | None:
    """Return the program before a version and in it; None where it is the first."""
    earlier = versions(version)[: number(version) - 1]
    if not earlier:
        return None
    before = Record(version.kind, earlier[-1], version.tables, version.scope)
    return at(before, "program"), at(version, "program")


def changes(version: Record, lines: Sequence[Attribute]) -> list[dict[str, Any]]:
    """Return the values that a version states otherwise than the one before."""
    pair = sides(version)
    found = []
    for line in lines if pair else ():
        assert pair is not None
        before, after = (text(at(program, line.path)) for program in pair)
        if before != after:
            found.append(
                {"field": line.word, "label": line.label, "before": before, "after": after}
            )
    return found


def list_changes(version: Record, lists: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the lists whose rows are others than in the version before."""
    pair = sides(version)
    found = []
    for word, path in lists if pair else ():
        assert pair is not None
        before, after = (Counter(map(columns, below(program, path))) for program in pair)
        if before != after:
            found.append(
                {
                    "list": word,
                    "before": before.total(),
                    "after": after.total(),
                    "added": (after - before).total(),
                    "removed": (before - after).total(),
                }
            )
    return found


def changed_sections(version: Record) -> list[str]:
    """Return the kinds of sections whose text is another than in the version before."""
    pair = sides(version)
    if pair is None:
        return []
    before, after = (_sections(program) for program in pair)
    return sorted(kind for kind in {*before, *after} if before.get(kind) != after.get(kind))


def _sections(program: Record) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in below(program, "sections"):
        found.setdefault(at(row, "kind"), []).append(at(row, "text"))
    return found
