-- Schemas.

CREATE SCHEMA landing;
COMMENT ON SCHEMA landing IS 'Files and records exactly as received; nothing is ever lost here.';

CREATE SCHEMA staging;
COMMENT ON SCHEMA staging IS 'Typed rows of the load at work; truncated by the next load.';

CREATE SCHEMA core;
COMMENT ON SCHEMA core IS 'The star: conformed dimensions, programs with their history, and their children.';

CREATE SCHEMA mart;
COMMENT ON SCHEMA mart IS 'Derived tables and views for analysts.';

CREATE SCHEMA search;
COMMENT ON SCHEMA search IS 'Passages and vectors.';

CREATE SCHEMA simulation;
COMMENT ON SCHEMA simulation IS 'Markets, matches and what-ifs.';

CREATE SCHEMA ops;
COMMENT ON SCHEMA ops IS 'Load runs, checks, quarantine, audit, jobs and data versions.';
