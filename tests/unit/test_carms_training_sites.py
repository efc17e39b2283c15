"""Training sites of program descriptions, rule by rule, on texts of our own making."""

import pytest

from etl.errors import ReferenceTableError
from etl.reference.training_places import (
    COLUMNS,
    PlaceKind,
    read_training_places,
    training_places,
)
from etl.sources.carms.document import SourceText
from etl.sources.carms.parsing.sections import document_parts
from etl.sources.carms.parsing.site_gazetteer import parts_of, places, places_of
from etl.sources.carms.parsing.site_names import find_names, plain_marks
from etl.sources.carms.parsing.training_sites import parse_training_sites
from warehouse.vocabulary import SectionKind, TrainingSiteForm

LIST, PROSE = TrainingSiteForm.LIST, TrainingSiteForm.PROSE


def sites(text: str) -> list[tuple[str, TrainingSiteForm]]:
    """Return names and forms of the sites in a section Training Sites."""
    document = f"# Lakeside University\n\n* * *\n\n# Training Sites\n\n{text}\n"
    part = document_parts(SourceText("document", 1, document))[SectionKind.TRAINING_SITES]
    return [(site.name, site.form) for site in parse_training_sites(part)]


def names(text: str) -> list[str]:
    """Return the names of the sites alone."""
    return [name for name, _ in sites(text)]


# --------------------------------------------------------------------------------- built names


def test_sites_of_a_list_lose_town_abbreviation_and_comment() -> None:
    text = "  * Blue Harbour Hospital, Port Blue\n  * Lighthouse Health Centre (LHC)\n"
    assert sites(text) == [("Blue Harbour Hospital", LIST), ("Lighthouse Health Centre", LIST)]


def test_sites_of_prose_are_told_apart_from_common_words() -> None:
    text = (
        "Residents work at the Blue Harbour Hospital, in community clinics and at a cancer centre."
    )
    assert sites(text) == [("Blue Harbour Hospital", PROSE)]


def test_a_site_is_kept_once_and_a_list_wins_over_prose() -> None:
    text = "We are at the Blue Harbour Hospital.\n\n  * Blue Harbour Hospital\n  * Hôpital du Cap\n"
    assert sites(text) == [("Blue Harbour Hospital", LIST), ("Hôpital du Cap", LIST)]


def test_a_name_ends_at_the_sentence_and_splits_at_a_conjunction() -> None:
    text = plain_marks("At Sea. The Harbour Eye Clinic and the Cape Grey Hospital are near.")
    assert [text[name.start : name.end] for name in find_names(text)] == [
        "The Harbour Eye Clinic",
        "Cape Grey Hospital",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The Blue Harbour Hospital Research Institute is near.",
        "Formerly called the Blue Harbour Hospital, it is adjacent to the Cape Grey Clinic.",
        "There is a Pain Clinic, a Regional Hospital and an Arts Centre.",
        "The Oshawa Centre is a mall with a theatre.",
    ],
)
def test_what_is_no_place_of_training_counts_for_none(text: str) -> None:
    assert names(text) == []


# --------------------------------------------------------------------------- the reference table


def test_the_table_tells_names_that_no_word_gives_away() -> None:
    text = "Residents rotate to Stollery, Villa Caritas and the Royal Alex."
    assert names(text) == ["Stollery", "Villa Caritas", "Royal Alex"]


def test_two_spellings_and_languages_are_one_place() -> None:
    text = (
        "  * St. Boniface General Hospital\n  * Hôpital Saint-Boniface\n"
        "  * Montreal General Hospital\n  * Hôpital général de Montréal (HGM)\n"
    )
    assert names(text) == ["St. Boniface General Hospital", "Montreal General Hospital"]


def test_places_of_like_names_are_told_apart_by_the_rest() -> None:
    text = (
        "  * Ottawa Hospital - Civic Campus\n  * Ottawa Heart Institute\n"
        "  * Ottawa Hospital - General Campus\n"
    )
    assert len(names(text)) == 3


def test_a_series_shares_its_last_word() -> None:
    text = "All rotations are at the Civic and General Campuses."
    assert names(text) == ["Civic Campus", "General Campus"]


def test_an_abbreviation_counts_where_the_other_places_are() -> None:
    west = "Residents of the Foothills Medical Centre answer to the RPC and visit the PLC."
    assert names(west) == ["Foothills Medical Centre", "PLC"]


def test_an_abbreviation_gives_way_to_the_name_that_it_stands_for() -> None:
    assert names("We work at the JGH. The Jewish General Hospital is large.") == [
        "Jewish General Hospital"
    ]


def test_every_name_of_the_table_is_found_in_itself() -> None:
    lost = [
        name
        for row, place in enumerate(training_places())
        for name in (place.name, *place.aliases)
        if not any(row in match.meant for match in places().find(name))
    ]
    assert lost == []


def test_no_place_is_in_the_table_twice() -> None:
    rows = [(place.name, place.city) for place in training_places()]
    assert len(set(rows)) == len(rows) > 1000
    assert {place.kind for place in training_places()} == set(PlaceKind)


def test_a_town_behind_a_name_means_no_other_place_but_a_clinic_does() -> None:
    assert places_of("Royal Jubilee Hospital Victoria") == places_of("Royal Jubilee")
    assert not places_of("Royal Jubilee Hospital Family Practice")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 2: the columns are  instead of name, aliases, city, province, kind, network."),
        ("note\nname,kind\n", "line 2: the columns are name, kind instead of name, aliases,"),
        ("A,B,C,XX,clinic,", "line 3: province 'XX' is not one of AB, BC,"),
        ("A,B,C,ON,shop,", "line 3: kind 'shop' is not one of hospital, campus,"),
        ("A,B,C,ON", "line 3: 4 cells instead of 6."),
        ("A,B,C,ON,clinic,D", "line 3: network 'D' is no name of ON."),
    ],
)
def test_a_wrong_table_of_places_is_named_with_its_line(text: str, problem: str) -> None:
    table = text if "note" in text or not text else f"# note\n{','.join(COLUMNS)}\n{text}"
    with pytest.raises(ReferenceTableError) as refusal:
        read_training_places(table)
    assert f"etl/reference/training_places.csv, {problem}" in str(refusal.value)


# ----------------------------------------------------------------- networks, regions and headings


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("London Health Sciences Centre \\- University Hospital", None),
        ("Toronto Western Hospital, University Health Network", None),
        ("Royal Victoria Hospital, Glen site", None),
        ("CISSS de l'Outaouais, Hôpital de Hull", None),
        ("The Ottawa Hospital: Civic Campus", None),
        ("Civic Campus of the Ottawa Hospital", None),
        ("Seaside Eye Clinic, Royal Alexandra Hospital", None),
        ("University of Alberta Hospital - Primary Site", "University of Alberta Hospital"),
        ("Pan Am Clinic - Pan Am Clinic", "Pan Am Clinic"),
        ("Hôpital Sainte-Croix à Drummondville", "Hôpital Sainte-Croix"),
        ("CHU Sainte-Justine - pédiatrie", "CHU Sainte-Justine"),
        ("Trillium Health Partners / Credit Valley Hospital", "Credit Valley Hospital"),
    ],
)
def test_a_line_names_one_place_with_its_network_or_campus(line: str, name: str | None) -> None:
    found = names(f"Our hospitals:\n\n  * Cape Grey Hospital\n  * {line}\n")
    assert found == ["Cape Grey Hospital", name or line.replace("\\", "")]


@pytest.mark.parametrize(
    "text",
    [
        "University Health Network (Toronto General Hospital, Toronto Western Hospital)",
        "  * University Health Network - Toronto General Hospital, Toronto Western Hospital",
        (
            "  * University Health Network\n    * Toronto General Hospital\n"
            "    * Toronto Western Hospital"
        ),
        (
            "We are at the University Health Network, which includes Toronto General Hospital and"
            " Toronto Western Hospital. The University Health Network is large."
        ),
    ],
)
def test_a_network_that_heads_its_hospitals_is_no_site(text: str) -> None:
    assert names(text) == ["Toronto General Hospital", "Toronto Western Hospital"]


def test_networks_in_a_series_stand_for_themselves() -> None:
    assert names("Rotations are at Unity Health, Sinai Health and the Cape Grey Hospital.") == [
        "Unity Health",
        "Sinai Health",
        "Cape Grey Hospital",
    ]


def test_an_authority_counts_where_none_of_its_hospitals_is_named() -> None:
    assert names(
        "  * Interior Health\n  * Nova Scotia Health\n  * Cape Breton Regional Hospital\n"
    ) == [
        "Interior Health",
        "Cape Breton Regional Hospital",
    ]


def test_a_resource_is_no_place_of_training() -> None:
    assert names("  * Cape Grey Hospital\n  * Li Ka Shing Knowledge Institute\n") == [
        "Cape Grey Hospital"
    ]


def test_the_table_tells_who_runs_a_place_however_far_up() -> None:
    hospital, network = places_of("Hôpital Fleurimont"), places_of("CIUSSS de l'Estrie-CHUS")
    assert parts_of(network, hospital) == hospital
    assert not parts_of(hospital, network)


def test_a_letter_that_fell_out_of_bold_type_belongs_to_its_word() -> None:
    assert names("**Blue Harbour Hospita** l, a large one.") == ["Blue Harbour Hospital"]


def test_a_region_that_heads_its_hospitals_is_no_site_and_one_alone_is() -> None:
    text = "  * CISSS de Laval\n  * CISSS de la Gaspésie : Hôpital de Maria\n"
    assert names(text) == ["CISSS de Laval", "Hôpital de Maria"]


def test_a_town_over_its_hospitals_is_no_site_and_neither_is_an_address() -> None:
    text = (
        "### Regina\n\nPasqua Hospital\n\nRegina General Hospital\n\n12 Hill Street\n\nRegina, SK\n"
    )
    assert names(text) == ["Pasqua Hospital", "Regina General Hospital"]


def test_bold_words_that_open_a_paragraph_are_listed() -> None:
    text = (
        "**Blue Harbour Hospital (BHH)** is large.\n\n**The Cape Grey Clinic** is small.\n\n"
        "**Seaside Recovery Program:** It is near the Sandbank Hospital.\n"
    )
    assert sites(text) == [
        ("Blue Harbour Hospital", LIST),
        ("The Cape Grey Clinic", LIST),
        ("Seaside Recovery Program", LIST),
        ("Sandbank Hospital", PROSE),
    ]


def test_items_of_a_list_of_sites_need_no_telling_word() -> None:
    text = "Training sites:\n\n  * Blue Harbour Hospital\n  * Lighthouse Retina Consultants\n"
    assert names(text) == ["Blue Harbour Hospital", "Lighthouse Retina Consultants"]


# ---------------------------------------------------------------------------------------- towns


def test_towns_count_in_a_list_of_communities() -> None:
    text = "Our rural stream communities:\n\n  * Port Blue\n  * Cape Grey\n"
    assert sites(text) == [("Port Blue", LIST), ("Cape Grey", LIST)]


def test_towns_count_behind_a_colon_even_one_that_no_table_knows() -> None:
    text = (
        "The rural sites are in the following cities: Gatineau, Port Bleu, Maniwaki and Wakefield."
    )
    assert sites(text) == [
        ("Gatineau", LIST),
        ("Port Bleu", LIST),
        ("Maniwaki", LIST),
        ("Wakefield", LIST),
    ]


def test_towns_of_a_sentence_count_where_it_says_that_one_trains_there() -> None:
    text = "Rotations take place in Kenora, Dryden and Sioux Lookout."
    assert sites(text) == [("Kenora", PROSE), ("Dryden", PROSE), ("Sioux Lookout", PROSE)]


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("The surgery rotations are completed in Windsor.", "Windsor"),
        ("The College has developed rotations in Regina and other communities.", "Regina"),
        ("One can be away (surgery and ICU experiences take place in Calgary).", "Calgary"),
        ("Training is in Saskatoon, or smaller centres (i.e. Prince Albert).", "Prince Albert"),
        ("La résidence prévoit un stage qui peut être tenu à Drummondville.", "Drummondville"),
    ],
)
def test_a_single_town_counts_where_a_rotation_is_said_to_be(text: str, town: str) -> None:
    assert names(text) == [town]


def test_towns_given_as_examples_of_sites_count() -> None:
    text = "Some clinics are in nearby communities (e.g. Airdrie and Black Diamond)."
    assert names(text) == ["Airdrie", "Black Diamond"]


@pytest.mark.parametrize(
    "text",
    [
        "Residents will be based out of Thunder Bay for most of the year.",
        "Our rural stream is located in Pembroke, an hour away from Ottawa.",
        "One resident trains at the Smithers Site.",
        "There are daily flights to Toronto, Ottawa and Montreal.",
        "The region is home to three cities, Cambridge, Kitchener and Waterloo.",
        "The hospital lies between Kenora and Dryden.",
    ],
)
def test_towns_that_only_tell_where_something_lies_count_for_none(text: str) -> None:
    assert names(text) == []


def test_rotations_a_drive_apart_count_with_what_tells_how_far() -> None:
    text = "Rotations taking place in St. Catharines, just 20 minutes away, or Hamilton are short."
    assert names(text) == ["St. Catharines", "Hamilton"]


def test_towns_that_open_a_series_with_a_hospital_count() -> None:
    text = "  * Selectives: Grande Prairie, Red Deer, Sturgeon Community Hospital (St. Albert)\n"
    assert names(text) == ["Grande Prairie", "Red Deer", "Sturgeon Community Hospital"]


def test_town_that_locates_the_places_in_parentheses_behind_it_does_not_count() -> None:
    text = "  * Stages : Montréal (CHUM, CHU Sainte-Justine), Chicoutimi, Rimouski\n"
    assert names(text) == ["CHUM", "CHU Sainte-Justine", "Chicoutimi", "Rimouski"]


def test_health_authority_counts_beside_the_towns_that_it_stands_for() -> None:
    assert names("  * CISSS de la Côte-Nord (Port-Cartier, Sept-Îles)\n") == [
        "CISSS de la Côte-Nord",
        "Port-Cartier",
        "Sept-Îles",
    ]


def test_health_authority_with_one_town_behind_a_dash_is_one_name() -> None:
    assert names("  * CISSS de la Côte-Nord - Sept-Îles\n") == ["CISSS de la Côte-Nord - Sept-Îles"]


def test_network_counts_in_a_list_where_another_place_than_its_own_follows() -> None:
    first, network, other = (
        "Nova Scotia Cancer Centre",
        "Queen Elizabeth II Health Sciences Centre",
        "IWK Health Centre",
    )
    assert names(f"  * {first}\n  * {network}\n  * {other}\n") == [first, network, other]
    assert names(f"  * {network}\n  * {first}\n  * {other}\n") == [first, other]


def test_university_counts_only_in_a_list_that_announces_places() -> None:
    items = "\n  * Grey Nuns\n  * University of Alberta\n  * Misericordia\n"
    assert "University of Alberta" in names(f"Hospitals and health centres:\n{items}")
    assert "University of Alberta" not in names(f"Resources\n{items}")


def test_town_of_its_seat_only_tells_where_a_health_authority_is() -> None:
    assert names("  * CISSS de Lanaudière (Joliette)\n") == ["CISSS de Lanaudière"]


def test_network_in_a_series_counts_beside_its_hospitals() -> None:
    text = (
        "Rotations take place at Hamilton Health Sciences and St. Joseph's Healthcare Hamilton."
        " {} the McMaster Children's Hospital.\n"
    )
    others = ["St. Joseph's Healthcare Hamilton", "McMaster Children's Hospital"]
    assert names(text.format("Clinics are held at")) == ["Hamilton Health Sciences", *others]
    assert names(text.format("Hamilton Health Sciences incorporates")) == others


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Residents work at the Lois Hole Hospital for Women, at the Royal Alexandra Hospital.",
            ["Lois Hole Hospital for Women"],
        ),
        ("All laboratories for research are located at the Royal Alexandra Hospital.", []),
        ("The Cross Cancer Institute is located at the Royal Alexandra Hospital.", []),
        (
            "Residents work at the University of Alberta Hospital's Walter Mackenzie Centre.",
            ["University of Alberta Hospital"],
        ),
    ],
)
def test_place_that_only_tells_where_another_is_counts_for_none(
    text: str, found: list[str]
) -> None:
    assert names(f"{text}\n") == found


def test_towns_of_a_block_or_training_site_count_and_those_of_a_stream_do_not() -> None:
    assert names("Barrie or Newmarket for a two week block\n") == ["Barrie", "Newmarket"]
    assert names("Click here for the Ilderton training site.\n") == ["Ilderton"]
    assert names("Our teaching sites are in the Barrie or Newmarket Stream.\n") == []
    assert names("Our teaching sites of the Barrie Stream are new.\n") == []
