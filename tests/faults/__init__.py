"""Faults: what three real nodes do when something breaks, and that nothing is lost by it.

    python -m tests.faults                      every row
    python -m tests.faults "link KR–US cut"     one of them
    python -m tests.faults --write              and put what was seen into docs/reliability.md

A row (`fault`) breaks something in a `Scene`: three nodes as an operator runs them, with a proxy
(`links`) on each way between two of them. It looks at what the operator would look at (`/healthz`,
status, standard error, exit codes), mends what broke, and the scene then checks that everything
that was acknowledged is held by all exactly once, that receipts are back, that the public audit
proves every claim and that every store follows from its statements.

`entry` starts a node that is killed at a chosen point of its code, or whose clock is wrong; nothing
of it is in the package.
"""
