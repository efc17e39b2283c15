"""The operations that all servers answer, and how their answers become comparable.

Ours and the plain server take the same document. PostGraphile's has other arguments and some other
names; what aliases cannot straighten, :attr:`Question.of_peer` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from benchmarks.speed.data import Warehouse

Variables = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One operation with the variables of each request: (ours, PostGraphile's)."""

    name: str
    title: str
    ours: str
    peer: str
    cases: Sequence[tuple[Variables, Variables]]
    of_ours: Callable[[Any], Any]
    of_peer: Callable[[Any], Any]
    targets: tuple[float, float] | None
    """Least ratio to PostGraphile with the real data, and with the generated programs."""


NESTED = """
    programStreamId name language quota
    university { name province } discipline { name } site { city }
    requirements%(order)s { kind label status }
    selectionCriteria%(order)s { component label }
"""
FULL = """
    programStreamId name url language applicationLanguages quota lengthYears accreditation
    lastApprovedOn %(ranges)s
    university { name city province } discipline { name } site { label city province }
    stream { label applicantCategory }
    requirements%(order)s {
      kind label status quantity minWords maxWords tests%(order)s { name minimumScore } }
    selectionCriteria%(order)s { phase component label isEvaluated text weightPercent }
    interviewDates%(dates)s { startsOn endsOn }
    trainingSites%(order)s { name }
"""
OUR_RANGES = """
    applicationVolume { min max label } interviewOfferRate { min max label }
    returnOfService { status text }
"""
PEER_RANGES = """
    applicationVolumeMin applicationVolumeMax applicationVolumeLabel
    interviewOfferPercentMin interviewOfferPercentMax interviewOfferLabel
    returnOfServiceStatus returnOfServiceText
"""
SECTIONS = "sections%(order)s { kind heading text }"
OURS = {"order": "", "dates": "", "ranges": OUR_RANGES}
PEER = {
    "order": "(orderBy: [ORDINAL_ASC])",
    "dates": "(orderBy: [STARTS_ON_ASC, ORDINAL_ASC])",
    "ranges": PEER_RANGES,
}
PROGRAM = "query Program($iteration: Int!, $program: Int!) { program%s { %s } }"
OUR_KEY = "(by: {key: {iteration: $iteration, programStreamId: $program}})"
PEER_KEY = (
    ": programByMatchIterationIdAndProgramStreamId("
    "matchIterationId: $iteration, programStreamId: $program)"
)
PARTS = {
    "applicationVolume": {
        "min": "applicationVolumeMin",
        "max": "applicationVolumeMax",
        "label": "applicationVolumeLabel",
    },
    "interviewOfferRate": {
        "min": "interviewOfferPercentMin",
        "max": "interviewOfferPercentMax",
        "label": "interviewOfferLabel",
    },
    "returnOfService": {"status": "returnOfServiceStatus", "text": "returnOfServiceText"},
}


def questions(warehouse: Warehouse) -> list[Question]:
    """Return the operations with variables that fit the data."""
    iteration = {"iteration": warehouse.iteration}
    one = [({**iteration, "program": stream},) * 2 for stream in warehouse.streams]
    return [
        Question(
            "Q1",
            "first page of 50 programs, five nested relations",
            f"query Page {{ programs(first: 50) {{ nodes {{ {NESTED % OURS} }} }} }}",
            "query Page($iteration: Int!) { programs: allProgramsList("
            "first: 50, condition: {matchIterationId: $iteration}, orderBy: [PROGRAM_STREAM_ID_ASC]"
            f") {{ {NESTED % PEER} }} }}",
            [({}, iteration)],
            lambda data: data["programs"]["nodes"],
            lambda data: data["programs"],
            (4, 4),
        ),
        Question(
            "Q2",
            "one program in full, its section texts apart",
            PROGRAM % (OUR_KEY, FULL % OURS),
            PROGRAM % (PEER_KEY, FULL % PEER),
            one,
            _same,
            _with_ranges,
            (4, 4),
        ),
        Question(
            "Q2t",
            "one program in full, with its section texts",
            PROGRAM % (OUR_KEY, (FULL + SECTIONS) % OURS),
            PROGRAM % (PEER_KEY, (FULL + SECTIONS) % PEER),
            one,
            _same,
            _with_ranges,
            None,
        ),
        Question(
            "Q3",
            "a university's programs by quota, 20 rows and totalCount",
            "query Ordered($university: Int!) { programs(first: 20,"
            " filter: {university: {code: {eq: $university}}},"
            " orderBy: [{field: QUOTA, direction: DESC}]"
            f") {{ totalCount nodes {{ {NESTED % OURS} }} }} }}",
            "query Ordered($iteration: Int!, $university: BigInt!) { programs: allPrograms("
            "first: 20, condition: {matchIterationId: $iteration, universityKey: $university},"
            " orderBy: [QUOTA_DESC, PROGRAM_STREAM_ID_ASC]"
            f") {{ totalCount nodes {{ {NESTED % PEER} }} }} }}",
            [
                ({"university": u.code}, {**iteration, "university": str(u.key)})
                for u in warehouse.universities
            ],
            _same,
            _same,
            (3, 2.5),
        ),
    ]


def new_operations(question: Question, count: int) -> list[tuple[str, str]]:
    """Return ``count`` operations that differ from each other: (ours, PostGraphile's).

    Each asks for other scalars, so that every server has to make a plan and a statement.
    """
    scalars = ("name", "language", "quota", "url", "lengthYears", "accreditation", "lastApprovedOn")
    found = []
    for size in range(len(scalars), 0, -1):
        for chosen in combinations(scalars, size):
            fields = f"programStreamId {' '.join(chosen)}\n"
            known = "programStreamId name language quota\n"
            found.append(
                (question.ours.replace(known, fields), question.peer.replace(known, fields))
            )
    assert len({ours for ours, _ in found}) == len(found) >= count
    return found[:count]


def _same(data: Any) -> Any:
    return data


def _with_ranges(data: Any) -> Any:
    """Return a program of PostGraphile's with its ranges as members, null where all is null."""
    program = dict(data["program"])
    for name, members in PARTS.items():
        value = {member: program.pop(column) for member, column in members.items()}
        program[name] = value if any(part is not None for part in value.values()) else None
    return {"program": program}
