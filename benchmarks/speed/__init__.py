"""Parts of the speed benchmark: servers, queries, data, load, and what processes consume."""
