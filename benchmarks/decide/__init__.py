"""Decisions: how many the rules of the arrangement take in a second."""
