"""The schema without what ranks and what answers questions, which have tests of their own."""

from __future__ import annotations

from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FieldDefinitionNode,
    ObjectTypeDefinitionNode,
    Visitor,
    visit,
)

LEFT_OUT = {("Query", "searchPrograms"), ("Query", "ask"), ("Program", "similar")}
TYPES = {
    "Answer",
    "AnswerEvent",
    "AnswerStep",
    "Citation",
    "ProgramSearchConnection",
    "ProgramSearchEdge",
    "SearchFacetValue",
    "SearchFacets",
    "SearchInterpretation",
    "SearchPassage",
    "SearchScore",
    "SharedPassage",
    "SimilarProgram",
    "TextSpan",
}
"""Types that only those fields lead to."""


class _Without(Visitor):
    def enter_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        name = node.name.value
        if name in TYPES:
            return REMOVE
        kept = [field for field in node.fields if not _is_left_out(name, field)]
        if len(kept) == len(node.fields):
            return None
        return ObjectTypeDefinitionNode(
            name=node.name, description=node.description, interfaces=node.interfaces,
            directives=node.directives, fields=tuple(kept), loc=node.loc,
        )  # fmt: skip

    def enter_enum_type_definition(self, node: Any, *_: Any) -> Any:
        return REMOVE if node.name.value == "SearchMode" else None


def _is_left_out(type_name: str, field: FieldDefinitionNode) -> bool:
    return (type_name, field.name.value) in LEFT_OUT


def without_search(document: DocumentNode) -> DocumentNode:
    """Return an SDL without searching and likeness."""
    found: DocumentNode = visit(document, _Without())
    return found
