"""Plain values from JSON and YAML texts, without YAML's traps."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable
from typing import Any

import yaml


class NotPlainError(ValueError):
    """A text is neither JSON nor YAML, or has a key twice."""


class _Loader(yaml.SafeLoader):
    """Reads what YAML 1.2 calls truth values only, so that ON stays Ontario; keys stand once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        _require_different(self.construct_object(key, deep=True) for key, _ in node.value)
        return super().construct_mapping(node, deep=deep)


_TRUTH = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    letter: [one for one in resolvers if one[0] != _TRUTH]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    _TRUTH, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def plain_value(text: str) -> Any:
    """Return the value of a JSON or YAML text: mappings, lists, texts, numbers, truth values.

    Raises:
        NotPlainError: It is neither, or has a key twice.
    """
    try:
        # YAML holds almost all of JSON, but not every character.
        return json.loads(text, object_pairs_hook=_mapping)
    except json.JSONDecodeError:
        pass
    except RecursionError as error:
        raise NotPlainError("It is nested too deeply") from error
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader
    except (yaml.YAMLError, RecursionError) as error:
        raise NotPlainError(str(error) or "It is nested too deeply") from error


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _require_different(key for key, _ in pairs)
    return dict(pairs)


def _require_different(keys: Iterable[object]) -> None:
    seen: list[object] = []
    for key in keys:
        if key in seen:
            raise NotPlainError(f"{key!r} stands twice in one mapping")
        seen.append(key)
