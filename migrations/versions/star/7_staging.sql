-- Typed rows of the load at work; unlogged, emptied by the next load.

CREATE UNLOGGED TABLE staging.dim_discipline (
  content_hash TEXT NOT NULL,
  discipline_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  name_fr TEXT
);

COMMENT ON TABLE staging.dim_discipline IS 'Rows of the load at work for core.dim_discipline.';

COMMENT ON COLUMN staging.dim_discipline.content_hash IS 'SHA-256 over everything the version states, in hexadecimal.';
COMMENT ON COLUMN staging.dim_discipline.discipline_id IS 'Number of the discipline in the match''s own systems; the natural key.';
COMMENT ON COLUMN staging.dim_discipline.name IS 'Name of the discipline, in English.';
COMMENT ON COLUMN staging.dim_discipline.name_fr IS 'Name of the discipline in French; null where no reference states one.';


CREATE UNLOGGED TABLE staging.dim_location (
  content_hash TEXT NOT NULL,
  city TEXT NOT NULL,
  province TEXT NOT NULL,
  latitude FLOAT,
  longitude FLOAT
);

COMMENT ON TABLE staging.dim_location IS 'Rows of the load at work for core.dim_location.';

COMMENT ON COLUMN staging.dim_location.content_hash IS 'SHA-256 over everything the version states, in hexadecimal.';
COMMENT ON COLUMN staging.dim_location.city IS 'City or town; natural key with the province.';
COMMENT ON COLUMN staging.dim_location.province IS 'Province or territory; natural key with the city.';
COMMENT ON COLUMN staging.dim_location.latitude IS 'Latitude of the city, WGS 84.';
COMMENT ON COLUMN staging.dim_location.longitude IS 'Longitude of the city, WGS 84.';


CREATE UNLOGGED TABLE staging.dim_match_iteration (
  content_hash TEXT NOT NULL,
  match_iteration_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  year SMALLINT
);

COMMENT ON TABLE staging.dim_match_iteration IS 'Rows of the load at work for core.dim_match_iteration.';

COMMENT ON COLUMN staging.dim_match_iteration.content_hash IS 'SHA-256 over everything the version states, in hexadecimal.';
COMMENT ON COLUMN staging.dim_match_iteration.match_iteration_id IS 'Number of the iteration in the match''s own systems (1503); the natural key.';
COMMENT ON COLUMN staging.dim_match_iteration.name IS 'Name of the iteration, in English.';
COMMENT ON COLUMN staging.dim_match_iteration.year IS 'Calendar year of the match; null where no document states it.';


CREATE UNLOGGED TABLE staging.dim_site (
  content_hash TEXT NOT NULL,
  label TEXT NOT NULL,
  city TEXT NOT NULL,
  province TEXT NOT NULL,
  latitude FLOAT,
  longitude FLOAT,
  is_place BOOLEAN NOT NULL,
  note TEXT
);

COMMENT ON TABLE staging.dim_site IS 'Rows of the load at work for core.dim_site.';

COMMENT ON COLUMN staging.dim_site.content_hash IS 'SHA-256 over everything the version states, in hexadecimal.';
COMMENT ON COLUMN staging.dim_site.label IS 'Site as the master file writes it; natural key with city and province.';
COMMENT ON COLUMN staging.dim_site.city IS 'City or town where training at the site is centred.';
COMMENT ON COLUMN staging.dim_site.province IS 'Province or territory of the site, not of the school.';
COMMENT ON COLUMN staging.dim_site.latitude IS 'Latitude of the site, WGS 84.';
COMMENT ON COLUMN staging.dim_site.longitude IS 'Longitude of the site, WGS 84.';
COMMENT ON COLUMN staging.dim_site.is_place IS 'Whether the label names a place; if not, the school''s main campus stands for it.';
COMMENT ON COLUMN staging.dim_site.note IS 'How the label was mapped, where that is not obvious.';


CREATE UNLOGGED TABLE staging.dim_stream (
  content_hash TEXT NOT NULL,
  label TEXT NOT NULL,
  applicant_category TEXT NOT NULL,
  is_return_of_service BOOLEAN NOT NULL,
  is_military BOOLEAN NOT NULL
);

COMMENT ON TABLE staging.dim_stream IS 'Rows of the load at work for core.dim_stream.';

COMMENT ON COLUMN staging.dim_stream.content_hash IS 'SHA-256 over everything the version states, in hexadecimal.';
COMMENT ON COLUMN staging.dim_stream.label IS 'Stream as the master file writes it; the natural key.';
COMMENT ON COLUMN staging.dim_stream.applicant_category IS 'Who may apply.';
COMMENT ON COLUMN staging.dim_stream.is_return_of_service IS 'Whether the label itself says that a return of service is attached.';
COMMENT ON COLUMN staging.dim_stream.is_military IS 'Whether the stream is open to sponsored military trainees (MOTP, MMTP).';


CREATE UNLOGGED TABLE staging.dim_university (
  content_hash TEXT NOT NULL,
  school_code INTEGER NOT NULL,
  name TEXT NOT NULL,
  city TEXT NOT NULL,
  province TEXT NOT NULL,
  latitude FLOAT,
  longitude FLOAT,
  languages TEXT[] NOT NULL
);

COMMENT ON TABLE staging.dim_university IS 'Rows of the load at work for core.dim_university.';

COMMENT ON COLUMN staging.dim_university.content_hash IS 'SHA-256 over everything the version states, in hexadecimal.';
COMMENT ON COLUMN staging.dim_university.school_code IS 'The match''s code of the school (school_id divided by 65,536); the natural key.';
COMMENT ON COLUMN staging.dim_university.name IS 'Name of the university as the master file writes it.';
COMMENT ON COLUMN staging.dim_university.city IS 'City of the main campus.';
COMMENT ON COLUMN staging.dim_university.province IS 'Province of the main campus.';
COMMENT ON COLUMN staging.dim_university.latitude IS 'Latitude of the main campus, WGS 84.';
COMMENT ON COLUMN staging.dim_university.longitude IS 'Longitude of the main campus, WGS 84.';
COMMENT ON COLUMN staging.dim_university.languages IS 'Languages in which the medical school teaches.';


CREATE UNLOGGED TABLE staging.interview_date (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  evidence_ordinal INTEGER NOT NULL,
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  source TEXT NOT NULL
);

COMMENT ON TABLE staging.interview_date IS 'Rows of the load at work for core.interview_date.';

COMMENT ON COLUMN staging.interview_date.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.interview_date.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.interview_date.ordinal IS '0-based position within the program version, in the order of the document.';
COMMENT ON COLUMN staging.interview_date.evidence_ordinal IS 'Number of the supporting span in program_evidence.';
COMMENT ON COLUMN staging.interview_date.starts_on IS 'First day, a calendar date without time zone.';
COMMENT ON COLUMN staging.interview_date.ends_on IS 'Last day (inclusive); equals the first where one day is stated.';
COMMENT ON COLUMN staging.interview_date.source IS 'Whether a list or prose states it.';


CREATE UNLOGGED TABLE staging.program (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  language TEXT NOT NULL,
  application_languages TEXT[] NOT NULL,
  quota INTEGER,
  length_years FLOAT,
  accreditation TEXT,
  last_approved_on DATE,
  application_volume_min INTEGER,
  application_volume_max INTEGER,
  application_volume_label TEXT,
  interview_offer_percent_min FLOAT,
  interview_offer_percent_max FLOAT,
  interview_offer_label TEXT,
  return_of_service_status TEXT,
  return_of_service_text TEXT,
  discipline_id INTEGER NOT NULL,
  school_code INTEGER NOT NULL,
  site_label TEXT NOT NULL,
  site_city TEXT NOT NULL,
  site_province TEXT NOT NULL,
  stream_label TEXT NOT NULL
);

COMMENT ON TABLE staging.program IS 'Rows of the load at work for core.program.';

COMMENT ON COLUMN staging.program.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.program.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.program.content_hash IS 'SHA-256 over everything the version states, in hexadecimal.';
COMMENT ON COLUMN staging.program.name IS 'School, discipline, site and stream, as the master file writes them.';
COMMENT ON COLUMN staging.program.url IS 'Address of the published program description.';
COMMENT ON COLUMN staging.program.language IS 'Language of the description document itself.';
COMMENT ON COLUMN staging.program.application_languages IS 'Languages in which the program accepts applications; empty where not stated.';
COMMENT ON COLUMN staging.program.quota IS 'Approximate number of positions; null where not stated.';
COMMENT ON COLUMN staging.program.length_years IS 'Length of the residency; null where not stated.';
COMMENT ON COLUMN staging.program.accreditation IS 'Accreditation status; null where not stated.';
COMMENT ON COLUMN staging.program.last_approved_on IS 'Day on which the program last approved its description; null where not stated.';
COMMENT ON COLUMN staging.program.application_volume_min IS 'Lower bound of the average number of applications in the last five years.';
COMMENT ON COLUMN staging.program.application_volume_max IS 'Upper bound of the average number of applications; null where open.';
COMMENT ON COLUMN staging.program.application_volume_label IS 'The application bucket as stated (51 - 200).';
COMMENT ON COLUMN staging.program.interview_offer_percent_min IS 'Lower bound of the average share of applicants offered an interview.';
COMMENT ON COLUMN staging.program.interview_offer_percent_max IS 'Upper bound of the average share of applicants offered an interview.';
COMMENT ON COLUMN staging.program.interview_offer_label IS 'The interview offer bucket as stated (26 - 50 %).';
COMMENT ON COLUMN staging.program.return_of_service_status IS 'Whether a return of service is attached; null where the text states neither.';
COMMENT ON COLUMN staging.program.return_of_service_text IS 'What the program says of return of service, contacts masked; null where it says nothing.';
COMMENT ON COLUMN staging.program.discipline_id IS 'Natural key of the discipline.';
COMMENT ON COLUMN staging.program.school_code IS 'Natural key of the university.';
COMMENT ON COLUMN staging.program.site_label IS 'Natural key of the site: its label.';
COMMENT ON COLUMN staging.program.site_city IS 'Natural key of the site: its city.';
COMMENT ON COLUMN staging.program.site_province IS 'Natural key of the site: its province.';
COMMENT ON COLUMN staging.program.stream_label IS 'Natural key of the stream.';


CREATE UNLOGGED TABLE staging.program_contact (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  evidence_ordinal INTEGER NOT NULL,
  name TEXT,
  title TEXT,
  email TEXT,
  phone TEXT
);

COMMENT ON TABLE staging.program_contact IS 'Rows of the load at work for core.program_contact.';

COMMENT ON COLUMN staging.program_contact.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.program_contact.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.program_contact.ordinal IS '0-based position within the program version, in the order of the document.';
COMMENT ON COLUMN staging.program_contact.evidence_ordinal IS 'Number of the supporting span in program_evidence.';
COMMENT ON COLUMN staging.program_contact.name IS 'Name of the person or office.';
COMMENT ON COLUMN staging.program_contact.title IS 'Role of the person.';
COMMENT ON COLUMN staging.program_contact.email IS 'E-mail address.';
COMMENT ON COLUMN staging.program_contact.phone IS 'Telephone number.';


CREATE UNLOGGED TABLE staging.program_evidence (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  field TEXT NOT NULL,
  record_key BIGINT NOT NULL,
  record_name TEXT NOT NULL,
  section TEXT NOT NULL,
  span_start INTEGER NOT NULL,
  span_end INTEGER NOT NULL,
  quote TEXT,
  parser_version TEXT NOT NULL
);

COMMENT ON TABLE staging.program_evidence IS 'Rows of the load at work for core.program_evidence.';

COMMENT ON COLUMN staging.program_evidence.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.program_evidence.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.program_evidence.ordinal IS '0-based number of the span within the program version.';
COMMENT ON COLUMN staging.program_evidence.field IS 'The program''s field that the span supports.';
COMMENT ON COLUMN staging.program_evidence.record_key IS 'The landed record: a JSON document or a CSV cell.';
COMMENT ON COLUMN staging.program_evidence.record_name IS 'The record in words: file role, natural key and field.';
COMMENT ON COLUMN staging.program_evidence.section IS 'Part of the document in which the span stands.';
COMMENT ON COLUMN staging.program_evidence.span_start IS 'First code point of the span.';
COMMENT ON COLUMN staging.program_evidence.span_end IS 'Code point after the last of the span.';
COMMENT ON COLUMN staging.program_evidence.quote IS 'The text of the span as received, contacts masked; null for whole sections.';
COMMENT ON COLUMN staging.program_evidence.parser_version IS 'Version of the parser that read the value.';


CREATE UNLOGGED TABLE staging.program_requirement (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  evidence_ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  status TEXT,
  quantity INTEGER,
  min_words INTEGER,
  max_words INTEGER
);

COMMENT ON TABLE staging.program_requirement IS 'Rows of the load at work for core.program_requirement.';

COMMENT ON COLUMN staging.program_requirement.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.program_requirement.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.program_requirement.ordinal IS '0-based position within the program version, in the order of the document.';
COMMENT ON COLUMN staging.program_requirement.evidence_ordinal IS 'Number of the supporting span in program_evidence.';
COMMENT ON COLUMN staging.program_requirement.kind IS 'What kind of item.';
COMMENT ON COLUMN staging.program_requirement.label IS 'Title of the item as written.';
COMMENT ON COLUMN staging.program_requirement.status IS 'The status heading above it; null where none is in force.';
COMMENT ON COLUMN staging.program_requirement.quantity IS 'How many are requested; null where not stated.';
COMMENT ON COLUMN staging.program_requirement.min_words IS 'Least number of words; null where there is none.';
COMMENT ON COLUMN staging.program_requirement.max_words IS 'Greatest number of words; null where there is none.';


CREATE UNLOGGED TABLE staging.program_section (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  evidence_ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL,
  heading TEXT NOT NULL,
  text TEXT NOT NULL
);

COMMENT ON TABLE staging.program_section IS 'Rows of the load at work for core.program_section.';

COMMENT ON COLUMN staging.program_section.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.program_section.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.program_section.ordinal IS '0-based position within the program version, in the order of the document.';
COMMENT ON COLUMN staging.program_section.evidence_ordinal IS 'Number of the supporting span in program_evidence.';
COMMENT ON COLUMN staging.program_section.kind IS 'Which section it is.';
COMMENT ON COLUMN staging.program_section.heading IS 'Heading as written.';
COMMENT ON COLUMN staging.program_section.text IS 'Text below the heading, as markdown: NFC, unwrapped, links intact, contacts masked.';


CREATE UNLOGGED TABLE staging.program_training_site (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  evidence_ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  form TEXT NOT NULL
);

COMMENT ON TABLE staging.program_training_site IS 'Rows of the load at work for core.program_training_site.';

COMMENT ON COLUMN staging.program_training_site.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.program_training_site.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.program_training_site.ordinal IS '0-based position within the program version, in the order of the document.';
COMMENT ON COLUMN staging.program_training_site.evidence_ordinal IS 'Number of the supporting span in program_evidence.';
COMMENT ON COLUMN staging.program_training_site.name IS 'Name as written.';
COMMENT ON COLUMN staging.program_training_site.form IS 'Whether a list or prose names it.';


CREATE UNLOGGED TABLE staging.requirement_test (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  requirement_ordinal INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  minimum_score TEXT
);

COMMENT ON TABLE staging.requirement_test IS 'Rows of the load at work for core.requirement_test.';

COMMENT ON COLUMN staging.requirement_test.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.requirement_test.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.requirement_test.requirement_ordinal IS 'Position of the requirement within the program version.';
COMMENT ON COLUMN staging.requirement_test.ordinal IS '0-based position within the requirement.';
COMMENT ON COLUMN staging.requirement_test.name IS 'Name of the test (IELTS_ACADEMIC, TOEFL_IBT, TCF …).';
COMMENT ON COLUMN staging.requirement_test.minimum_score IS 'Least accepted score, as stated; null where not stated.';


CREATE UNLOGGED TABLE staging.selection_criterion (
  match_iteration_id INTEGER NOT NULL,
  program_stream_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  evidence_ordinal INTEGER NOT NULL,
  phase TEXT NOT NULL,
  component TEXT NOT NULL,
  label TEXT NOT NULL,
  is_evaluated BOOLEAN,
  text TEXT,
  weight_percent FLOAT
);

COMMENT ON TABLE staging.selection_criterion IS 'Rows of the load at work for core.selection_criterion.';

COMMENT ON COLUMN staging.selection_criterion.match_iteration_id IS 'Number of the match iteration.';
COMMENT ON COLUMN staging.selection_criterion.program_stream_id IS 'Number of the program stream.';
COMMENT ON COLUMN staging.selection_criterion.ordinal IS '0-based position within the program version, in the order of the document.';
COMMENT ON COLUMN staging.selection_criterion.evidence_ordinal IS 'Number of the supporting span in program_evidence.';
COMMENT ON COLUMN staging.selection_criterion.phase IS 'Part of the selection it belongs to.';
COMMENT ON COLUMN staging.selection_criterion.component IS 'What it speaks of.';
COMMENT ON COLUMN staging.selection_criterion.label IS 'The component as the program names it.';
COMMENT ON COLUMN staging.selection_criterion.is_evaluated IS 'Whether the program evaluates it; false is a stated fact, null is not stated.';
COMMENT ON COLUMN staging.selection_criterion.text IS 'What the program says of it, contacts masked; null where it says nothing.';
COMMENT ON COLUMN staging.selection_criterion.weight_percent IS 'Stated weight; null where the prose states none.';
