"""Questions with the SQL that answers them, written apart from the grammar that reads them.

``number``: the first number of the text. ``programs``: the stream ids of the answer's programs.
``names``: what the text lists. ``day``: a day in the text, as ISO 8601.
"""

from __future__ import annotations

P = (
    " FROM core.dim_program p JOIN core.fact_program f USING (program_key)"
    " JOIN core.dim_discipline d USING (discipline_key)"
    " JOIN core.dim_university u USING (university_key) JOIN core.dim_site s USING (site_key)"
    " JOIN core.dim_stream t USING (stream_key) WHERE p.is_current"
)
SEATS = f"SELECT coalesce(sum(f.quota), 0){P}"
COUNT = f"SELECT count(*){P}"
IDS = f"SELECT p.program_stream_id{P}"
ASKS = "EXISTS (SELECT FROM core.program_requirement r WHERE r.program_key = p.program_key AND "
MEETS = "EXISTS (SELECT FROM core.interview_date i WHERE i.program_key = p.program_key AND "
LOOKS = "EXISTS (SELECT FROM core.selection_criterion c WHERE c.program_key = p.program_key AND "
PSY, FM = "d.name = 'Psychiatry'", "d.name = 'Family Medicine'"
IM = "d.name = 'Internal Medicine'"
DAYS = (
    " FROM core.interview_date i JOIN core.dim_program p USING (program_key)"
    " JOIN core.dim_discipline d USING (discipline_key)"
    " JOIN core.dim_university u USING (university_key) WHERE p.is_current"
)

QUESTIONS: list[tuple[str, str, str]] = [
    # positions
    (
        "How many seats in psychiatry in Ontario?",
        "number",
        f"{SEATS} AND {PSY} AND s.province = 'ON'",
    ),
    ("how many positions are there in family medicine?", "number", f"{SEATS} AND {FM}"),
    (
        "Combien de places en médecine interne au Québec?",
        "number",
        f"{SEATS} AND {IM} AND s.province = 'QC'",
    ),
    ("Combien de postes y a-t-il en psychiatrie?", "number", f"{SEATS} AND {PSY}"),
    (
        "How many spots does UBC offer in total?",
        "number",
        f"{SEATS} AND u.name = 'University of British Columbia'",
    ),
    (
        "how many seats at Toronto in psych?",
        "number",
        f"{SEATS} AND {PSY} AND u.name = 'University of Toronto'",
    ),
    ("How many seats are there in Toronto?", "number", f"{SEATS} AND s.city = 'Toronto'"),
    ("Combien de places à Sherbrooke?", "number", f"{SEATS} AND s.city = 'Sherbrooke'"),
    (
        "Combien de places à l'Université Laval?",
        "number",
        f"{SEATS} AND u.name = 'Université Laval'",
    ),
    (
        "How many seats in the Maritimes for family medicine?",
        "number",
        f"{SEATS} AND {FM} AND s.province IN ('NB', 'NS', 'PE')",
    ),
    (
        "Combien de postes dans les Maritimes en médecine familiale?",
        "number",
        f"{SEATS} AND {FM} AND s.province IN ('NB', 'NS', 'PE')",
    ),
    (
        "How many seats does dermatology have outside Ontario?",
        "number",
        f"{SEATS} AND d.name = 'Dermatology' AND s.province <> 'ON'",
    ),
    (
        "Combien de places en pédiatrie hors du Québec?",
        "number",
        f"{SEATS} AND d.name = 'Pediatrics' AND s.province <> 'QC'",
    ),
    (
        "How many seats in family medicine in Ontario, Quebec and Manitoba?",
        "number",
        f"{SEATS} AND {FM} AND s.province IN ('ON', 'QC', 'MB')",
    ),
    (
        "How many positions in anesthesia or emergency medicine in BC?",
        "number",
        f"{SEATS} AND d.name IN ('Anesthesiology', 'Emergency Medicine') AND s.province = 'BC'",
    ),
    (
        "How many seats for IMGs in Ontario?",
        "number",
        f"{SEATS} AND t.applicant_category = 'IMG' AND s.province = 'ON'",
    ),
    (
        "Combien de places pour les diplômés internationaux en psychiatrie?",
        "number",
        f"{SEATS} AND {PSY} AND t.applicant_category = 'IMG'",
    ),
    (
        "What is the total number of positions for Canadian graduates?",
        "number",
        f"{SEATS} AND t.applicant_category = 'CMG'",
    ),
    (
        "In Alberta, how many residency positions are there in ortho?",
        "number",
        f"{SEATS} AND d.name = 'Orthopedic Surgery' AND s.province = 'AB'",
    ),
    (
        "Quel est le nombre total de places en obstétrique-gynécologie?",
        "number",
        f"{SEATS} AND d.name = 'Obstetrics and Gynecology'",
    ),
    (
        "How many seats are open to IMGs in internal medicine?",
        "number",
        f"{SEATS} AND {IM} AND t.applicant_category IN ('IMG', 'ALL')",
    ),
    # programs
    ("How many programs are there?", "number", COUNT),
    ("How many programs are there outside Quebec?", "number", f"{COUNT} AND s.province <> 'QC'"),
    ("Combien de programmes offre McGill?", "number", f"{COUNT} AND u.name = 'McGill University'"),
    (
        "How many psychiatry programs are in Saskatchewan?",
        "number",
        f"{COUNT} AND {PSY} AND s.province = 'SK'",
    ),
    ("how many programs are five years long?", "number", f"{COUNT} AND f.length_years = 5"),
    ("Combien de programmes durent 5 ans?", "number", f"{COUNT} AND f.length_years = 5"),
    ("How many programs have more than 10 seats?", "number", f"{COUNT} AND f.quota > 10"),
    ("Combien de programmes ont au moins 5 places?", "number", f"{COUNT} AND f.quota >= 5"),
    (
        "How many programs with exactly one position are in Manitoba?",
        "number",
        f"{COUNT} AND f.quota = 1 AND s.province = 'MB'",
    ),
    (
        "How many programs have between 3 and 6 seats?",
        "number",
        f"{COUNT} AND f.quota BETWEEN 3 AND 6",
    ),
    (
        "How many programs do not require a CV?",
        "number",
        f"{COUNT} AND NOT {ASKS} r.kind = 'CV' AND r.status = 'REQUIRED')",
    ),
    (
        "Combien de programmes exigent une photo?",
        "number",
        f"{COUNT} AND {ASKS} r.kind = 'PHOTO' AND r.status = 'REQUIRED')",
    ),
    (
        "How many programs want 3 or more letters?",
        "number",
        (
            f"{COUNT} AND {ASKS} r.kind = 'REFERENCE_LETTER' AND r.quantity >= 3"
            " AND r.status = 'REQUIRED')"
        ),
    ),
    (
        "How many programs require a return of service?",
        "number",
        f"{COUNT} AND f.return_of_service_status = 'REQUIRED'",
    ),
    (
        "Combien de programmes au Québec exigent un service post-formation?",
        "number",
        f"{COUNT} AND s.province = 'QC' AND f.return_of_service_status = 'REQUIRED'",
    ),
    (
        "How many programs interview on January 25?",
        "number",
        f"{COUNT} AND {MEETS} '2025-01-25' BETWEEN i.starts_on AND i.ends_on)",
    ),
    (
        "Combien de programmes tiennent leurs entrevues le 22 janvier 2025?",
        "number",
        f"{COUNT} AND {MEETS} '2025-01-22' BETWEEN i.starts_on AND i.ends_on)",
    ),
    (
        "How many programs accept applications in French?",
        "number",
        f"{COUNT} AND 'FR' = ANY(p.application_languages)",
    ),
    (
        "How many programs accept IELTS?",
        "number",
        (
            f"{COUNT} AND EXISTS (SELECT FROM core.requirement_test x WHERE"
            " x.program_key = p.program_key AND x.name IN ('IELTS', 'IELTS_ACADEMIC'))"
        ),
    ),
    (
        "How many programs evaluate scholarly activities in the interview?",
        "number",
        (
            f"{COUNT} AND {LOOKS} c.phase = 'INTERVIEW' AND c.component = 'SCHOLARLY_ACTIVITIES'"
            " AND c.is_evaluated)"
        ),
    ),
    (
        "Combien de programmes évaluent le leadership lors de l'entrevue?",
        "number",
        (
            f"{COUNT} AND {LOOKS} c.phase = 'INTERVIEW' AND c.component = 'LEADERSHIP'"
            " AND c.is_evaluated)"
        ),
    ),
    (
        "How many programs have a notice of intent to withdraw?",
        "number",
        f"{COUNT} AND f.accreditation = 'NOTICE_OF_INTENT_TO_WITHDRAW'",
    ),
    ("How many programs are accredited?", "number", f"{COUNT} AND f.accreditation IS NOT NULL"),
    (
        "How many seats are in Ontario but not in Toronto?",
        "number",
        f"{SEATS} AND s.province = 'ON' AND s.city <> 'Toronto'",
    ),
    (
        "How many military programs are there?",
        "number",
        f"{COUNT} AND t.is_military",
    ),
    (
        "Combien de programmes n'ont pas de service post-formation?",
        "number",
        f"{COUNT} AND f.return_of_service_status = 'NOT_REQUIRED'",
    ),
    (
        "How many programs interview in February?",
        "number",
        f"{COUNT} AND {MEETS} i.starts_on <= '2025-02-28' AND i.ends_on >= '2025-02-01')",
    ),
    # lists of programs
    (
        "Which programs want four letters?",
        "programs",
        (
            f"{IDS} AND {ASKS} r.kind = 'REFERENCE_LETTER' AND r.quantity = 4"
            " AND r.status = 'REQUIRED')"
        ),
    ),
    (
        "Which programs require a photo and four letters?",
        "programs",
        (
            f"{IDS} AND {ASKS} r.kind = 'REFERENCE_LETTER' AND r.quantity = 4"
            f" AND r.status = 'REQUIRED') AND {ASKS} r.kind = 'PHOTO' AND r.status = 'REQUIRED')"
        ),
    ),
    (
        "Quels programmes n'exigent pas de photo en Ontario?",
        "programs",
        (f"{IDS} AND s.province = 'ON' AND NOT {ASKS} r.kind = 'PHOTO' AND r.status = 'REQUIRED')"),
    ),
    (
        "Which psychiatry programs have more than 10 seats?",
        "programs",
        f"{IDS} AND {PSY} AND f.quota > 10",
    ),
    (
        "Which programs in Alberta are open to IMGs?",
        "programs",
        f"{IDS} AND s.province = 'AB' AND t.applicant_category IN ('IMG', 'ALL')",
    ),
    (
        "List the urology programs in Quebec City",
        "programs",
        f"{IDS} AND d.name = 'Urology' AND s.city = 'Québec'",
    ),
    (
        "which programs require Casper?",
        "programs",
        f"{IDS} AND {ASKS} r.label = 'Casper' AND r.status = 'REQUIRED')",
    ),
    (
        "Quels programmes de pédiatrie ont moins de 3 places?",
        "programs",
        f"{IDS} AND d.name = 'Pediatrics' AND f.quota < 3",
    ),
    ("Which programs have at least 20 positions?", "programs", f"{IDS} AND f.quota >= 20"),
    (
        "Which programs interview in psychiatry on January 27?",
        "programs",
        f"{IDS} AND {PSY} AND {MEETS} '2025-01-27' BETWEEN i.starts_on AND i.ends_on)",
    ),
    (
        "Is there a dermatology program in Saskatoon?",
        "programs",
        f"{IDS} AND d.name = 'Dermatology' AND s.city = 'Saskatoon'",
    ),
    (
        "Does McGill offer cardiac surgery?",
        "programs",
        f"{IDS} AND d.name = 'Cardiac Surgery' AND u.name = 'McGill University'",
    ),
    (
        "What is the largest program in Canada?",
        "programs",
        f"{IDS} AND f.quota = (SELECT max(quota) FROM core.fact_program)",
    ),
    (
        "Quel est le plus petit programme de médecine interne?",
        "programs",
        f"{IDS} AND {IM} AND f.quota = (SELECT min(f.quota){P} AND {IM})",
    ),
    (
        "Which programs interview before January 20?",
        "programs",
        f"{IDS} AND {MEETS} i.starts_on < '2025-01-20')",
    ),
    (
        "How many more seats does Ontario have than Quebec?",
        "number",
        f"SELECT sum(CASE s.province WHEN 'ON' THEN f.quota WHEN 'QC' THEN -f.quota END){P}",
    ),
    # universities, cities, provinces, disciplines
    (
        "how many universities offer neurosurgery?",
        "number",
        f"SELECT count(DISTINCT u.school_code){P} AND d.name = 'Neurosurgery'",
    ),
    (
        "Combien de disciplines offre l'Université de Sherbrooke?",
        "number",
        f"SELECT count(DISTINCT d.discipline_id){P} AND u.name = 'Université de Sherbrooke'",
    ),
    (
        "How many cities have family medicine programs in Ontario?",
        "number",
        f"SELECT count(DISTINCT s.city){P} AND {FM} AND s.province = 'ON'",
    ),
    (
        "Quelles universités offrent la chirurgie cardiaque?",
        "names",
        f"SELECT DISTINCT u.name{P} AND d.name = 'Cardiac Surgery'",
    ),
    (
        "Where can I train in vascular surgery?",
        "names",
        f"SELECT DISTINCT s.city{P} AND d.name = 'Vascular Surgery'",
    ),
    (
        "Où peut-on faire la chirurgie vasculaire?",
        "names",
        f"SELECT DISTINCT s.city{P} AND d.name = 'Vascular Surgery'",
    ),
    (
        "Which university has the most seats in pediatrics?",
        "names",
        (
            f"WITH n AS (SELECT u.name, sum(f.quota) q{P} AND d.name = 'Pediatrics' GROUP BY 1)"
            " SELECT name FROM n WHERE q = (SELECT max(q) FROM n)"
        ),
    ),
    (
        "Quelle université a le plus de places en psychiatrie?",
        "names",
        (
            f"WITH n AS (SELECT u.name, sum(f.quota) q{P} AND {PSY} GROUP BY 1)"
            " SELECT name FROM n WHERE q = (SELECT max(q) FROM n)"
        ),
    ),
    (
        "Which city has the fewest positions in psychiatry?",
        "names",
        (
            f"WITH n AS (SELECT s.city, sum(f.quota) q{P} AND {PSY} GROUP BY 1)"
            " SELECT city FROM n WHERE q = (SELECT min(q) FROM n)"
        ),
    ),
    (
        "How many seats per university in dermatology?",
        "names",
        (
            f"SELECT u.name || ' (' || sum(f.quota) || ' position'"
            f" || CASE WHEN sum(f.quota) = 1 THEN ')' ELSE 's)' END{P}"
            " AND d.name = 'Dermatology' GROUP BY u.name"
        ),
    ),
    # values and days
    (
        "What is the average number of seats per program in internal medicine?",
        "number",
        f"SELECT round(avg(f.quota), 2){P} AND {IM}",
    ),
    (
        "How long is family medicine at UBC?",
        "names",
        (
            f"SELECT DISTINCT length_years::int || ' years: ' || count(*) || ' programs'{P}"
            f" AND {FM}"
            " AND u.name = 'University of British Columbia' GROUP BY length_years"
        ),
    ),
    (
        "when are the interviews for cardiac surgery at the University of Toronto?",
        "day",
        (
            f"SELECT i.starts_on{DAYS} AND d.name = 'Cardiac Surgery'"
            " AND u.name = 'University of Toronto'"
        ),
    ),
    (
        "quand sont les entrevues de psychiatrie à McGill?",
        "day",
        f"SELECT i.starts_on{DAYS} AND d.name = 'Psychiatry' AND u.name = 'McGill University'",
    ),
    (
        "What are the earliest interviews in neurology?",
        "day",
        f"SELECT min(i.starts_on){DAYS} AND d.name = 'Neurology'",
    ),
    (
        "Do psychiatry programs in Ontario require a photo?",
        "number",
        (
            f"{COUNT} AND {PSY} AND s.province = 'ON'"
            f" AND {ASKS} r.kind = 'PHOTO' AND r.status = 'REQUIRED')"
        ),
    ),
]

ABSTAINED = [
    "which programs emphasise research and mentorship?",
    "où puis-je me former en région?",
    "How many psychiatry residents are there in Ontario?",
    "How many seats does it have?",
    "how many seats in surgery?",
    "How many psychiatry seats went unfilled in Ontario?",
    "How many programs require letters from Ontario physicians?",
    "How many seats in psychiatry in Ontario and in family medicine in Quebec?",
    "How many programs do not require a photo or a CV?",
    "How many seats did psychiatry have last year?",
    "Which programs require a letter of reference?",
    "Combien de médecins de famille en Ontario?",
    "How many research positions in psychiatry?",
    "Which universities offer psychiatry and neurosurgery?",
    "How many seats in rural family medicine?",
    "How many programs have no more than four residents?",
    "compare psychiatry at McGill and family medicine at Toronto",
    "how many letters",
    "How many seats? How many programs?",
    "Which hospital has the most seats in psychiatry?",
    "Combien de places ce programme offre-t-il?",
    "How many programs are not accredited?",
    "Which programs at McGill require all documents?",
    "How many programs require at most two letters?",
    "compare Ontario and Quebec",
    "How many psychiatry programs and family medicine programs are in Ontario?",
    "How many letters are required in total?",
]
"""Questions that are no structured ones, or of which a word is not understood."""
AMBIGUOUS = ["Combien de places à Laval?", "How many seats of Toronto?"]
"""The town, or the university (elsewhere): where there are other programs of one than of both."""
