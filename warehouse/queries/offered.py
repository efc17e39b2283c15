"""What a match iteration offers, as simulations take it: program streams with quota and place."""

from __future__ import annotations

from typing import Any, NamedTuple

from warehouse.engine import Connection

_PROGRAMS = """
SELECT p.match_iteration_id, p.program_stream_id, p.name, p.language,
       d.name AS discipline, u.name AS university,
       u.latitude AS campus_latitude, u.longitude AS campus_longitude,
       t.province, t.latitude, t.longitude,
       s.label AS stream, s.applicant_category AS category,
       coalesce(s.is_return_of_service OR f.return_of_service_status = 'REQUIRED', false)
         AS has_return_of_service,
       f.quota, f.application_volume_min, f.application_volume_max,
       f.interview_offer_percent_min, f.interview_offer_percent_max
FROM core.dim_program p
JOIN core.fact_program f USING (program_key)
JOIN core.dim_discipline d USING (discipline_key)
JOIN core.dim_university u USING (university_key)
JOIN core.dim_site t USING (site_key)
JOIN core.dim_stream s USING (stream_key)
JOIN ops.data_version v ON v.number = $2 AND p.valid_from <= v.published_at
  AND (p.valid_to IS NULL OR p.valid_to > v.published_at)
WHERE p.match_iteration_id = $1
ORDER BY p.program_stream_id
"""

_ITERATION = """
SELECT i.match_iteration_id, i.name, i.year, v.number AS data_version, v.is_sample
FROM core.dim_match_iteration i
JOIN (SELECT number, is_sample, published_at FROM ops.data_version
      WHERE $2::integer IS NULL OR number = $2 ORDER BY number DESC LIMIT 1) v
  ON i.valid_from <= v.published_at AND (i.valid_to IS NULL OR i.valid_to > v.published_at)
WHERE $1::integer IS NULL OR i.match_iteration_id = $1
ORDER BY i.match_iteration_id DESC LIMIT 1
"""


class OfferedIteration(NamedTuple):
    """A match iteration in a data version.

    Attributes:
        match_iteration_id: Its number.
        name: Its name.
        year: The year of the match; None where no document states it.
        data_version: The data version.
        is_sample: Whether the programs are generated.
    """

    match_iteration_id: int
    name: str
    year: int | None
    data_version: int
    is_sample: bool


async def offered_iteration(
    connection: Connection, match_iteration_id: int | None = None, data_version: int | None = None
) -> OfferedIteration | None:
    """Return an iteration of a data version, the newest of both by default; None for none."""
    row = await connection.fetchrow(_ITERATION, match_iteration_id, data_version)
    return None if row is None else OfferedIteration(*row)


async def offered_programs(
    connection: Connection, match_iteration_id: int, data_version: int
) -> list[dict[str, Any]]:
    """Return the program streams of an iteration in a data version, by stream number."""
    rows = await connection.fetch(_PROGRAMS, match_iteration_id, data_version)
    return [dict(row) for row in rows]
