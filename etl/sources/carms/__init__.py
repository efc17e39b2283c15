"""The published program files of the residency match (CaRMS)."""
