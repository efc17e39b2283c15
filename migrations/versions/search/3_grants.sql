-- The graph tells which index is in use, and what refreshing did.
GRANT SELECT ON ops.index_version, ops.search_refresh, ops.search_skip TO residency_reader;
GRANT ALL ON ops.search_refresh, ops.search_skip TO residency_owner;
GRANT ALL ON ALL TABLES IN SCHEMA search TO residency_owner;
