"""What can go wrong with questions; none reaches a client.

::

    graph.errors.GraphError
    ├── NotUnderstoodError   a question is no structured one
    │   ├── AbsentError      it is one, of something that the data do not have
    │   └── AmbiguousError   it is one, but for a name that may mean several things
    └── ChatError            the chat model gives no answer: sentences are quoted instead
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.answers.words import Sense
from graph.errors import GraphError


class NotUnderstoodError(GraphError):
    """A question is no structured one, or not to its last word; the message says why."""


class AbsentError(NotUnderstoodError):
    """A question asks of what the data do not have: a discipline, a school, another year.

    Args:
        names: What there is not.
        year: A year that is not the data's; empty where none was named.
    """

    def __init__(self, names: tuple[Sense, ...], year: str) -> None:
        super().__init__("the data do not have what is asked of")
        self.names = names
        self.year = year


class AmbiguousError(NotUnderstoodError):
    """A name of a question may mean several things.

    Args:
        names: What it may mean.
    """

    def __init__(self, names: Sequence[Sense]) -> None:
        super().__init__("more than one thing is called so")
        self.names = tuple(names)


class ChatError(GraphError):
    """The chat model cannot be reached, refuses, or answers what cannot be read."""
