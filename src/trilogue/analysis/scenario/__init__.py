"""Scenarios: simulated flights, what simulated sensors see of them, and what reaches whom when.

Everything here is simulated and says so. The simulator of sensors shares no measurement model with
the filters of `tracking`: it judges them.
"""
