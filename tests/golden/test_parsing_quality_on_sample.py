"""The parsers read what the generator, which shares nothing with them, put into its documents."""

from __future__ import annotations

import pytest

from etl.sources.carms.parsing_quality import QualityReport, measure_sample

HEADER = "header."
PRECISION, RECALL = 0.98, 0.95


@pytest.fixture(scope="module")
def report() -> QualityReport:
    """Scores over a freshly generated sample."""
    return measure_sample(programs=60, seed=11)


def test_header_fields_are_read_without_a_single_error(report: QualityReport) -> None:
    wrong = [row for row in report.rows() if row["field"].startswith(HEADER)]
    assert len(wrong) >= 6
    assert [row for row in wrong if row["wrong"] or row["missed"]] == []


def test_every_other_field_reaches_the_target_on_the_sample(report: QualityReport) -> None:
    short = [row for row in report.rows() if row["precision"] < PRECISION or row["recall"] < RECALL]
    assert short == []


@pytest.mark.slow
def test_the_target_holds_over_a_sample_of_the_default_size() -> None:
    rows = measure_sample(programs=800, seed=1503).rows()
    assert [row for row in rows if row["precision"] < PRECISION or row["recall"] < RECALL] == []
