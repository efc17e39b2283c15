-- What PostGraphile sees: the rows that ours reads, with the keys that views cannot have.
-- One view for a program and its facts spares it a nested relation for each fact.

DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;

CREATE VIEW peer.university AS
SELECT university_key, school_code AS code, name, city, province FROM core.dim_university;
COMMENT ON VIEW peer.university IS '@primaryKey university_key';

CREATE VIEW peer.discipline AS
SELECT discipline_key, discipline_id, name FROM core.dim_discipline;
COMMENT ON VIEW peer.discipline IS '@primaryKey discipline_key';

CREATE VIEW peer.site AS
SELECT site_key, label, city, province FROM core.dim_site;
COMMENT ON VIEW peer.site IS '@primaryKey site_key';

CREATE VIEW peer.stream AS
SELECT stream_key, label, applicant_category FROM core.dim_stream;
COMMENT ON VIEW peer.stream IS '@primaryKey stream_key';

CREATE VIEW peer.program AS
SELECT
  p.program_key, p.match_iteration_id, p.program_stream_id, p.name, p.url, p.language,
  p.application_languages, p.university_key, p.discipline_key, p.site_key, p.stream_key,
  f.quota, f.length_years, f.accreditation, f.last_approved_on,
  f.application_volume_min, f.application_volume_max, f.application_volume_label,
  f.interview_offer_percent_min, f.interview_offer_percent_max, f.interview_offer_label,
  f.return_of_service_status, f.return_of_service_text
FROM core.dim_program p
JOIN core.fact_program f USING (program_key)
WHERE p.is_current;
COMMENT ON VIEW peer.program IS
$$@primaryKey program_key
@unique match_iteration_id,program_stream_id
@foreignKey (university_key) references peer.university (university_key)|@fieldName university
@foreignKey (discipline_key) references peer.discipline (discipline_key)|@fieldName discipline
@foreignKey (site_key) references peer.site (site_key)|@fieldName site
@foreignKey (stream_key) references peer.stream (stream_key)|@fieldName stream$$;

CREATE VIEW peer.requirement AS
SELECT program_key, ordinal, kind, label, status, quantity, min_words, max_words
FROM core.program_requirement;
COMMENT ON VIEW peer.requirement IS
$$@primaryKey program_key,ordinal
@foreignKey (program_key) references peer.program (program_key)|@foreignSimpleFieldName requirements$$;

CREATE VIEW peer.requirement_test AS
SELECT program_key, requirement_ordinal, ordinal, name, minimum_score FROM core.requirement_test;
COMMENT ON VIEW peer.requirement_test IS
$$@primaryKey program_key,requirement_ordinal,ordinal
@foreignKey (program_key,requirement_ordinal) references peer.requirement (program_key,ordinal)|@foreignSimpleFieldName tests$$;

CREATE VIEW peer.criterion AS
SELECT program_key, ordinal, phase, component, label, is_evaluated, text, weight_percent
FROM core.selection_criterion;
COMMENT ON VIEW peer.criterion IS
$$@primaryKey program_key,ordinal
@foreignKey (program_key) references peer.program (program_key)|@foreignSimpleFieldName selectionCriteria$$;

CREATE VIEW peer.interview_date AS
SELECT program_key, ordinal, starts_on, ends_on FROM core.interview_date;
COMMENT ON VIEW peer.interview_date IS
$$@primaryKey program_key,ordinal
@foreignKey (program_key) references peer.program (program_key)|@foreignSimpleFieldName interviewDates$$;

CREATE VIEW peer.training_site AS
SELECT program_key, ordinal, name, form FROM core.program_training_site;
COMMENT ON VIEW peer.training_site IS
$$@primaryKey program_key,ordinal
@foreignKey (program_key) references peer.program (program_key)|@foreignSimpleFieldName trainingSites$$;

CREATE VIEW peer.section AS
SELECT program_key, ordinal, kind, heading, text FROM core.program_section;
COMMENT ON VIEW peer.section IS
$$@primaryKey program_key,ordinal
@foreignKey (program_key) references peer.program (program_key)|@foreignSimpleFieldName sections$$;

GRANT USAGE ON SCHEMA peer TO residency_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA peer TO residency_reader;
