"""Rules of eligibility on their way from the reference table into the warehouse."""

from __future__ import annotations

from collections.abc import Iterable

from simulation.eligibility import Rule
from warehouse.queries.eligibility import EligibilityRow


def eligibility_rows(rules: Iterable[Rule]) -> list[EligibilityRow]:
    """Return rules of eligibility as rows of the warehouse."""
    return [
        EligibilityRow(
            ordinal=ordinal,
            name=rule.name,
            is_admitted=rule.is_admitted,
            applicant_category=rule.category,
            stream_label=rule.stream,
            province=rule.province,
            year=rule.year,
            iteration_number=rule.iteration,
            requires=tuple(sorted(rule.requires)),
            reason=rule.reason,
            source=rule.source,
        )
        for ordinal, rule in enumerate(rules)
    ]
