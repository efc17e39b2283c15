"""What can go wrong with questions; neither reaches a client.

::

    graph.errors.GraphError
    ├── NotUnderstoodError   a question is no structured one
    └── ChatError            the chat model gives no answer: sentences are quoted instead
"""

from __future__ import annotations

from graph.errors import GraphError


class NotUnderstoodError(GraphError):
    """A question is no structured one, or not to its last word; the message says why."""


class ChatError(GraphError):
    """The chat model cannot be reached, refuses, or answers what cannot be read."""
