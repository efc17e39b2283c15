"""What a question says of programs: numbers, requirements, dates, categories, properties."""

from __future__ import annotations

from typing import Final

from graph.answers import conditions as c
from graph.answers.cursor import JOINING
from graph.answers.dates import Days, days_in
from graph.answers.errors import NotUnderstoodError
from graph.answers.named import NameReader
from graph.answers.words import Sense, folded

ITEMS: Final = ("item", "exam")
COUNTABLE: Final = frozenset({"REFERENCE_LETTER", "SUPPORT_FORM"})
ARTICLES: Final = frozenset({"a", "an", "un", "une"})


class ConditionReader(NameReader):
    """Reads conditions that are no names."""

    def _amount(self) -> c.Amount | None:
        """A number with its comparison; the place is kept where there is none."""
        start = self.at
        if self._take("between"):
            least, joint, most = self._take("number"), self._take("and", "at_fr"), None
            if least and joint:
                most = self._take("number")
            if most and least:
                return c.Amount({"gte": int(least.value), "lte": int(most.value)})
            self.at = start
            return None
        comparator = self._take("comparator")
        number = self._take("number")
        if number is None:
            self.at = start
            return None
        after = self._take("comparator_after")
        if comparator and after:
            raise NotUnderstoodError("a number compared twice")
        operator = (comparator or after or Sense("comparator", "eq")).value
        return c.Amount({operator: int(number.value)})

    def _quantity(self) -> bool:
        """A number of positions, years or items."""
        start = self.at
        amount = self._amount()
        if amount is None:
            return False
        self._skip("filler")
        noun = self._sense("noun")
        if self.is_not:
            raise NotUnderstoodError("a denied number")
        if noun and noun.value == "positions":
            self.at += 1
            after = self._take("comparator_after")
            if after:
                amount = c.Amount({after.value: next(iter(amount.comparisons.values()))})
            found = c.positions(amount)
        elif self._take("years"):
            found = c.length(amount)
        elif (item := self._take("item")) and item.value in COUNTABLE:
            _check_least(amount)
            found = c.requires((item,), amount)
        else:
            self.at = start
            return False
        self._add(found)
        return True

    def _date(self) -> bool:
        found: Days | None = days_in(self.terms, self.at, self.year)
        if found is None:
            return False
        if "interview" not in self.draft.verbs:
            raise NotUnderstoodError("a date of something that is not an interview")
        self.at = found.end
        self._add(c.interviews(found.first, found.last))
        return True

    def _requirement(self) -> bool:
        """What programs require: a verb and its items, or items after "with"."""
        verb = self._take("require", "optional")
        if verb is None:
            return self._bare_items()
        status = "OPTIONAL" if verb.role == "optional" else "REQUIRED"
        if self._take("not"):
            self.is_not = True
        self.draft.verbs.add("require")
        self._items(status)
        return True

    def _bare_items(self) -> bool:
        item = self._sense(*ITEMS)
        if item is None:
            return False
        if self.preposition == "with":
            self._items("REQUIRED")
        elif self.draft.item is None and not self.draft.target:
            self.draft.item = item
            self.at += 1
        else:
            raise self._fail()
        return True

    def _items(self, status: str) -> None:
        """Items with "and" or "or" between them; none where the verb stands at the end."""
        groups: list[tuple[list[Sense], c.Amount | None]] = []
        while True:
            start = self.at
            joint = self._take(*JOINING) if groups else None
            if groups and joint is None:
                break
            one = self._one_item()
            if one is None:
                self.at = start
                break
            if joint and joint.role == "or":
                if one[1] or groups[-1][1] or len(groups) > 1:
                    raise NotUnderstoodError("an alternative among several items")
                groups[-1][0].append(one[0])
            else:
                groups.append(([one[0]], one[1]))
        if self.is_not and groups:
            if len(groups) > 1 or groups[0][1] or len(groups[0][0]) > 1 or status != "REQUIRED":
                raise NotUnderstoodError("denied items with a number, or several")
            self.draft.conditions.append(c.without(tuple(groups[0][0])))
            self.is_not = False
        else:
            for senses, amount in groups:
                self.draft.conditions.append(c.requires(tuple(senses), amount, status))

    def _one_item(self) -> tuple[Sense, c.Amount | None] | None:
        last = ""
        if self._sense("not"):
            self._take("not")
            self.is_not = True
        while self._sense("filler"):
            last = folded(self.terms[self.at].text)
            self.at += 1
        amount = self._amount()
        item = self._take(*ITEMS)
        if item is None:
            return None
        if item.value in COUNTABLE:
            _check_least(amount)
            if last in ARTICLES:
                raise NotUnderstoodError("one letter, or any letter")
        elif amount is not None:
            raise NotUnderstoodError("a number of what is not counted")
        return item, amount

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
            found = self._take("category", "flag", "test")
            if found is None or self.is_not:
                raise self._fail()
            if found.role == "category":
                self._add(c.open_to(found))
            elif found.value in {"military", "apply_fr", "apply_en"}:
                self._add_flag(found)
            elif found.role == "test":
                self._add(c.accepts(found))
            else:
                raise self._fail()
            return True
        found = self._take("category")
        if found is None:
            return False
        if self.is_not or self.is_outside:
            raise NotUnderstoodError("a denied category")
        self._add(c.category(found))
        return True

    def _flags(self) -> bool:
        found = self._take("flag")
        if found is None:
            return False
        self._add_flag(found)
        return True

    def _add_flag(self, sense: Sense) -> None:
        condition = c.flag(sense, is_not=self.is_not)
        if condition is None:
            raise NotUnderstoodError("the opposite is not stated")
        self._add(condition)
        self.is_not = False


def _check_least(amount: c.Amount | None) -> None:
    """Refuse "at most two letters": whether none counts is not said."""
    if amount and "gt" not in amount.comparisons and not {"gte", "eq"} & set(amount.comparisons):
        raise NotUnderstoodError("at most so many, or none")
