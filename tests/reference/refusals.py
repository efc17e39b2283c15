"""What the reference refuses, with every code that would be right."""

from __future__ import annotations

from collections.abc import Collection

from graphql import GraphQLError

BAD_INPUT = "BAD_USER_INPUT"
CURSOR_INVALID = "CURSOR_INVALID"
CURSOR_EXPIRED = "CURSOR_EXPIRED"
NOT_FOUND = "NOT_FOUND"


class RefusalError(GraphQLError):
    """A field cannot be answered.

    An operation may be wrong in several ways at one field; a server reports one of them, and which
    one is its own choice.
    """

    def __init__(self, codes: Collection[str]) -> None:
        self.codes = frozenset(codes)
        super().__init__(" or ".join(sorted(codes)), extensions={"codes": sorted(codes)})
