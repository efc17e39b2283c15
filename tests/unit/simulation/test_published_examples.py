"""Worked examples from the literature and from the match operators, each with its source."""

from __future__ import annotations

import itertools

import pytest

from simulation.core import core_of
from simulation.engine import run_match, solve
from simulation.intake import market_from_lists
from simulation.market import Market
from simulation.outcome import OwnSeats, Proposing, Verdict
from simulation.stability import audit


def marriage(men: list[str], women: list[str]) -> Market:
    """A market of equal sides with one seat each; lists as digits, best first."""
    return market_from_lists(
        {f"m{man}": [f"w{one}" for one in row] for man, row in enumerate(men, start=1)},
        {f"w{woman}": [f"m{one}" for one in row] for woman, row in enumerate(women, start=1)},
        {f"w{woman}": 1 for woman in range(1, len(women) + 1)},
    )


def wives(market: Market, proposing: Proposing = Proposing.APPLICANTS) -> str:
    """The wives of men 1, 2, ... as digits."""
    matches = solve(market, proposing=proposing).matches()
    return "".join(str(wife).removeprefix("w") for wife in matches.values())


def all_stable(men: list[str], women: list[str]) -> list[str]:
    """All stable marriages, found by looking at every one."""
    likes = [{int(wife) - 1: rank for rank, wife in enumerate(row)} for row in men]
    liked = [{int(man) - 1: rank for rank, man in enumerate(row)} for row in women]

    def is_stable(marriages: tuple[int, ...]) -> bool:
        husbands = {wife: man for man, wife in enumerate(marriages)}
        return not any(
            liked[wife][man] < liked[wife][husbands[wife]]
            for man, own in enumerate(marriages)
            for wife in likes[man]
            if likes[man][wife] < likes[man][own]
        )

    everyone = itertools.permutations(range(len(men)))
    return ["".join(str(wife + 1) for wife in one) for one in everyone if is_stable(one)]


def test_gale_and_shapley_1962_example_1_has_three_stable_sets_of_marriages() -> None:
    """College admissions and the stability of marriage, American Mathematical Monthly 69."""
    lists = (["123", "231", "312"], ["231", "312", "123"])
    market = marriage(*lists)
    assert wives(market) == "123"
    assert wives(market, Proposing.PROGRAMS) == "312"
    assert all_stable(*lists) == ["123", "231", "312"]


def test_gale_and_shapley_1962_example_2_has_one_stable_set_of_marriages() -> None:
    """The same paper; nobody gets a first choice."""
    lists = (["1234", "1432", "2134", "4231"], ["4312", "2413", "4123", "3214"])
    market = marriage(*lists)
    assert all_stable(*lists) == ["3412"]
    assert wives(market) == wives(market, Proposing.PROGRAMS) == "3412"
    assert len(core_of(market).applicants()) == 0


def test_gusfield_and_irving_1989_page_6_has_six_blocking_pairs() -> None:
    """The stable marriage problem: structure and algorithms, MIT Press."""
    market = marriage(["2413", "3142", "2314", "4132"], ["2143", "4312", "1432", "2143"])
    found = audit(market, [0, 1, 3, 2]).blocking_pairs
    pairs = sorted((one.applicants[0] + 1, one.programs[0] + 1) for one in found)
    assert pairs == [(1, 2), (1, 4), (2, 1), (2, 4), (3, 2), (4, 4)]


def test_gusfield_and_irving_1989_page_10_gives_the_man_optimal_marriages() -> None:
    """The book's example of a run of the algorithm."""
    market = marriage(["4123", "2314", "2431", "3142"], ["4132", "1324", "1234", "4132"])
    assert wives(market) == "4321"


def test_mcvitie_and_wilson_1971_has_nine_stable_marriages() -> None:
    """The stable marriage problem, Communications of the ACM 14; an instance of size eight."""
    lists = (
        ["57126843", "23754186", "85146237", "32741685",
         "72513684", "16758423", "25763481", "38457261"],
        ["53761284", "86357214", "15624873", "87324156",
         "64738125", "28546371", "75218643", "74152368"],
    )  # fmt: skip
    market, stable = marriage(*lists), all_stable(*lists)
    assert len(stable) == 9
    assert wives(market) == "53867124"
    assert wives(market, Proposing.PROGRAMS) in stable


def test_knuth_1976_of_size_four_has_ten_stable_marriages() -> None:
    """Mariages stables; also in Roth and Sotomayor 1990, Two-sided matching."""
    lists = (["1234", "2143", "3412", "4321"], ["4321", "3412", "2143", "1234"])
    market = marriage(*lists)
    assert len(all_stable(*lists)) == 10
    assert (wives(market), wives(market, Proposing.PROGRAMS)) == ("1234", "4321")


def test_nrmp_run_a_match_leaves_two_seats_empty_and_nobody_unmatched_who_ranked_enough() -> None:
    """National Resident Matching Program, Run a Match: five applicants, three programs."""
    market = market_from_lists(
        {
            "Anderson": ["City"],
            "Chen": ["City", "Mercy"],
            "Ford": ["City", "General", "Mercy"],
            "Davis": ["Mercy", "City", "General"],
            "Eastman": ["City", "Mercy", "General"],
        },
        {
            "Mercy": ["Chen", "Ford"],
            "City": ["Eastman", "Anderson", "Chen", "Davis", "Ford"],
            "General": ["Eastman", "Anderson", "Ford", "Davis"],
        },
        {"Mercy": 2, "City": 2, "General": 2},
    )
    assert solve(market).matches() == {
        "Anderson": "City",
        "Chen": "Mercy",
        "Ford": "General",
        "Davis": "General",
        "Eastman": "City",
    }


def test_carms_how_it_works_matches_six_of_eight_applicants() -> None:
    """Canadian Resident Matching Service, How it works: eight applicants, four programs."""
    everything = ["City", "Mercy", "State", "General"]
    market = market_from_lists(
        {
            "Anderson": ["City"],
            "Beaudry": ["City", "Mercy"],
            "Chen": ["City", "Mercy"],
            "Davis": ["Mercy", "City", "General", "State"],
            "Eastman": everything,
            "Feldman": ["City", "General", "Mercy", "State"],
            "Garcia": everything,
            "Hassan": ["State", "City", "Mercy", "General"],
        },
        {
            "Mercy": ["Chen", "Garcia"],
            "City": [
                "Garcia", "Hassan", "Eastman", "Anderson", "Beaudry", "Chen", "Davis", "Feldman",
            ],
            "General": ["Beaudry", "Eastman", "Hassan", "Anderson", "Chen", "Davis", "Garcia"],
            "State": [
                "Beaudry", "Eastman", "Anderson", "Chen", "Hassan", "Feldman", "Davis", "Garcia",
            ],
        },
        {"Mercy": 2, "City": 2, "General": 2, "State": 2},
    )  # fmt: skip
    assert solve(market).matches() == {
        "Anderson": None,
        "Beaudry": None,
        "Chen": "Mercy",
        "Davis": "General",
        "Eastman": "City",
        "Feldman": "State",
        "Garcia": "City",
        "Hassan": "State",
    }


@pytest.mark.parametrize("own_seats", OwnSeats)
def test_klaus_and_klijn_2005_one_couple_and_one_single_have_no_stable_matching(
    own_seats: OwnSeats,
) -> None:
    """Stable matchings and preferences of couples, Journal of Economic Theory 121.

    Also the first example of Kojima, Pathak and Roth 2013. The couple wants both hospitals or
    none. If it has them, the single blocks with the second, which prefers the single; then the
    couple withdraws, the single moves on to the first, and the couple blocks again.
    """
    market = market_from_lists(
        {"single": ["h1", "h2"]},
        {"h1": ["wife", "single"], "h2": ["single", "husband"]},
        {"h1": 1, "h2": 1},
        {("wife", "husband"): [("h1", "h2")]},
    )
    run = run_match(market, own_seats=own_seats)
    assert run.outcome.method.verdict == Verdict.NONE_EXISTS
    assert run.outcome.method.is_fewest
    assert len(run.certificate.blocking_pairs) == 1
