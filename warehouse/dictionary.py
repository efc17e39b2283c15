"""Makes ``docs/data_dictionary.md`` and ``docs/warehouse.md`` from the table models.

``python -m warehouse.dictionary`` writes them; with ``--check`` it says which are stale.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import DefaultClause

from warehouse import vocabulary
from warehouse.tables import SCHEMAS, metadata
from warehouse.tables.marts import VIEWS, View
from warehouse.vocabulary import Vocabulary

DOCS = Path(__file__).resolve().parent.parent / "docs"
ABOUT = Path(__file__).with_name("about.md")
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
SHORT_TYPES = {"timestamp with time zone": "timestamptz", "double precision": "float8"}
WRITERS = {
    "landing": "loads",
    "staging": "loads",
    "core": "publishing",
    "mart": "publishing",
    "search": "publishing",
    "simulation": "simulations",
    "ops": "everybody who works",
}
STAR = re.compile(r"core\.(dim_|fact_)")
OPERATIONS = re.compile(r"(landing|ops)\.")


def generate() -> dict[Path, str]:
    """Return the generated pages with their content."""
    return {
        DOCS / "data_dictionary.md": "\n".join(data_dictionary()) + "\n",
        DOCS / "warehouse.md": warehouse_page(),
    }


def stale() -> list[Path]:
    """Return the pages whose committed content is not what would be generated."""
    return [
        path
        for path, content in generate().items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]


# ---------------------------------------------------------------- data dictionary


def data_dictionary() -> Iterator[str]:
    """Yield the lines of the data dictionary."""
    yield "# Data dictionary"
    yield ""
    yield (
        "Made by `python -m warehouse.dictionary` from the table models; the same words are the"
        " comments in the database and the descriptions in the graph. How the layers, history,"
        " evidence and roles work stands in [warehouse.md](warehouse.md)."
    )
    yield ""
    yield from contents()
    for schema, comment in SCHEMAS.items():
        yield from ["", f"## Schema `{schema}`", "", comment]
        tables = tables_of(schema)
        views = [view for view in VIEWS if view.schema == schema]
        if not tables and not views:
            yield from ["", "No tables yet."]
        for table in tables:
            yield from table_section(table)
        for view in views:
            yield from view_section(view)
    yield from ["", "## Coded values"]
    for words in vocabularies():
        yield from vocabulary_section(words)


def contents() -> Iterator[str]:
    """Yield the list of schemas with links to their tables."""
    for schema in SCHEMAS:
        names = [table.fullname for table in tables_of(schema)]
        names += [view.fullname for view in VIEWS if view.schema == schema]
        links = ", ".join(f"[`{name}`](#{anchor(name)})" for name in names)
        yield f"- **{schema}**: {links or 'no tables yet'}"
    yield "- [Coded values](#coded-values)"


def table_section(table: Table) -> Iterator[str]:
    """Yield the section of one table."""
    yield from ["", f"### `{table.fullname}`", "", f"{table.comment}", ""]
    yield f"Grain: {table.info['grain']}."
    if "UNLOGGED" in table._prefixes:
        yield "Unlogged: emptied by the next load, and by a crash."
    yield from ["", "| column | type | unit | null | meaning | key, default | source |"]
    yield "|---|---|---|---|---|---|---|"
    coded = coded_columns(table)
    for column in table.columns:
        meaning = column.comment or ""
        if column.name in coded:
            meaning += " " + coded[column.name]
        cells = [
            f"`{column.name}`",
            type_name(column),
            column.info.get("unit", ""),
            "yes" if column.nullable else "no",
            meaning,
            ", ".join(roles_of(column)),
            column.info.get("source", ""),
        ]
        yield row(cells)
    if rules := list(rules_of(table)):
        yield from ["", "Rules:", *(f"- {rule}" for rule in rules)]


def view_section(view: View) -> Iterator[str]:
    """Yield the section of one view."""
    yield from ["", f"### `{view.fullname}`", "", view.comment, "", f"Grain: {view.grain}. A view."]
    yield from [
        "",
        "| column | type | unit | null | meaning | shows |",
        "|---|---|---|---|---|---|",
    ]
    for name, shown in view.columns.items():
        column = metadata.tables["core." + shown.split(".")[0]].columns[shown.split(".")[1]]
        coded = coded_columns(column.table).get(column.name, "")
        meaning = f"{column.comment} {coded}".strip()
        nullable = "yes" if column.nullable else "no"
        unit = column.info.get("unit", "")
        yield row([f"`{name}`", type_name(column), unit, nullable, meaning, f"`core.{shown}`"])


def vocabulary_section(words: type[Vocabulary]) -> Iterator[str]:
    """Yield the section of one coded list."""
    yield from ["", f"### {words.__name__}", "", inspect.getdoc(words) or "", ""]
    yield from ["| value | meaning |", "|---|---|"]
    for word in words:
        yield row([f"`{word.value}`", word.description])


def row(cells: Iterable[str]) -> str:
    """Return a line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def anchor(name: str) -> str:
    """Return the anchor of a heading in code style."""
    return re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")


def tables_of(schema: str) -> list[Table]:
    """Return the tables of a schema, those that others refer to first."""
    return [table for table in metadata.sorted_tables if table.schema == schema]


def vocabularies() -> list[type[Vocabulary]]:
    """Return all coded lists in the order of their definition."""
    return [
        member
        for member in vars(vocabulary).values()
        if isinstance(member, type) and issubclass(member, Vocabulary) and member is not Vocabulary
    ]


def coded_columns(table: Table) -> dict[str, str]:
    """Return which columns hold coded values, with links to their lists."""
    found = {}
    for constraint in table.constraints:
        if not isinstance(constraint, CheckConstraint):
            continue
        rule = re.fullmatch(r"(\w+) IN \((.*)\)", str(constraint.sqltext))
        if rule:
            allowed = set(re.findall(r"'([^']*)'", rule[2]))
            lists = [words for words in vocabularies() if set(words.values()) <= allowed]
            exact = [words for words in lists if set(words.values()) == allowed] or lists
            links = " or ".join(f"[{w.__name__}](#{w.__name__.lower()})" for w in exact)
            found[rule[1]] = f"One of {links}."
    if table.schema == "staging":
        core = metadata.tables.get(f"core.{table.name}")
        return coded_columns(core) if core is not None else found
    return found


def type_name(column: Column[object]) -> str:
    """Return the PostgreSQL type of a column."""
    full = column.type.compile(dialect=DIALECT).lower()
    return SHORT_TYPES.get(full, full)


def roles_of(column: Column[object]) -> Iterator[str]:
    """Yield what a column does for keys, and its default."""
    if column.primary_key:
        yield "primary key"
    for target in sorted(key.target_fullname for key in column.foreign_keys):
        yield f"→ `{target}`"
    if column.identity is not None:
        yield "counted by the database"
    elif isinstance(column.server_default, DefaultClause):
        argument = column.server_default.arg
        yield f"default `{argument if isinstance(argument, str) else argument.compile()}`"


def rules_of(table: Table) -> Iterator[str]:
    """Yield the constraints and indexes of a table that its columns do not show."""
    constraints = sorted(table.constraints, key=lambda constraint: str(constraint.name))
    for constraint in constraints:
        name = str(constraint.name)
        if isinstance(constraint, UniqueConstraint):
            yield f"unique: {names(constraint.columns)}"
        elif isinstance(constraint, CheckConstraint):
            if not re.fullmatch(r"\w+ IN \(.*\)", str(constraint.sqltext)):
                readable = name.removeprefix(f"ck_{table.name}_").replace("_", " ")
                yield f"{readable}: `{constraint.sqltext}`"
        elif isinstance(constraint, ForeignKeyConstraint) and len(constraint.columns) > 1:
            targets = ", ".join(f"`{element.target_fullname}`" for element in constraint.elements)
            yield f"{names(constraint.columns)} → {targets}"
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        condition = index.dialect_options["postgresql"]["where"]
        kind = "unique index" if index.unique else "index"
        where = f" where `{condition}`" if condition is not None else ""
        keys = ", ".join(
            f"`{key.name if isinstance(key, Column) else key}`" for key in index.expressions
        )
        yield f"{kind}: {keys}{where}"


def names(columns: Iterable[Column[object]]) -> str:
    """Return column names as code."""
    return ", ".join(f"`{column.name}`" for column in columns)


# ---------------------------------------------------------------- warehouse page


def warehouse_page() -> str:
    """Return ``docs/warehouse.md``: the text of ``about.md`` with its generated parts."""
    layers = [row([f"`{name}`", comment, WRITERS[name]]) for name, comment in SCHEMAS.items()]
    core = [table for table in metadata.sorted_tables if table.schema == "core"]
    star = [table for table in core if STAR.match(table.fullname)]
    children = [table for table in core if table not in star]
    operations = [table for table in metadata.sorted_tables if OPERATIONS.match(table.fullname)]
    parts = {
        "layers": "\n".join(layers),
        "star": diagram(star),
        "children": diagram([metadata.tables["core.dim_program"], *children]),
        "operations": diagram(operations),
    }
    page = ABOUT.read_text(encoding="utf-8")
    for name, content in parts.items():
        page = page.replace(f"{{{{ {name} }}}}", content)
    return page


def diagram(tables: list[Table]) -> str:
    """Return a Mermaid diagram of tables with their keys, and of the foreign keys among them."""
    lines = ["erDiagram"]
    for table in tables:
        for key in sorted(table.foreign_key_constraints, key=lambda key: names(key.columns)):
            if key.referred_table in tables:
                one = {column.name for column in key.columns} == set(
                    table.primary_key.columns.keys()
                )
                many = "o|" if one else "o{"
                label = ", ".join(column.name for column in key.columns)
                lines.append(
                    f'  {entity(key.referred_table)} ||--{many} {entity(table)} : "{label}"'
                )
    for table in tables:
        lines.append(f"  {entity(table)} {{")
        for column in table.columns:
            primary, foreign = column.primary_key, bool(column.foreign_keys)
            marks = [mark for mark, holds in (("PK", primary), ("FK", foreign)) if holds]
            if not marks and is_natural_key(column):
                marks = ["UK"]
            is_measure = table.name.startswith("fact_") and not column.name.endswith("_at")
            if marks or is_measure:
                kind = type_name(column).replace(" ", "_")
                lines.append(f"    {kind} {column.name} {', '.join(marks)}".rstrip())
        lines.append("  }")
    return "\n".join(lines)


def entity(table: Table) -> str:
    """Return a table's name in a diagram."""
    return table.name if table.schema == "core" else f"{table.schema}_{table.name}"


def is_natural_key(column: Column[object]) -> bool:
    """Return whether a column is of the natural key of its table."""
    table = column.table
    assert isinstance(table, Table)
    unique = [index.columns for index in table.indexes if index.unique]
    unique += [
        constraint.columns
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    return any(column.name in columns for columns in unique) and column.name != "valid_from"


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` only say which are stale."""
    if "--check" in arguments:
        old = stale()
        for path in old:
            sys.stderr.write(f"{path} is stale: run python -m warehouse.dictionary\n")
        return 1 if old else 0
    for path, content in generate().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
