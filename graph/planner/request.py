"""One request to run a plan: its variables, its cursors, and who asks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graph.planner.cursors import Cursor, CursorSigner

if TYPE_CHECKING:
    from graph.planner.searches import PreparedSearch


@dataclass(slots=True)
class Request:
    """What a plan's parameters are read from; ``shape`` is that of the variables.

    ``searches`` are its queries, analysed, in the order of the plan's.
    """

    variables: Mapping[str, Any]
    signer: CursorSigner
    role: str = "reader"
    shape: Hashable = ()
    searches: Sequence[PreparedSearch] = ()
    _cursors: dict[str, Cursor] = field(default_factory=dict)

    def cursor(self, token: str, argument: str) -> Cursor:
        """Return a cursor that this graph signed.

        Raises:
            CursorInvalidError: it did not.
        """
        found = self._cursors.get(token)
        if found is None:
            found = self._cursors[token] = self.signer.read(token, argument)
        return found
