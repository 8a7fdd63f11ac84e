"""The commands, one module each. They read arguments, call the room that does the work, print.

Nothing but click is imported before a command runs.
"""
