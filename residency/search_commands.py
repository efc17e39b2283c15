"""The commands under `residency search`."""

from __future__ import annotations

import asyncio
from pathlib import Path
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
def search_query(  # noqa: PLR0913, PLR0917 - an argument for each option
    text: Annotated[list[str], typer.Argument(help="What to look for, in either language.")],
    first: Annotated[int, typer.Option(help="How many programs.", min=1, max=100)] = 5,
    mode: Annotated[
        Literal["HYBRID", "LEXICAL", "SEMANTIC"], typer.Option(help="How to rank.")
    ] = "HYBRID",
    language: Annotated[
        Literal["EN", "FR"] | None, typer.Option(help="Language of the query; by default told.")
    ] = None,
    province: Annotated[
        str | None, typer.Option(help="Only sites of this province: MB, QC, …")
    ] = None,
    discipline: Annotated[str | None, typer.Option(help="Only this discipline.")] = None,
    university: Annotated[
        str | None, typer.Option(help="Only universities with this in their name.")
    ] = None,
    document_language: Annotated[
        Literal["EN", "FR"] | None, typer.Option(help="Only descriptions in this language.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Print the programs that answer a query best, with their best passages."""
    from residency.finding import print_programs

    kept = {
        "province": province,
        "discipline": discipline,
        "university": university,
        "document_language": document_language,
    }
    words = " ".join(text)
    asyncio.run(
        print_programs(words, first=first, mode=mode, language=language, kept=kept, as_json=as_json)
    )


@search_app.command(
    "evaluate",
    epilog=example(
        "residency search evaluate", "residency search evaluate --collection ./cranfield"
    ),
)
def search_evaluate(
    collection: Annotated[
        Path | None,
        typer.Option(help="Folder with topics and qrels: Cranfield's files, or BEIR's."),
    ] = None,
    judged: Annotated[
        Path | None, typer.Option(help="Folder of a judged set; by default that of the data.")
    ] = None,
    half: Annotated[
        Literal["TUNING", "HELD_OUT", "ALL"], typer.Option(help="Which queries.")
    ] = "HELD_OUT",
    plot: Annotated[Path | None, typer.Option(help="Where to draw the means, as SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Measure how well each way of ranking finds what judges found relevant."""
    from residency.evaluating import evaluate, evaluate_collection

    if collection is not None:
        evaluate_collection(collection, as_json=as_json)
    else:
        evaluate(judged, half=half, plot=plot, as_json=as_json)


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
