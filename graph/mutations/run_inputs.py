"""The inputs of runs, and what the engine makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

import strawberry
from graphql import GraphQLSchema, ast_from_value, print_ast
from strawberry.scalars import JSON
from strawberry.utils.str_converters import to_camel_case

from graph.mutations.asking import RefusedError, UserErrorCode
from graph.mutations.modelled import input_of, many, one_of, plain
from graph.planner.globalid import key_of, type_of
from graph.planner.sources import TABLE_TYPES
from simulation.errors import SimulationError
from simulation.parameters import Parameters
from simulation.runs import RunRequest
from simulation.scenario import AS_IT_IS, Change, Scenario

CHANGES: Final = get_args(get_args(Change)[0])
ChangeInput = one_of("ChangeInput", "One change of a scenario: exactly one member.", CHANGES)
ScenarioInput = input_of(
    Scenario,
    others={
        "changes": (
            many(ChangeInput) | None,
            strawberry.field(
                default=strawberry.UNSET,
                description="What changes, in order; 100 changes at most. Nothing is the market as"
                " it is.",
            ),
        )
    },
)


def _optional(kind: Any, description: str) -> tuple[Any, Any]:
    return kind | None, strawberry.field(default=strawberry.UNSET, description=description)


_OF_GRAPH: Final = {
    "parameters": _optional(
        JSON,
        "What applicants are drawn with: all of them, as `Simulation.parameters` shows them, as an"
        " object or as its text; by default the calibrated ones.",
    ),
    "name": _optional(str, "A name of your own for it; 100 characters at most."),
    "iteration": _optional(int, "Match iteration whose programs are read; by default the newest."),
    "data_version": _optional(int, "Data version that is read; by default the newest."),
    "idempotency_key": _optional(
        str,
        "A text of your own by which a repeated request is recognised: it gives the simulation of"
        " the first, and starts no other.",
    ),
}
"""Members that are the graph's own."""
NAMED: Final = tuple(name for name in _OF_GRAPH if name != "parameters")

RunMatchInput = input_of(
    RunRequest,
    name="RunMatchInput",
    description="What to match: the programs of an iteration, and applicants drawn at random.",
    without=("scenarios",),
    others=dict(_OF_GRAPH),
)
RunWhatIfInput = input_of(
    RunRequest,
    name="RunWhatIfInput",
    description="What to compare.",
    without=("scenarios",),
    others={
        "scenarios": (
            many(ScenarioInput),
            strawberry.field(
                description="The scenarios. The market as it is comes before them, and they are"
                " compared with it, unless the first one changes nothing; 10 at most beside it."
            ),
        ),
        **_OF_GRAPH,
    },
)
PROGRAMS: Final = frozenset({"programs", "program", "like"})
"""Fields of the engine that name programs, and may hold global ids in the graph."""


def asked_of(given: Any) -> dict[str, Any]:
    """Return an input as plain values: global ids of programs as keys."""
    found: dict[str, Any] = _with_keys(plain(given))
    return found


def program_key(given: str) -> str:
    """Return the key of a program (1503-27447); a global id stands for it, too."""
    if type_of(given) != "Program":
        return given
    return "-".join(map(str, key_of(given, TABLE_TYPES["Program"], "program")))


def _with_keys(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        is_move = "seats" in value  # of a move of seats, source and target are programs too
        return {
            key: _with_keys(one, "program" if is_move and key in {"source", "target"} else key)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_with_keys(one, name) for one in value]
    return program_key(value) if isinstance(value, str) and name in PROGRAMS else value


def request_of(asked: Mapping[str, Any]) -> RunRequest:
    """Return the request of plain values.

    Raises:
        ValidationError: a value is wrong; names its place.
        RefusedError: the parameters are, or a change is false.
    """
    values = {name: value for name, value in asked.items() if name not in NAMED}
    if "parameters" in values:
        values["parameters"] = _parameters(values["parameters"])
    if "scenarios" in values:
        scenarios = [_scenario(one, n) for n, one in enumerate(values["scenarios"])]
        if not scenarios or scenarios[0]["changes"]:
            scenarios.insert(0, AS_IT_IS.model_dump())
        values["scenarios"] = scenarios
    return RunRequest.model_validate(values)


def _scenario(asked: Mapping[str, Any], scenario: int) -> dict[str, Any]:
    """Return a scenario as the engine takes it: a change says its kind."""
    changes = []
    for number, one in enumerate(asked.get("changes", ())):
        for kind, change in one.items():
            if change is False:
                path = ("scenarios", str(scenario), "changes", str(number), to_camel_case(kind))
                raise RefusedError(
                    UserErrorCode.INVALID, path, "A change that is false changes nothing.",
                    "Give true, or leave the change out.",
                )  # fmt: skip
            changes.append({"kind": kind, **(change if isinstance(change, dict) else {})})
    return {"name": asked["name"], "changes": changes}


def _parameters(given: Any) -> Parameters:
    try:
        return Parameters.parse(given) if isinstance(given, str) else Parameters.of(given)
    except SimulationError as error:
        raise refused(error, ("parameters",)) from error


def mutation_text(schema: GraphQLSchema, name: str, asked: Mapping[str, Any]) -> str:
    """Return the mutation that asks for the same again."""
    input_type: Any = schema.type_map[f"{name[0].upper()}{name[1:]}Input"]
    kept = {key: value for key, value in asked.items() if key != "idempotency_key"}
    parameters = kept.pop("parameters", None)
    values = _camel(kept)
    if parameters is not None:  # as text: names of disciplines are no names of GraphQL
        values["parameters"] = _parameters(parameters).model_dump_json()
    node = ast_from_value(values, input_type)
    assert node is not None
    return (
        f"mutation {{ {name}(input: {print_ast(node)})"
        " { simulation { id status } job { id } errors { code path message howToFix } } }"
    )


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel_case(key): _camel(one) for key, one in value.items()}
    return [_camel(one) for one in value] if isinstance(value, list) else value


def refused(error: SimulationError, path: tuple[str, ...]) -> RefusedError:
    """Return the error of a payload for what the engine refuses."""
    _, _, number = error.place.rpartition(", change ")
    if number.isdigit() and path:
        path = (*path, "changes", str(int(number) - 1))
    where = f"{error.place}: " if error.place else ""
    return RefusedError(_code(error), path, f"{where}{error.problem}", error.remedy)


def _code(error: SimulationError) -> UserErrorCode:
    for kind in type(error).__mro__:
        if kind.__name__ in CODES:
            return CODES[kind.__name__]
    return UserErrorCode.INVALID


CODES: Final = {
    "NothingSelectedError": UserErrorCode.UNKNOWN,
    "UnknownIdError": UserErrorCode.UNKNOWN,
    "ContradictoryScenarioError": UserErrorCode.CONTRADICTION,
    "TooLargeError": UserErrorCode.TOO_LARGE,
    "InvalidReversionError": UserErrorCode.CONTRADICTION,
    "CouplesNotSupportedError": UserErrorCode.CONTRADICTION,
    "NoProgramsError": UserErrorCode.NOT_READY,
}
"""By the names of errors of the engine."""


def paths_of(asked: Mapping[str, Any], request: RunRequest) -> Iterator[tuple[str, ...]]:
    """Yield the place of each scenario of the request in the input."""
    given = len(asked.get("scenarios", ()))
    added = len(request.scenarios) - given
    for number in range(len(request.scenarios)):
        yield ("scenarios", str(number - added)) if number >= added and given else ()
