"""Locating an event: time and accuracy by the number of stations, beside simpler methods."""
