"""Stages landed programs: check, parse, quarantine or write; one program at a time, flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from etl.quarantine import Reason, reasons_as_json
from etl.reference.tables import ReferenceTables, load_reference_tables
from etl.sources.carms.contract import (
    DocumentEnvelope,
    ProgramMasterRow,
    SectionRow,
    check_discipline,
    check_document,
    check_master,
    check_sections,
    duplicate_reasons,
)
from etl.sources.carms.document import ProgramDocument, SourceText
from etl.sources.carms.extract import RawRecord
from etl.sources.carms.files import FileRole, SourceFile, SourceFiles
from etl.sources.carms.load import staged_program
from etl.sources.carms.members import Members
from etl.sources.carms.parse import parse_program
from etl.sources.carms.parsed import ParsedProgram
from etl.sources.carms.reconcile import reconcile
from warehouse.engine import Connection
from warehouse.queries import runs
from warehouse.queries.landing import LandedRecord, read_by_natural_key, read_file
from warehouse.queries.runs import Check, QuarantinedRow
from warehouse.queries.staging import StagingWriter, analyze_staging, empty_staging
from warehouse.tables.programs import LARGEST_LIST
from warehouse.vocabulary import CheckStatus, Language

PROGRAM_ROLES = (FileRole.PROGRAM_MASTER, FileRole.PROGRAM_SECTIONS, FileRole.PROGRAM_DOCUMENTS)
REPORT_EVERY = 25


@dataclass
class StageCounts:
    """Programs seen, staged and kept back."""

    rows_in: int = 0
    staged: int = 0
    quarantined: int = 0


@dataclass(frozen=True)
class Group:
    """All landed records of one natural key, by role and row number."""

    natural_key: str | None
    rows: Mapping[FileRole, Mapping[int, list[LandedRecord]]]


@dataclass
class Stager:
    """Everything that staging one group needs, and what it collects on the way."""

    files: SourceFiles
    reference: ReferenceTables
    disciplines: Mapping[int, str]
    members: Members
    max_cell_characters: int
    iteration_names: Counter[tuple[bool, str, int]] = field(default_factory=Counter)
    quarantined: list[QuarantinedRow] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    async def stage(self, group: Group, writer: StagingWriter) -> bool:
        """Stage a group, or quarantine it with all its reasons; return whether it was staged."""
        master, document, reasons = self._checked(group)
        parsed: ParsedProgram | None = None
        if document is not None and not reasons:
            parsed = parse_program(document)
            reasons += _problems(parsed, group, self.files)
        if reasons or master is None or parsed is None or document is None:
            self._quarantine(group, reasons)
            return False
        site = self.reference.site(master.school_code, master.program_site)
        assert site is not None, "the contract checked the site"
        if parsed.iteration_name and parsed.iteration_year:
            is_french = parsed.language is not None and parsed.language.value is Language.FR
            name = (is_french, parsed.iteration_name.value, parsed.iteration_year.value)
            self.iteration_names[name] += 1
        self._reconcile(group, document)
        digest = self.members.of_program(master, site)
        for table, row in staged_program(master, site, parsed, digest):
            await writer.write(table, row)
        return True

    def _checked(
        self, group: Group
    ) -> tuple[ProgramMasterRow | None, ProgramDocument | None, list[Reason]]:
        """Check all rows of a group against their contracts."""
        reasons: list[Reason] = []
        for role, rows in group.rows.items():
            file = self._file(role)
            keys = [(number, group.natural_key) for number in rows]
            reasons += duplicate_reasons(file, KEY_FIELDS[role], keys).values()
        masters = [self._master(row) for row in self._rows(group, FileRole.PROGRAM_MASTER)]
        sections = [self._sections(row) for row in self._rows(group, FileRole.PROGRAM_SECTIONS)]
        documents = [self._document(row) for row in self._rows(group, FileRole.PROGRAM_DOCUMENTS)]
        for outcome in (*masters, *sections, *documents):
            if isinstance(outcome, list):
                reasons += outcome
        reasons += self._missing(group)
        if not reasons and group.natural_key is None:
            reasons.append(self._unreadable_key(group))
        if reasons:
            return None, None, reasons
        (master,) = masters
        assert isinstance(master, ProgramMasterRow)
        return master, self._program_document(master, group, sections), []

    def _missing(self, group: Group) -> list[Reason]:
        """Return the reasons for rows that should be there and are not."""
        if group.natural_key is None:
            return []
        if not group.rows.get(FileRole.PROGRAM_MASTER):
            role = next(iter(group.rows))
            row = next(iter(group.rows[role]))
            return [
                Reason(
                    "MISSING_MASTER_ROW", self._file(role).name, row, None,
                    f"Program {group.natural_key} has no row in"
                    f" {self.files.program_master.name}. Add its row, or take its description out.",
                )
            ]  # fmt: skip
        if len(group.rows) == 1:
            row = next(iter(group.rows[FileRole.PROGRAM_MASTER]))
            return [
                Reason(
                    "MISSING_DESCRIPTION", self.files.program_master.name, row, None,
                    f"Program {group.natural_key} has no description in"
                    f" {self.files.program_sections.name} or {self.files.program_documents.name}."
                    " Add one; what was published of it before stands.",
                )
            ]  # fmt: skip
        return []

    def _unreadable_key(self, group: Group) -> Reason:
        """Return the reason for a row that keeps its contract and still names no program."""
        role, rows = next(iter(group.rows.items()))
        return Reason(
            "UNREADABLE_KEY", self._file(role).name, next(iter(rows)), KEY_FIELDS[role],
            "The row names no program stream id of at most 9 digits, so that nothing else can be"
            " found of its program; correct the cell.",
        )  # fmt: skip

    def _program_document(
        self, master: ProgramMasterRow, group: Group, sections: Sequence[SectionRow | list[Reason]]
    ) -> ProgramDocument:
        """Put together the texts of a program, with the landing records that hold them."""
        texts = [record for row in self._rows(group, FileRole.PROGRAM_DOCUMENTS) for record in row]
        wanted = {name for row in sections if isinstance(row, SectionRow) for name in row.cells}
        cells = {
            record.field: _source_text(FileRole.PROGRAM_SECTIONS, record)
            for row in self._rows(group, FileRole.PROGRAM_SECTIONS)
            for record in row
            if record.field in wanted
        }
        return ProgramDocument(
            match_iteration_id=master.match_iteration_id,
            program_stream_id=master.program_stream_id,
            document=_source_text(FileRole.PROGRAM_DOCUMENTS, texts[0]) if texts else None,
            cells=cells,
        )

    def _master(self, row: list[LandedRecord]) -> ProgramMasterRow | list[Reason]:
        file = self._file(FileRole.PROGRAM_MASTER)
        return check_master(_raw(row[0]), file, self.reference, self.disciplines)

    def _sections(self, row: list[LandedRecord]) -> SectionRow | list[Reason]:
        file = self._file(FileRole.PROGRAM_SECTIONS)
        records = [_raw(record) for record in row]
        return check_sections(records, file, max_cell_characters=self.max_cell_characters)

    def _document(self, row: list[LandedRecord]) -> DocumentEnvelope | list[Reason]:
        file = self._file(FileRole.PROGRAM_DOCUMENTS)
        limit = self.max_cell_characters
        return check_document(_raw(row[0]), file, max_cell_characters=limit)

    def _rows(self, group: Group, role: FileRole) -> list[list[LandedRecord]]:
        return list(group.rows.get(role, {}).values())

    def _file(self, role: FileRole) -> SourceFile:
        return next(file for file in self.files if file.role is role)

    def _quarantine(self, group: Group, reasons: list[Reason]) -> None:
        """Keep a group back with all its reasons."""
        role = next(role for role in PROGRAM_ROLES if group.rows.get(role))
        self.quarantined.append(
            QuarantinedRow(
                role=role.value,
                row_number=next(iter(group.rows[role])),
                natural_key=group.natural_key,
                reasons=tuple(reasons_as_json(reasons)),
            )
        )

    def _reconcile(self, group: Group, document: ProgramDocument) -> None:
        """Record where the JSON and the CSV disagree about a program."""
        for difference in reconcile(document):
            self.checks.append(
                Check(
                    name="json_and_csv_agree",
                    subject=f"{group.natural_key} {difference.field}",
                    status=CheckStatus.WARNED,
                    observed=difference.csv_value,
                    expected=difference.json_value,
                    message=difference.message,
                )
            )


KEY_FIELDS = {
    FileRole.PROGRAM_MASTER: "program_stream_id",
    FileRole.PROGRAM_SECTIONS: "document_id",
    FileRole.PROGRAM_DOCUMENTS: "id",
}


async def stage_programs(
    reader: Connection,
    writer: Connection,
    *,
    run: int,
    files: SourceFiles,
    file_keys: Mapping[str, int],
    max_cell_characters: int,
    progress: Callable[[str, int, int | None], None],
) -> StageCounts:
    """Stage everything that landed; quarantine what cannot be published.

    ``reader`` streams landed records grouped by program while ``writer`` copies staging rows.
    """
    reference = load_reference_tables()
    members = Members(reference)
    await empty_staging(writer)
    disciplines, bad = await _disciplines(reader, files, file_keys, reference)
    for discipline_id, name in disciplines.items():
        members.discipline(discipline_id, name)
    stager = Stager(files, reference, disciplines, members, max_cell_characters)
    stager.quarantined += bad
    counts = StageCounts()
    total = await reader.fetchval(
        "SELECT record_count FROM landing.file WHERE file_key = $1",
        file_keys[FileRole.PROGRAM_MASTER],
    )
    roles = {file_keys[role.value]: role for role in PROGRAM_ROLES}
    groups = read_by_natural_key(reader, list(roles))
    async with StagingWriter(writer) as staging, aclosing(groups):
        async for natural_key, records in groups:
            for group in _groups(natural_key, records, roles):
                counts.rows_in += 1
                if await stager.stage(group, staging):
                    counts.staged += 1
                else:
                    counts.quarantined += 1
            if counts.rows_in % REPORT_EVERY == 0:
                progress("stage", counts.rows_in, total)
        if counts.staged:
            members.iteration(files.match_iteration_id, *_iteration_name(stager, files))
        for table, row in members.rows():
            await staging.write(table, row)
    await analyze_staging(writer)
    await runs.store_quarantine(writer, run, stager.quarantined)
    await runs.store_checks(writer, run, [*stager.checks, _reconciled(stager, counts)])
    progress("stage", counts.rows_in, counts.rows_in)
    return counts


async def _disciplines(
    reader: Connection,
    files: SourceFiles,
    file_keys: Mapping[str, int],
    reference: ReferenceTables,
) -> tuple[dict[int, str], list[QuarantinedRow]]:
    """Return the discipline list by id, and its rows that break the contract."""
    names: dict[int, str] = {}
    bad: list[QuarantinedRow] = []
    records = [r async for r in read_file(reader, file_keys[FileRole.DISCIPLINE])]
    keys = [(record.row_number, record.natural_key) for record in records]
    duplicates = duplicate_reasons(files.discipline, "discipline_id", keys)
    for record in records:
        outcome = check_discipline(_raw(record), files.discipline, reference)
        reasons = outcome if isinstance(outcome, list) else []
        if record.row_number in duplicates:
            reasons = [*reasons, duplicates[record.row_number]]
        if reasons or isinstance(outcome, list):
            bad.append(
                QuarantinedRow(
                    FileRole.DISCIPLINE.value, record.row_number, record.natural_key,
                    tuple(reasons_as_json(reasons)),
                )
            )  # fmt: skip
        else:
            names[outcome.discipline_id] = outcome.discipline_name
    return names, bad


def _groups(
    natural_key: str | None, records: list[LandedRecord], roles: Mapping[int, FileRole]
) -> list[Group]:
    """Return one group per natural key; rows without a readable key are a group each."""
    rows: dict[FileRole, dict[int, list[LandedRecord]]] = {}
    for record in records:
        rows.setdefault(roles[record.file_key], {}).setdefault(record.row_number, []).append(record)
    if natural_key is not None:
        return [Group(natural_key, rows)]
    return [
        Group(None, {role: {number: row}})
        for role, by_number in rows.items()
        for number, row in by_number.items()
    ]


def _problems(parsed: ParsedProgram, group: Group, files: SourceFiles) -> list[Reason]:
    """Turn what the parser found impossible into reasons, with the row where it stands."""
    role = next(
        role
        for role in (FileRole.PROGRAM_DOCUMENTS, FileRole.PROGRAM_SECTIONS)
        if group.rows.get(role)
    )
    name = next(file.name for file in files if file.role is role)
    row = next(iter(group.rows[role]))
    reasons = [
        Reason(problem.code, name, row, problem.field, problem.message)
        for problem in parsed.problems
    ]
    reasons += [
        Reason(
            "LIST_TOO_LONG", name, row, listed,
            f"The description of program {group.natural_key} gives {length} {listed}; at most"
            f" {LARGEST_LIST} are taken. Check that it is the description of one program.",
        )
        for listed, length in parsed.longer_than(LARGEST_LIST)
    ]  # fmt: skip
    if parsed.language is None:
        reasons.append(
            Reason(
                "UNKNOWN_DOCUMENT_LANGUAGE", name, row, "language",
                f"The description of program {group.natural_key} has no heading and no words by"
                " which it could be told to be English or French. Check that it is complete.",
            )
        )  # fmt: skip
    return reasons


def _iteration_name(stager: Stager, files: SourceFiles) -> tuple[str, int | None]:
    """Return the iteration's name and year as most English documents state them."""
    ranked = sorted(stager.iteration_names.items(), key=lambda item: (item[0][0], -item[1]))
    if ranked:
        (_, name, year), _ = ranked[0]
        return name, year
    # The match numbers its iterations without a rule that gives the year, so nothing is guessed.
    return f"Match iteration {files.match_iteration_id}", None


def _reconciled(stager: Stager, counts: StageCounts) -> Check:
    """Return the check that sums up the reconciliation of JSON and CSV."""
    differences = len(stager.checks)
    return Check(
        name="json_and_csv_agree",
        subject="all programs",
        status=CheckStatus.WARNED if differences else CheckStatus.PASSED,
        observed=f"{differences} disagreements over {counts.staged} programs",
        expected="0 disagreements",
        message="Header values and section texts of the JSON and the CSV are compared, white"
        " space and links folded.",
    )


def _source_text(role: FileRole, record: LandedRecord) -> SourceText:
    """Return a landed record as the parsers take it."""
    name = f"{role.value}/{record.natural_key}/{record.field}"
    return SourceText(record_name=name, record_key=record.record_key, payload=record.payload)


def _raw(record: LandedRecord) -> RawRecord:
    """Return a landed record as the contracts take it."""
    return RawRecord(
        record.row_number, record.field, record.natural_key, record.payload, record.attributes
    )
