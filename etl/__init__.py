"""Everything that runs as a flow or a job: sources, checks, publishing, the sample, reports."""
