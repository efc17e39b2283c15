-- Who may do what. The owner of the objects is whoever migrates.

-- Reader: the star without contacts, marts, search, and which data version is published.
GRANT USAGE ON SCHEMA core, mart, search, ops TO residency_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA core, mart, search TO residency_reader;
REVOKE ALL ON core.program_contact FROM residency_reader;
GRANT SELECT ON ops.data_version TO residency_reader;
GRANT SELECT ON public.alembic_version TO residency_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA core GRANT SELECT ON TABLES TO residency_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA mart GRANT SELECT ON TABLES TO residency_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA search GRANT SELECT ON TABLES TO residency_reader;

-- App: what the reader may (it is a member of it), simulations, and asking for jobs.
GRANT USAGE ON SCHEMA simulation TO residency_app;
GRANT SELECT, INSERT, UPDATE ON ops.job TO residency_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA simulation
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO residency_app;

-- Owner role: everything, where the address's user has another name.
GRANT USAGE ON SCHEMA landing, staging, core, mart, search, simulation, ops TO residency_owner;
GRANT ALL ON ALL TABLES IN SCHEMA landing, staging, core, mart, search, simulation, ops
  TO residency_owner;
