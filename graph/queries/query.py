"""The root fields that read."""

from __future__ import annotations

import strawberry

from graph.planner.declare import argument, declared, everything
from graph.planner.declare_groups import group_list
from graph.planner.derived import Comparison, InScope
from graph.planner.sources import AnyNode, AnyNodes, ById, ByKey, Latest
from graph.planner.weights import Cost, of_members, one_for_each
from graph.queries.asking import WEIGHT, ask
from graph.queries.keys import DisciplineBy, ProgramBy, UniversityBy
from graph.types.analytics import Analytics
from graph.types.answer import Answer
from graph.types.comparison import ProgramComparison
from graph.types.criterion import SelectionCriterionConnection
from graph.types.data_version import DataVersion
from graph.types.discipline import Discipline, DisciplineConnection
from graph.types.eligibility import EligibilityRuleConnection
from graph.types.group_inputs import group_arguments
from graph.types.groups import ProgramDimension, ProgramGroup, ProgramGroupOrder
from graph.types.iteration import MatchIteration
from graph.types.job import Job
from graph.types.paging import Node, as_of_argument, connection, iteration_argument
from graph.types.program import Program, ProgramConnection
from graph.types.requirement import ProgramRequirementConnection
from graph.types.search import ProgramSearchConnection, search_field
from graph.types.search_index import SearchIndex, SearchRefresh
from graph.types.simulation import Simulation, SimulationConnection
from graph.types.site import SiteConnection
from graph.types.stream import Stream
from graph.types.training import InterviewDateConnection, TrainingSiteConnection
from graph.types.university import University, UniversityConnection

IN_ORDER = "They come in the order of the programs' natural keys, then as the document has them."
WHICH = "How to find it."
BY_ID = argument("id", strawberry.ID, "Global id, as the graph gave it.")
NO_DATA = "No data version is published yet. Load the program files: `residency load`."


@strawberry.type(description="What can be read: programs of the residency match, and around them.")
class Query:
    """What can be read."""

    node: Node | None = declared(
        AnyNode(),
        "Any object by its global id; null where it does not exist (any more).",
        [argument("id", strawberry.ID, "Global id, as the graph gave it.")],
    )
    nodes: list[Node | None] = declared(
        AnyNodes(),
        "Objects of any types by their global ids, in the order of the ids, as often as they are"
        " given; null where one does not exist (any more).",
        [argument("ids", list[strawberry.ID], "Global ids, as the graph gave them: 100 at most.")],
        size=one_for_each("ids"),
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
    program_groups: list[ProgramGroup] = group_list(
        "Programs of a match iteration in groups, with totals of each: one group for every"
        " combination of values of the dimensions that programs have.",
        [
            argument("by", list[ProgramDimension], "The dimensions to group by, each once."),
            *group_arguments(ProgramGroupOrder, "the most programs first"),
            iteration_argument(),
            as_of_argument(),
        ],
    )
    compare_programs: ProgramComparison = declared(
        Comparison("Program", least=2, most=10),
        "Programs side by side, of whatever iterations, with a table of where they differ.",
        [
            argument("ids", list[strawberry.ID], "Global ids of 2 to 10 programs."),
            as_of_argument(),
        ],
        size=of_members("ids", "programs"),
    )
    selection_criteria: SelectionCriterionConnection = connection(
        "SelectionCriterion",
        "graph.types.criterion",
        f"What the programs of a match iteration look at. {IN_ORDER}",
    )
    requirements: ProgramRequirementConnection = connection(
        "ProgramRequirement",
        "graph.types.requirement",
        f"What the programs of a match iteration ask applicants to submit. {IN_ORDER}",
    )
    interview_dates: InterviewDateConnection = connection(
        "InterviewDate",
        "graph.types.training",
        f"Days on which the programs of a match iteration interview. {IN_ORDER}",
    )
    training_sites: TrainingSiteConnection = connection(
        "TrainingSite",
        "graph.types.training",
        f"Places where residents of the programs of a match iteration train. {IN_ORDER}",
    )
    analytics: Analytics = declared(
        InScope(),
        "Statistics over the programs of a match iteration.",
        [iteration_argument(), as_of_argument()],
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
        size=14,
    )
    eligibility_rules: EligibilityRuleConnection = connection(
        "EligibilityRule",
        "graph.types.eligibility",
        "Who may apply to what: the rules that simulations obey, in the order in which they are"
        " looked at. They are those of now.",
        is_timeless=True,
    )
    iterations: list[MatchIteration] = everything(
        MatchIteration,
        order=["match_iteration_id"],
        description="All match iterations, the oldest first.",
        arguments=[as_of_argument()],
        size=5,
    )
    job: Job | None = declared(
        ById(), "One job by its global id; null where there is none.", [BY_ID]
    )
    simulation: Simulation | None = declared(
        ById(), "One simulation by its global id; null where there is none.", [BY_ID]
    )
    simulations: SimulationConnection = connection(
        "Simulation",
        "graph.types.simulation",
        "Runs of the match over simulated applicants, the oldest first.",
        is_timeless=True,
    )
    ask: Answer = strawberry.field(
        resolver=ask,
        description="An answer to a question in words, in English or French.",
        directives=[Cost(weight=str(WEIGHT))],
    )
    data_version: DataVersion = declared(
        Latest("number", NO_DATA), "The newest published state of the data."
    )
    search_programs: ProgramSearchConnection = search_field()
    search_index: SearchIndex | None = declared(
        Latest("activated_at"),
        "The version of the search index that queries use; null where there is none yet.",
    )
    search_indexes: list[SearchIndex] = everything(
        SearchIndex,
        order=["number"],
        description="All versions of the search index that are kept, the oldest first.",
        size=4,
    )
    search_refreshes: list[SearchRefresh] = everything(
        SearchRefresh,
        order=["number"],
        description="Refreshes of the search index, the oldest first, failed ones too.",
        size=100,
    )
