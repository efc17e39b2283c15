-- As many programs as the setting benchmark.programs says, with short texts, in the place of the
-- loaded ones; dimensions, the data version and one landed record stay those of the load.

TRUNCATE core.dim_program CASCADE;

WITH
  pick AS (
    SELECT
      (SELECT array_agg(discipline_key ORDER BY discipline_key) FROM core.dim_discipline) AS d,
      (SELECT array_agg(university_key ORDER BY university_key) FROM core.dim_university) AS u,
      (SELECT array_agg(site_key ORDER BY site_key) FROM core.dim_site) AS s,
      (SELECT array_agg(stream_key ORDER BY stream_key) FROM core.dim_stream) AS t,
      i.match_iteration_key, i.match_iteration_id
    FROM core.dim_match_iteration i
    WHERE i.match_iteration_id = (
      SELECT match_iteration_id FROM ops.data_version ORDER BY number DESC LIMIT 1)
    LIMIT 1
  )
INSERT INTO core.dim_program (
  content_hash, valid_from, match_iteration_id, program_stream_id, name, url, language,
  application_languages, match_iteration_key, discipline_key, university_key, site_key, stream_key)
SELECT
  md5(n::text), '2026-01-01', match_iteration_id, 100000 + n, 'Résidence n° ' || n || ' / Ville',
  'https://example.org/programs/' || n, CASE WHEN n % 6 = 0 THEN 'FR' ELSE 'EN' END,
  ARRAY['EN'], match_iteration_key,
  d[1 + abs(hashint4(n)) % cardinality(d)], u[1 + abs(hashint4(n + 1000000)) % cardinality(u)],
  s[1 + abs(hashint4(n + 2000000)) % cardinality(s)],
  t[1 + abs(hashint4(n + 3000000)) % cardinality(t)]
FROM pick, generate_series(1, current_setting('benchmark.programs')::int) n;

-- Quotas spread as in the real files: most are small, a few large, some not stated.
INSERT INTO core.fact_program (
  program_key, quota, length_years, accreditation, last_approved_on,
  application_volume_min, application_volume_max, application_volume_label)
SELECT
  program_key,
  CASE WHEN h % 12 > 0 THEN least(40, ceil(-4 * ln((1 + h % 1000) / 1001.0)))::int END,
  2 + h % 4, 'ACCREDITED', date '2025-09-01' + h % 60, 0, 100, '0 - 100'
FROM (SELECT program_key, abs(hashint4(program_stream_id)) AS h FROM core.dim_program) p;

INSERT INTO core.program_evidence (
  program_key, ordinal, field, record_key, record_name, section, span_start, span_end, quote,
  parser_version)
SELECT
  program_key, 0, 'QUOTA', (SELECT min(record_key) FROM landing.record), 'generated', 'HEADER',
  0, 10, 'Quota: 2', '1'
FROM core.dim_program;

INSERT INTO core.program_requirement (
  program_key, ordinal, evidence_ordinal, kind, label, status, quantity, min_words, max_words)
SELECT
  program_key, n, 0,
  (ARRAY['CITIZENSHIP', 'REFERENCE_LETTER', 'PERSONAL_LETTER', 'CV', 'TRANSCRIPT', 'PHOTO',
         'EXAMINATION', 'OTHER'])[n + 1],
  'Requirement ' || n, (ARRAY['REQUIRED', 'OPTIONAL', NULL])[1 + (program_key + n) % 3], n, 250, 500
FROM core.dim_program, generate_series(0, 7) n ORDER BY program_key, n;

INSERT INTO core.selection_criterion (
  program_key, ordinal, evidence_ordinal, phase, component, label, is_evaluated, text,
  weight_percent)
SELECT
  program_key, n, 0, (ARRAY['FILE_REVIEW', 'INTERVIEW'])[1 + n % 2],
  (ARRAY['CV', 'TRANSCRIPTS', 'COMMUNICATION', 'RANKING_PROCESS', 'PERSONAL_LETTERS', 'OTHER'])[n + 1],
  'Criterion ' || n, n % 3 = 0, 'What counts "most" for criterion ' || n || ', briefly said.',
  CASE WHEN n % 2 = 0 THEN 12.5 END
FROM core.dim_program, generate_series(0, 5) n ORDER BY program_key, n;

INSERT INTO core.interview_date (program_key, ordinal, evidence_ordinal, starts_on, ends_on, source)
SELECT program_key, n, 0, date '2026-01-20' + n, date '2026-01-20' + n, 'LIST'
FROM core.dim_program, generate_series(0, 1) n ORDER BY program_key, n;

INSERT INTO core.program_training_site (program_key, ordinal, evidence_ordinal, name, form)
SELECT program_key, n, 0, 'Hospital ' || n, 'LIST'
FROM core.dim_program, generate_series(0, 2) n ORDER BY program_key, n;

INSERT INTO core.program_section (program_key, ordinal, evidence_ordinal, kind, heading, text)
SELECT program_key, 0, 0, 'INTERVIEWS', 'Interviews', 'A few sentences on interviews.'
FROM core.dim_program;
