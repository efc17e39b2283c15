"""The commands under `residency search`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from residency.console import example


class QueryGroup(TyperGroup):
    """A group in which words that are no command are the arguments of its command ``query``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that arguments ask for; Typer's context is not public."""
        known = not args or args[0] in self.commands
        return super().resolve_command(ctx, args if known else ["query", *args])


search_app = typer.Typer(
    cls=QueryGroup,
    no_args_is_help=True,
    help="Search the program texts, and keep the index: what is no command is a query.",
    epilog=example("residency search 'rural family medicine near Winnipeg'"),
)


@search_app.command(
    "query",
    epilog=example(
        "residency search 'rural family medicine near Winnipeg'",
        "residency search 'où puis-je me former en région?' --language FR --first 3",
    ),
)
def search_query(
    text: Annotated[list[str], typer.Argument(help="What to look for, in either language.")],
    first: Annotated[int, typer.Option(help="How many programs.", min=1, max=100)] = 5,
    mode: Annotated[
        Literal["HYBRID", "LEXICAL", "SEMANTIC"], typer.Option(help="How to rank.")
    ] = "HYBRID",
    language: Annotated[
        Literal["EN", "FR"] | None, typer.Option(help="Language of the query; by default told.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Print the programs that answer a query best, with their best passages."""
    from residency.finding import print_programs

    asyncio.run(
        print_programs(" ".join(text), first=first, mode=mode, language=language, as_json=as_json)
    )


@search_app.command(
    "refresh", epilog=example("residency search refresh", "residency search refresh --rebuild")
)
def search_refresh(
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Make a new index version, with a new fit, beside the old."),
    ] = False,
) -> None:
    """Bring the search index up to the published data; only what changed is embedded."""
    from residency.searching import refresh_here

    refresh_here(rebuild=rebuild)


@search_app.command(
    "status", epilog=example("residency search status", "residency search status --json")
)
def search_status(
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Tell which index versions there are, and what the last refreshes did."""
    from residency.searching import print_search_status

    asyncio.run(print_search_status(as_json=as_json))


@search_app.command(
    "rollback", epilog=example("residency search rollback", "residency search rollback --to 3")
)
def search_rollback(
    to: Annotated[
        int | None, typer.Option(help="Number of the index version; by default the one before.")
    ] = None,
) -> None:
    """Let queries use an earlier index version again."""
    from residency.searching import roll_back_search

    asyncio.run(roll_back_search(to))
