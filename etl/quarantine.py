"""Why a source row is kept back."""

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.masking import mask_contacts


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a row is kept back.

    Attributes:
        reason_code: Stable code of the kind of defect.
        file: Name of the file, without its folder.
        row: 1-based row or document number, header not counted; None if the whole file is meant.
        field: Column name; None if the whole row is meant.
        message: What is wrong and what to do; contacts are masked on construction.
    """

    reason_code: str
    file: str
    row: int | None
    field: str | None
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", mask_contacts(self.message))

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.field is not None:
            place.append(f"column {self.field}")
        return f"{', '.join(place)}: {self.message}"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the reason in the form in which ``ops.quarantine`` keeps it."""
        return {
            "reason_code": str(self.reason_code),
            "file": self.file,
            "row": self.row,
            "field": self.field,
            "message": self.message,
        }


def reasons_as_json(reasons: Iterable[Reason]) -> list[dict[str, str | int | None]]:
    """Return reasons as the JSON list of a quarantine row, in their order."""
    return [reason.as_dict() for reason in reasons]
