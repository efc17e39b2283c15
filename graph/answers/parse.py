"""From the words of a question to its intent: every word must be understood, or none counts.

The grammar is small on purpose. A head says what is wanted ("how many", "which", "when"), a noun
of what, and everything else has to be a condition. A word without a known part to play, a name
that two things bear, a second name of a kind without "and" or "or" between: the question is then
no structured one, and is answered from the documents, if they answer it.
"""

from __future__ import annotations

from graph.answers.cursor import FILLERS, PREPOSITIONS
from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Intent
from graph.answers.named import NAMES
from graph.answers.predicates import ConditionReader
from graph.answers.resolve import intent_of
from graph.answers.words import Phrases


def parse(question: str, phrases: Phrases, year: int | None = None) -> Intent:
    """Return what a question asks for.

    Args:
        question: The question, in one language.
        phrases: The words and names of that language.
        year: Year of the match, for dates without one.

    Raises:
        NotUnderstoodError: it is no structured question, or not to its last word.
    """
    if any(mark in question.rstrip(" ?!.\n") for mark in "?!\n"):
        raise NotUnderstoodError("more than one sentence")
    return Parser(phrases.terms(question), year).parse()


class Parser(ConditionReader):
    """Reads a whole question."""

    def parse(self) -> Intent:
        """Return the intent."""
        self._head()
        while self.at < len(self.terms):
            self._next()
        if self.is_not or self.is_outside:
            raise NotUnderstoodError("a negation without what it denies")
        return intent_of(self.draft)

    def _head(self) -> None:
        if self._take("yes_no"):
            self.draft.head = "yes_no"
            return
        while self._sense(*FILLERS, *PREPOSITIONS, "comma", *NAMES) and not self._sense("head"):
            self.at += 1
        if self._sense("head"):
            head = self._take("head")
            assert head is not None
            self.draft.head = head.value
            del self.terms[self.at - 1]  # what stands before is read as what stands behind
        self.at = 0
        if not self.draft.head:
            raise NotUnderstoodError("no question word that is known")

    def _next(self) -> None:
        for part in (
            self._names, self._quantity, self._date, self._requirement, self._look_at,
            self._open_to, self._flags, self._group, self._noun, self._superlative, self._asked,
            self._small,
        ):  # fmt: skip
            if part():
                return
        raise self._fail()

    def _small(self) -> bool:
        """Words that build the sentence."""
        if self._sense("deictic"):
            raise self._fail()
        if self._take("comma", "and", *FILLERS):
            return True
        found = self._take(*PREPOSITIONS)
        if found:
            self.preposition = found.role
            return True
        if self._take("not"):
            if self.is_not:
                raise NotUnderstoodError("denied twice")
            self.is_not = True
            return True
        if self._take("outside"):
            self.is_outside = True
            return True
        verb = self._take("take_time", "interview", "these", "differ")
        if verb:
            self.draft.verbs.add(verb.role)
            return True
        return False

    def _group(self) -> bool:
        start = self.at
        if not self._take("per"):
            return False
        self._skip("filler")
        noun = self._take("noun")
        if noun is None or self.draft.per or self.is_not:
            self.at = start
            raise self._fail()
        self.draft.per = noun.value
        return True

    def _noun(self) -> bool:
        noun = self._take("noun")
        if noun is None:
            return False
        if self.is_not:
            raise self._fail()
        draft = self.draft
        if not draft.target:
            draft.target = noun.value
        elif noun.value in {"programs", draft.target}:
            draft.verbs.add("programs")
        elif draft.superlative and not draft.measure and noun.value == "positions":
            draft.measure = noun.value
        else:
            raise NotUnderstoodError("a second thing that is asked for")
        if draft.superlative and not draft.measure and noun.value in {"programs", "positions"}:
            draft.measure = noun.value
        return True

    def _superlative(self) -> bool:
        found = self._take("superlative")
        if found is None:
            return False
        if self.draft.superlative or self.is_not:
            raise self._fail()
        self.draft.superlative = found.value
        return True

    def _asked(self) -> bool:
        """Other things that are asked for: fields, and which of the interview days."""
        found = self._take("aspect")
        if found:
            if (
                found.value == "requirements"
                and self.draft.target
                and "require" in self.draft.verbs
            ):
                raise NotUnderstoodError("programs that require requirements")
            self.draft.aspects.append(found.value)
            return True
        found = self._take("extreme_day")
        if found:
            if self.draft.extreme_day:
                raise self._fail()
            self.draft.extreme_day = found.value
            return True
        if self._take("date_word"):
            self.draft.verbs.add("date_word")
            return True
        return self.draft.head == "how_long" and bool(self._take("years"))
