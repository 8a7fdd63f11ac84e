"""Flight: how a ballistic missile moves, from lift-off to the ground, and what the record allows.

The simulator here shares no model with the filters of `tracking`: it judges them.
"""
