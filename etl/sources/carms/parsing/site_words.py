"""The words by which a place of training is known: heads, particles, and words that rule one out.

Patterns are for text in its own case (capitals carry the meaning), quotes and dashes made plain.
"""

import re


def word_set(text: str) -> frozenset[str]:
    """Return the words of ``text``."""
    return frozenset(text.split())


_UPPER = "A-ZÀ-ÖØ-Þ"
WORD = (
    rf"(?:(?:St|Ste|Dr|Mt|Ft|[{_UPPER}])\.(?:[{_UPPER}]\.)*(?=\s?[{_UPPER}])"
    rf"|[{_UPPER}](?:[\w'&/-]|\.(?=[\w-]))*"
    rf"|d'[{_UPPER}][\w'-]*|l'[{_UPPER}][\w'-]*|\d{{1,2}}(?:th|st|nd|rd)\b)"
)
"""A capitalised word: McMaster, St., J.E., d'Ottawa, 5th."""

ENGLISH_HEADS = (
    "[Hh]ospital", "Hospitals", r"Hosp\.", "Centres?", "Centers?", "Clinics?", "Institute",
    "Campus", "Campuses", "Infirmary", "Pavilion", "Hospice", "Laborator(?:y|ies)", "Healthcare",
    r"Health\s*[Cc]are(?:\s+(?:System|Centre|Center))?", r"Urgent\s+Care", "Surgicentre",
    r"Student\s+Health", r"Family\s+Health\s+(?:Team|Organization)s?",
    r"Health\s+(?:System|Partners|Network|Complex|Site|Services\s+Centre|Campus|Centre)",
    r"Family\s+Practice", r"(?:Medical|Medicine|Teaching|Practice|Health)\s+Unit",
    r"Medical\s+Group", r"Health\s+Station", "Sanatorium", r"Nursing\s+Station",
    r"Medical\s+Building", r"Family\s+Medicine\s+Associates", r"Medical\s+Associates", "Rehab",
    r"Cancer\s+(?:Care|Agency)",
    r"Public\s+Health(?:\s+(?:Services?|Unit|Agency|Department|Division|Laborator(?:y|ies)))?",
    r"Sports?\s+Medicine(?:\s+(?:Clinic|Centre))?", "Health Unit", r"Medical\s+Clinic",
    r"Care\s+Group", "CHC", r"Health\s+Hub", r"Medical\s+Officer\s+of\s+Health",
)  # fmt: skip

FRENCH_HEADS = (
    "[Hh][ôo]pita(?:l|ux)", r"H[ôo]tel[-\s]Dieu", r"[Cc]entres?\s+[Hh]ospitali\w+",
    r"Centre\s+universitaire", r"[Cc]entre\s+de\s+(?:sant[ée]|r[ée]adaptation|cancer|soins)",
    r"Maison\s+de\s+(?:soins|naissance|sant[ée]|la|l')", r"Centre\s+[Mm][èe]re-[Ee]nfant",
    r"Centre\s+[Ii]nt[ée]gr[ée]",
    r"Centres?\s+[Aa]nti-?[Pp]oisons?", "Cliniques?", "Institut", "Pavillon", "CHU", "CHUS", "CHUM",
    "CHUL", "CIUSSS?", "CISSS", "CRSSS", "CHAU", "Laboratoire",
    r"Directions?\s+(?:r[ée]gionale\s+)?de\s+(?:la\s+)?sant[ée]\s+publique", "DR?SP", "CSSS",
    "CLSC", "CUMF", r"GMF(?:-?\s?U)?(?!-)", r"Maison(?=\s+(?:des\s+)?[A-ZÀ-Þ])", "GMFU", "UMF",
    "UMF-GMF", r"Unit[ée]\s+de\s+m[ée]decine\s+(?:de\s+)?famil\w+",
    "Campus",
)  # fmt: skip

FRENCH_SMALL = (
    "hospitaliers?", "universitaires?", "r[ée]gion(?:al|ale|aux)?", "g[ée]n[ée]ral",
    "psychiatrique", "juif", "m[èe]re-enfant", "m[ée]dicale?", r"famil\w+", "sant[ée]", "sociaux",
    "services", "cardiologie", "pneumologie", "r[ée]adaptation", "neurologique", "g[ée]riatrie",
    "physique", "enfants", "l'est", "l'ouest", "l'enfant", "cancer", "mentale", "soins",
    "palliatifs", "femmes", "int[ée]gr[ée]", "d'ophtalmologie", "d'[ée]valuation", "d[ée]ficience",
    "neurologie", "m[ée]decine", "l'[îi]le", "nord", "sud", "l'universit[ée]", "d'oncologie",
    "personnes", "cœur", "de-l'", "jeunesse", "p[ée]diatrique", "ambulatoire", "nationale?",
    "publique", "sport", "sportive", "judiciaires", "sciences", "l[ée]gale", "chirurgie",
    "dermatologie", "esth[ée]tique", "coeur", "naissances",
    r"(?:d')?\w+(?:logie|logique|iatrie|iatrique|p[ée]die|p[ée]dique|th[ée]rapie)s?",
)  # fmt: skip
"""Lower-case words that French names are made of."""

FRENCH_PARTICLES = "de la|de l'|de|du|des|d'|la|le|les|l'|et|à|a|en|sur|pour|aux|au"

LEADING_WORDS = word_set(
    "A Academic Additional Additionally Adult Affiliated After All Also An And As At Au Aux"
    " Before Between Both By Ce Ces Cette Click Clinical Community Core Currently Dans De"
    " Department Des Deux Division Du During Each Elective Electives Emergency Et Experience"
    " Family Finally First Five For Four From Here Home Hospital Hospitals If In Include"
    " Includes Including Inpatient It L' La Le Les Local Located Location Locations Main"
    " Mandatory Many Medicine Most New Nos Notre Number Of On Optional Or Other Our Outpatient"
    " PGY-1 PGY-2 PGY-3 PGY1 PGY2 PGY3 PGY4 PGY5 Pediatric Please Pour Primary R1 R2 R3 Required"
    " Resident Residents Rotation Rotations Rural Second See Several Since Site Sites Six Some"
    " Stage Stages Sur Surgery Teaching Tertiary The Their There These This Those Three Through"
    " To Trainees Training Trois Two Un Une Visit We When Where Whether While With Within Your À"
)
"""Words that make no name of a head: The Hospital, Other Sites."""

TRIMMED_WORDS = word_set(
    "A Additional Additionally After All Also An And As At Au Aux Before Between Both By Ce Ces"
    " Cette Click Currently Dans De Des Du During Each Et Finally For From Here If In Include"
    " Includes Including It Located Location Locations Many Most Nos Notre On Or Our PGY-1 PGY-2"
    " PGY-3 PGY1 PGY2 PGY3 PGY4 PGY5 Please Pour Resident Residents Rotation Rotations See"
    " Several Since Some Stage Stages Sur Their There These This Those Through To Un Une Visit"
    " We When Where Whether While With Within Your À"
)
"""Words that are cut from the beginning of a name."""

_OTHER_THINGS = (
    "Simulation", "Research", "Conference", "Recreation", "Fitness", "Shopping",
    r"Sports?(?!\s+(?:Medicine|Med\b))", "Learning", "Education", "Educational", "Convention",
    "Aquatic", "Arts", "Cultural", "Civic Centre", "City Centre", "Town Centre",
    r"Student(?!\s+Health\b)", "Excellence", "Discovery", "Innovation", "Sciences Library",
    "Library", "Royal College", "Provincial Park", "Site of", "Visitor", "Masters? of",
    "Public Health Agency", "Leisure", "Performing", "Entertainment", "Curling", "Tourism",
    "Information Centre", "Wellness Office", "Skills", "Data", "Ski", "Airport",
    "Academic Health Sciences? (?:Network|Centres?)", "Health Authority", r"Sim\b", "Care Unit",
    "Intensive Care", "Emergency Department", "Affairs", "Aerospace", "Science Centre",
    "Accreditation", "Council", "Association", "Society", "Friendship Centre", "Canadian Institute",
    "CIHR", "Interprofessional", "Gardens?", "Museum", "Theatre", "Trauma Cent(?:re|er)s?$",
    r"Non[- ]?Hospital", "County of", "Base Hospital", "Emergency Services",
    r"(?:Regional|University|Medical)\s+Campus", "Institute of Canada", "Policy", "CHU-[A-Z]{2,}",
    "Preceptors?", r"Home-?\s?base", "Home Clinics?", r"Acute Care (?:Cent\w+|Tower)",
    "Departments?", "Divisions?", "College of", "Ministry", "Faculty", "School of", r"Town Cent\w+",
    r"Pre-?\s?Admission", "Residents?'", "Clinical Teaching Unit", "Stroke Cent(?:re|er)s?$",
    "Referral Cent(?:re|er)s?$", r"Level \d", "Evaluation", "Polytechnic", "Technology", "Mall",
    "Community College", "CENTRES", "Streams?$", "Epidemiology",
    "(?:Primary|Main|Trauma|Secondary|Teaching|Training) Sites?$",
)  # fmt: skip

NOT_A_SITE = re.compile(rf"\b(?:{'|'.join(_OTHER_THINGS)})\b")
"""Words that tell another kind of thing: a simulation centre, a faculty, a park."""

COMMON_WORDS = word_set(
    "gmf u umf clsc universitaires laboratoire a academic acute adult affiliated affilies all"
    " ambulatory an and base campus campuses cancer care center centers central centre centres"
    " children chronic city clinic clinics clinique cliniques communautaire communautaires"
    " community core d day de des district du eastern eight emergency family five four general"
    " health healthcare home hopital hopitaux hospital hospitalier hospitaliers hospitals in"
    " inpatient institut institute l la laboratories laboratory large le les level local main"
    " major many medical medicine mental milieux multidisciplinary network nine northern nursing"
    " of or other our outpatient outreach paediatric participating partner partners pavillon"
    " pediatric practice primary private provincial regional regionaux rehabilitation remote"
    " rural s secondary seven several site sites six small southern specialty subspecialty"
    " surgery surgical system teaching team teams ten tertiary the these this three training"
    " trauma two unit units universitaire university urban various veterans walk western women"
    " one group programs minor procedure procedures cystic fibrosis postgraduate poison"
    " obstetrical sciences treatment detox program hospice palliative social public publique"
    " sante direction directions regionale specific strong"
)
"""Folded words that make no name of a place by themselves."""

CLINICAL_WORDS = word_set(
    "psychiatry chronic pain headache neuromuscular midwifery maternity memory fertility breast"
    " stroke diabetes specific talk pediatrics surgery sports sport medicine allergy asthma"
    " cardiac cardiology endocrine fracture geriatric oncology orthopedic prenatal respiratory"
    " consultation renal sexual sleep spine thrombosis wound hand foot vascular ophthalmology eye"
    " ear nose"
    " throat dermatology rheumatology neurology urology gynecology obstetrics radiology"
    " pathology vision genetics genetic hereditary urgent ankle thoracic psychiatric consult"
    " assessment crisis preoperative anesthesia dialysis infectious disease diseases immunology"
    " adverse drug reaction als neuropsychiatry mycobacteriology"
    " hematology refugee indigenous inner addiction addictions youth adolescent early"
    " intervention"
)
"""Folded words that tell what a clinic does: in running text they name no place."""

ALSO_PROPER = re.compile(
    r"(?:the )?(?:children'?s(?: and women'?s)?|women'?s(?: and children'?s)?|university"
    r"|veterans'?)"
    r" (?:hospital|centre|center)|(?:the )?general (?:hospital|campus)"
    r"|health sciences (?:centre|center)|public health laboratory|centre mere-enfant"
    r"|(?:civic|riverside|general) campus"
)
"""Folded names of common words that are names all the same."""
