"""The words by which a place of training is known: heads, particles, and words that rule one out.

Patterns are for text in its own case (capitals carry the meaning), quotes and dashes made plain.
"""

import re

_UPPER = "A-ZÀ-ÖØ-Þ"
WORD = (
    rf"(?:(?:St|Ste|Dr|Mt|Ft|[{_UPPER}])\.(?:[{_UPPER}]\.)*(?=\s?[{_UPPER}])|[{_UPPER}](?:[\w'&/-]|\.(?=[\w-]))*"
    rf"|d'[{_UPPER}][\w'-]*|l'[{_UPPER}][\w'-]*|\d{{1,2}}(?:th|st|nd|rd)\b)"
)
"""A capitalised word: McMaster, St., J.E., d'Ottawa, 5th."""

ENGLISH_HEADS = (
    "Hospitals?", "Hosp\\.", "Centres?", "Centers?", "Clinics?", "Institute", "Campus", "Campuses",
    "Infirmary", "Pavilion", "Hospice", "Laborator(?:y|ies)", "Healthcare", "Health\\s*[Cc]are",
    "Family\\s+Health\\s+(?:Team|Organization)s?", "Health\\s+(?:System|Partners|Network|Complex|Site|Services\\s+Centre|Campus|Centre)",
    "Family\\s+Practice", "(?:Medical|Medicine|Teaching|Practice|Health)\\s+Unit", "Medical\\s+Group",
    "Health\\s+Station", "Sanatorium", "Nursing\\s+Station", "Medical\\s+Building", "Family\\s+Medicine\\s+Associates",
    "Medical\\s+Associates", "Rehab", "Cancer\\s+(?:Care|Agency)", "Cancer\\s+Program",
)  # fmt: skip

FRENCH_HEADS = (
    "[Hh][ôo]pita(?:l|ux)", "H[ôo]tel-Dieu", "Centres?\\s+[Hh]ospitaliers?", "Centre\\s+universitaire",
    "Centre\\s+de\\s+(?:sant[ée]|r[ée]adaptation|cancer|soins)", "Centre\\s+m[èe]re-enfant", "Centre\\s+M[èe]re-Enfant",
    "Centre\\s+int[ée]gr[ée]", "Centre\\s+Int[ée]gr[ée]", "Cliniques?", "Institut", "Pavillon", "CHU", "CHUS", "CHUM", "CHUL",
    "CIUSSS", "CISSS", "CSSS", "CLSC", "GMF-?\\s?U", "GMFU", "UMF", "UMF-GMF", "Unit[ée]\\s+de\\s+m[ée]decine\\s+(?:de\\s+)?famil\\w+",
    "Cent?m?tre\\s+hospitalier", "CRCHUM", "CUSM", "IUCPQ", "IRDPQ", "IRGLM", "IUGM", "Campus", "Cemtre\\s+hospitalier",
)  # fmt: skip

FRENCH_SMALL = (
    "hospitaliers?|universitaires?|r[ée]gion(?:al|ale|aux)|g[ée]n[ée]ral|psychiatrique|juif|m[èe]re-enfant"
    "|m[ée]dicale?|famil\\w+|sant[ée]|sociaux|services|cardiologie|pneumologie|r[ée]adaptation|neurologique"
    "|g[ée]riatrie|physique|enfants|l'est|l'ouest|l'enfant|cancer|mentale|soins|femmes|int[ée]gr[ée]|d'ophtalmologie"
    "|d'[ée]valuation|d[ée]ficience|neurologie|m[ée]decine|l'[îi]le|nord|sud|l'universit[ée]|d'oncologie|personnes"
    "|coeur|c[œo]eur|de-l'|jeunesse|p[ée]diatrique|ambulatoire|chirurgie|dermatologie|esth[ée]tique"
)
FRENCH_PARTICLES = "de la|de l'|de|du|des|d'|la|le|les|l'|et|à|a|en|sur|pour|aux|au"

KNOWN_NAMES = (
    "LifeLabs", "Dynacare", "CHEO", "CAMH", "SickKids", "Sick Kids", "CHUM", "CHUL", "CHUS", "CUSM", "IUCPQ", "IRDPQ",
    "CancerCare Manitoba", "Health Sciences North", "Hamilton Health Sciences", "London Health Sciences",
    "Unity Health Toronto", "Unity Health", "Sinai Health System", "Sinai Health", "Lakeridge Health",
    "Mackenzie Health", "Niagara Health System", "Niagara Health", "Halton Healthcare", "Oak Valley Health",
    "Humber River Health", "Michael Garron", "Women's College", "North York General", "Sunnybrook",
    "Southlake", "Trillium Health Partners", "Bluewater Health", "Quinte Health", "Providence Care",
    "Bruyère Continuing Care", "Bruyère", "Royal Ottawa", "Holland Bloorview", "Homewood Ravensview",
    "Timber Creek", "Baycrest", "Bloorview", "University Health Network", "William Osler Health System",
    "Scarborough Health Network", "Toronto Western", "Toronto General", "Princess Margaret", "Mount Sinai",
    "St. Michael's", "Markham Stouffville", "Lakeshore General", "Maisonneuve-Rosemont", "Sainte-Justine",
    "Ste-Justine", "Sacré-Coeur", "Douglas Hospital", "Waypoint", "Ontario Shores", "Royal Victoria Regional",
)  # fmt: skip

LEADING_WORDS = frozenset(
    """The A An At In Our This These Those Their Your From To For With And Or Of On By As All Both Each Also Other
    Residents Resident Rotations Rotation Training Trainees Including Includes Include Our The Site Sites While When
    Where Through Within Additionally Core Clinical Located Currently We Le La Les Un Une Des Du De Au Aux À A Et Dans
    Nos Notre Ce Cette Ces L' Sur Pour Stages Stage Deux Trois PGY1 PGY2 PGY3 PGY4 PGY5 PGY-1 PGY-2 PGY-3 R1 R2 R3 Rural
    Community Academic Location Locations Hospital Hospitals If It There Most Many Some Several Four Three Two Five Six
    Elective Electives Mandatory First Second Inpatient Outpatient Home Primary Main Tertiary Teaching Affiliated
    Pediatric Adult Emergency Additional Local Our Please Visit See Finally Here Click Number Required Optional
    Department Division Medicine Surgery Family New Experience Since Between During After Before Whether""".split()  # noqa: SIM905
)
"""Words that begin a sentence or a heading before a name, and are no part of it when nothing else
is left in front of the head."""

TRIMMED_WORDS = frozenset(
    """A An At In Our This These Those Their Your From To With And Or On By As All Both Each Also Including Includes
    Include While When Where Through Within Additionally Located Currently We Un Une Des Du De Au Aux À Et Dans Nos
    Notre Ce Cette Ces Sur Pour Residents Resident If It There Most Many Some Several Please Visit See Finally Here
    Click Since Between During After Before Whether Rotations Rotation For Stages Stage Additional Our Most PGY1 PGY2
    PGY3 PGY4 PGY5 PGY-1 PGY-2 PGY-3 Location Locations""".split()  # noqa: SIM905
)
"""Words that are cut from the beginning of a name."""

NOT_A_SITE = re.compile(
    r"\b(?:Simulation|Research|Conference|Recreation|Sports?|Fitness|Shopping|Learning|Education|Educational|Convention"
    r"|Aquatic|Arts|Cultural|Civic Centre|City Centre|Town Centre|Student|Excellence|Discovery|Innovation|Sciences Library"
    r"|Library|Royal College|Provincial Park|Visitor|Leisure|Performing|Entertainment|Curling|Tourism|Information Centre"
    r"|Wellness Office|Skills|Data|Ski|Airport|Academic Health Sciences? (?:Network|Centres?)|Health Authority|Sim\b"
    r"|Care Unit|Intensive Care|Emergency Department|Affairs|Aerospace|Science Centre|Accreditation|Council|Association"
    r"|Society|Friendship Centre|Canadian Institute|CIHR|Interprofessional|Gardens?|Museum|Theatre|Trauma Cent(?:re|er)s?$"
    r"|Poison|CHU-[A-Z]{2,}|Preceptors?|Home-?\s?base|Home Clinics?|Acute Care (?:Cent\w+|Tower)|Departments?|Divisions?|College of|Ministry|Faculty|School of|Correctional|Town Cent\w+|Pre-?\s?Admission|Residents?'"
    r"|Stroke Cent(?:re|er)s?$|Referral Cent(?:re|er)s?$|Level \d|Evaluation|Polytechnic|Technology|Mall|Community College)\b"
)
GENERIC_NAME = re.compile(
    r"(?:(?:the|our|a|an|this|these|all|other|several|many|various|local|large|small|main|major|two|three|four|five|six"
    r"|seven|eight|nine|ten|community|rural|regional|urban|affiliated|teaching|tertiary|general|academic|university"
    r"|adult|pediatric|paediatric|private|care|city|primary|secondary|district|provincial|outpatient|inpatient|ambulatory"
    r"|base|core|partner|participating|remote|northern|southern|eastern|western|central|family|health|medical|medicine"
    r"|practice|walk|in|day|surgery|surgical|specialty|subspecialty|outreach|training|hospital|hospitals|clinic|clinics"
    r"|centre|centres|center|centers|site|sites|campus|campuses|unit|units|teams?|of|and|and/or|the|le|la|les|des|de|du|l|d"
    r"|hopital|hopitaux|clinique|cliniques|universitaire|communautaires?|regionaux|affilies|institut|pavillon|centre"
    r"|hospitalier|hospitaliers|milieux|laboratory|laboratories|institute|healthcare|network|system|partners|home|level"
    r"|cancer|emergency|mental|rehabilitation|veterans|trauma|nursing|women|children|s|acute|chronic|multidisciplinary)\W*)+"
)
"""A folded name made of common words only: no name of a place."""

ALSO_PROPER = re.compile(
    r"(?:the )?(?:children'?s(?: and women'?s)?|women'?s(?: and children'?s)?|university|veterans'?) (?:hospital|centre|center)"
    r"|(?:the )?general (?:hospital|campus)|health sciences (?:centre|center)|centre mere-enfant|(?:civic|riverside|general) campus"
)
"""Folded names of common words that are names all the same."""
