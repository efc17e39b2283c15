"""The example queries of the in-browser IDE, and the words that greet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

WELCOME = """\
Run a query with Ctrl+Enter, complete a word with Ctrl+Space.

The icons on the left open the documentation of every field, these examples, a tree that builds
queries by clicking, and your history.

Lists come in pages of 20, of `first` where you say so, 100 at most. Ask for
`pageInfo { hasNextPage endCursor }` and pass `endCursor` as `after` to go on; `totalCount` counts
what all pages hold.

Filters name a field and a comparison, and combine with `and`, `or`, `not`:
`filter: { quota: { gte: 5 } }`.

What the source does not state is null, never a guess."""


@dataclass(frozen=True)
class Example:
    """One query with the variables that it runs with."""

    title: str
    description: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def variables_json(self) -> str:
        """The variables as the editor shows them; empty where there are none."""
        return json.dumps(self.variables, indent=2, ensure_ascii=False) if self.variables else ""


def example_queries(iteration: int, program_stream_id: int) -> tuple[Example, ...]:
    """Return the examples; the one program is that of ``iteration`` and ``program_stream_id``."""
    key = {"iteration": iteration, "programStreamId": program_stream_id}
    return (
        Example("Programs", "Programs with university, requirements and criteria.", _PROGRAMS),
        Example(
            "A filtered page",
            "Large English programs of Ontario, with the total count and the next page's cursor.",
            _FILTERED_PAGE,
            {"first": 10, "minimumQuota": 5},
        ),
        Example(
            "One program",
            "A program by its key: sections, interview dates, and where its quota was read.",
            _ONE_PROGRAM,
            {"key": key},
        ),
        Example("Universities", "The schools with their provinces and languages.", _UNIVERSITIES),
        Example("Positions in numbers", "Counts and quotas of sets of programs.", _POSITIONS),
        Example("Disciplines", "All disciplines in both languages.", _DISCIPLINES),
        Example("Groups", "Programs and positions by province and category.", _GROUPS),
        Example("Statistics", "Specialties, and where programs are.", _STATISTICS),
        Example("History", "What each version of a program changed.", _HISTORY, {"key": key}),
    )


_PROGRAMS = """\
query Programs {
  programs(first: 5) {
    totalCount
    nodes {
      name
      quota
      discipline { name }
      university { name province }
      requirements {
        kind
        label
        status
        quantity
      }
      selectionCriteria {
        phase
        component
        weightPercent
        text
      }
    }
  }
}
"""

_FILTERED_PAGE = """\
query Filtered(
  $first: Int!
  $after: String
  $minimumQuota: Int!
) {
  programs(
    first: $first
    after: $after
    orderBy: [{ field: QUOTA, direction: DESC }]
    filter: {
      quota: { gte: $minimumQuota }
      language: { eq: EN }
      university: { province: { eq: ON } }
    }
  ) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      name
      quota
      site { label city }
      stream { label applicantCategory }
    }
  }
}
"""

_ONE_PROGRAM = """\
query OneProgram($key: ProgramKey!) {
  program(by: { key: $key }) {
    name
    url
    language
    quota
    evidence(field: QUOTA) {
      record
      section
      start
      end
      quote
      parserVersion
    }
    lengthYears
    accreditation
    applicationVolume { label min max }
    interviewDates { startsOn endsOn }
    trainingSites { name }
    sections(kinds: [PROGRAM_HIGHLIGHTS, INTERVIEWS]) {
      kind
      heading
      text
    }
  }
}
"""

_UNIVERSITIES = """\
query Universities {
  universities(
    first: 100
    orderBy: [{ field: NAME }]
  ) {
    totalCount
    nodes {
      code
      name
      city
      province
      languages
    }
  }
}
"""

_POSITIONS = """\
query Positions {
  all: programs { ...numbers }
  french: programs(
    filter: { language: { eq: FR } }
  ) { ...numbers }
  pediatrics: programs(
    filter: { discipline: { name: { eq: "Pediatrics" } } }
  ) { ...numbers }
}

fragment numbers on ProgramConnection {
  aggregate { count quota { sum avg min max } }
}
"""

_DISCIPLINES = """\
query Disciplines {
  disciplines(
    first: 100
    orderBy: [{ field: NAME }]
  ) {
    totalCount
    nodes { disciplineId name nameFr }
  }
}
"""

_GROUPS = """\
query Groups {
  programGroups(
    by: [PROVINCE, APPLICANT_CATEGORY]
    first: 20
  ) {
    province
    applicantCategory
    aggregate {
      count
      quota { sum avg }
    }
  }
}
"""

_STATISTICS = """\
query Statistics {
  analytics {
    specialties(first: 10) {
      discipline { name }
      programCount
      positions
      applicantCategories {
        applicantCategory
        positions
      }
    }
    geography(first: 10) {
      city
      province
      latitude
      longitude
      programCount
    }
  }
}
"""

_HISTORY = """\
query History($key: ProgramKey!) {
  program(by: { key: $key }) {
    name
    history {
      versionNumber
      validFrom
      removedAt
      changes { label before after }
      changedSections
    }
  }
}
"""
