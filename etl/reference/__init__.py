"""Hand-made reference tables: disciplines, schools, sites and streams."""
