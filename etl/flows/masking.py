"""Errors without contacts: what a task raises goes into Prefect's states, logs and database."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from etl.errors import EtlError
from warehouse.masking import mask_contacts

Function = TypeVar("Function", bound=Callable[..., Any])


class StepError(EtlError):
    """Stands for an error whose own text cannot be masked in place."""


def masked(function: Function) -> Function:
    """Let whatever ``function`` (plain or async) raises leave it with contacts masked."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def run_async(*args: Any, **kwargs: Any) -> Any:
            try:
                return await function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001  (raised again, masked)
                _reraise(error)

        return cast("Function", run_async)

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  (raised again, masked)
            _reraise(error)

    return cast("Function", run)


def mask_error(error: BaseException) -> BaseException:
    """Mask an error and what stands behind it, keeping its class where that can be done.

    An error that makes its text of something else than its arguments and attributes (such as
    a validation error) becomes a :class:`StepError`; behind another error it is cut off.
    """
    if not _mask_in_place(error):
        text = mask_contacts(f"{type(error).__name__}: {error}")
        return StepError(text, "See the run's checks, then run it again.")
    link = error
    while behind := link.__cause__ or link.__context__:
        if not _mask_in_place(behind):
            link.__cause__ = link.__context__ = None
            break
        link = behind
    return error


def _reraise(error: Exception) -> None:
    """Raise ``error`` masked."""
    shown = mask_error(error)
    if shown is error:
        raise error
    raise shown from None


def _mask_in_place(error: BaseException) -> bool:
    """Mask the texts that an error holds; returns whether its own text is clean then."""
    error.args = tuple(_masked(value) for value in error.args)
    for name, value in vars(error).items():
        setattr(error, name, _masked(value))
    return not isinstance(error, BaseExceptionGroup) and str(error) == mask_contacts(str(error))


def _masked(value: Any) -> Any:
    return mask_contacts(value) if type(value) is str else value
