"""Kernels of the filters: compiled functions on plain arrays, SI units, ECEF.

A filter state is `(10 + nb,)`: position 0–2 (m), velocity 3–5 (m/s, relative to the rotating
Earth), thrust acceleration 6–8 (m/s²), the logarithm of drag area over mass 9 (m²/kg), then `nb`
biases of sensors, four a sensor: azimuth, elevation (rad), range (m), clock (s).
"""
