"""What one module of the parser hands back: values found, and problems met on the way."""

from dataclasses import dataclass, field

from etl.sources.carms.parsed import Evidence, Problem
from warehouse.masking import mask_contacts


@dataclass(slots=True)
class Problems:
    """Collects what is stated but cannot be."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, field_name: str, message: str, evidence: Evidence | None) -> None:
        """Record a problem; ``message`` says what and what to do, the place is added here."""
        place = ""
        if evidence is not None:
            place = (
                f" Read in {evidence.source.record_name}, {evidence.section}, "
                f"characters {evidence.start} to {evidence.end}."
            )
        self.found.append(Problem(code, field_name, mask_contacts(message + place), evidence))
