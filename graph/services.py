"""What mutations, subscriptions and computed fields work with, beside the reader."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from graph.answers.answering import Answers, Audit
from graph.answers.chat import Chat, ChatAnswerer
from graph.answers.documents import Answerer
from graph.answers.extractive import Extractive
from graph.answers.index_retriever import IndexRetriever
from graph.explaining import Explainer
from graph.planner.computed import Work
from graph.simulating import Simulator
from graph.types.parameters import typed_parameters
from graph.types.simulation import SimulationExports
from simulation.warming import Warming
from warehouse.engine import Role, connect
from warehouse.errors import WarehouseError
from warehouse.feed import JobFeed
from warehouse.queries.questions import note_question
from warehouse.reader import Reader
from warehouse.search.searcher import Searcher
from warehouse.settings import Settings

_log = logging.getLogger(__name__)


async def exports(key: Sequence[Any], arguments: Mapping[str, Any]) -> SimulationExports:
    """Return where a simulation can be had as a file."""
    del arguments
    stem = f"/simulations/{key[0]}"
    return SimulationExports(csv=f"{stem}.csv.zip", json=f"{stem}.json", html=f"{stem}.html")


class QuestionAudit(Audit):
    """Notes questions in the warehouse; a question is answered even where that fails.

    Args:
        settings: Where the warehouse is, and how long questions are kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def note(self, question: str, details: Mapping[str, Any]) -> None:
        """Note a question."""
        try:
            async with connect(Role.APP, self._settings) as connection:
                await note_question(
                    connection, question, details, self._settings.keep_questions_days
                )
        except WarehouseError as error:
            _log.warning("a question could not be audited: %s", error)


def _retriever(settings: Settings, reader: Reader | None) -> IndexRetriever | None:
    if reader is None:
        return None
    return IndexRetriever(Searcher(reader.fetch_rows, settings), reader.fetch_rows)


def _answerer(settings: Settings) -> Answerer:
    if settings.chat_model is None:
        return Extractive()
    return ChatAnswerer(Chat(settings), Extractive())


class Services:
    """What one application's operations work with.

    Args:
        settings: Where the warehouse is, and what may be asked for.
        reader: Read connections; None where nobody asks in words.
        warming: What compiles the match engine; runs are jobs until it is done.
    """

    def __init__(
        self, settings: Settings, reader: Reader | None = None, warming: Warming | None = None
    ) -> None:
        self.settings = settings
        self.feed = JobFeed(settings, most=settings.subscriptions)
        self.answers = Answers(
            _retriever(settings, reader),
            _answerer(settings),
            QuestionAudit(settings),
            settings.kept_answers,
        )
        self.simulator = Simulator(self.writing, warming)
        explainer = Explainer(self.writing, self.simulator)
        self.works: Mapping[str, Work] = {
            "exports": exports,
            "explanation": explainer.explain,
            "typed_parameters": typed_parameters,
        }

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        """Yield a connection that may write simulations and jobs."""
        async with connect(Role.APP, self.settings) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        """Yield a connection that reads, for what is no statement of a plan."""
        async with connect(Role.READER, self.settings) as connection:
            yield connection

    async def close(self) -> None:
        """Stop listening to the database, and take no further work."""
        await self.feed.close()
        self.simulator.close()
