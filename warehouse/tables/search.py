"""Schema ``search``: passages, where they stand, their words, and their vectors.

Passages, places and postings belong to a version of the analysis (how texts are cut and stemmed),
vectors to a version of the index. The large tables have no foreign key to a passage: it is
refresh that removes their rows, set by set.
"""

import datetime as dt
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text
from sqlmodel import SQLModel

from warehouse.tables.base import surrogate_key, table, timestamp
from warehouse.tables.column import check, column, one_of, text
from warehouse.vocabulary import Language, SectionKind, SkipReason


def analysis(*, primary_key: bool = False) -> Any:
    """Return the column that names the version of the analysis."""
    return text(
        "Version of the analysis: how texts are cut, folded and stemmed.",
        nullable=False,
        primary_key=primary_key,
    )


def language(*, primary_key: bool = False) -> Any:
    """Return the column that names a language."""
    return text("The language.", nullable=False, primary_key=primary_key)


def program_key(*, primary_key: bool = False) -> Any:
    """Return the foreign key to a program version, with which the row dies."""
    return column(
        "The program version.",
        sa_type=BigInteger,
        nullable=False,
        primary_key=primary_key,
        sa_column_args=[ForeignKey("core.dim_program.program_key", ondelete="CASCADE")],
    )


def index_version_key() -> Any:
    """Return the foreign key to an index version as first part of a primary key."""
    return column(
        "The index version.",
        sa_type=BigInteger,
        nullable=False,
        primary_key=True,
        sa_column_args=[ForeignKey("ops.index_version.index_version_key", ondelete="CASCADE")],
    )


def passage_key(*, primary_key: bool = True) -> Any:
    """Return the column that names a passage, without a foreign key."""
    return column("The passage.", sa_type=BigInteger, nullable=False, primary_key=primary_key)


class Passage(SQLModel, table=True):
    """A stretch of text that programs share: each is kept once, wherever it stands."""

    __tablename__ = "passage"
    __table_args__ = table(
        "search",
        __doc__,
        UniqueConstraint("analysis", "content_hash"),
        one_of("language", Language),
        check("word_count_is_a_count", "word_count >= 0"),
        grain="one distinct text",
    )

    passage_key: int = surrogate_key("Surrogate key of the passage.")
    analysis: str = analysis()
    content_hash: str = text("SHA-256 of language and text, in hexadecimal.", nullable=False)
    language: str = text("Language that the passage is written in.", nullable=False)
    text_: str = text(
        "The passage, contacts masked.", nullable=False, column_kwargs={"name": "text"}
    )
    word_count: int = column(
        "Number of its lexemes, repeated ones too: the length that BM25 knows.",
        sa_type=Integer,
        unit="lexemes",
        nullable=False,
    )
    is_current: bool = column(
        "Whether a program has it that is current in the data version that the index covers.",
        sa_type=Boolean,
        nullable=False,
        default=False,
        column_kwargs={"server_default": false()},
    )
    created_at: dt.datetime = timestamp(
        "When this row was written.", default_now=True, nullable=False
    )


class IndexedProgram(SQLModel, table=True):
    """A program version whose texts are cut."""

    __tablename__ = "indexed_program"
    __table_args__ = table("search", __doc__, grain="one program version and analysis")

    program_key: int = program_key(primary_key=True)
    analysis: str = analysis(primary_key=True)
    passage_count: int = column(
        "Number of its passages.", sa_type=Integer, unit="passages", nullable=False
    )
    created_at: dt.datetime = timestamp(
        "When this row was written.", default_now=True, nullable=False
    )


class PassagePlace(SQLModel, table=True):
    """Where a passage stands: a span of a section, or the title of a program."""

    __tablename__ = "passage_place"
    __table_args__ = table(
        "search",
        __doc__,
        one_of("section_kind", SectionKind),
        check("span_is_a_range", "span_start >= 0 AND span_end > span_start"),
        check("title_has_no_section", "(section_ordinal IS NULL) = (section_kind IS NULL)"),
        Index(
            "ix_passage_place_passage_key",
            "passage_key",
            postgresql_include=["program_key", "ordinal"],
        ),
        grain="one passage of a program version",
    )

    program_key: int = program_key(primary_key=True)
    analysis: str = analysis(primary_key=True)
    ordinal: int = column(
        "0-based position of the passage within the program version; 0 is the title.",
        sa_type=Integer,
        nullable=False,
        primary_key=True,
    )
    passage_key: int = passage_key(primary_key=False)
    section_ordinal: int | None = column(
        "Position of the section within the program version; null for the title.",
        sa_type=Integer,
        default=None,
    )
    section_kind: str | None = text("Which section it is; null for the title.", default=None)
    span_start: int = column(
        "First code point of the passage in the section's text, or in the title.",
        sa_type=Integer,
        unit="code points",
        nullable=False,
    )
    span_end: int = column(
        "Code point after the last of the passage.",
        sa_type=Integer,
        unit="code points",
        nullable=False,
    )


class Term(SQLModel, table=True):
    """A lexeme of a language."""

    __tablename__ = "term"
    __table_args__ = table(
        "search",
        __doc__,
        UniqueConstraint("lexeme", "analysis", "language"),
        one_of("language", Language),
        grain="one lexeme of one language",
    )

    term_key: int = surrogate_key("Surrogate key of the term.")
    analysis: str = analysis()
    language: str = language()
    lexeme: str = text("Stem of folded words.", nullable=False)
    document_frequency: int = column(
        "Number of current passages that have it.",
        sa_type=Integer,
        unit="passages",
        nullable=False,
        default=0,
        column_kwargs={"server_default": "0"},
    )


class Posting(SQLModel, table=True):
    """How often a term stands in a passage."""

    __tablename__ = "posting"
    __table_args__ = table(
        "search",
        __doc__,
        Index(
            "ix_posting_term_key",
            "term_key",
            postgresql_include=["passage_key", "frequency", "word_count"],
        ),
        grain="one term of one passage",
    )

    passage_key: int = passage_key()
    term_key: int = column("The term.", sa_type=BigInteger, nullable=False, primary_key=True)
    frequency: int = column(
        "How often the passage has the term.", sa_type=Integer, unit="times", nullable=False
    )
    word_count: int = column(
        "Length of the passage, as in the passage itself.",
        sa_type=Integer,
        unit="lexemes",
        nullable=False,
    )


class LanguageStatistics(SQLModel, table=True):
    """What BM25 must know of the current passages of a language."""

    __tablename__ = "language_statistics"
    __table_args__ = table("search", __doc__, one_of("language", Language), grain="one language")

    analysis: str = analysis(primary_key=True)
    language: str = language(primary_key=True)
    passage_count: int = column(
        "Number of current passages.", sa_type=Integer, unit="passages", nullable=False
    )
    mean_word_count: float = column(
        "Mean length of the current passages.", sa_type=Float, unit="lexemes", nullable=False
    )


class Spelling(SQLModel, table=True):
    """A word as texts write it, folded: what slips of the pen are compared with."""

    __tablename__ = "spelling"
    __table_args__ = table(
        "search", __doc__, one_of("language", Language), grain="one word of one language"
    )

    analysis: str = analysis(primary_key=True)
    language: str = language(primary_key=True)
    form: str = text("The word, folded.", nullable=False, primary_key=True)
    passage_count: int = column(
        "Number of passages in which it was ever found.",
        sa_type=Integer,
        unit="passages",
        nullable=False,
    )


class PassageVector(SQLModel, table=True):
    """What an embedder makes of a passage, in half precision."""

    __tablename__ = "passage_vector"
    __table_args__ = table("search", __doc__, grain="one passage in one index version")

    index_version_key: int = index_version_key()
    passage_key: int = passage_key()
    embedding: Any = column(
        "The vector, of the index version's dimensions and of length 1.",
        sa_type=HALFVEC,
        nullable=False,
    )


class PassageSkip(SQLModel, table=True):
    """A passage that an index version has no vector for; words find it all the same."""

    __tablename__ = "passage_skip"
    __table_args__ = table(
        "search", __doc__, one_of("reason", SkipReason), grain="one passage without a vector"
    )

    index_version_key: int = index_version_key()
    passage_key: int = passage_key()
    reason: str = text("Why it has none.", nullable=False)


class EmbedderFit(SQLModel, table=True):
    """What the corpus-fitted embedder learnt when an index version was made: frozen with it."""

    __tablename__ = "embedder_fit"
    __table_args__ = table("search", __doc__, grain="one fitted index version")

    index_version_key: int = index_version_key()
    lexemes: list[str] = column("Its vocabulary, sorted.", sa_type=ARRAY(Text), nullable=False)
    weights: bytes = column(
        "Inverse document frequency of each lexeme, as little-endian float32.",
        sa_type=LargeBinary,
        nullable=False,
    )
    components: bytes = column(
        "One row per lexeme, one column per dimension, as little-endian float32.",
        sa_type=LargeBinary,
        nullable=False,
    )
    passage_count: int = column(
        "Number of passages that it was fitted on.",
        sa_type=Integer,
        unit="passages",
        nullable=False,
    )
    created_at: dt.datetime = timestamp("When it was fitted.", default_now=True, nullable=False)
