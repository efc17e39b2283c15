"""One package per source, each with the same grammar: extract, parse, contract, load."""
