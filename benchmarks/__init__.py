"""Benchmarks: each names its peer or limit, runs both in one run, and prints ratios."""
