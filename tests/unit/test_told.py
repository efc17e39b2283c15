"""Whether a question is of a matter that descriptions tell: by its words alone."""

from collections import Counter

import pytest

from graph.answers.told import told
from graph.answers.words import rows
from warehouse.search.needs import read_needs
from warehouse.vocabulary import Language


@pytest.mark.parametrize(
    ("language", "question"),
    [
        (Language.EN, "how many reference letters do they want"),
        (Language.FR, "combien de lettres de recommandation faut-il"),
        (Language.EN, "do residents get protected time for research"),
        (Language.FR, "y a-t-il un programme de mentorat"),
    ],
)
def test_what_descriptions_tell_has_odds_above_nothing(language: Language, question: str) -> None:
    assert told(language).log_odds(question) > 0


@pytest.mark.parametrize(
    ("language", "question"),
    [
        (Language.EN, "what percentage of residents quit before finishing"),
        (Language.FR, "quel pourcentage des résidents abandonne avant la fin"),
        (Language.EN, "how do I reset the password of my account"),
        (Language.FR, "comment réinitialiser le mot de passe de mon compte"),
    ],
)
def test_what_no_description_tells_has_odds_below_nothing(
    language: Language, question: str
) -> None:
    assert told(language).log_odds(question) < 0


def test_words_that_no_wording_has_say_nothing() -> None:
    assert told(Language.EN).log_odds("xyzzy plugh") == 0
    assert told(Language.EN).log_odds("") == 0


def test_a_word_that_stands_twice_counts_once() -> None:
    weigh = told(Language.FR).log_odds
    assert weigh("mentorat ? mentorat mentorat") - weigh("mentorat ? mentorat") == 0


def test_every_untold_matter_is_worded_in_both_languages_and_each_wording_stands_once() -> None:
    found = list(rows("untold"))
    assert all(row["language"] in ("EN", "FR") and row["wording"].strip() for row in found)
    counted = Counter((row["matter"], row["language"]) for row in found)
    matters = {matter for matter, _ in counted}
    assert len(matters) == 175
    assert all(counted[matter, language] == 14 for matter in matters for language in ("EN", "FR"))
    assert len({(row["language"], row["wording"]) for row in found}) == len(found)


def test_no_matter_is_both_told_and_untold() -> None:
    asked = {
        (language.value, wording.casefold())
        for need in read_needs().values()
        for language in Language
        for wording in need.asked.get(language, ())
    }
    assert not [
        row for row in rows("untold") if (row["language"], row["wording"].casefold()) in asked
    ]
