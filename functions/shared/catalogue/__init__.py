"""The catalogue of clips as members see it: access, search, truth, and the gallery."""
