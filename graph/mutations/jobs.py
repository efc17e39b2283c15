"""Mutations of jobs: cancelling them, and asking for a load."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from graph.auth import Role
from graph.mutations.asking import (
    RefusedError,
    UserError,
    UserErrorCode,
    errors_field,
    job_field,
    key_argument,
)
from graph.services import Services
from graph.types.enums import describe
from graph.types.job import Job
from warehouse import jobs
from warehouse.masking import mask_contacts
from warehouse.queries import simulations
from warehouse.vocabulary import JobKind

LONGEST_KEY = 200


class RefreshSource(StrEnum):
    """Where program files come from."""

    PUBLIC = "PUBLIC"
    SAMPLE = "SAMPLE"
    FOLDER = "FOLDER"


describe(
    RefreshSource,
    {
        "PUBLIC": "The published files of iteration 1503.",
        "SAMPLE": "The generated sample.",
        "FOLDER": "A folder on the server with the four files.",
    },
)


@strawberry.input(description="Which job to cancel.")
class CancelJobInput:
    """Which job to cancel."""

    job_id: strawberry.ID = strawberry.field(description="Global id of the job.")


@strawberry.type(description="The job as it is now.")
class CancelJobPayload:
    """The job as it is now."""

    job_id: strawberry.Private[str | None] = None
    job: Job | None = job_field("The job; null where there is none.")
    errors: list[UserError] = errors_field()


@strawberry.input(description="What to load.")
class RefreshWarehouseInput:
    """What to load."""

    source: RefreshSource = strawberry.field(description="Where the files come from.")
    folder: str | None = strawberry.field(
        default=None, description="Path on the server, with the source FOLDER only."
    )
    replace: bool = strawberry.field(
        default=False, description="Whether sample data may take the place of real ones."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A text of your own by which a repeated request is recognised: it gives the"
        " job of the first, and starts no other.",
    )


@strawberry.type(description="The load that was asked for.")
class RefreshWarehousePayload:
    """The load that was asked for."""

    job_id: strawberry.Private[str | None] = None
    job: Job | None = job_field("The job that loads; null where nothing was asked for.")
    errors: list[UserError] = errors_field()


async def cancel_job(services: Services, given: CancelJobInput, role: Role) -> CancelJobPayload:
    """Cancel a job at once; its worker stops within moments, and stores nothing more."""
    job_id = key_argument(given.job_id, "Job", "input.jobId")
    async with services.writing() as connection:
        job = await jobs.get_job(connection, job_id)
        if job is None:
            raise RefusedError(
                UserErrorCode.UNKNOWN, ("jobId",), "There is no such job.",
                "Pass the 'id' of a job as the graph gave it.",
            )  # fmt: skip
        if job.kind is not JobKind.RUN_SIMULATION and role < Role.OPERATOR:
            raise RefusedError(
                UserErrorCode.FORBIDDEN, ("jobId",), "Only operators cancel jobs of this kind.",
                "Send the token of operators in the header Authorization.",
            )  # fmt: skip
        payload = CancelJobPayload(job_id=str(job_id))
        if not await simulations.cancel(connection, job_id):
            payload.errors.append(
                UserError(
                    code=UserErrorCode.ALREADY_ENDED,
                    path=["input", "jobId"],
                    message="The job has ended already.",
                    how_to_fix="Nothing is left to cancel; read what it gave.",
                )
            )
    return payload


async def refresh_warehouse(
    services: Services, given: RefreshWarehouseInput
) -> RefreshWarehousePayload:
    """Ask for a load; the worker runs it."""
    arguments = {"source": _source_of(given), "replace": given.replace}
    key = checked_key(given.idempotency_key)
    async with services.writing() as connection, connection.transaction():
        await check_queue(connection, services)
        job_id = await jobs.enqueue_once(connection, JobKind.REFRESH_WAREHOUSE, arguments, key)
        if job_id is None:
            assert key is not None
            before = await jobs.job_of_key(connection, key)
            assert before is not None
            if before.kind is not JobKind.REFRESH_WAREHOUSE or before.arguments != arguments:
                raise key_reused()
            job_id = before.job_id
    return RefreshWarehousePayload(job_id=str(job_id))


def _source_of(given: RefreshWarehouseInput) -> str:
    source = RefreshSource(given.source)
    is_folder = source is RefreshSource.FOLDER
    if is_folder != bool(given.folder):
        raise RefusedError(
            UserErrorCode.CONTRADICTION,
            ("folder",),
            "A folder is needed." if is_folder else "There is a folder, and another source.",
            "Give 'folder' with the source FOLDER, and with no other.",
        )
    if given.folder is not None and mask_contacts(given.folder) != given.folder:
        raise RefusedError(
            UserErrorCode.INVALID, ("folder",), "The folder's name looks like a contact.",
            "Give it another name.",
        )  # fmt: skip
    return given.folder or source.value.lower()


async def check_queue(connection: object, services: Services) -> None:
    """Refuse further work where as many jobs wait or run as may.

    Raises:
        RefusedError: it is so.
    """
    if await jobs.count_open(connection) >= services.settings.max_jobs:
        raise RefusedError(
            UserErrorCode.BUSY, (), f"{services.settings.max_jobs} jobs wait or run already.",
            "Try again when some have ended, or cancel one.",
        )  # fmt: skip


def checked_key(key: str | None) -> str | None:
    """Return an idempotency key.

    Raises:
        RefusedError: it is empty, too long, or holds a contact.
    """
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY or "\x00" in key or mask_contacts(key) != key:
        raise RefusedError(
            UserErrorCode.INVALID, ("idempotencyKey",),
            f"The key is empty, longer than {LONGEST_KEY} characters, or no plain name.",
            "Give something like a UUID.",
        )  # fmt: skip
    return key


def key_reused() -> RefusedError:
    """Return the error of an idempotency key that belongs to another request."""
    return RefusedError(
        UserErrorCode.KEY_REUSED, ("idempotencyKey",),
        "The key was used for another request.",
        "Give each request a key of its own, and repeat a request unchanged.",
    )  # fmt: skip
