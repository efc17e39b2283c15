"""What is said where the data cannot answer: plainly that they do not have what is asked of.

A question for a number of the data that could not be read to its last word, or for a figure that
the data do not have, is never answered by sentences: they are shown as near ones at best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.answers.errors import AbsentError
from graph.answers.found import NOT_IN_DOCUMENTS, Found, Step
from graph.answers.names import Lexicon
from graph.answers.words import Phrases, Sense, Term
from graph.answers.writing import say

COUNTING: Final = frozenset({"count", "average", "median"})
MEASURED: Final = frozenset(
    {"programs", "positions", "universities", "disciplines", "cities", "sites", "provinces"}
)
GROUPS: Final = MEASURED - {"programs", "positions"}
YEARS: Final = range(1990, 2101)


def refusal(error: AbsentError, lexicon: Lexicon, language: str) -> Found:
    """Return the answer to a question of what there is not."""
    texts = [absent_text(error.names, language)] if error.names else []
    if error.year:
        texts.append(year_text(error.year, lexicon, language))
    step = Step(
        say(language, "Read the question", "Lecture de la question"),
        say(
            language,
            "Every word of it was understood; what it asks of is not in the data.",
            "Chaque mot a été compris ; ce dont elle parle n’est pas dans les données.",
        ),
        "; ".join([*(one.label(language) for one in error.names), *filter(None, [error.year])]),
    )
    return Found(" ".join(texts), NOT_IN_DOCUMENTS, 1.0, language, steps=[step])


def absent_text(names: Sequence[Sense], language: str) -> str:
    """Return that there are no programs of what a question names."""
    schools = [one for one in names if one.role == "absent_university"]
    if schools:
        label = schools[0].label(language)
        return say(
            language,
            f"{label[:1].upper()}{label[1:]} has no residency program in these data.",
            f"{label[:1].upper()}{label[1:]} n’a aucun programme de résidence dans ces données.",
        )
    label = names[0].label(language)
    return say(
        language,
        f"There is no residency program in {label} in these data: it is no discipline of the"
        " match.",
        f"Il n’y a aucun programme de résidence en {label} dans ces données : ce n’est pas une"
        " discipline du jumelage.",
    )


def year_text(year: str, lexicon: Lexicon, language: str) -> str:
    """Return which year the data are of."""
    return say(
        language,
        f"The data are of the {lexicon.year} match (iteration {lexicon.iteration}), not of {year}.",
        f"Les données sont celles du jumelage {lexicon.year} (itération {lexicon.iteration}), et"
        f" non de {year}.",
    )


def unread(question: str, phrases: Phrases, lexicon: Lexicon, language: str) -> str:
    """Return what to say before sentences that cannot answer a question; empty where they may."""
    terms = phrases.terms(question)
    figure = next((one for term in terms if (one := term.sense("absent_figure"))), None)
    if figure is not None:
        return say(
            language,
            f"The data hold no such figure ({figure.en}).",
            f"Les données n’ont pas ce chiffre ({figure.fr}).",
        )
    other = next((term for term in terms if term.sense("absent_year")), None)
    years = [sense.value for term in terms if (sense := term.sense("number"))]
    foreign = [one for one in years if int(one) in YEARS and int(one) != lexicon.year]
    if other is not None or (foreign and _counts(question, phrases)):
        name = f"“{other.text}”" if other is not None else foreign[0]
        return year_text(name, lexicon, language)
    if _counts(question, phrases):
        return say(
            language,
            "This asks for a number of the data, but not every word of it was understood.",
            "La question demande un nombre des données, mais tous ses mots n’ont pas été compris.",
        )
    return ""


def _counts(question: str, phrases: Phrases) -> bool:
    """Return whether a question asks for what only the data can tell: numbers, which schools."""
    terms = phrases.terms(question)
    heads = {
        sense.value for term in terms for sense in term.senses if sense.role == "head"
    } | {"yes_no" for term in terms[:1] if term.sense("yes_no")}  # fmt: skip
    is_count = bool(heads & COUNTING)
    if heads & {"average", "median"}:
        return True
    if _asks_offers(question, terms, heads):
        return True
    is_extreme = any(term.sense("superlative", "comparative") for term in terms)
    noun = any((sense := term.sense("noun")) and sense.value in MEASURED for term in terms)
    item = is_count and any(term.sense("item") for term in terms)
    return ((is_count or is_extreme) and noun) or item


def _asks_offers(question: str, terms: Sequence[Term], heads: set[str]) -> bool:
    """Return whether a question asks who offers something, or whether somebody unheard of does."""
    nouns = {sense.value for term in terms if (sense := term.sense("noun"))}
    names = any(term.sense("discipline", "category", "stream", "item", "exam") for term in terms)
    if "which" in heads and nouns & GROUPS and names:
        return True
    strange = any(
        not term.senses and term.start and question[term.start].isupper() for term in terms
    )
    return bool(heads & {"yes_no", "exists", "where"}) and strange and (names or bool(nouns))
