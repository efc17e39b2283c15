"""Quality checks and gates between staging and publishing.

A check that FAILED stops the load: the data that are published stand. All checks run and are
stored, so that one run tells everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.errors import GateStoppedError, ReconciliationError
from warehouse.queries.runs import Check
from warehouse.vocabulary import CheckStatus


@dataclass(frozen=True)
class LoadCounts:
    """What a load has in hand before it publishes, in programs unless said otherwise."""

    rows_in: int
    staged: int
    quarantined: int
    published_before: int
    """Current programs of the same iteration and kind of data."""
    vanishing: int
    """Those of them that are neither staged nor quarantined: publishing would end them."""
    file_rows: dict[str, int]
    """Rows of each file, by role."""
    quota_missing: int
    texts_with_contacts: int
    rows_without_evidence: int
    duplicate_keys: int


@dataclass(frozen=True)
class Thresholds:
    """Shares of 1 beyond which a gate closes."""

    quarantine: float
    shrink: float


def rows_balance(counts: LoadCounts) -> Check:
    """Every program that came in is either staged or quarantined."""
    done = counts.staged + counts.quarantined
    return _check(
        "rows_balance", "programs", done == counts.rows_in,
        observed=f"{counts.staged} staged + {counts.quarantined} quarantined",
        expected=f"{counts.rows_in} in",
        message="Programs in must equal programs staged plus programs quarantined;"
        " a difference is a fault of the loader, please report it.",
    )  # fmt: skip


def not_empty(counts: LoadCounts) -> Check:
    """An extract without programs must not delete the country."""
    return _check(
        "not_empty", "programs", counts.staged > 0,
        observed=f"{counts.staged} programs",
        expected="at least 1 program",
        message="The files hold no program that can be published."
        " Check that the files are complete.",
    )  # fmt: skip


def not_shrunk(counts: LoadCounts, thresholds: Thresholds) -> Check:
    """An extract that lacks many of the published programs is taken for a broken one."""
    most = counts.published_before * thresholds.shrink
    return _check(
        "not_shrunk", "programs", counts.vanishing <= most,
        observed=f"{counts.vanishing} of the {counts.published_before} published are missing",
        expected=f"at most {most:.0f} missing",
        message=f"The extract lacks more than {thresholds.shrink:.0%} of what is published. If"
        " these programs really ended, raise RESIDENCY_SHRINK_THRESHOLD for this load.",
    )  # fmt: skip


def quarantine_share(counts: LoadCounts, thresholds: Thresholds) -> Check:
    """Few quarantined rows are normal; many mean that the source or its format changed."""
    share = counts.quarantined / counts.rows_in if counts.rows_in else 0.0
    return _check(
        "quarantine_share", "programs", share <= thresholds.quarantine,
        observed=f"{counts.quarantined} of {counts.rows_in} ({share:.1%})",
        expected=f"at most {thresholds.quarantine:.0%}",
        message="Too many programs were quarantined; `residency status --quarantine` lists the"
        " reasons. RESIDENCY_QUARANTINE_THRESHOLD sets the share.",
    )  # fmt: skip


def files_are_complete(counts: LoadCounts, thresholds: Thresholds) -> list[Check]:
    """Every program file covers the program master: half a file stops here."""
    masters = counts.file_rows.get("program_master", 0)
    least = masters * (1 - thresholds.shrink)
    return [
        _check(
            "file_is_complete", role, counts.file_rows.get(role, 0) >= least,
            observed=f"{counts.file_rows.get(role, 0)} rows",
            expected=f"at least {least:.0f} for the {masters} programs of the master",
            message=f"The file {role} covers too few programs of the program master;"
            " it looks cut off. Fetch it again.",
        )
        for role in ("program_sections", "program_documents")
    ]  # fmt: skip


def keys_are_unique(counts: LoadCounts) -> Check:
    """One staged row per natural key."""
    return _check(
        "keys_are_unique", "programs", counts.duplicate_keys == 0,
        observed=f"{counts.duplicate_keys} duplicate keys", expected="0 duplicate keys",
        message="A program was staged twice; this is a fault of the loader, please report it.",
    )  # fmt: skip


def values_have_evidence(counts: LoadCounts) -> Check:
    """Every child row points to a span."""
    return _check(
        "values_have_evidence", "programs", counts.rows_without_evidence == 0,
        observed=f"{counts.rows_without_evidence} rows without evidence", expected="0 rows",
        message="A value was staged without the span that it was read from; this is a fault of"
        " the parser, please report it.",
    )  # fmt: skip


def contacts_are_masked(counts: LoadCounts) -> Check:
    """No e-mail address leaves the restricted table."""
    return _check(
        "contacts_are_masked", "texts", counts.texts_with_contacts == 0,
        observed=f"{counts.texts_with_contacts} texts with an e-mail address",
        expected="0 texts",
        message="A text outside the restricted table holds an e-mail address; this is a fault"
        " of the masking, please report it.",
    )  # fmt: skip


def quotas_are_stated(counts: LoadCounts) -> Check:
    """A program without a quota can be published, but is worth a look."""
    return Check(
        name="quotas_are_stated", subject="programs",
        status=CheckStatus.WARNED if counts.quota_missing else CheckStatus.PASSED,
        observed=f"{counts.quota_missing} programs without a quota", expected="0 programs",
        message="Every description is expected to state a quota.",
    )  # fmt: skip


def run_checks(counts: LoadCounts, thresholds: Thresholds) -> list[Check]:
    """Run all checks, in the order in which a reader would ask."""
    return [
        rows_balance(counts),
        not_empty(counts),
        *files_are_complete(counts, thresholds),
        not_shrunk(counts, thresholds),
        quarantine_share(counts, thresholds),
        keys_are_unique(counts),
        values_have_evidence(counts),
        contacts_are_masked(counts),
        quotas_are_stated(counts),
    ]


def close_gate_on_failure(checks: Sequence[Check]) -> None:
    """Raise for the checks that failed.

    Raises:
        ReconciliationError: rows in are not rows staged plus rows quarantined.
        GateStoppedError: any other check failed.
    """
    failed = [check for check in checks if check.status is CheckStatus.FAILED]
    if not failed:
        return
    problem = "; ".join(
        f"{check.name} ({check.subject}): {check.observed}, expected {check.expected}"
        for check in failed
    )
    error = ReconciliationError if failed[0].name == "rows_balance" else GateStoppedError
    raise error(
        f"The load stopped before publishing: {problem}.",
        " ".join(check.message for check in failed) + " What was published before stands.",
    )


def _check(
    name: str,
    subject: str,
    passed: bool,
    *,
    observed: str,
    expected: str,
    message: str,
) -> Check:
    """Return a check that either passed or stops the load."""
    status = CheckStatus.PASSED if passed else CheckStatus.FAILED
    return Check(name, subject, status, message, observed, expected)
