-- Views for analysts.

CREATE VIEW mart.current_program AS
SELECT
  dim_program.match_iteration_id AS match_iteration_id,
  dim_program.program_stream_id AS program_stream_id,
  dim_program.name AS program_name,
  dim_program.url AS program_url,
  dim_program.language AS language,
  dim_program.application_languages AS application_languages,
  dim_match_iteration.name AS match_iteration_name,
  dim_match_iteration.year AS match_year,
  dim_discipline.discipline_id AS discipline_id,
  dim_discipline.name AS discipline_name,
  dim_university.school_code AS school_code,
  dim_university.name AS university_name,
  dim_university.province AS university_province,
  dim_site.label AS site_label,
  dim_site.city AS site_city,
  dim_site.province AS site_province,
  dim_site.latitude AS site_latitude,
  dim_site.longitude AS site_longitude,
  dim_stream.label AS stream_label,
  dim_stream.applicant_category AS applicant_category,
  dim_stream.is_return_of_service AS is_return_of_service_stream,
  dim_stream.is_military AS is_military,
  fact_program.quota AS quota,
  fact_program.length_years AS length_years,
  fact_program.accreditation AS accreditation,
  fact_program.last_approved_on AS last_approved_on,
  fact_program.application_volume_min AS application_volume_min,
  fact_program.application_volume_max AS application_volume_max,
  fact_program.interview_offer_percent_min AS interview_offer_percent_min,
  fact_program.interview_offer_percent_max AS interview_offer_percent_max,
  fact_program.return_of_service_status AS return_of_service_status,
  dim_program.valid_from AS valid_from
FROM core.dim_program
JOIN core.fact_program ON fact_program.program_key = dim_program.program_key
JOIN core.dim_match_iteration ON dim_match_iteration.match_iteration_key = dim_program.match_iteration_key
JOIN core.dim_discipline ON dim_discipline.discipline_key = dim_program.discipline_key
JOIN core.dim_university ON dim_university.university_key = dim_program.university_key
JOIN core.dim_site ON dim_site.site_key = dim_program.site_key
JOIN core.dim_stream ON dim_stream.stream_key = dim_program.stream_key
WHERE dim_program.is_current;

COMMENT ON VIEW mart.current_program IS 'Programs as they stand now, flat, with the names of their dimensions; no contacts.';
COMMENT ON COLUMN mart.current_program.match_iteration_id IS 'Number of the match iteration; natural key with the program stream id.';
COMMENT ON COLUMN mart.current_program.program_stream_id IS 'Number of the program stream in the match''s own systems; natural key with the iteration.';
COMMENT ON COLUMN mart.current_program.program_name IS 'School, discipline, site and stream, as the master file writes them.';
COMMENT ON COLUMN mart.current_program.program_url IS 'Address of the published program description.';
COMMENT ON COLUMN mart.current_program.language IS 'Language of the description document itself.';
COMMENT ON COLUMN mart.current_program.application_languages IS 'Languages in which the program accepts applications; empty where not stated.';
COMMENT ON COLUMN mart.current_program.match_iteration_name IS 'Name of the iteration, in English.';
COMMENT ON COLUMN mart.current_program.match_year IS 'Calendar year of the match; null where no document states it.';
COMMENT ON COLUMN mart.current_program.discipline_id IS 'Number of the discipline in the match''s own systems; the natural key.';
COMMENT ON COLUMN mart.current_program.discipline_name IS 'Name of the discipline, in English.';
COMMENT ON COLUMN mart.current_program.school_code IS 'The match''s code of the school (school_id divided by 65,536); the natural key.';
COMMENT ON COLUMN mart.current_program.university_name IS 'Name of the university as the master file writes it.';
COMMENT ON COLUMN mart.current_program.university_province IS 'Province of the main campus.';
COMMENT ON COLUMN mart.current_program.site_label IS 'Site as the master file writes it; natural key with city and province.';
COMMENT ON COLUMN mart.current_program.site_city IS 'City or town where training at the site is centred.';
COMMENT ON COLUMN mart.current_program.site_province IS 'Province or territory of the site, not of the school.';
COMMENT ON COLUMN mart.current_program.site_latitude IS 'Latitude of the site, WGS 84.';
COMMENT ON COLUMN mart.current_program.site_longitude IS 'Longitude of the site, WGS 84.';
COMMENT ON COLUMN mart.current_program.stream_label IS 'Stream as the master file writes it; the natural key.';
COMMENT ON COLUMN mart.current_program.applicant_category IS 'Who may apply.';
COMMENT ON COLUMN mart.current_program.is_return_of_service_stream IS 'Whether the label itself says that a return of service is attached.';
COMMENT ON COLUMN mart.current_program.is_military IS 'Whether the stream is open to sponsored military trainees (MOTP, MMTP).';
COMMENT ON COLUMN mart.current_program.quota IS 'Approximate number of positions; null where not stated.';
COMMENT ON COLUMN mart.current_program.length_years IS 'Length of the residency; null where not stated.';
COMMENT ON COLUMN mart.current_program.accreditation IS 'Accreditation status; null where not stated.';
COMMENT ON COLUMN mart.current_program.last_approved_on IS 'Day on which the program last approved its description; null where not stated.';
COMMENT ON COLUMN mart.current_program.application_volume_min IS 'Lower bound of the average number of applications in the last five years.';
COMMENT ON COLUMN mart.current_program.application_volume_max IS 'Upper bound of the average number of applications; null where open.';
COMMENT ON COLUMN mart.current_program.interview_offer_percent_min IS 'Lower bound of the average share of applicants offered an interview.';
COMMENT ON COLUMN mart.current_program.interview_offer_percent_max IS 'Upper bound of the average share of applicants offered an interview.';
COMMENT ON COLUMN mart.current_program.return_of_service_status IS 'Whether a return of service is attached; null where the text states neither.';
COMMENT ON COLUMN mart.current_program.valid_from IS 'Publish time from which this version holds (inclusive).';
