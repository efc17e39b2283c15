"""Who asks, and what they may do.

Everybody may read. Simulations are for everybody, or for operators, as the operator has set. Data
are loaded by operators: those who send the operators' token or, where none is set, whoever asks
from this machine itself, not through a proxy.
"""

from __future__ import annotations

import hmac
from enum import IntEnum
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Final

from graphql import GraphQLObjectType, OperationType
from starlette.types import Scope
from strawberry.types.field import StrawberryField

from graph.errors import ForbiddenError, RequestError
from graph.planner.selection import Operation
from graph.protocol import header
from warehouse.settings import Settings

REQUIRES: Final = "requires"
"""Key of the least role in a Strawberry field's metadata."""
FORWARDED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})
"""Headers by which a proxy says that somebody else asks through it."""
_SCHEME: Final = "bearer "


class Role(IntEnum):
    """What somebody may do; each may do what those before it may."""

    READER = 1
    SIMULATOR = 2
    OPERATOR = 3


class Gate:
    """Tells who asks.

    Args:
        settings: Give the token of operators, and who may run simulations.
    """

    def __init__(self, settings: Settings) -> None:
        token = settings.operator_token
        self._token = None if token is None else token.get_secret_value().encode()
        self._others = Role.SIMULATOR if settings.simulations == "everyone" else Role.READER

    def role(self, scope: Scope, credentials: str = "") -> Role:
        """Return the role of whoever sent a request.

        Args:
            scope: The request, or the beginning of a connection.
            credentials: What a connection gave later, in place of the header ``Authorization``.

        Raises:
            RequestError: the token is not that of operators.
        """
        if self._token is None:
            return Role.OPERATOR if is_from_here(scope) else self._others
        given = credentials or header(scope, b"authorization")
        if not given.lower().startswith(_SCHEME):
            return self._others
        if hmac.compare_digest(given[len(_SCHEME) :].strip().encode(), self._token):
            return Role.OPERATOR
        raise RequestError(
            401,
            "The token is not that of operators. Send the one that the server was given in"
            " RESIDENCY_OPERATOR_TOKEN, or none.",
            headers=[(b"www-authenticate", b"Bearer")],
        )


def is_from_here(scope: Scope) -> bool:
    """Return whether a request comes from this machine, and from no proxy on it."""
    client = scope.get("client")
    if client is None or any(name in FORWARDED for name, _ in scope["headers"]):
        return False
    return _is_loopback(client[0])


@lru_cache(maxsize=1_000)
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def authorise(operation: Operation, role: Role) -> None:
    """Check that a role may run an operation; reading is free.

    Raises:
        ForbiddenError: it may not; names the field.
    """
    kind = operation.definition.operation
    root = operation.schema.get_root_type(kind)
    if kind is OperationType.QUERY or not isinstance(root, GraphQLObjectType):
        return
    for nodes in operation.below(root, [operation.definition]).values():
        name = nodes[0].name.value
        if name in root.fields and role < required(root.fields[name]):
            raise ForbiddenError(
                f"'{name}' is not for everybody here. Send the token of operators in the header"
                " Authorization: Bearer …, or ask whoever runs this graph.",
                node=nodes[0],
            )


def required(definition: Any) -> Role:
    """Return the least role that may use a root field."""
    origin = definition.extensions.get("strawberry-definition")
    if isinstance(origin, StrawberryField):
        return Role(origin.metadata.get(REQUIRES, Role.READER))
    return Role.READER
