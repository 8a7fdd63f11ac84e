"""Tracking: speed, accuracy, coverage and salvos."""
