"""Every gate closes at its threshold, not before it, and says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.errors import GateStoppedError, ReconciliationError
from etl.quality import LoadCounts, Thresholds, close_gate_on_failure, run_checks
from warehouse.queries.runs import Check
from warehouse.vocabulary import CheckStatus

THRESHOLDS = Thresholds(quarantine=0.10, shrink=0.20)
SOUND = LoadCounts(
    rows_in=100,
    staged=100,
    quarantined=0,
    published_before=100,
    vanishing=0,
    file_rows={"program_master": 100, "program_sections": 100, "program_documents": 100},
    quota_missing=0,
    texts_with_contacts=0,
    rows_without_evidence=0,
    duplicate_keys=0,
)


def failed(counts: LoadCounts) -> dict[str, Check]:
    """Return the checks that failed, by name and subject."""
    return {
        f"{check.name} {check.subject}": check
        for check in run_checks(counts, THRESHOLDS)
        if check.status is CheckStatus.FAILED
    }


def rows_of(**counts: int) -> dict[str, int]:
    return SOUND.file_rows | counts


def test_a_sound_load_passes_every_check() -> None:
    checks = run_checks(SOUND, THRESHOLDS)
    assert {check.status for check in checks} == {CheckStatus.PASSED}
    close_gate_on_failure(checks)


def test_the_first_load_into_an_empty_warehouse_passes() -> None:
    assert failed(replace(SOUND, published_before=0)) == {}


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        (replace(SOUND, staged=99), "rows_balance programs"),
        (replace(SOUND, staged=101), "rows_balance programs"),
        (replace(SOUND, staged=89, quarantined=11), "quarantine_share programs"),
        (replace(SOUND, vanishing=21), "not_shrunk programs"),
        (replace(SOUND, file_rows=rows_of(program_sections=79)),
         "file_is_complete program_sections"),
        (replace(SOUND, file_rows=rows_of(program_documents=79)),
         "file_is_complete program_documents"),
        (replace(SOUND, duplicate_keys=1), "keys_are_unique programs"),
        (replace(SOUND, rows_without_evidence=1), "values_have_evidence programs"),
        (replace(SOUND, texts_with_contacts=1), "contacts_are_masked texts"),
    ],
)  # fmt: skip
def test_a_load_beyond_one_threshold_fails_that_check_alone(counts: LoadCounts, name: str) -> None:
    assert list(failed(counts)) == [name]


@pytest.mark.parametrize(
    "counts",
    [
        replace(SOUND, staged=90, quarantined=10),
        replace(SOUND, rows_in=80, staged=80),
        replace(SOUND, rows_in=80, staged=75, quarantined=5),
        replace(SOUND, file_rows=rows_of(program_sections=80)),
        replace(SOUND, file_rows=rows_of(program_documents=80)),
        replace(SOUND, rows_in=300, staged=300),
    ],
)
def test_a_load_right_at_a_threshold_passes(counts: LoadCounts) -> None:
    assert failed(counts) == {}


def test_an_empty_extract_fails_even_where_nothing_was_published_before() -> None:
    nothing = replace(
        SOUND,
        rows_in=0,
        staged=0,
        published_before=0,
        file_rows=dict.fromkeys(SOUND.file_rows, 0),
    )
    assert list(failed(nothing)) == ["not_empty programs"]


def test_a_missing_quota_is_worth_a_warning_and_no_reason_to_stop() -> None:
    checks = run_checks(replace(SOUND, quota_missing=3), THRESHOLDS)
    (warned,) = [check for check in checks if check.status is not CheckStatus.PASSED]
    assert (warned.name, warned.status) == ("quotas_are_stated", CheckStatus.WARNED)
    assert warned.observed == "3 programs without a quota"
    close_gate_on_failure(checks)


def test_the_gate_names_every_check_that_failed_with_its_figures() -> None:
    counts = replace(SOUND, rows_in=70, staged=60, quarantined=10, vanishing=30)
    with pytest.raises(GateStoppedError) as caught:
        close_gate_on_failure(run_checks(counts, THRESHOLDS))
    assert str(caught.value) == (
        "The load stopped before publishing: not_shrunk (programs): 30 of the 100 published are"
        " missing, expected at most 20 missing; quarantine_share (programs): 10 of 70 (14.3%),"
        " expected at most 10%. The extract lacks more than 20% of what is published. If these"
        " programs really ended, raise RESIDENCY_SHRINK_THRESHOLD for this load. Too many programs"
        " were quarantined; `residency status --quarantine` lists the reasons."
        " RESIDENCY_QUARANTINE_THRESHOLD sets the share."
        " What was published before stands."
    )


def test_rows_that_got_lost_are_the_loader_s_fault_and_not_the_source_s() -> None:
    with pytest.raises(ReconciliationError, match="99 staged \\+ 0 quarantined, expected 100 in"):
        close_gate_on_failure(run_checks(replace(SOUND, staged=99), THRESHOLDS))
