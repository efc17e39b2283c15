"""Whatever a step raises leaves it without contacts, and with its class where that can be."""

import traceback

import pydantic
import pytest

from etl.errors import MissingFileError
from etl.flows.masking import StepError, masked

CONTACT = "jane.doe@example.org"


def raised(function):
    with pytest.raises(Exception) as caught:  # noqa: PT011  (the point is what it is)
        function()
    return caught.value


def shown(error):
    return "".join(traceback.format_exception(error))


def test_an_error_keeps_its_class_and_loses_its_contacts():
    def step():
        raise ValueError(f"write to {CONTACT}", 3)

    error = raised(masked(step))
    assert type(error) is ValueError
    assert error.args[1] == 3
    assert CONTACT not in shown(error)


def test_an_error_of_ours_passes_as_it_is():
    known = MissingFileError("No file.", "Bring it.")

    def step():
        raise known

    assert raised(masked(step)) is known


def test_the_errors_behind_an_error_lose_their_contacts_too():
    def step():
        try:
            {}[CONTACT]
        except KeyError as cause:
            raise ValueError("broken") from cause

    error = raised(masked(step))
    assert "KeyError" in shown(error)
    assert CONTACT not in shown(error)


def test_attributes_that_an_error_shows_are_masked():
    class DatabaseError(Exception):
        def __str__(self):
            return f"refused: {self.detail}"

    def step():
        error = DatabaseError()
        error.detail = f"Key (email)=({CONTACT})"
        raise error

    error = raised(masked(step))
    assert type(error) is DatabaseError
    assert CONTACT not in shown(error)


def validate():
    class Row(pydantic.BaseModel):
        number: int

    Row(number=CONTACT)


def test_an_error_that_cannot_be_masked_is_replaced():
    error = raised(masked(validate))
    assert type(error) is StepError
    assert "ValidationError" in str(error)
    assert CONTACT not in shown(error)


def test_an_error_that_cannot_be_masked_is_cut_off_behind_another():
    def step():
        try:
            validate()
        except pydantic.ValidationError as cause:
            raise MissingFileError("No row.", "Look at it.") from cause

    error = raised(masked(step))
    assert type(error) is MissingFileError
    assert CONTACT not in shown(error)


def test_a_group_of_errors_becomes_one_masked_error():
    def step():
        raise ExceptionGroup("several", [ValueError(CONTACT)])

    assert CONTACT not in shown(raised(masked(step)))


async def test_an_asynchronous_step_is_masked_too():
    async def step():
        raise ValueError(CONTACT)

    with pytest.raises(ValueError) as caught:  # noqa: PT011  (its text is what is looked at)
        await masked(step)()
    assert CONTACT not in shown(caught.value)


def test_a_result_passes():
    assert masked(lambda: 7)() == 7
