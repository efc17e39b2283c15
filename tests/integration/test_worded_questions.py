"""Questions in other people's words: those written blind, and more wordings on the sample."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.structured import ABSTAINED, RIGHT, WRONG, ask, verdict
from tests.conftest import Database
from tests.integration.conftest import SHARED
from tests.integration.graph_client import open_graph
from tests.integration.structured_questions import COUNT, FM, PSY, SEATS, P

TABLES = [
    Path(__file__).parents[2] / "benchmarks" / name
    for name in ("structured_blind.csv", "structured_counted.csv")
]
"""Written by somebody who had not seen the grammar; and counted in the files themselves."""
TORONTO = "u.name = 'University of Toronto'"
ON_THE_SAMPLE = [
    (
        "total FM spots in Ontario (CMG + IMG), all sites together",
        f"{SEATS} AND {FM} AND s.province = 'ON' AND t.applicant_category IN ('CMG', 'IMG')",
    ),
    (
        "number of IMG stream seats, all disciplines",
        f"{SEATS} AND t.applicant_category = 'IMG'",
    ),
    ("How many seats has U of T in total, every discipline?", f"{SEATS} AND {TORONTO}"),
    (
        "Nb de places en médecine familliale sans compter l'Ontario",
        f"{SEATS} AND {FM} AND s.province <> 'ON'",
    ),
    (
        "how many pyschiatry seats are there outside Quebec?",
        f"{SEATS} AND {PSY} AND s.province <> 'QC'",
    ),
    ("How many program streams list Casper as a required examination?",
     (f"{COUNT} AND EXISTS (SELECT FROM core.program_requirement r WHERE r.program_key ="
     " p.program_key AND r.label = 'Casper' AND r.status = 'REQUIRED')")),
    ("Combien de descriptions sont rédigées en français ?", f"{COUNT} AND p.language = 'FR'"),
    (
        "how many sites does family medicine have, nationwide?",
        f"SELECT count(DISTINCT s.label){P} AND {FM}",
    ),
    (
        "Combien d'universités n'offrent pas la psychiatrie ?",
        (f"SELECT (SELECT count(DISTINCT u.name){P})"
        f" - (SELECT count(DISTINCT u.name){P} AND {PSY})"),
    ),
    (
        "Average quota of family medicine streams?",
        f"SELECT round(avg(f.quota), 2){P} AND {FM}",
    ),
    (
        "psychiatry seats in ON, return of service stream included",
        f"{SEATS} AND {PSY} AND s.province = 'ON'",
    ),
    (
        "Nb de places en psychiatrie, Ontario exclu",
        f"{SEATS} AND {PSY} AND s.province <> 'ON'",
    ),
    (
        "how many psychiatry seats in all universities, not counting the research track?",
        f"{SEATS} AND {PSY}",
    ),
    (
        "What percentage of family medicine seats are in Ontario?",
        ("SELECT round(100.0 * sum(f.quota) FILTER (WHERE s.province = 'ON') / sum(f.quota), 1)"
         f"{P} AND {FM}"),
    ),
    (
        "How many universities offer both psychiatry and family medicine?",
        f"SELECT count(*) FROM (SELECT u.name{P} AND {PSY} INTERSECT SELECT u.name{P} AND {FM}) a",
    ),
    (
        "median quota of all program streams",
        f"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY f.quota){P}",
    ),
]  # fmt: skip
"""Questions and the SQL of their number."""
NOT_THERE = [
    ("How many seats does McGill have in sports medicine?", "no residency program in sports"),
    ("Combien de places en anesthésie à l'Université de Moncton ?", "aucun programme"),
    ("How many family medicine seats will UBC have in 2031?", "not of 2031"),
    ("Does Harvard offer psychiatry?", "Harvard University has no residency program"),
]
MISLEADING = [
    "Which universities offer IMG seats in all provinces?",
    "Which disciplines are offered in every province?",
    "How many psychiatry seats in Canada, research track included?",
    "How many seats in the smallest province?",
    "How many new seats in family medicine?",
    "How many seats in nephrology?",
    "Which programs don't accept IMGs?",
    "Combien de places restent en psychiatrie ?",
    "What is the second best program?",
    "What is the average PGY1 salary in Alberta?",
    "How many psychiatrists are there in Ontario?",
]
"""Questions for numbers with a word that must not be passed over."""


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"the published files are not at {SHARED} (RESIDENCY_SHARED)"
)
async def test_questions_in_other_people_s_words_are_right_or_abstained(
    real_files: Database, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    counts: Counter[str] = Counter()
    async with open_graph(real_files.settings, tmp_path) as graph:
        for table in TABLES:
            with table.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    answer = await ask(graph.client, row["question"])
                    found = verdict(row["expected"], answer)
                    assert found != WRONG, (row["question"], answer["text"])
                    counts[found] += 1
    tell(f"questions with expected answers: {counts[RIGHT]} right, {counts[ABSTAINED]} abstained")
    assert counts[RIGHT] >= 0.95 * counts.total()


async def test_everyday_words_remarks_and_slips_leave_the_number_exact(
    published: Database, tmp_path: Path
) -> None:
    async with open_graph(published.settings, tmp_path) as graph:
        for question, sql in ON_THE_SAMPLE:
            (number,) = await graph.values(sql)
            answer = await ask(graph.client, question)
            wanted = f"{float(number or 0):g}"
            assert verdict(wanted, answer) == RIGHT, (question, wanted, answer["text"])


async def test_what_the_data_do_not_have_is_told_plainly(
    published: Database, tmp_path: Path
) -> None:
    async with open_graph(published.settings, tmp_path) as graph:
        for question, words in NOT_THERE:
            answer = await ask(graph.client, question)
            assert answer["status"] == "NOT_IN_DOCUMENTS", question
            assert words in answer["text"], (question, answer["text"])


async def test_a_question_for_a_number_that_is_not_understood_is_never_answered(
    published: Database, tmp_path: Path
) -> None:
    async with open_graph(published.settings, tmp_path) as graph:
        for question in MISLEADING:
            answer = await ask(graph.client, question)
            assert answer["status"] != "ANSWERED", (question, answer["text"])
