"""The benchmark of patterns: a record of a million launches, and whether intervals hold."""
