"""What can go wrong with questions.

::

    graph.errors.GraphError
    └── NotUnderstoodError   a question is no structured one (never reaches a client)
"""

from __future__ import annotations

from graph.errors import GraphError


class NotUnderstoodError(GraphError):
    """A question is no structured one, or not to its last word; the message says why."""
