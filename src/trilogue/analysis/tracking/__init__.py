"""Tracking: from sensors' plots to flights, with honest uncertainty.

Plain arrays in, estimates out; the room knows nothing of who may read what. It informs and warns.
"""
