"""The texts of programs, cut into passages and written with their words.

Each program version is cut once for each version of the analysis: rows of a program version never
change. What a refresh covers, the programs that are current in one data version, stands in two
temporary tables of its connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from warehouse.engine import copy_rows
from warehouse.search.analysis import lexemes, words
from warehouse.search.passages import Passage, cut, passage
from warehouse.search.phrases import default_phrases
from warehouse.vocabulary import Language, Province

TARGET: Final = "search_target"
"""Temporary table of the program versions that a refresh covers."""
TARGET_PASSAGE: Final = "search_target_passage"
"""Temporary table of their passages."""


@dataclass(frozen=True)
class Placed:
    """A passage of a program version; the title has no section."""

    passage: Passage
    section_ordinal: int | None
    section_kind: str | None


@dataclass
class ProgramText:
    """A program version's title and sections, and its language."""

    program_key: int
    language: Language
    title: str
    sections: list[tuple[int, str, str]] = field(default_factory=list)
    """Ordinal, kind and text of each section."""

    def placed(self) -> list[Placed]:
        """Return its passages in order, the title first."""
        title = passage(self.title, 0, len(self.title), self.language)
        found = [Placed(title, None, None)]
        for ordinal, kind, text in self.sections:
            found += [Placed(part, ordinal, kind) for part in cut(text, self.language)]
        return found


async def set_target(connection: asyncpg.Connection) -> int | None:
    """Note the programs that are current now; return the data version, None where there is none."""
    await connection.execute(f"DROP TABLE IF EXISTS {TARGET}, {TARGET_PASSAGE}")
    async with connection.transaction(isolation="repeatable_read"):
        number: int | None = await connection.fetchval("SELECT max(number) FROM ops.data_version")
        await connection.execute(
            f"CREATE TEMP TABLE {TARGET} AS SELECT program_key FROM core.dim_program"
            " WHERE is_current"
        )
        await connection.execute(f"ANALYZE {TARGET}")
    return number


async def set_target_passages(connection: asyncpg.Connection, analysis: str) -> None:
    """Note the passages of the programs in :data:`TARGET`, which are all cut by now."""
    await connection.execute(f"DROP TABLE IF EXISTS {TARGET_PASSAGE}")
    await connection.execute(f"CREATE TEMP TABLE {TARGET_PASSAGE} (passage_key bigint PRIMARY KEY)")
    await connection.execute(
        f"INSERT INTO {TARGET_PASSAGE} SELECT DISTINCT passage_key FROM search.passage_place"
        f" JOIN {TARGET} USING (program_key) WHERE analysis = $1",
        analysis,
    )
    await connection.execute(f"ANALYZE {TARGET_PASSAGE}")


async def programs_to_cut(connection: asyncpg.Connection, analysis: str) -> list[int]:
    """Return the keys of the target's program versions that are not cut yet, in order."""
    rows = await connection.fetch(
        f"SELECT program_key FROM {TARGET} t WHERE NOT EXISTS (SELECT FROM search.indexed_program i"
        " WHERE i.program_key = t.program_key AND i.analysis = $1) ORDER BY program_key",
        analysis,
    )
    return [row["program_key"] for row in rows]


async def read_texts(connection: asyncpg.Connection, keys: Sequence[int]) -> list[ProgramText]:
    """Return the texts of program versions."""
    rows = await connection.fetch(
        "SELECT p.program_key, p.language, p.name, d.name AS discipline, u.name AS university,"
        " s.label, s.city, s.province FROM core.dim_program p"
        " JOIN core.dim_discipline d USING (discipline_key)"
        " JOIN core.dim_university u USING (university_key) JOIN core.dim_site s USING (site_key)"
        " WHERE p.program_key = ANY ($1::bigint[]) ORDER BY p.program_key",
        list(keys),
    )
    texts = {
        row["program_key"]: ProgramText(
            row["program_key"], Language[row["language"]], title_of(row)
        )
        for row in rows
    }
    sections = await connection.fetch(
        "SELECT program_key, ordinal, kind, text FROM core.program_section"
        " WHERE program_key = ANY ($1::bigint[]) ORDER BY program_key, ordinal",
        list(keys),
    )
    for row in sections:
        section = (row["ordinal"], row["kind"], row["text"])
        texts[row["program_key"]].sections.append(section)
    return list(texts.values())


def title_of(program: Mapping[str, Any]) -> str:
    """Return what a program is called and where it is, for those who search by that."""
    place = [program["label"], program["city"]]
    if program["province"]:
        place.append(Province[program["province"]].description)
    lines = (
        program["name"],
        f"{program['discipline']}, {program['university']}",
        ", ".join(dict.fromkeys(part for part in place if part)),
    )
    return "\n".join(lines)


@dataclass(frozen=True)
class Stored:
    """What cutting programs added."""

    programs: int
    passages: int


async def store_programs(
    connection: asyncpg.Connection, analysis: str, texts: Iterable[ProgramText]
) -> Stored:
    """Cut programs and write their passages, words and places, in one transaction."""
    programs = {text.program_key: text.placed() for text in texts}
    passages = {
        placed.passage.content_hash: placed.passage
        for found in programs.values()
        for placed in found
    }
    async with connection.transaction():
        keys, added = await _store_passages(connection, analysis, passages)
        places = [
            (
                program, analysis, ordinal, keys[placed.passage.content_hash],
                placed.section_ordinal, placed.section_kind, placed.passage.start,
                placed.passage.end,
            )
            for program, found in programs.items()
            for ordinal, placed in enumerate(found)
        ]  # fmt: skip
        await copy_rows(connection, "search.passage_place", PLACE_COLUMNS, places)
        await connection.executemany(
            "INSERT INTO search.indexed_program (program_key, analysis, passage_count)"
            " VALUES ($1, $2, $3)",
            [(program, analysis, len(found)) for program, found in programs.items()],
        )
    return Stored(len(programs), added)


PLACE_COLUMNS: Final = (
    "program_key", "analysis", "ordinal", "passage_key", "section_ordinal", "section_kind",
    "span_start", "span_end",
)  # fmt: skip


async def _store_passages(
    connection: asyncpg.Connection, analysis: str, passages: Mapping[str, Passage]
) -> tuple[dict[str, int], int]:
    """Write passages that are new; return the key of each by its hash, and how many were new."""
    known = await connection.fetch(
        "SELECT content_hash, passage_key FROM search.passage"
        " WHERE analysis = $1 AND content_hash = ANY ($2::text[])",
        analysis, list(passages),
    )  # fmt: skip
    keys = {row["content_hash"]: row["passage_key"] for row in known}
    new = {name: found for name, found in passages.items() if name not in keys}
    found_lexemes = {name: lexemes(part.text, part.language) for name, part in new.items()}
    rows = await connection.fetch(
        "INSERT INTO search.passage (analysis, content_hash, language, text, word_count)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::int[])"
        " RETURNING content_hash, passage_key",
        analysis, list(new), [part.language.value for part in new.values()],
        [part.text for part in new.values()], [len(found_lexemes[name]) for name in new],
    )  # fmt: skip
    added = {row["content_hash"]: row["passage_key"] for row in rows}
    await _store_postings(connection, analysis, new, added, found_lexemes)
    await _store_spellings(connection, analysis, new.values())
    return keys | added, len(added)


async def _store_postings(
    connection: asyncpg.Connection,
    analysis: str,
    passages: Mapping[str, Passage],
    keys: Mapping[str, int],
    found_lexemes: Mapping[str, list[str]],
) -> None:
    """Write the terms of new passages, words and phrases, and how often each has them."""
    phrases = default_phrases()
    times = {
        name: Counter([*found, *phrases.within(found, passages[name].language)])
        for name, found in found_lexemes.items()
    }
    pairs = sorted({(passages[name].language, term) for name, had in times.items() for term in had})
    languages, names = [pair[0].value for pair in pairs], [pair[1] for pair in pairs]
    await connection.execute(
        "INSERT INTO search.term (analysis, language, lexeme)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING",
        analysis, languages, names,
    )  # fmt: skip
    rows = await connection.fetch(
        "SELECT t.language, t.lexeme, t.term_key FROM unnest($2::text[], $3::text[])"
        " AS q (language, lexeme) JOIN search.term t USING (language, lexeme)"
        " WHERE t.analysis = $1",
        analysis, languages, names,
    )  # fmt: skip
    terms = {(row["language"], row["lexeme"]): row["term_key"] for row in rows}
    postings = (
        (keys[name], terms[passages[name].language.value, term], count, len(found_lexemes[name]))
        for name, had in times.items()
        for term, count in had.items()
    )
    columns = ("passage_key", "term_key", "frequency", "word_count")
    await copy_rows(connection, "search.posting", columns, postings)


async def _store_spellings(
    connection: asyncpg.Connection, analysis: str, passages: Iterable[Passage]
) -> None:
    """Count the words of new passages as they are written."""
    counts = Counter(
        (part.language.value, form)
        for part in passages
        for form in {word.form for word in words(part.text)}
    )
    pairs = sorted(counts)
    await connection.execute(
        "INSERT INTO search.spelling AS s (analysis, language, form, passage_count)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::int[])"
        " ON CONFLICT (analysis, language, form)"
        " DO UPDATE SET passage_count = s.passage_count + excluded.passage_count",
        analysis, [pair[0] for pair in pairs], [pair[1] for pair in pairs],
        [counts[pair] for pair in pairs],
    )  # fmt: skip
