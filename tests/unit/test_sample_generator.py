"""The seeded sample has the published format, its truth is true, and every quirk is planted."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from etl.sample.generate import (
    DISCIPLINES,
    DOCUMENTS,
    FILES,
    MASTER,
    SECTIONS,
    TRUTH,
    SampleSummary,
    generate_sample,
)
from etl.sample.quirks import ALL_QUIRKS

CSV_COLUMNS = [
    "",
    "document_id",
    "source",
    "n_program_description_sections",
    "program_name",
    "match_iteration_name",
    "program_contracts",
    "general_instructions",
    "supporting_documentation_information",
    "review_process",
    "interviews",
    "selection_criteria",
    "program_highlights",
    "program_curriculum",
    "training_sites",
    "additional_information",
    "return_of_service",
    "faq",
    "summary_of_changes",
    "match_iteration_id",
    "program_description_id",
]
MASTER_COLUMNS = [
    None,
    "discipline_id",
    "discipline_name",
    "school_id",
    "school_name",
    "program_stream_id",
    "program_stream_name",
    "program_site",
    "program_stream",
    "program_name",
    "program_url",
]
TRUTH_KEYS = {
    "document_id",
    "language",
    "header",
    "sections",
    "requirements",
    "file_review",
    "interview",
    "weights",
    "interview_dates",
    "training_sites",
    "length_years",
    "return_of_service",
    "contacts",
    "notes",
    "quirks",
}


class Sample:
    """A generated sample, read back."""

    def __init__(self, folder: Path, summary: SampleSummary) -> None:
        self.folder = folder
        self.summary = summary
        self.documents: list[dict[str, Any]] = json.loads(_member(folder / DOCUMENTS))
        csv.field_size_limit(sys.maxsize)
        rows = csv.reader(io.StringIO(_member(folder / SECTIONS), newline=""))
        self.csv_header, *self.rows = list(rows)
        lines = (folder / TRUTH).read_text(encoding="utf-8").splitlines()
        self.truths: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self.master = _sheet(folder / MASTER)

    def pairs(self) -> list[tuple[str, dict[str, Any]]]:
        """Text and truth of every document."""
        texts = [document["page_content"] for document in self.documents]
        return list(zip(texts, self.truths, strict=True))


def _member(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        assert Path(name).stem == path.stem
        return archive.read(name).decode("utf-8")


def _sheet(path: Path) -> list[list[Any]]:
    book = load_workbook(path, read_only=True)
    assert book.sheetnames == ["Sheet1"]
    return [list(row) for row in book["Sheet1"].iter_rows(values_only=True)]


def _unwrapped(text: str) -> str:
    return " ".join(re.sub(r"-\n", "-", text).split())


def _slice(text: str, anchor: list[int]) -> str:
    return _unwrapped(text[anchor[0] : anchor[1]])


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    return Sample(folder, generate_sample(folder, programs=120))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def test_same_seed_and_size_give_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    generate_sample(tmp_path, programs=120)
    assert _bytes(tmp_path) == _bytes(sample.folder)


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate_sample(tmp_path / str(seed), programs=15, seed=seed)
    one, two = _bytes(tmp_path / "1"), _bytes(tmp_path / "2")
    assert all(one[name] != two[name] for name in FILES if name != DISCIPLINES)


def test_a_document_does_not_depend_on_the_size_of_the_sample(
    sample: Sample, tmp_path: Path
) -> None:
    generate_sample(tmp_path, programs=20)
    small = json.loads(_member(tmp_path / DOCUMENTS))
    large = {document["id"]: document for document in sample.documents}
    assert len(small) == 20
    assert all(large[document["id"]] == document for document in small)


def test_only_the_finished_files_are_left(sample: Sample) -> None:
    assert {path.name for path in sample.folder.iterdir()} == set(FILES)


def test_summary_counts_what_was_written(sample: Sample) -> None:
    french = sum(truth["language"] == "FR" for truth in sample.truths)
    size = sum((sample.folder / name).stat().st_size for name in FILES)
    assert sample.summary == SampleSummary(sample.folder, 120, 1503, french, size)
    assert 0.1 < french / 120 < 0.2


def test_columns_and_ids_are_those_of_the_published_files(sample: Sample) -> None:
    assert sample.csv_header == CSV_COLUMNS
    assert [row[0] for row in sample.rows] == [str(index) for index in range(120)]
    assert sample.master[0] == MASTER_COLUMNS
    disciplines = _sheet(sample.folder / DISCIPLINES)
    assert disciplines[0] == ["discipline_id", "discipline"]
    assert len(disciplines) == 38
    for document, row, master in zip(sample.documents, sample.rows, sample.master[1:], strict=True):
        values = dict(zip(CSV_COLUMNS, row, strict=True))
        number = str(master[5])
        assert list(document) == ["id", "page_content", "metadata"]
        assert document["id"] == f"1503|{number}"
        assert document["metadata"] == {"source": master[10]}
        assert values["document_id"] == f"1503-{number}"
        assert values["program_description_id"] == number
        assert values["source"] == master[10]
        assert values["match_iteration_id"] == "1503"
        rules = document["page_content"].count("\n* * *\n")
        assert values["n_program_description_sections"] == str(rules + 1)


def test_program_stream_ids_are_unique_and_names_are_complete(sample: Sample) -> None:
    rows = sample.master[1:]
    assert len({row[5] for row in rows}) == len(rows)
    for row in rows:
        assert None not in row
        _, discipline, name, school_id, school, number, stream_name, site, stream, full, url = row
        assert school_id % 65536 == discipline
        assert stream_name == f"{site} - {stream}"
        assert full == f"{school} / {name} / {site} / {stream}"
        assert url.endswith(f"/1503/{number}?programLanguage=en")


def test_truth_has_the_keys_of_the_labels(sample: Sample) -> None:
    for truth, document in zip(sample.truths, sample.documents, strict=True):
        assert set(truth) >= TRUTH_KEYS
        assert truth["document_id"] == document["id"].replace("|", "-")


def test_header_anchors_slice_to_the_header_values(sample: Sample) -> None:
    for text, truth in sample.pairs():
        header, anchors = truth["header"], truth["header_anchors"]
        assert _slice(text, anchors["quota"]) == str(header["quota"])
        assert _slice(text, anchors["stream"]) == header["stream"]
        assert _slice(text, anchors["iteration_name"]) == header["iteration_name"]
        month, day, year = _slice(text, anchors["last_approved_on"]).replace(",", "").split()
        assert (header["last_approved_on"][:4], header["last_approved_on"][8:]) == (year, day)
        assert month in "January February August September October November December"
        assert text.startswith("#  " + text[anchors["title"][0] : anchors["title"][1]])


def test_section_anchors_stand_on_headings_right_after_rules(sample: Sample) -> None:
    for text, truth in sample.pairs():
        assert truth["sections"][0]["kind"] == "PROGRAM_CONTACTS"
        for section in truth["sections"]:
            start, end = section["anchor"]
            assert text[start:end].startswith("# ")
            assert text[:start].endswith("\n* * *\n\n")


def test_item_anchors_slice_to_the_items(sample: Sample) -> None:
    for text, truth in sample.pairs():
        for item in truth["requirements"]:
            assert _slice(text, item["anchor"]) == item["label"]
        for site in truth["training_sites"]:
            assert _slice(text, site["anchor"]) == site["name"]
        for weight in truth["weights"]:
            assert _slice(text, weight["anchor"]).rstrip(" %") == str(weight["percent"])
            assert weight["subject"] in _unwrapped(text)
        for day in truth["interview_dates"]:
            words = _slice(text, day["anchor"])
            assert str(int(day["starts_on"][8:])) in words
            assert str(int(day["ends_on"][8:])) in words


def test_review_anchors_slice_to_cells_and_lines(sample: Sample) -> None:
    for text, truth in sample.pairs():
        components = truth["file_review"]["components"] + truth["interview"]["components"]
        for row in components:
            if row["text"] is not None:
                start, end = row["text"]
                assert text[start - 4 : start] == " |  "
                assert text[start:end].strip() == text[start:end] != ""
        for anchor in truth["file_review"]["ranking_process"]:
            assert re.search(r"(?:Other|Autre) :\s+$", text[: anchor[0]])
        team = truth["file_review"]["review_team"]
        assert team is None or _unwrapped(text[: team[0]]).endswith(":")


def test_weights_of_a_phase_add_up_to_a_hundred(sample: Sample) -> None:
    weighted = [truth for truth in sample.truths if truth["weights"]]
    assert weighted
    for truth in weighted:
        phases = {weight["phase"] for weight in truth["weights"]}
        for phase in phases:
            total = sum(w["percent"] for w in truth["weights"] if w["phase"] == phase)
            assert total == 100


def test_every_quirk_is_planted_somewhere(sample: Sample) -> None:
    planted = {quirk for truth in sample.truths for quirk in truth["quirks"]}
    assert planted == set(ALL_QUIRKS)


def test_planted_quirks_are_visible_in_the_text(sample: Sample) -> None:
    for text, truth in sample.pairs():
        quirks = set(truth["quirks"])
        assert ("zero_width_spaces" in quirks) == ("\u200b" in text)
        assert ("combining_accents" in quirks) == bool(re.search("[\u0300-\u036f]", text))
        own_rules = text.count("\n* * *\n") - len(truth["sections"]) - 1
        assert bool(quirks & {"author_rule", "rule_before_unknown_heading"}) == (own_rules > 0)
        assert ("quota_suffix" in quirks) == bool(re.search(r"##   \d+ cli", text))
        assert (truth["interview"]["formats"] is None) == ("partial_formats" not in quirks)


def test_contacts_are_made_up_and_stand_in_the_text(sample: Sample) -> None:
    for text, truth in sample.pairs():
        for contact in truth["contacts"]:
            name, email, phone = (
                span and text[slice(*span)]
                for span in (contact["name"], contact["email"], contact["phone"])
            )
            assert name
            assert "\n" not in name
            assert email is None or email.endswith("example.org")
            assert phone is None or "555" in phone
        for address in re.findall(r"[\w.+-]+@[\w.-]+\w", text):
            assert address.endswith("example.org")
        for number in re.findall(r"555[-. ](\d{4})", text):
            assert number.startswith("01")


def test_csv_keeps_links_that_the_json_has_lost(sample: Sample) -> None:
    for (text, _), row in zip(sample.pairs(), sample.rows, strict=True):
        values = dict(zip(CSV_COLUMNS, row, strict=True))
        assert "](http" not in text
        assert "](http" in values["selection_criteria"]
        assert "](https://www.carms.ca/" in values["match_iteration_name"]
        assert re.search(r"^## .*: \d+( |$)", values["match_iteration_name"], re.MULTILINE)
        assert re.search(r"^## [^\n]*:\n\n##   \d+", text, re.MULTILINE)


def test_faq_cells_are_the_text_of_a_tuple(sample: Sample) -> None:
    cells = [row[CSV_COLUMNS.index("faq")] for row in sample.rows]
    filled = [ast.literal_eval(cell) for cell in cells if cell]
    assert filled
    assert all(len(cell) == 1 for cell in filled)
    assert {cell[0].split("\n")[0].strip() for cell in filled} == {"# FAQ", "# Foire aux questions"}


def test_text_is_wrapped_outside_of_lists_and_tables(sample: Sample) -> None:
    # The CSV tells: stripping a link whose address was wrapped joins two lines in the JSON.
    first, last = CSV_COLUMNS.index("program_name"), CSV_COLUMNS.index("return_of_service")
    for row in sample.rows:
        for line in "\n".join(row[first : last + 1]).split("\n"):
            is_free = "|" not in line and not re.match(r"\s*(\*|\d\.|•)", line)
            assert not is_free or len(line.rstrip()) <= 78, line


def test_full_documents_have_the_length_of_real_ones_and_differ(sample: Sample) -> None:
    lengths = sorted(len(text) for text, _ in sample.pairs())
    assert lengths[0] > 9_000
    assert 20_000 < lengths[60] < 35_000
    assert lengths[-1] < 80_000
    assert len({text.split("# Program Highlights")[-1] for text, _ in sample.pairs()}) == 120


def test_three_thousand_short_programs_work(tmp_path: Path) -> None:
    seen: list[int] = []
    summary = generate_sample(
        tmp_path, programs=3_000, short_documents=True, on_progress=seen.append
    )
    assert seen[-1] == summary.programs == 3_000
    assert seen == sorted(seen)
    master = _sheet(tmp_path / MASTER)
    assert len({row[5] for row in master[1:]}) == 3_000
    assert len(json.loads(_member(tmp_path / DOCUMENTS))) == 3_000


def test_a_sample_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        generate_sample(tmp_path, programs=0)


@pytest.mark.slow
def test_a_hundred_thousand_short_programs_work(tmp_path: Path) -> None:
    summary = generate_sample(tmp_path, programs=100_000, seed=1503, short_documents=True)
    assert summary.programs == 100_000
    with (tmp_path / "truth.jsonl").open(encoding="utf-8") as truths:
        ids = {json.loads(line)["document_id"] for line in truths}
    assert len(ids) == 100_000
