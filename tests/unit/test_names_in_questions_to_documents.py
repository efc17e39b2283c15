"""Names in a question restrict the programs, until no program has them all."""

from dataclasses import dataclass, field
from typing import Any, cast

from graph.answers.documents import Asked, search
from graph.answers.intents import Condition, Filter
from graph.answers.retrieval import Retrieved, Sentence
from graph.answers.runner import Runner

OBSTETRICS = Condition("discipline", {"discipline": {"disciplineId": {"eq": 58}}}, "", "")
MONTFORT = Condition("place", {"site": {"label": {"eq": "Montfort"}}}, "", "")
IQALUIT = Condition("place", {"site": {"city": {"eq": "Iqaluit"}}}, "", "")
SHERBROOKE = Condition("university", {"or": [{"university": {}}, {"site": {}}]}, "", "")
TOLD = Sentence("program", "A program", "FAQ", 0, 5, "Told.", 1.0, 1.0)


@dataclass
class Shelf:
    """Has a sentence for questions whose filter names none of some words."""

    without: str
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def version(self) -> str:
        return "1"

    async def sentences(
        self, question: str, filter_: Filter, language: str, limit: int, runner: Runner
    ) -> Retrieved:
        self.asked.append((question, str(filter_)))
        return Retrieved(() if self.without in str(filter_) else (TOLD,), 1)


def asked(*scope: Condition) -> Asked:
    return Asked("who goes to Iqaluit from Montfort", {}, "EN", scope, "who goes to from", "EN")


async def searched(shelf: Shelf, question: Asked) -> tuple[Asked, Retrieved]:
    return await search(question, shelf, cast("Any", None))


async def test_names_that_programs_have_restrict_the_search() -> None:
    shelf = Shelf(without="Iqaluit")
    as_asked, found = await searched(shelf, asked(OBSTETRICS, MONTFORT))
    assert found.sentences
    assert as_asked.scope == (OBSTETRICS, MONTFORT)
    assert [question for question, _ in shelf.asked] == ["who goes to from"]


async def test_where_no_program_has_all_names_places_are_words_like_others() -> None:
    shelf = Shelf(without="Iqaluit")
    as_asked, found = await searched(shelf, asked(OBSTETRICS, MONTFORT, IQALUIT))
    assert found.sentences
    assert as_asked.scope == (OBSTETRICS,)
    assert shelf.asked[-1][0] == "who goes to Iqaluit from Montfort"


async def test_a_name_that_school_and_town_share_is_given_up_with_the_places() -> None:
    shelf = Shelf(without="'or'")
    as_asked, _ = await searched(shelf, asked(OBSTETRICS, SHERBROOKE))
    assert as_asked.scope == (OBSTETRICS,)


async def test_a_discipline_is_never_given_up() -> None:
    shelf = Shelf(without="disciplineId")
    as_asked, found = await searched(shelf, asked(OBSTETRICS, MONTFORT))
    assert not found.sentences
    assert as_asked.scope == (OBSTETRICS,)
    assert len(shelf.asked) == 2
