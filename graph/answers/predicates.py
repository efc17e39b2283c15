"""What a question says of programs: numbers, dates, categories, properties."""

from __future__ import annotations

from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import JOINING
from graph.answers.dates import days_in
from graph.answers.errors import NotUnderstoodError
from graph.answers.intents import Condition
from graph.answers.named import names_of
from graph.answers.required import COUNTABLE, RequirementReader, check_least
from graph.answers.words import Sense, folded

ONLY: Final = (" only", " seulement")
YEARS: Final = range(1990, 2101)
ACCREDITATION: Final = frozenset({"accredited", "joint", "notice"})
"""What the accreditation of a program may be."""
GROUPED: Final = frozenset(
    {"programs", "universities", "disciplines", "cities", "sites", "provinces"}
)  # fmt: skip


class ConditionReader(RequirementReader):
    """Reads conditions that are no names."""

    def _quantity(self) -> bool:
        """A number of positions, years, words, items or of what groups have."""
        start = self.at
        if self._iteration():
            return True
        amount = self._amount()
        if amount is None:
            return False
        if self.is_not:
            raise NotUnderstoodError("a denied number")
        self._skip("filler")
        if self._first_of(amount):
            return True
        while self._is_between() and (self._names() or self._category()):
            pass  # "more than 30 internal medicine seats"
        found = self._counted(amount)
        if found is None:
            self.at = start
            return False
        if found.about:
            self._add(found)
        return True

    def _is_between(self) -> bool:
        """Whether names stand between a number and what is counted."""
        ahead = 0
        while (term := self._peek(ahead)) and (names_of(term) or term.sense("category")):
            ahead += 1
        return bool(ahead and term and term.sense("noun"))

    def _iteration(self) -> bool:
        """The year of the data, or another."""
        if days_in(self.terms, self.at, self.year):
            return False
        number = self._sense("number")
        if number is None or (
            int(number.value) not in YEARS and number.value != str(self.iteration)
        ):
            return False
        self.at += 1
        if number.value not in {str(self.year), str(self.iteration)}:
            self.draft.foreign_year = number.value
        return True

    def _first_of(self, amount: c.Amount) -> bool:
        """Read how many are wanted: "the three largest", "top 3", "the 3 schools with the most"."""
        number = amount.comparisons.get("eq")
        before = self._peek(-2)
        if number is None or len(amount.comparisons) > 1:
            return False
        last = self._peek(-1)
        is_rank = last is not None and last.sense("ordinal") is not None
        if self._sense("superlative") and not self.draft.superlative:
            if is_rank:
                self.draft.rank = number  # "2nd largest"
            else:
                self.draft.most = number
            return True
        if before and before.sense("superlative") and self.draft.superlative and number > 1:
            self.draft.most = number
            return True
        noun = self._sense("noun")
        is_target = noun is not None and noun.value in GROUPED and not self.draft.target
        if is_target and self.draft.head == "which":
            self.draft.most = number
            return True
        return False

    def _counted(self, amount: c.Amount) -> Condition | None:
        """Return the condition that a number of something makes; one of nothing for groups."""
        noun = self._take("noun")
        if noun is not None:
            return self._counted_noun(noun.value, amount)
        if self._take("years"):
            return c.length(amount)
        if self._take("words"):
            self.draft.verbs.add("words_told")
            return c.words(amount, self.draft.bound)
        item = self._take("item")
        if item and item.value in COUNTABLE:
            check_least(amount)
            return c.requires((item,), amount)
        is_quota = self.draft.measure == "positions" and self.draft.target != "positions"
        if item is None and is_quota:
            self.draft.measure = ""  # "a quota of exactly 1"
            return c.positions(amount)
        return None

    def _counted_noun(self, noun: str, amount: c.Amount) -> Condition | None:
        if noun == "positions":
            after = self._take("comparator_after")
            if after:
                amount = c.Amount({after.value: next(iter(amount.comparisons.values()))})
            return c.positions(amount)
        if noun not in GROUPED or self.draft.having:
            return None
        self.draft.having = (noun, amount)
        return Condition("", {}, "", "")

    def _date(self) -> bool:
        found = days_in(self.terms, self.at, self.year)
        if found is None:
            return False
        self.at = found.end
        for day in filter(None, (found.first, found.last)):
            is_autumn = day.year + 1 == self.year and day.month >= 9
            if day.year != self.year and not is_autumn:
                self.draft.foreign_year = str(day.year)
        self._add(c.interviews(found.first, found.last))
        return True

    def _look_at(self) -> bool:
        verb = self._sense("look_at")
        if verb is None:
            return False
        self.at += 1
        if self._take("not"):
            self.is_not = True
        self._skip("filler")
        component = self._take("component")
        self._skip("filler")
        phase = self._take("phase")
        if component is None or phase is None:
            raise NotUnderstoodError("what is evaluated, or when, is not said")
        self._add(c.evaluates(component, phase, is_evaluated=not self.is_not))
        self.is_not = False
        return True

    def _open_to(self) -> bool:
        if self._sense("open_to"):
            self.at += 1
            self._skip("filler", "for")
            start = self.at
            limit = self._take("comparator") or Sense("")
            if limit.value == "eq":
                self._skip("filler")
            else:
                self.at = start
            found = self._take("category", "flag", "test")
            if limit.value == "eq" and (found is None or found.role != "category"):
                raise self._fail()
            if found is None and self.terms[self.at - 1].sense("take_time"):
                self.draft.verbs.add("take_time")
                return True
            if found is None or self.is_not:
                raise self._fail()
            only = self._sense("comparator") or Sense("")
            is_only = folded(self.terms[self.at - 1].text).endswith(ONLY) or "eq" in {
                only.value,
                limit.value,
            }
            if found.role == "category" and is_only:
                self.draft.categories.append(found)  # "open to IMGs only"
            elif found.role == "category":
                self._add(c.open_to(found))
            elif found.value in {"military", "apply_fr", "apply_en"}:
                self._add_flag(found)
            elif found.role == "test":
                self._add(c.accepts(found))
            else:
                raise self._fail()
            return True
        return self._category()

    def _category(self) -> bool:
        """For whom streams are: one category, or several joined."""
        found = self._take("category")
        if found is None:
            return False
        self._note_stream()
        senses = [found]
        while True:
            start = self.at
            joint = self._take(*JOINING, "differ")
            if joint is None:
                break
            self._skip("filler", "for")
            other = self._take("category")
            if other is None:
                self.at = start
                break
            if joint.role in {"or", "differ"}:
                self.draft.verbs.add(joint.role)
                self.draft.category_joint = joint.role
            self._note_stream()
            senses.append(other)
        self._keep_category(list(dict.fromkeys(senses)))
        return True

    def _keep_category(self, senses: list[Sense]) -> None:
        self.preposition = ""
        if self.is_including or (self._closes() and self._take("included")):
            self.is_including = False
            return
        if self.is_not and self.draft.target in GROUPED - {"programs"}:
            self.draft.denied.append(c.category(*senses))  # "disciplines without IMG seats"
            self.is_not = False
            return
        if self.is_not:
            raise NotUnderstoodError("a denied category")
        if self.is_outside:
            self._add(c.excluded((c.category(*senses),)))
            self.is_outside = False
            return
        self.draft.categories += [one for one in senses if one not in self.draft.categories]

    def _flags(self) -> bool:
        found = self._take("flag")
        if found is None:
            return False
        if self._closes():
            before = self._peek(-2)
            if found.value != "ros_stream" and not (before and before.sense("comma")):
                raise NotUnderstoodError("whether it is a part, or what is asked of")
            self.at += 1
            return True
        if self.is_including:
            before = self._peek(-3)
            if before is not None and before.sense("noun"):
                raise NotUnderstoodError("whether it is a part, or what is asked of")
            self.is_including = False
            return True
        is_said = found.value in {"return_of_service", "ros_stream"} and any(
            "RoS" in sense.value
            for mention in self.draft.mentions
            for name in mention.names
            for sense in name
            if sense.role == "stream"
        )
        if not is_said:
            self._add_flag(found)
        return True

    def _add_flag(self, sense: Sense) -> None:
        if sense.value in ACCREDITATION and "accreditation" in self.draft.aspects:
            self.draft.aspects.remove("accreditation")  # "with the accreditation status …"
        condition = c.flag(sense, is_not=self.is_not)
        if condition is None:
            raise NotUnderstoodError("the opposite is not stated")
        self._add(condition)
        self.is_not = False
