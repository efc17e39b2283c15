"""A small country of programs for the tests of simulated applicants."""

from __future__ import annotations

from simulation.parameters import ApplicantGroup, Parameters, Selection, Tastes
from simulation.programs import Program, ProgramTable

SCHOOLS = {
    # university: province, latitude, longitude, language
    "Eastern": ("NL", 47.56, -52.71, "EN"),
    "Middle": ("ON", 43.65, -79.38, "EN"),
    "French": ("QC", 46.81, -71.21, "FR"),
    "Western": ("BC", 49.28, -123.12, "EN"),
}
DISCIPLINES = {"Family Medicine": 6, "Internal Medicine": 3, "Dermatology": 1}


def small_country() -> ProgramTable:
    """Four schools, three disciplines, a stream each for graduates of here and of abroad."""
    rows = []
    for school, (province, latitude, longitude, language) in SCHOOLS.items():
        for discipline, quota in DISCIPLINES.items():
            for category in ("CMG", "IMG"):
                requires = "+CMQ_EQUIVALENCE" if category == "IMG" and province == "QC" else ""
                rows.append(
                    Program(
                        key=f"1-{len(rows) + 1}",
                        quota=quota if category == "CMG" else max(quota // 3, 1),
                        name=f"{school} / {discipline} / {category}",
                        discipline=discipline,
                        university=school,
                        province=province,
                        latitude=latitude,
                        longitude=longitude,
                        campus_latitude=latitude,
                        campus_longitude=longitude,
                        language=language,
                        category=category,
                        has_return_of_service=category == "IMG",
                        stream=category,
                        admits=(category + requires,),
                    )
                )
    return ProgramTable.of(rows)


def some_parameters(cmg: int = 40, img: int = 30) -> Parameters:
    """Parameters for so many applicants."""
    return Parameters(
        name="test",
        groups={
            "CMG": ApplicantGroup(
                category="CMG",
                applicants=cmg,
                is_home_graduate=True,
                applications=6,
                tastes=Tastes(
                    home_school=1.5, home_province=0.5, distance=-0.3, other_language=-4, size=0.2
                ),
            ),
            "IMG": ApplicantGroup(
                category="IMG",
                applicants=img,
                is_home_graduate=False,
                applications=5,
                credentials={"CMQ_EQUIVALENCE": 0.3},
            ),
        },
        selection=Selection(home_school=0.5, interest=0.2, interviews_per_seat=4),
    )
