"""The root fields that read."""

from __future__ import annotations

import strawberry

from graph.planner.declare import argument, declared, everything
from graph.planner.sources import AnyNode, ByKey, Latest
from graph.queries.keys import DisciplineBy, ProgramBy, UniversityBy
from graph.types.data_version import DataVersion
from graph.types.discipline import Discipline, DisciplineConnection
from graph.types.iteration import MatchIteration
from graph.types.paging import Node, as_of_argument, connection
from graph.types.program import Program, ProgramConnection
from graph.types.site import SiteConnection
from graph.types.stream import Stream
from graph.types.university import University, UniversityConnection

WHICH = "How to find it."
NO_DATA = "No data version is published yet. Load the program files: `residency load`."


@strawberry.type(description="What can be read: programs of the residency match, and around them.")
class Query:
    """What can be read."""

    node: Node | None = declared(
        AnyNode(),
        "Any object by its global id; null where it does not exist (any more).",
        [argument("id", strawberry.ID, "Global id, as the graph gave it.")],
    )
    program: Program | None = declared(
        ByKey(
            {
                "id": None,
                "key": {
                    "iteration": "match_iteration_id",
                    "programStreamId": "program_stream_id",
                },
            }
        ),
        "One program; null where there is none.",
        [argument("by", ProgramBy, WHICH), as_of_argument()],
    )
    programs: ProgramConnection = connection(
        "Program",
        "graph.types.program",
        "Programs of a match iteration. `dataVersion { isSample }` says whether they are generated"
        " sample data.",
    )
    university: University | None = declared(
        ByKey({"id": None, "code": "school_code", "name": "name"}),
        "One university; null where there is none.",
        [argument("by", UniversityBy, WHICH), as_of_argument()],
    )
    universities: UniversityConnection = connection(
        "University", "graph.types.university", "Universities with residency programs."
    )
    discipline: Discipline | None = declared(
        ByKey({"id": None, "disciplineId": "discipline_id", "name": "name"}),
        "One discipline; null where there is none.",
        [argument("by", DisciplineBy, WHICH), as_of_argument()],
    )
    disciplines: DisciplineConnection = connection(
        "Discipline", "graph.types.discipline", "Medical disciplines."
    )
    sites: SiteConnection = connection(
        "Site", "graph.types.site", "Sites as the program master labels them."
    )
    streams: list[Stream] = everything(
        Stream,
        order=["label"],
        description="All streams, by their label.",
        arguments=[as_of_argument()],
    )
    iterations: list[MatchIteration] = everything(
        MatchIteration,
        order=["match_iteration_id"],
        description="All match iterations, the oldest first.",
        arguments=[as_of_argument()],
    )
    data_version: DataVersion = declared(
        Latest("number", NO_DATA), "The newest published state of the data."
    )
