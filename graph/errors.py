"""What can go wrong in the graph; every error that reaches a client carries a code.

::

    GraphError
    ├── DeclarationError     a type is declared against the warehouse's metadata (start-up)
    ├── TrustedDocumentsError  the trusted documents cannot be read (start-up)
    ├── NotPlannableError    an operation that the planner leaves to Strawberry's execution
    ├── FailedFieldsError    fields to leave out, each with its AnswerError
    ├── RequestError         BAD_REQUEST: the HTTP request is no GraphQL request
    └── AnswerError          belongs to a place in the operation
        ├── BadUserInputError    BAD_USER_INPUT
        ├── CursorInvalidError   CURSOR_INVALID
        ├── CursorExpiredError   CURSOR_EXPIRED
        ├── NotFoundError        NOT_FOUND
        ├── ForbiddenError       FORBIDDEN: the caller may not do this
        ├── CostTooHighError     COST_TOO_HIGH: the operation may not run
        ├── DocumentNotFoundError    PERSISTED_QUERY_NOT_FOUND
        ├── DocumentNotTrustedError  DOCUMENT_NOT_TRUSTED
        ├── DataChangedError     DATA_VERSION_CHANGED: a part of an answer would be of newer data
        ├── DatabaseBusyError    DATABASE_BUSY
        ├── UnavailableError     DATABASE_UNAVAILABLE
        ├── TooSlowError         STATEMENT_TIMEOUT
        ├── SearchIndexMissingError  SEARCH_INDEX_MISSING
        ├── EmbedderFailedError  EMBEDDER_UNAVAILABLE: no vector for a query
        ├── ExplanationTooLargeError EXPLANATION_TOO_LARGE: a run that is not repeated here
        ├── IndexSwitchedError   SEARCH_INDEX_SWITCHED: another index while a search ran
        └── InternalError        INTERNAL_SERVER_ERROR, masked, with a correlation id
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from graphql import GraphQLError, Node

if TYPE_CHECKING:
    from graph.planner.places import Place

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"


class GraphError(Exception):
    """Root of all errors of the graph."""


class DeclarationError(GraphError):
    """A declared type does not fit the warehouse's tables; raised when the schema is built."""


class TrustedDocumentsError(GraphError):
    """The trusted documents that the settings name cannot be read.

    Args:
        message: What is wrong with which file.
        remedy: What to do.
    """

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(f"{message}. {remedy[:1].upper()}{remedy[1:]}.")
        self.problem, self.remedy = message, remedy


class NotPlannableError(GraphError):
    """The operation holds something that is resolved, not declared."""


class FailedFieldsError(GraphError):
    """Fields of an operation fail; it can be answered without them.

    Args:
        errors: One or more, each with its place.
    """

    def __init__(self, errors: Sequence[AnswerError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


class RequestError(GraphError):
    """The HTTP request cannot be read as a GraphQL request.

    Args:
        status: HTTP status of the answer.
        message: What was wrong, and what to send instead.
        headers: Further headers of the answer.
    """

    code: ClassVar[str] = "BAD_REQUEST"

    def __init__(
        self, status: int, message: str, *, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class AnswerError(GraphError):
    """An error at a place of the operation.

    Args:
        message: What was wrong, naming the argument, and what to do.
        place: The field of the answer; None until it is known, or where it is the whole operation.
        node: The field or argument in the document.
    """

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    status: ClassVar[int] = 200

    def __init__(
        self, message: str, *, place: Place | None = None, node: Node | None = None
    ) -> None:
        super().__init__(message)
        self.place = place
        self.node = node
        self.figures: dict[str, object] = {}

    def at(self, place: Place, node: Node | None = None) -> Self:
        """Note the place, unless a more exact one is known; returns itself."""
        self.place = self.place or place
        self.node = self.node or node
        return self

    def located(self, path: Sequence[str | int] = ()) -> GraphQLError:
        """Return the error as GraphQL reports it, with its code and figures."""
        return GraphQLError(
            str(self),
            nodes=self.node,
            path=list(path) or None,
            extensions={"code": self.code, **self.figures},
        )


class BadUserInputError(AnswerError):
    """An argument has a value that it may not have."""

    code = "BAD_USER_INPUT"


class CursorInvalidError(AnswerError):
    """A cursor that this graph did not make, or made for other arguments."""

    code = "CURSOR_INVALID"


class CursorExpiredError(AnswerError):
    """A cursor of a data version that is no longer kept."""

    code = "CURSOR_EXPIRED"


class NotFoundError(AnswerError):
    """Something that must be there is not."""

    code = "NOT_FOUND"


class ForbiddenError(AnswerError):
    """Whoever asks may not do what the operation does."""

    code = "FORBIDDEN"


class CostTooHighError(AnswerError):
    """The operation would cost more than a request may.

    Args:
        message: How much, and what to do.
        figures: What clients may read besides: ``requested``, ``maximum``, ``dearest``.
    """

    code = "COST_TOO_HIGH"

    def __init__(self, message: str, **figures: object) -> None:
        super().__init__(message)
        self.figures = figures


class DocumentNotFoundError(AnswerError):
    """No document is kept under the identifier of the request."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class DocumentNotTrustedError(AnswerError):
    """Only trusted documents run here, and this is none."""

    code = "DOCUMENT_NOT_TRUSTED"


class DataChangedError(AnswerError):
    """Data were published between the parts of an answer."""

    code = "DATA_VERSION_CHANGED"


class DatabaseBusyError(AnswerError):
    """The database has no room for another statement just now."""

    code = "DATABASE_BUSY"
    status = 503


class UnavailableError(AnswerError):
    """The database cannot be reached, or is not set up for this program."""

    code = "DATABASE_UNAVAILABLE"
    status = 503


class TooSlowError(AnswerError):
    """The statement took longer than a statement may."""

    code = "STATEMENT_TIMEOUT"
    status = 503


class SearchIndexMissingError(AnswerError):
    """There is nothing to search in yet."""

    code = "SEARCH_INDEX_MISSING"


class EmbedderFailedError(AnswerError):
    """The embedder makes no vector of a query just now, or cannot be opened."""

    code = "EMBEDDER_UNAVAILABLE"


class IndexSwitchedError(AnswerError):
    """The search index changed between analysing a query and running its statement."""

    code = "SEARCH_INDEX_SWITCHED"
    status = 503


class ExplanationTooLargeError(AnswerError):
    """To explain the match, a run would have to be repeated that is too large for this process."""

    code = "EXPLANATION_TOO_LARGE"


class InternalError(AnswerError):
    """Something that the client cannot mend; the particulars stand in the log only."""

    status = 500
