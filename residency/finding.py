"""`residency search <words>`: programs that answer a query, with their passages highlighted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.text import Text

from residency import reporting
from residency.console import say
from warehouse.migrate import require_current
from warehouse.queries.search_filters import filtered_by
from warehouse.reader import Reader
from warehouse.search.highlights import highlights
from warehouse.search.query import Query
from warehouse.search.ranking_settings import SearchMode
from warehouse.search.searcher import PassageHit, ProgramHit, Searcher
from warehouse.vocabulary import Language, SectionKind

LONGEST_SHOWN = 320
"""Characters of a passage that are shown."""


async def print_programs(
    text: str,
    *,
    first: int,
    mode: str,
    language: str | None,
    kept: Mapping[str, str | None],
    as_json: bool,
) -> None:
    """Print the best programs for a query.

    ``kept`` are filters, by the names of :data:`warehouse.queries.search_filters.FILTERS`.

    Raises:
        IndexMissingError: there is no search index yet.
        EmbedderError: the index's embedder gives no vector for the query.
    """
    await require_current()
    async with Reader() as reader:
        searcher = Searcher(reader.fetch_rows)
        asked = None if language is None else Language[language]
        prepared = await searcher.prepare(text, SearchMode[mode], asked)
        filtered, values = filtered_by(kept)
        hits = await searcher.programs(prepared, filtered=filtered, values=values, first=first)
        rows = await reader.fetch_rows(
            "SELECT program_key, program_stream_id, name, url FROM core.dim_program"
            " WHERE program_key = ANY ($1::bigint[])",
            [hit.program_key for hit in hits],
        )
    programs = {row["program_key"]: dict(row) for row in rows}
    if as_json:
        reporting.print_json([programs[hit.program_key] | asdict(hit) for hit in hits])
        return
    for slip in prepared.query.corrections:
        say(f"Taken for a slip: {slip.typed} (looked for {slip.taken}).")
    if not hits:
        say("No program says anything of that.")
    for number, hit in enumerate(hits, start=1):
        _print_program(number, programs[hit.program_key], hit, prepared.query)


def _print_program(number: int, program: dict[str, Any], hit: ProgramHit, query: Query) -> None:
    """Print a program with its passages."""
    reporting.output.print(Text(f"{number}. {program['name']}", style="bold"))
    reporting.output.print(Text(f"   {program['url']}", style="dim"))
    for passage in hit.passages:
        kind = SectionKind[passage.section_kind].description.partition(" [")[0]
        shown = Text(f"   {kind}: ", style="cyan")
        reporting.output.print(shown.append_text(excerpt(passage, query)), soft_wrap=False)
    reporting.output.print()


def excerpt(passage: PassageHit, query: Query) -> Text:
    """Return the part of a passage that begins a little before its first word of the query."""
    spans = highlights(passage.text, passage.language, query.sayings)
    start = max(0, spans[0].start - LONGEST_SHOWN // 4) if spans else 0
    if start:
        start = passage.text.rfind(" ", 0, start) + 1
    end = min(len(passage.text), start + LONGEST_SHOWN)
    shown = Text(passage.text[start:end], style="default")
    for span in spans:
        if start <= span.start and span.end <= end:
            shown.stylize("bold yellow", span.start - start, span.end - start)
    lines = shown.split("\n")
    joined = Text(" ").join(line for line in lines if line.plain.strip())
    before, after = "… " if start else "", " …" if end < len(passage.text) else ""
    return Text(before, style="default").append_text(joined).append(after)
