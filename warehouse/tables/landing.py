"""Schema ``landing``: files and records as received."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from warehouse.tables.base import surrogate_key, table, timestamp
from warehouse.tables.column import check, column, text


class LandedFile(SQLModel, table=True):
    """A source file as received, once per distinct content and role."""

    __tablename__ = "file"
    __table_args__ = table(
        "landing",
        __doc__,
        UniqueConstraint("sha256", "role", "source"),
        check("size_is_not_negative", "size_bytes >= 0"),
        grain="one received file (content, role, source)",
    )

    file_key: int = surrogate_key("Surrogate key of the file.")
    sha256: str = text("SHA-256 of the file's bytes, in hexadecimal.", nullable=False)
    role: str = text(
        "What the file holds: discipline, program_master, program_sections or program_documents.",
        nullable=False,
    )
    name: str = text("File name as received.", nullable=False)
    source: str = text("Where it came from: folder, public or sample.", nullable=False)
    size_bytes: int = column("Size as received.", sa_type=BigInteger, unit="bytes", nullable=False)
    record_count: int | None = column(
        "Rows in the file, set when all of them have landed; null while landing.",
        sa_type=BigInteger,
        unit="rows",
        default=None,
    )
    received_at: dt.datetime = timestamp(
        "When the file was received.", default_now=True, nullable=False
    )


class LandedRecord(SQLModel, table=True):
    """A record of a landed file, exactly as received: a table row, a CSV cell or a document."""

    __tablename__ = "record"
    __table_args__ = table(
        "landing",
        __doc__,
        UniqueConstraint("file_key", "row_number", "field"),
        grain="one spreadsheet row, one CSV cell or one JSON document",
    )

    record_key: int = surrogate_key("Surrogate key of the record.")
    file_key: int = column(
        "The file it came in.",
        sa_type=BigInteger,
        foreign_key="landing.file.file_key",
        nullable=False,
        index=True,
    )
    row_number: int = column(
        "1-based position of the row or document in the file, header not counted.",
        sa_type=Integer,
        nullable=False,
    )
    field: str = text(
        "Column name of a CSV cell; page_content for a document; row for a spreadsheet row.",
        nullable=False,
    )
    natural_key: str | None = text(
        "Match iteration and program stream id (1503-27447), or discipline id; null if unreadable.",
        default=None,
        index=True,
    )
    payload: str = text(
        "The text as received; evidence spans count its code points.", nullable=False
    )
    attributes: dict[str, Any] | None = column(
        "What the source states beside the payload (a document's id and metadata).",
        sa_type=JSONB,
        default=None,
    )
    content_hash: str = text("SHA-256 of the payload, in hexadecimal.", nullable=False)
