"""What can go wrong in the warehouse.

::

    WarehouseError
    ├── EmbeddedServerError      the embedded server cannot be made, started or stopped
    ├── DatabaseUnreachableError no connection, or a connection that was lost for good
    │   └── RoleMissingError     the server does not know the role, or refuses its password
    ├── DatabaseBusyError        the waiting queue of the read connections is full
    ├── StatementTimeoutError    a statement took longer than it may
    ├── MigrationError           the schema cannot be brought to the version of the code
    │   └── SchemaOutdatedError  the schema is of another version than the code
    ├── HistoryError             a publish would break the history of a table
    └── SearchError              the search index cannot be made or used
        ├── IndexMissingError    there is no index to search in, or none to go back to
        ├── IndexAtWorkError     another refresh of the index is at work
        └── EmbedderError        an embedder gives no vectors
            ├── EmbedderSettingsError     it is not installed, misconfigured, or refuses us
            ├── EmbedderUnavailableError  it gives no answer, after every retry
            └── EmbedderAnswerError       it answers with what was not asked for
"""

from __future__ import annotations


class WarehouseError(Exception):
    """Root of all errors of the warehouse; ``remedy`` says what to do."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        sentence = f"{message.removesuffix('.')}. {remedy[:1].upper()}{remedy[1:]}"
        super().__init__(sentence if remedy else message)
        self.remedy = remedy


class EmbeddedServerError(WarehouseError):
    """The embedded server cannot be made, started or stopped."""


class DatabaseUnreachableError(WarehouseError):
    """No connection to the database, or one that was lost and does not come back."""


class RoleMissingError(DatabaseUnreachableError):
    """The server does not know the role, or refuses its password."""


class DatabaseBusyError(WarehouseError):
    """All read connections are at work and their waiting queue is full."""


class StatementTimeoutError(WarehouseError):
    """A statement took longer than the statement timeout allows."""


class MigrationError(WarehouseError):
    """The schema cannot be brought to the version that this code needs."""


class SchemaOutdatedError(MigrationError):
    """The schema of the database is of another version than the code."""


class HistoryError(WarehouseError):
    """A publish would break the history of a table, or refers to what is not there."""


class SearchError(WarehouseError):
    """The search index cannot be made or used."""


class IndexMissingError(SearchError):
    """There is no index to search in, or none to go back to."""


class IndexAtWorkError(SearchError):
    """Another refresh of the search index is at work."""


class EmbedderError(SearchError):
    """An embedder gives no vectors."""


class EmbedderSettingsError(EmbedderError):
    """An embedder is not installed or misconfigured, or an endpoint refuses us."""


class EmbedderUnavailableError(EmbedderError):
    """An embedder gives no answer, after every retry."""


class EmbedderAnswerError(EmbedderError):
    """An embedder answers with what was not asked for."""
