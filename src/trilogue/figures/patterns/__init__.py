"""Findings on patterns, drawn and said in English, Korean and Japanese.

`words` holds what is said, one file a language; `said` makes sentences of findings; the other
modules draw. Each drawing is a `Figure`: SVG, PNG, its numbers as CSV, and what it shows in words.
"""
