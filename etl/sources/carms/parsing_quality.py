"""Measures the parsers and writes `docs/parsing_quality.md`.

Two sources of truth that share nothing with the parsers: documents labelled by eye (they need the
real files, see `RESIDENCY_SHARED`), and the generator's own true values (in every clone).

    python -m etl.sources.carms.parsing_quality     write docs/parsing_quality.md anew
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import SourceError
from etl.sample.generate import generate_sample
from etl.sources.carms.document import ProgramDocument, SourceText
from etl.sources.carms.evaluation import FieldScore, aggregate, measure, measure_partial
from etl.sources.carms.extract import read_rows
from etl.sources.carms.files import SourceFiles, find_source_files
from etl.sources.carms.parse import PARSER_VERSION, parse_program
from etl.sources.carms.parsed import ParsedProgram
from warehouse.settings import get_settings

SAMPLE_PROGRAMS = 200
ROOT = Path(__file__).resolve().parents[3]
LABELS = ROOT / "tests" / "golden"
REPORT = ROOT / "docs" / "parsing_quality.md"

Truth = Mapping[str, Any]

INTRODUCTION = (
    "# How well the parsers read\n\n"
    f"Parser version {PARSER_VERSION}. Written by"
    " `python -m etl.sources.carms.parsing_quality`; `residency status --parsing` prints the"
    " same. What counts as right is said field by"
    " field in `etl/sources/carms/evaluation.py`.\n\n"
    "The labelled documents were read by eye before any parser was written (see"
    " `tests/golden/README.md`). The parsers were tuned on one half of them; the other half was"
    " first measured when they were complete. Training sites fell short there, so that further"
    " documents were labelled for them until all distinct texts were.\n\n"
    "**Training sites: the tables below are no estimate for unseen documents.** Grammar and"
    " table of places were mended with these documents in view. What to expect of unseen ones"
    " was measured once, on 193 documents that the mending did not look at (half of the"
    " last 368 by a hash of their ids, near-equal texts on one side; part of their labels had"
    " been seen when labels were checked against each other, and of 128 of the 368 what an"
    " earlier parser missed, without a change then), after mending with all others in view:"
    " precision 0.920, recall 0.907, form 0.987; before that mending it was 0.923 and"
    " 0.900. By names that are equal, and not only contained in each other: 0.880 and 0.867"
    " (before: 0.871 and 0.850). On the 145 of them that share less than half of their phrases"
    " with any document that had been looked at: 0.903 and 0.875. The target of 0.98 and 0.95"
    " is not reached on unseen documents. Every distinct text of the published files is among"
    " the labelled ones.\n\n"
    "Two readers of the same 16 documents agreed on 0.97 of the places. Where the parser and a"
    " reader differed (338 documents), others settled each name without knowing which was"
    " which; they mostly sided with the reader. In 30 documents labels were then put in line"
    " with those verdicts, with the parser's answers in view (59 names added, 27 dropped): by"
    " the labels before that, version 3 reached 0.970 and 0.965 over all documents instead of"
    " 0.981 and 0.968. What is left is mostly what readers differ on:"
    " towns and departments in running prose, networks beside their hospitals, clinics named by"
    " what they do, and whether an enumeration in a sentence is a list (the form).\n\n"
    "**Independent labels of training sites.** Two samples of these documents were read anew,"
    " each by two readers who saw neither the parser nor earlier labels; a third settled where"
    " they differed. On the first 60 documents the parser reached precision 0.981 and recall"
    " 0.941 before any mending in their light. On the next 80 it then reached 0.936 and 0.970"
    " before mending (against the second reader alone: 0.973 and 0.971); 21 of its 36 wrong"
    " names stood in three documents with one and the same list of health authorities with"
    " their towns, of which the towns count. Both samples have since been mended from, so that"
    " they are no estimate any more; and the documents were not unseen when they were read:"
    " other readers' labels of them had been in view. On a third sample of 80, read in the same"
    " way, version 4 reached 0.976 and 0.919 before any mending in its light (0.971 and 0.930"
    " against one of its readers alone, 0.978 and 0.950 against the other, who agree with each"
    " other on 547 of 571 and 563 names, 0.958 and 0.972). 21 of the 47 names that it then missed"
    " were those health authorities again, in three documents of the same list: whoever settled"
    " the third sample counted them beside their towns. Two rules were decided after that: such an"
    " authority counts beside its towns, and a town where a school, stream or site as a whole is"
    " based does not count by that alone. Version 5 was mended in the light of the third sample"
    " and of all other labels, so that the third is no estimate either: it reaches 0.984 and 0.979"
    " on it as it was read. The labels were put in line with the two rules, and where the same"
    " sentences were labelled in two ways, with the parser's answers in view (138 names, see"
    " `tests/golden/README.md`); by the labels without these edits, version 5 reaches 0.958 and"
    " 0.976 over all documents instead of 0.987 and 0.982: 106 of the names between the two are"
    " the health authorities of one list, in 16 documents.\n\n"
    "Changed after first measurement, each time with the parser's answer in view: training"
    " sites were scored in lists and in prose apart, and now by name, with the form as a field"
    " of its own; outside information and ranking were scored row by row, and now by the text"
    " that is covered; in the labels, points no longer count as percents (1 document), the"
    " level asked of the DALF was settled where readers contradicted each other (6 documents),"
    " and two accepted tests were added (1 document). The generated sample shares neither code"
    " nor patterns with the parsers, but its format and the parsers were both mended where"
    " they disagreed.\n"
)
"""What the report says before its tables: how was measured, and what the figures rest on."""


@dataclass(frozen=True)
class QualityReport:
    """Precision and recall of every field over a set of documents."""

    name: str
    documents: int
    scores: Mapping[str, FieldScore]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per field, for a table."""
        return [
            {
                "field": score.field,
                "values": score.true_positives + score.false_negatives,
                "precision": score.precision,
                "recall": score.recall,
                "wrong": score.false_positives,
                "missed": score.false_negatives,
            }
            for score in self.scores.values()
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON-able values."""
        return {"documents": self.documents, "fields": self.rows()}


def measure_everything() -> list[QualityReport]:
    """Measure on the labelled documents, where the real files are there, and on the sample."""
    return [*measure_labelled(), measure_sample()]


def measure_sample(programs: int = SAMPLE_PROGRAMS, seed: int = 2026) -> QualityReport:
    """Measure on a freshly generated sample."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate_sample(folder, programs=programs, seed=seed)
        with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
            truths = {truth["document_id"]: truth for truth in map(json.loads, lines)}
        return _report(f"Generated sample (seed {seed})", find_source_files(folder), truths)


def measure_labelled() -> list[QualityReport]:
    """Measure on the documents labelled by eye: all of them, and the half not tuned on.

    Returns nothing where the labels or the real files are not there.
    """
    folder = get_settings().shared / "data" / "carms"
    if not (LABELS / "halves.json").exists():
        return []
    try:
        files = find_source_files(folder)
    except SourceError:
        return []
    halves: dict[str, list[str]] = json.loads((LABELS / "halves.json").read_text())
    names = {"Labelled documents, all": [d for half in halves.values() for d in half]}
    names["Labelled documents, held-out half"] = halves["held_out"]
    parts = {
        "Partly labelled documents": _truths("partial_labels"),
        "Training sites read twice after the last mending": _truths("unmended_labels"),
    }
    return [
        *(
            _report(name, files, {key: _truth(LABELS / "labels" / f"{key}.json") for key in keys})
            for name, keys in names.items()
        ),
        *(
            _report(name, files, truths, measure_partial)
            for name, truths in parts.items()
            if truths
        ),
    ]


def read_documents(files: SourceFiles, wanted: Mapping[str, object]) -> Iterator[ProgramDocument]:
    """Yield the texts of the wanted programs, straight from the files."""
    cells: dict[str, dict[str, SourceText]] = {}
    for row in read_rows(files.program_sections):
        for record in row:
            if record.natural_key in wanted:
                text = SourceText(f"program_sections/{record.field}", 0, record.payload)
                cells.setdefault(str(record.natural_key), {})[record.field] = text
    for row in read_rows(files.program_documents):
        (record,) = row
        if record.natural_key in wanted:
            key = str(record.natural_key)
            iteration, stream = map(int, key.split("-"))
            text = SourceText("program_documents", 1, record.payload)
            yield ProgramDocument(iteration, stream, text, cells.get(key, {}))


def as_markdown(reports: list[QualityReport]) -> str:
    """Return `docs/parsing_quality.md`."""
    out = io.StringIO()
    out.write(INTRODUCTION)
    for report in reports:
        out.write(f"\n## {report.name}: {report.documents} documents\n\n")
        out.write(
            "| field | values | precision | recall | wrong | missed |\n|---|---|---|---|---|---|\n"
        )
        for row in report.rows():
            out.write(
                f"| {row['field']} | {row['values']} | {row['precision']:.3f} |"
                f" {row['recall']:.3f} | {row['wrong']} | {row['missed']} |\n"
            )
    return out.getvalue()


def _report(
    name: str,
    files: SourceFiles,
    truths: Mapping[str, Truth],
    score: Callable[[ParsedProgram, Truth], list[FieldScore]] = measure,
) -> QualityReport:
    """Parse the documents that truths are known of, and measure."""
    scores: list[FieldScore] = []
    documents = 0
    for document in read_documents(files, truths):
        truth = truths[f"{document.match_iteration_id}-{document.program_stream_id}"]
        scores += score(parse_program(document), truth)
        documents += 1
    return QualityReport(name, documents, aggregate(scores))


def _truths(folder: str) -> dict[str, Truth]:
    """Return the true values in a folder of labels, by document; none where it is not there."""
    return {path.stem: _truth(path) for path in (LABELS / folder).glob("*.json")}


def _truth(path: Path) -> Truth:
    """Return the true values that a file holds."""
    truth: Truth = json.loads(path.read_text(encoding="utf-8"))
    return truth


def main() -> None:
    """Write the report."""
    REPORT.write_text(as_markdown(measure_everything()), encoding="utf-8")


if __name__ == "__main__":
    main()
