"""What graphql-codegen and Relay's compiler generate from the SDL, and TypeScript's verdict."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients import packages

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
TSC = "node_modules/typescript/bin/tsc"

pytestmark = pytest.mark.usefixtures("javascript")


def test_generated_types_and_the_clients_on_them_compile_strictly() -> None:
    assert packages.run(TSC, "--project", "tsconfig.json") == ""


def test_the_compiler_would_see_a_misuse_of_a_generated_type(tmp_path: Path) -> None:
    """The check above is no empty one: a quota may be null, and a language is no text."""
    operations = packages.GENERATED / "operations.ts"
    misuse = tmp_path / "misuse.ts"
    misuse.write_text(
        f'import type {{ ProgramDetailsFragment as P, Language }} from "{operations}";\n'
        "export const quota = (program: P): number => program.quota;\n"
        'export const language: Language = "DE";\n'
    )
    flags = ["--strict", "--noEmit", "--skipLibCheck", "--allowImportingTsExtensions"]
    flags += ["--module", "esnext", "--moduleResolution", "bundler", "--types", ""]
    with pytest.raises(AssertionError, match="TS2322") as failure:
        packages.run(TSC, *flags, "--ignoreConfig", str(misuse))
    assert str(failure.value).count("TS2322") == 2


@pytest.mark.parametrize("name", ["schema.ts", "operations.ts"])
def test_no_generated_type_is_any(name: str) -> None:
    text = (packages.GENERATED / name).read_text(encoding="utf-8")
    code = COMMENT.sub("", text)
    assert "export type" in code
    assert re.findall(r".*\bany\b.*", code) == []


def test_scalars_of_our_own_are_typed_as_text() -> None:
    text = (packages.GENERATED / "schema.ts").read_text(encoding="utf-8")
    for scalar in ("Date", "DateTime"):
        assert f"{scalar}: {{ input: string; output: string; }}" in text


def test_relay_pages_by_connection_and_refetches_by_node() -> None:
    """The compiler refuses what is not Relay's; these are the queries that it made."""
    artifacts = packages.GENERATED / "relay"
    paging = (artifacts / "operationsProgramsPaginationQuery.graphql.ts").read_text("utf-8")
    assert "pageInfo {\\n      endCursor\\n      hasNextPage\\n    }" in paging
    assert "cursor\\n" in paging
    again = (artifacts / "operationsCardRefetchQuery.graphql.ts").read_text("utf-8")
    assert "node(id: $id)" in again
