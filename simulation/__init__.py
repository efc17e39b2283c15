"""The match engine and its what-ifs; numerics that know neither the web nor the loading."""
