"""What is said where the data cannot answer: plainly that they do not have what is asked of.

A question for a number of the data that could not be read to its last word, or for a figure that
the data do not have, is never answered by sentences: they are shown as near ones at best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.answers.errors import AbsentError, AmbiguousError
from graph.answers.found import NOT_IN_DOCUMENTS, Found, Step
from graph.answers.names import Lexicon
from graph.answers.words import Phrases, Sense, Term
from graph.answers.writing import say

COUNTING: Final = frozenset({"count", "average", "median"})
MEASURED: Final = frozenset(
    {"programs", "positions", "universities", "disciplines", "cities", "sites", "provinces"}
)
GROUPS: Final = MEASURED - {"programs", "positions"}
PASSED: Final = (
    "filler", "relative", "discipline", "university", "city", "site", "province", "region",
    "stream", "category", "flag", "number", "comparator", "comma", "in", "at", "at_fr", "for",
)  # fmt: skip
"""Parts between "how many" and what is counted."""
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


def asked_back(error: AmbiguousError, language: str) -> Found:
    """Return the answer to a question with a name of which it is not clear what it means."""
    names = dict.fromkeys(_told(one, language) for one in error.names)
    word = say(language, " or ", " ou ")
    text = say(
        language,
        f"What is meant is not clear: {word.join(names)}? Please name it in the question.",
        f"On ne sait pas ce qui est visé : {word.join(names)} ? Précisez-le dans la question.",
    )
    step = Step(
        say(language, "Read the question", "Lecture de la question"),
        say(
            language,
            "A name in it may mean several things, and the data do not settle which.",
            "Un nom peut y désigner plusieurs choses, et les données ne tranchent pas.",
        ),
        "; ".join(names),
    )
    return Found(text, NOT_IN_DOCUMENTS, 1.0, language, steps=[step])


def _told(sense: Sense, language: str) -> str:
    """Return a name with the kind of thing that it is of."""
    kind = KINDS.get(sense.role)
    label = sense.label(language)
    return f"{say(language, *kind)} {label}" if kind else label


KINDS: Final = {
    "city": ("the city of", "la ville de"), "site": ("the site", "le site"),
    "province": ("the province of", "la province de"),
}  # fmt: skip


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
    is_counted = _counts(question, terms)
    figure = _figure(terms)
    if figure is not None:
        return say(
            language,
            f"The data hold no such figure ({figure.en}).",
            f"Les données n’ont pas ce chiffre ({figure.fr}).",
        )
    if not is_counted:
        return ""
    other = next((term for term in terms if term.sense("absent_year")), None)
    numbers = [sense.value for term in terms if (sense := term.sense("number"))]
    foreign = [one for one in numbers if int(one) in YEARS and int(one) != lexicon.year]
    if other is not None or foreign:
        name = f"“{other.text}”" if other is not None else foreign[0]
        return year_text(name, lexicon, language)
    return say(
        language,
        "This asks for a number of the data, but not every word of it was understood.",
        "La question demande un nombre des données, mais tous ses mots n’ont pas été compris.",
    )


def _figure(terms: Sequence[Term]) -> Sense | None:
    """Return the figure that a question asks for and that the data do not have.

    Descriptions may tell some of their own program (its pay, its residents): those are left to
    them where the question names a program.
    """
    roles = {sense.role for term in terms for sense in term.senses}
    is_of_program = "discipline" in roles and bool(roles & {"university", "city", "site"})
    kinds = ("absent_figure",) if is_of_program else ("absent_figure", "absent_told")
    is_asked = bool(_heads(terms) & (COUNTING | {"which", "how_long"}))
    found = next((one for term in terms if (one := term.sense(*kinds))), None)
    return found if is_asked or (found and found.role == "absent_figure") else None


def _heads(terms: Sequence[Term]) -> set[str]:
    heads = {sense.value for term in terms for sense in term.senses if sense.role == "head"}
    return heads | {"yes_no" for term in terms[:1] if term.sense("yes_no")}


def _counts(question: str, terms: Sequence[Term]) -> bool:
    """Return whether a question asks for what only the data can tell: numbers, which schools."""
    heads = _heads(terms)
    if heads & {"average", "median"} or _asks_offers(question, terms, heads):
        return True
    is_extreme = any(term.sense("superlative", "comparative") for term in terms)
    if is_extreme and any(is_measured(term) for term in terms):
        return True
    for at, term in enumerate(terms):
        head = term.sense("head")
        if head is not None and head.value == "count":
            counted = [one for one in terms[at + 1 :] if not one.sense(*PASSED)]
            return any(is_measured(one) or one.sense("item") for one in counted[:2])
    return False


def is_measured(term: Term) -> bool:
    """Return whether a word is a noun of which the data have numbers."""
    noun = term.sense("noun")
    return noun is not None and noun.value in MEASURED


def _asks_offers(question: str, terms: Sequence[Term], heads: set[str]) -> bool:
    """Return whether a question asks who offers something, or whether somebody unheard of does."""
    nouns = {sense.value for term in terms if (sense := term.sense("noun"))}
    names = any(term.sense("discipline", "category", "stream", "item", "exam") for term in terms)
    offers = any(term.sense("with") for term in terms)
    if "which" in heads and nouns & GROUPS and names and offers:
        return True
    is_denied = any(term.sense("not") for term in terms)
    if "which" in heads and ("disciplines" in nouns or (is_denied and nouns & MEASURED)):
        return True  # no sentence tells all of a school's disciplines, or who lacks something
    strange = any(
        not term.senses and term.start and question[term.start].isupper() for term in terms
    )
    kept = any(term.sense("flag", "exam", "test") for term in terms)
    if "which" in heads and kept and nouns & MEASURED:
        return True  # a list by what the data state
    return bool(heads & {"yes_no", "exists"}) and strange and names and bool(nouns)
