"""Errors of the loading side.

    EtlError
    ├── SourceError                     exit code 3
    │   ├── MissingFileError
    │   ├── AmbiguousFileError
    │   ├── EmptyFileError
    │   ├── MissingColumnError
    │   ├── ExtraColumnError
    │   ├── WrongSheetError
    │   ├── CorruptArchiveError
    │   ├── ArchiveBombError
    │   ├── NotUtf8Error
    │   ├── MalformedJsonError
    │   ├── MalformedCsvError
    │   ├── NulCharacterError
    │   └── SourceChangedError
    ├── ReferenceTableError             exit code 3
    ├── DownloadError                   exit code 4
    │   ├── OfflineError
    │   ├── TruncatedDownloadError
    │   ├── DownloadTimeoutError
    │   └── ChecksumMismatchError
    ├── ContractViolationError          exit code 5
    ├── GateStoppedError                exit code 5
    ├── ReconciliationError             exit code 5
    ├── LoadAtWorkError                 exit code 7
    ├── PublishError                    exit code 6
    ├── SimulationGoneError             exit code 11
    └── FlowError                       exit code 10
        ├── PrefectSetupError
        └── FlowServiceError

Every error is made from two sentences: what was wrong and where, and what to do about it.
"""

from typing import ClassVar

from warehouse.masking import mask_contacts


class EtlError(Exception):
    """Root of all errors of this package.

    Attributes:
        problem: What was wrong and where, as a sentence, contacts masked.
        remedy: What to do about it, as a sentence.
        exit_code: What the command exits with for this family of errors.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = mask_contacts(problem)
        self.remedy = mask_contacts(remedy)
        # Both sentences are arguments, so that the error survives pickling between processes.
        super().__init__(self.problem, self.remedy)

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"


class SourceError(EtlError):
    """A source file cannot be used as it is."""

    exit_code = 3


class MissingFileError(SourceError):
    """A folder lacks a source file, or is no folder."""


class AmbiguousFileError(SourceError):
    """A folder has several files for one role, or files of several match iterations."""


class EmptyFileError(SourceError):
    """A file holds no bytes, or not even a header."""


class MissingColumnError(SourceError):
    """A table lacks columns that it must have."""


class ExtraColumnError(SourceError):
    """A table has columns that nothing knows."""


class WrongSheetError(SourceError):
    """A workbook does not consist of the one sheet that its role asks for."""


class CorruptArchiveError(SourceError):
    """A zip archive or workbook is damaged, encrypted, or not packed as expected."""


class ArchiveBombError(SourceError):
    """An archive would unpack to far more than it should."""


class NotUtf8Error(SourceError):
    """A text file is not UTF-8."""


class MalformedJsonError(SourceError):
    """A file is not a JSON list of documents."""


class MalformedCsvError(SourceError):
    """A file is not a CSV table."""


class NulCharacterError(SourceError):
    """A text holds a NUL character, which PostgreSQL cannot store."""


class SourceChangedError(SourceError):
    """A file changed while it was being read."""


class ReferenceTableError(EtlError):
    """A hand-made reference table contradicts itself."""

    exit_code = 3


class DownloadError(EtlError):
    """The public files cannot be downloaded."""

    exit_code = 4


class OfflineError(DownloadError):
    """The server cannot be reached."""


class TruncatedDownloadError(DownloadError):
    """A file arrived incomplete, again and again."""


class DownloadTimeoutError(DownloadError):
    """The server took longer than the time limits allow."""


class ChecksumMismatchError(DownloadError):
    """A downloaded file is not the one that was expected."""


class ContractViolationError(EtlError):
    """Rows break the contract in a way that cannot be kept to the rows themselves."""

    exit_code = 5


class GateStoppedError(EtlError):
    """A gate stopped the load before publishing."""

    exit_code = 5


class ReconciliationError(EtlError):
    """Rows in are not rows published plus rows quarantined."""

    exit_code = 5


class LoadAtWorkError(EtlError):
    """Another load holds the lock of the warehouse."""

    exit_code = 7


class PublishError(EtlError):
    """Publishing failed; the version published before stands."""

    exit_code = 6


class SimulationGoneError(EtlError):
    """A simulation that is to be run is not there (any more)."""

    exit_code = 11


class FlowError(EtlError):
    """Flows cannot be run or served."""

    exit_code = 10


class PrefectSetupError(FlowError):
    """Prefect cannot be set up: it was imported too early, or its server does not start."""


class FlowServiceError(FlowError):
    """Flows cannot be served, or not any longer."""
