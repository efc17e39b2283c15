"""The search index: only what changed is embedded, and only what is complete is used."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from etl.refresh import RefreshRequest, refresh
from etl.search_refresh import SearchRefresh, SearchRequest, refresh_search
from tests.conftest import Database
from tests.integration.embedding_server import (
    Endpoint,
    body,
    embedding_server,
    nothing,
    of_length,
    status,
    well,
)
from tests.integration.source_files import edit_documents, edit_sections, remove_program, stream_id
from warehouse.engine import Role, connect
from warehouse.errors import (
    EmbedderAnswerError,
    EmbedderError,
    EmbedderSettingsError,
    EmbedderUnavailableError,
    IndexAtWorkError,
    IndexMissingError,
)
from warehouse.queries.search_refreshes import last_refreshes, take_refresh_lock
from warehouse.search.versions import active_version, read_versions, roll_back
from warehouse.settings import get_settings
from warehouse.vocabulary import SearchRefreshStatus, SkipReason

SECRET = "sk-secret-of-a-test"


@pytest.fixture
def endpoint(indexed, monkeypatch):
    """A local endpoint that the settings name as embedder."""
    with embedding_server() as started:
        for name, value in {
            "PROVIDER": "openai",
            "MODEL": "a-model",
            "BASE_URL": started.url,
            "API_KEY": SECRET,
            "RETRIES": "2",
            "BATCH": "50",
        }.items():
            monkeypatch.setenv(f"RESIDENCY_EMBEDDINGS_{name}", value)
        monkeypatch.delenv("RESIDENCY_EMBEDDINGS_DIMENSIONS")
        get_settings.cache_clear()
        yield started
    get_settings.cache_clear()


async def fetch(database: Database, statement: str, *values: Any) -> list[Any]:
    async with connect(Role.OWNER, database.settings) as connection:
        return await connection.fetch(statement, *values)


async def vectors(database: Database) -> dict[tuple[int, int], Any]:
    """Every vector with the transaction that wrote it."""
    rows = await fetch(
        database, "SELECT index_version_key, passage_key, xmin::text AS written"
        " FROM search.passage_vector"
    )  # fmt: skip
    return {(row[0], row[1]): row["written"] for row in rows}


async def active(database: Database) -> Any:
    async with connect(Role.OWNER, database.settings) as connection:
        return await active_version(connection)


async def index_state(database: Database) -> Any:
    """What queries depend on."""
    return await active(database), await fetch(
        database, "SELECT passage_key, is_current FROM search.passage ORDER BY 1"
    )


async def test_every_current_passage_has_a_vector_or_a_reason(indexed: Database) -> None:
    (refresh_row,) = await fetch(indexed, "SELECT * FROM ops.search_refresh")
    counted = await fetch(
        indexed, "SELECT reason, passage_count FROM ops.search_skip ORDER BY reason"
    )
    version = await active(indexed)
    assert refresh_row["status"] == "COMPLETE"
    assert refresh_row["seconds"] > 0
    assert version.passage_count == refresh_row["embedded"] + refresh_row["skipped"]
    assert sum(row["passage_count"] for row in counted) == refresh_row["skipped"] == 1
    assert {row["reason"] for row in counted} == {SkipReason.NO_WORDS}


async def test_refreshing_twice_embeds_nothing_the_second_time(indexed: Database) -> None:
    before = await vectors(indexed)
    done = await refresh_search()
    assert (done.status, done.counts.embedded) == (SearchRefreshStatus.UNCHANGED, 0)
    assert done.counts.kept == len(before)
    assert await vectors(indexed) == before


async def test_after_an_edit_only_changed_passages_are_embedded(indexed, files) -> None:
    before = await vectors(indexed)
    edited = None
    said = "Residents look after seals on sea ice with their supervisors."

    def in_json(documents):
        nonlocal edited
        edited = stream_id(documents[0])
        return documents

    def in_csv(rows):
        for row in rows:
            if row[1].endswith(f"-{edited}"):
                row[12] += f"\n\n{said}\n"
        return rows

    edit_documents(files, in_json)
    edit_sections(files, in_csv)
    loaded = await refresh(RefreshRequest(str(files)))
    assert (loaded.added, loaded.changed, loaded.removed) == (0, 1, 0)
    done = await refresh_search()
    assert done.status is SearchRefreshStatus.COMPLETE
    assert done.counts.programs_cut == 1
    assert done.counts.embedded == done.counts.passages_added == 1
    after = await vectors(indexed)
    assert before.items() <= after.items()
    (new,) = after.keys() - before.keys()
    (row,) = await fetch(indexed, "SELECT text FROM search.passage WHERE passage_key = $1", new[1])
    assert said in row["text"]


async def test_a_program_that_left_takes_its_passages_out_of_the_counts(indexed, files) -> None:
    (gone,) = await fetch(
        indexed,
        "SELECT p.program_stream_id::text AS id FROM core.dim_program p ORDER BY 1 LIMIT 1",
    )
    remove_program(files, gone["id"])
    await refresh(RefreshRequest(str(files)))
    done = await refresh_search()
    assert (done.status, done.counts.embedded) == (SearchRefreshStatus.COMPLETE, 0)
    (wrong,) = await fetch(
        indexed,
        "SELECT count(*) FROM search.term t WHERE document_frequency <> (SELECT count(*)"
        " FROM search.posting o JOIN search.passage p USING (passage_key)"
        " WHERE o.term_key = t.term_key AND p.is_current)",
    )
    assert wrong["count"] == 0
    (statistics,) = await fetch(
        indexed,
        "SELECT sum(passage_count) AS counted, (SELECT count(*) FROM search.passage"
        " WHERE is_current) AS current FROM search.language_statistics",
    )
    assert statistics["counted"] == statistics["current"]


async def test_passages_that_no_program_has_are_removed_with_their_words(indexed) -> None:
    async with connect(Role.OWNER, indexed.settings) as connection:
        await connection.execute("DELETE FROM search.passage_place WHERE ordinal > 2")
        await connection.execute("DELETE FROM search.indexed_program")
        await connection.execute("DELETE FROM search.passage_place")
        await connection.execute(
            "UPDATE core.dim_program SET is_current = false, valid_to = now()"
            " WHERE program_key > (SELECT min(program_key) FROM core.dim_program)"
        )
    done = await refresh_search()
    assert done.counts.programs_cut == 1
    assert done.counts.passages_removed > 200
    (left,) = await fetch(
        indexed,
        "SELECT (SELECT count(*) FROM search.passage) AS passages,"
        " (SELECT count(DISTINCT passage_key) FROM search.posting) AS with_words,"
        " (SELECT count(*) FROM search.passage_vector) AS vectors",
    )
    assert left["passages"] >= left["with_words"] == left["vectors"] < 40


async def test_another_embedder_makes_a_version_beside_the_old_one(indexed, endpoint) -> None:
    old = await active(indexed)
    done = await refresh_search()
    new = await active(indexed)
    assert done.counts.embedded == old.vector_count == len(endpoint.texts) - 1  # and the probe
    assert (new.key, new.dimensions) == (old.key + 1, endpoint.dimensions)
    assert new.settings["model"] == "a-model"
    assert len({version for version, _ in await vectors(indexed)}) == 2
    again = await refresh_search()
    assert (again.status, again.counts.embedded) == (SearchRefreshStatus.UNCHANGED, 0)


async def test_rollback_is_one_step_and_refreshing_does_not_undo_it(indexed, endpoint) -> None:
    old = await active(indexed)
    await refresh_search()
    async with connect(Role.OWNER, indexed.settings) as connection:
        back = await roll_back(connection)
    assert back.key == old.key == (await active(indexed)).key
    assert (await refresh_search()).version == old.key
    async with connect(Role.OWNER, indexed.settings) as connection:
        forth = await roll_back(connection, old.key + 1)
        assert forth.key == old.key + 1
        with pytest.raises(IndexMissingError, match="no index version 99"):
            await roll_back(connection, 99)


async def test_the_first_version_cannot_be_rolled_back(indexed) -> None:
    async with connect(Role.OWNER, indexed.settings) as connection:
        with pytest.raises(IndexMissingError, match="no earlier index version"):
            await roll_back(connection)


async def test_a_run_that_was_cut_off_goes_on_where_it_ended(indexed, endpoint) -> None:
    old = await active(indexed)
    endpoint.next = [well, well, well]  # the probe and two batches of 50
    endpoint.always = status(500)
    with pytest.raises(EmbedderUnavailableError, match="HTTP status 500, after every retry"):
        await refresh_search()
    assert (await active(indexed)).key == old.key
    endpoint.always, endpoint.asked = None, []
    done = await refresh_search()
    assert done.counts.embedded == old.vector_count - 100
    assert done.counts.kept == 100
    assert len(endpoint.texts) == old.vector_count - 100


async def test_a_cancelled_run_says_so_and_keeps_what_it_embedded(indexed, endpoint) -> None:
    def stop(step: str, done: int, total: int | None) -> None:
        if step == "embed" and done:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await refresh_search(progress=stop)
    async with connect(Role.OWNER, indexed.settings) as connection:
        newest = (await last_refreshes(connection))[0]
    assert (newest["status"], newest["embedded"]) == ("FAILED", 50)
    assert "interrupted" in newest["error"]
    assert (await refresh_search()).counts.kept == 50


@pytest.mark.parametrize("trouble", [status(429), status(500), status(503), nothing])
async def test_what_may_pass_is_tried_again(indexed, endpoint, trouble) -> None:
    endpoint.next = [trouble, well, trouble, trouble, well]
    assert (await refresh_search()).status is SearchRefreshStatus.COMPLETE


REFUSED = [
    ("429", status(429), EmbedderUnavailableError, "HTTP status 429, after every retry"),
    ("500", status(500), EmbedderUnavailableError, "HTTP status 500, after every retry"),
    ("401", status(401), EmbedderSettingsError, "refuses the request with HTTP status 401"),
    ("404", status(404), EmbedderSettingsError, "Check RESIDENCY_EMBEDDINGS_API_KEY"),
    ("nothing", nothing, EmbedderUnavailableError, "gives no answer"),
    ("no JSON", body("<html>welcome</html>"), EmbedderAnswerError, "cannot be read"),
    ("empty", body({}), EmbedderAnswerError, "cannot be read"),
    ("no list", body({"data": None}), EmbedderAnswerError, "cannot be read"),
    ("too few", body({"data": []}), EmbedderAnswerError, "not one vector for each"),
    ("words", body({"data": [{"embedding": ["a"]}]}), EmbedderAnswerError, "no list of vectors"),
    ("zeros", body({"data": [{"embedding": [0.0]}]}), EmbedderAnswerError, "a vector of zeros"),
]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of words for numbers
@pytest.mark.parametrize(
    ("trouble", "error", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
async def test_what_does_not_pass_is_refused_and_the_old_index_keeps_serving(
    indexed: Database,
    endpoint: Endpoint,
    trouble: Any,
    error: type[EmbedderError],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RESIDENCY_EMBEDDINGS_RETRIES", "1")
    get_settings.cache_clear()
    before = await index_state(indexed)
    endpoint.always = trouble
    with pytest.raises(error, match=words) as caught:
        await refresh_search()
    assert SECRET not in str(caught.value)
    assert await index_state(indexed) == before
    async with connect(Role.OWNER, indexed.settings) as connection:
        newest = (await last_refreshes(connection))[0]
    assert newest["status"] == "FAILED"
    assert words in newest["error"]
    assert SECRET not in newest["error"]


async def test_vectors_of_another_length_are_refused(indexed, endpoint) -> None:
    before = await index_state(indexed)
    endpoint.next = [well, well, of_length(8)]
    with pytest.raises(EmbedderAnswerError, match="8 dimensions, and the index version has 16"):
        await refresh_search()
    assert await index_state(indexed) == before


async def test_texts_without_a_word_are_never_sent(indexed, endpoint) -> None:
    await refresh_search()
    assert all(text.strip("N/A \n") for text in endpoint.texts)
    assert (await active(indexed)).vector_count == len(endpoint.texts) - 1


async def test_words_that_the_fit_does_not_know_are_told_and_rebuilding_learns_them(
    indexed, monkeypatch
) -> None:
    async with connect(Role.OWNER, indexed.settings) as connection:
        await connection.execute(
            "UPDATE search.embedder_fit SET lexemes = (SELECT array_agg(w || 'x' ORDER BY n)"
            " FROM unnest(lexemes) WITH ORDINALITY u (w, n)), passage_count = 1"
        )
        await connection.execute("UPDATE ops.index_version SET data_version_number = 0")
    done = await refresh_search()
    assert done.counts.unknown_share == pytest.approx(1.0)
    assert "does not know 100.0% of the words" in done.counts.proposal
    rebuilt = await refresh_search(SearchRequest(rebuild=True))
    assert rebuilt.version == done.version + 1
    assert (rebuilt.counts.unknown_share, rebuilt.counts.proposal) == (0, None)


async def test_a_fit_is_the_same_every_time(indexed) -> None:
    await refresh_search(SearchRequest(rebuild=True))
    first, second = await fetch(
        indexed, "SELECT lexemes, weights, components FROM search.embedder_fit ORDER BY 1"
    )
    assert first == second


async def test_old_versions_go_and_three_are_kept(indexed) -> None:
    for _ in range(3):
        done: SearchRefresh = await refresh_search(SearchRequest(rebuild=True))
    async with connect(Role.OWNER, indexed.settings) as connection:
        kept = [version.key for version in await read_versions(connection)]
    assert kept == [done.version, done.version - 1, done.version - 2]
    assert {version for version, _ in await vectors(indexed)} == set(kept)


async def test_one_refresh_at_a_time(indexed) -> None:
    async with connect(Role.OWNER, indexed.settings) as connection:
        assert await take_refresh_lock(connection)
        with pytest.raises(IndexAtWorkError, match="at work"):
            await refresh_search()


async def test_without_data_there_is_nothing_to_index(warehouse) -> None:
    with pytest.raises(IndexMissingError, match="nothing is published"):
        await refresh_search()
