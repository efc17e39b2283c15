"""Settings, read from environment variables that begin with ``RESIDENCY_``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """Return the folder ``residency-graph`` under the user's data directory."""
    return user_data_path("residency-graph", appauthor=False)


class Settings(BaseSettings):
    """Everything that can be set from outside; each field is ``RESIDENCY_<NAME>``."""

    model_config = SettingsConfigDict(
        env_prefix="RESIDENCY_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql:// address of a server of your own; not set, the embedded server.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded server and of files that the program keeps.",
    )
    owner_password: SecretStr | None = Field(
        default=None, description="Password of the address's user, where the address has none."
    )
    reader_password: SecretStr | None = Field(
        default=None, description="Password of residency_reader; not set, see warehouse.engine."
    )
    app_password: SecretStr | None = Field(
        default=None, description="Password of residency_app; not set, see warehouse.engine."
    )
    statement_timeout_ms: int = Field(
        default=15_000, ge=1, description="Longest time of a read statement, in milliseconds."
    )
    read_connections: int = Field(
        default=8, ge=1, le=40, description="Read connections of one graph process."
    )
    read_queue: int = Field(
        default=1_000, ge=0, description="Reads that may wait for a connection before refusal."
    )
    host: str = Field(default="127.0.0.1", description="Address on which the graph listens.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port of the graph.")
    allowed_origins: str = Field(
        default="",
        description="Origins of web pages that may read the graph, separated by commas"
        " (https://example.org), or *. Pages from this machine always may.",
    )
    max_cost: int = Field(
        default=500_000,
        ge=1,
        description="Greatest cost of an operation, in units of 64 bytes of its answer.",
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="Manifest of documents that clients ask for by identifier, or a folder of"
        " manifests and .graphql files.",
    )
    trusted_only: bool = Field(default=False, description="Whether to run trusted documents only.")
    operator_token: SecretStr | None = Field(
        default=None,
        description="Token of operators, who may load data; not set, whoever asks from this"
        " machine is one.",
    )
    simulations: Literal["everyone", "operators"] = Field(
        default="everyone", description="Who may run simulations."
    )
    small_run: int = Field(
        default=200, ge=0, description="Matches of a simulation that is done while one waits."
    )
    max_replicates: int = Field(
        default=100_000, ge=1, description="Most replicates of a simulation."
    )
    max_jobs: int = Field(default=20, ge=1, description="Most jobs that may wait or run.")
    keep_simulations_days: int = Field(
        default=90, ge=1, description="Days after which simulations are forgotten."
    )
    subscriptions: int = Field(
        default=1_000, ge=1, description="Subscriptions that one graph process answers at a time."
    )
    keep_questions_days: int = Field(
        default=30, ge=1, description="Days after which audited questions are forgotten."
    )
    kept_answers: int = Field(
        default=500, ge=0, description="Answers to questions that one graph process keeps."
    )
    chat_model: str | None = Field(
        default=None,
        description="Chat model that words answers from sentences found; not set, they are quoted.",
    )
    chat_base_url: str | None = Field(
        default=None,
        description="Address of its OpenAI-compatible endpoint up to /v1; not set, that of OpenAI.",
    )
    chat_api_key: SecretStr | None = Field(
        default=None, description="Key of the endpoint, where it asks for one."
    )
    chat_timeout_seconds: float = Field(
        default=60, gt=0, description="Longest time for one call of the chat model."
    )
    chat_retries: int = Field(
        default=2, ge=0, le=10, description="Further tries where it answers 429 or 5xx, or not."
    )
    shared: Path = Field(
        default=Path("../shared"), description="Folder of the real source files (tests only)."
    )
    quarantine_threshold: float = Field(
        default=0.10, ge=0, le=1, description="Share of quarantined programs that stops a load."
    )
    shrink_threshold: float = Field(
        default=0.20, ge=0, le=1, description="Share by which an extract may shrink."
    )
    max_cell_characters: int = Field(
        default=1_000_000, ge=1, description="Longest cell or document, in characters."
    )
    embeddings_provider: Literal["corpus", "openai", "sentence-transformers"] = Field(
        default="corpus",
        description="What turns passages and queries into vectors: fitted on the passages, an"
        " OpenAI-compatible endpoint, or a sentence-transformers model in a local folder.",
    )
    embeddings_model: str | None = Field(
        default=None, description="Name of the endpoint's model, or folder of the local one."
    )
    embeddings_base_url: str | None = Field(
        default=None, description="Address of the endpoint up to /v1; not set, that of OpenAI."
    )
    embeddings_api_key: SecretStr | None = Field(
        default=None, description="Key of the endpoint, where it asks for one."
    )
    embeddings_dimensions: int | None = Field(
        default=None,
        ge=1,
        le=4_000,
        description="Length of a vector; not set, 256 for the fitted embedder, and the model's own"
        " for others.",
    )
    embeddings_batch: int = Field(
        default=128, ge=1, le=2_048, description="Passages that are embedded at a time."
    )
    embeddings_retries: int = Field(
        default=4, ge=0, le=20, description="How often a failed request to the endpoint is retried."
    )
    embeddings_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Longest time of one request to the endpoint."
    )
    search_drift_threshold: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share of words unknown to the fitted embedder from which a refit is proposed.",
    )
    search_exact_limit: int = Field(
        default=80_000,
        ge=0,
        description="Most passages that are compared one by one; more are searched by an index.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level of what is logged."
    )

    @property
    def is_embedded(self) -> bool:
        """Whether the warehouse lives in the embedded server."""
        return self.database_url is None

    @property
    def postgres_dir(self) -> Path:
        """Folder of the embedded server."""
        return self.data_dir.expanduser() / "postgres"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once (``get_settings.cache_clear()`` re-reads)."""
    return Settings()
