"""Schema ``mart``: views for analysts, defined from the columns that they show."""

from dataclasses import dataclass

from warehouse.tables.base import metadata


@dataclass(frozen=True)
class View:
    """A flat view over columns of ``core``; each keeps the comment of the column it shows.

    Args:
        columns: name in the view to ``table.column`` in ``core``.
        joins: table to the columns it is joined on, in order; the first has none.
    """

    schema: str
    name: str
    comment: str
    grain: str
    columns: dict[str, str]
    joins: dict[str, str]
    condition: str

    @property
    def fullname(self) -> str:
        """Name with schema."""
        return f"{self.schema}.{self.name}"

    def column_comment(self, name: str) -> str:
        """Return the comment of a column, which is that of the column it shows."""
        table, column = self.columns[name].split(".")
        comment = metadata.tables[f"core.{table}"].columns[column].comment
        assert comment is not None
        return comment

    def statements(self) -> list[str]:
        """Return the statements that make the view and its comments."""
        shown = ",\n  ".join(f"{source} AS {name}" for name, source in self.columns.items())
        first, *others = self.joins
        joined = "".join(f"\nJOIN core.{table} ON {self.joins[table]}" for table in others)
        comments = [
            f"COMMENT ON COLUMN {self.fullname}.{name} IS {quoted(self.column_comment(name))}"
            for name in self.columns
        ]
        selected = f"SELECT\n  {shown}\nFROM core.{first}{joined}\nWHERE {self.condition}"
        return [
            f"CREATE VIEW {self.fullname} AS\n{selected}",
            f"COMMENT ON VIEW {self.fullname} IS {quoted(self.comment)}",
            *comments,
        ]


def quoted(text: str) -> str:
    """Return ``text`` as an SQL string."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


CURRENT_PROGRAM = View(
    schema="mart",
    name="current_program",
    comment="Programs as they stand now, flat, with the names of their dimensions; no contacts.",
    grain="one current program stream",
    columns={
        "match_iteration_id": "dim_program.match_iteration_id",
        "program_stream_id": "dim_program.program_stream_id",
        "program_name": "dim_program.name",
        "program_url": "dim_program.url",
        "language": "dim_program.language",
        "application_languages": "dim_program.application_languages",
        "match_iteration_name": "dim_match_iteration.name",
        "match_year": "dim_match_iteration.year",
        "discipline_id": "dim_discipline.discipline_id",
        "discipline_name": "dim_discipline.name",
        "school_code": "dim_university.school_code",
        "university_name": "dim_university.name",
        "university_province": "dim_university.province",
        "site_label": "dim_site.label",
        "site_city": "dim_site.city",
        "site_province": "dim_site.province",
        "site_latitude": "dim_site.latitude",
        "site_longitude": "dim_site.longitude",
        "stream_label": "dim_stream.label",
        "applicant_category": "dim_stream.applicant_category",
        "is_return_of_service_stream": "dim_stream.is_return_of_service",
        "is_military": "dim_stream.is_military",
        "quota": "fact_program.quota",
        "length_years": "fact_program.length_years",
        "accreditation": "fact_program.accreditation",
        "last_approved_on": "fact_program.last_approved_on",
        "application_volume_min": "fact_program.application_volume_min",
        "application_volume_max": "fact_program.application_volume_max",
        "interview_offer_percent_min": "fact_program.interview_offer_percent_min",
        "interview_offer_percent_max": "fact_program.interview_offer_percent_max",
        "return_of_service_status": "fact_program.return_of_service_status",
        "valid_from": "dim_program.valid_from",
    },
    joins={
        "dim_program": "",
        "fact_program": "fact_program.program_key = dim_program.program_key",
        "dim_match_iteration": (
            "dim_match_iteration.match_iteration_key = dim_program.match_iteration_key"
        ),
        "dim_discipline": "dim_discipline.discipline_key = dim_program.discipline_key",
        "dim_university": "dim_university.university_key = dim_program.university_key",
        "dim_site": "dim_site.site_key = dim_program.site_key",
        "dim_stream": "dim_stream.stream_key = dim_program.stream_key",
    },
    condition="dim_program.is_current",
)

VIEWS = (CURRENT_PROGRAM,)
metadata.info["views"] = VIEWS
