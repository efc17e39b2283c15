"""The hand-made reference tables: what they hold, and what is said when they are wrong."""

import os
import shutil
from pathlib import Path

import openpyxl
import pytest

import etl.reference
from etl.errors import ReferenceTableError
from etl.reference.tables import load_reference_tables
from simulation.eligibility import Eligibility, Offering
from warehouse.vocabulary import ApplicantCategory, Language, Province

SHARED = Path(os.environ.get("RESIDENCY_SHARED", "../shared")) / "data" / "carms"
BUNDLED = Path(etl.reference.__file__).parent


@pytest.fixture
def tables(tmp_path):
    """A copy of the tables that a test may spoil."""
    for path in BUNDLED.glob("*.csv"):
        shutil.copy(path, tmp_path)
    return tmp_path


def spoil(folder, name, line, old, new):
    """Change one line (1-based) of a table."""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def refusal(folder):
    with pytest.raises(ReferenceTableError) as caught:
        load_reference_tables(folder)
    assert caught.value.exit_code == 3
    return str(caught.value)


class TestBundledTables:
    def test_counts_are_those_of_the_match(self):
        tables = load_reference_tables()
        assert len(tables.disciplines) == 37
        assert len(tables.schools) == 18
        assert len(tables.streams) == 14
        assert len({label for _, label in tables.sites}) == 199

    def test_rows_are_typed(self):
        tables = load_reference_tables()
        mcgill = tables.schools[80]
        assert (mcgill.province, mcgill.languages) == (Province.QC, (Language.EN, Language.FR))
        site = tables.sites[78, "Nunavut"]
        assert (site.city, site.province, site.is_place) == ("Iqaluit", Province.NU, True)
        assert tables.sites[86, "Bilingual"].is_place is False
        stream = tables.streams["CMG Stream including MOTP/MMTP for CMG"]
        assert stream.applicant_category is ApplicantCategory.CMG
        assert (stream.is_military, stream.is_return_of_service) == (True, False)

    def test_the_checksum_follows_the_content(self, tables):
        before = load_reference_tables(tables).sha256
        assert before == load_reference_tables().sha256
        spoil(tables, "streams.csv", 2, "return of service", "a return of service")
        assert load_reference_tables(tables).sha256 != before


class TestSiteLookup:
    def test_the_own_school_comes_first(self):
        tables = load_reference_tables()
        for (school_code, label), site in tables.sites.items():
            assert tables.site(school_code, label) is site

    def test_a_label_of_another_school_is_taken_if_it_means_one_place(self):
        tables = load_reference_tables()
        site = tables.site(80, "Nunavut")
        assert site is not None
        assert site.city == "Iqaluit"

    def test_an_unknown_label_is_none(self):
        assert load_reference_tables().site(78, "Atlantis") is None

    def test_a_label_that_means_two_places_is_none_elsewhere(self, tables):
        with (tables / "sites.csv").open("a", encoding="utf-8") as stream:
            stream.write("83,Nunavut,Rankin Inlet,NU,62.8090,-92.0896,true,\n")
        loaded = load_reference_tables(tables)
        assert loaded.site(80, "Nunavut") is None
        assert loaded.site(83, "Nunavut").city == "Rankin Inlet"


class TestTablesThatAreWrong:
    def test_a_missing_table_is_named(self, tables):
        (tables / "sites.csv").unlink()
        assert refusal(tables) == (
            "The reference table etl/reference/sites.csv is missing. Restore the file."
        )

    def test_a_table_that_is_not_utf_8_is_named(self, tables):
        (tables / "sites.csv").write_bytes("Montréal".encode("latin-1"))
        assert refusal(tables).startswith(
            "The reference table etl/reference/sites.csv is not UTF-8 at byte 5."
        )

    def test_other_columns_are_named(self, tables):
        spoil(tables, "streams.csv", 1, "note", "remark")
        assert refusal(tables).startswith(
            "etl/reference/streams.csv, line 1: the columns are stream_label, applicant_category,"
            " is_return_of_service, is_military, remark instead of stream_label,"
        )

    def test_a_row_of_another_width_is_named(self, tables):
        spoil(tables, "disciplines.csv", 2, ",", ",,")
        assert refusal(tables) == (
            "etl/reference/disciplines.csv, line 2: 4 cells instead of 3. Correct that line of the"
            " table."
        )

    @pytest.mark.parametrize(
        ("name", "line", "old", "new", "problem"),
        [
            ("schools.csv", 2, "42,", "x,", "school_code 'x' is not a whole number"),
            ("schools.csv", 3, "78,", "42,", "42 is stated twice"),
            ("schools.csv", 2, ",ON,", ",XX,", "province 'XX' is not one of AB, BC,"),
            ("schools.csv", 2, ",EN", ",DE", "languages 'DE' is not one of EN, FR"),
            ("sites.csv", 2, ",true,", ",yes,", "is_place 'yes' is neither true nor false"),
            ("sites.csv", 2, "43.7315", "-43.7315", "latitude -43.7315 lies outside Canada"),
            ("sites.csv", 2, "-79.7624", "79.7624", "longitude 79.7624 lies outside Canada"),
            ("sites.csv", 2, "43.7315", "north", "latitude 'north' is not a number"),
            ("sites.csv", 2, "43.7315", "nan", "latitude nan lies outside Canada"),
            ("sites.csv", 2, "42,", "41,", "school_code 41 is not in schools.csv"),
            ("sites.csv", 4, "Eastern", "Central", "(78, 'Central Stream') is stated twice"),
            ("sites.csv", 4, "St. John's", "", "city is empty or padded with spaces"),
            ("streams.csv", 2, ",CMG,", ",ANY,", "applicant_category 'ANY' is not one of CMG,"),
        ],
    )
    def test_a_wrong_value_is_named_with_its_line(self, tables, name, line, old, new, problem):
        spoil(tables, name, line, old, new)
        said = refusal(tables)
        assert said.startswith(f"etl/reference/{name}, line {line}: {problem}")
        assert said.endswith(" Correct that line of the table.")


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real source files are not here (RESIDENCY_SHARED)"
)
def test_every_site_school_and_stream_of_the_master_has_its_row():
    book = openpyxl.load_workbook(SHARED / "1503_program_master.xlsx", read_only=True)
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    book.close()
    tables = load_reference_tables()
    assert {(int(row[3]) // 65536, row[7]) for row in rows} == set(tables.sites)
    assert {row[8] for row in rows} == set(tables.streams)
    assert {(int(row[3]) // 65536, row[4]) for row in rows} == {
        (school.school_code, school.school_name) for school in tables.schools.values()
    }


class TestEligibility:
    def test_every_stream_is_open_to_somebody_in_both_iterations(self):
        tables = load_reference_tables()
        for iteration in (1, 2):
            eligibility = Eligibility(tables.rules, 2025, iteration)
            for label in tables.streams:
                for province in Province:
                    assert eligibility.admissions(Offering(label, province), ("CMG", "IMG", "MOTP"))

    @pytest.mark.parametrize(
        ("year", "iteration", "province", "label", "expected"),
        [
            (2025, 1, "ON", "CMG Stream for CMG", ("CMG",)),
            (2025, 2, "ON", "CMG Stream for CMG", ("CMG",)),
            (2025, 2, "MB", "CMG Stream for CMG", ("CMG", "IMG")),
            (2025, 2, "AB", "IMG Stream for IMG", ("IMG+AIMG_ASSESSED",)),
            (2025, 1, "QC", "Regular Stream for All", ("CMG", "IMG+CMQ_EQUIVALENCE")),
            (2024, 2, "NB", "Regular Stream for All", ("CMG", "IMG+CMQ_EQUIVALENCE")),
            (2025, 1, "BC", "IMG Stream for IMG", ("IMG+BCIMG_ASSESSED",)),
            (2025, 1, "SK", "Competitive Stream for All", ("CMG", "IMG")),
            (2025, 1, "ON", "MOTP-MMTP for MOTP/MMTP", ("MOTP",)),
            (2025, 1, "AB", "CMG Stream including MOTP/MMTP for CMG", ("CMG", "MOTP")),
            (2025, 1, "ON", "Indigenous stream for CMG", ("CMG+INDIGENOUS",)),
        ],
    )
    def test_what_provinces_say_holds(self, year, iteration, province, label, expected):
        eligibility = Eligibility(load_reference_tables().rules, year, iteration)
        found = eligibility.admissions(Offering(label, province), ("CMG", "IMG", "MOTP"))
        assert found == expected

    def test_every_rule_says_why_and_where_it_stands(self):
        for rule in load_reference_tables().rules:
            assert rule.reason.endswith(".")
            assert rule.source

    def test_a_rule_that_contradicts_itself_is_named_with_its_line(self, tables):
        spoil(tables, "eligibility.csv", 3, "MOTP-OWN-OTHERS", "MOTP-OWN")
        assert "eligibility.csv, line 3: Two rules share a name" in refusal(tables)

    def test_a_stream_that_nobody_knows_is_named_with_its_line(self, tables):
        spoil(tables, "eligibility.csv", 2, "MOTP-MMTP for MOTP/MMTP", "MOTP for all")
        assert "line 2: stream_label 'MOTP for all' is not in streams.csv" in refusal(tables)

    def test_a_year_in_words_is_named_with_its_line(self, tables):
        lines = (tables / "eligibility.csv").read_text(encoding="utf-8").splitlines()
        number = next(n for n, line in enumerate(lines, start=1) if ",2024," in line)
        spoil(tables, "eligibility.csv", number, ",2024,", ",last,")
        assert f"line {number}: year 'last' is not a whole number" in refusal(tables)
