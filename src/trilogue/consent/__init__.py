"""Consent: the four acts, what a grant covers, and when it is alive.

A request is answered by a grant or a refusal; a grant ends by withdrawal or by its own date.
`acts` holds what the statements say, `extent` decides whether a grant covers a use at a moment,
`standing` matches portions with an originator's rule for granting at once, and `lifecycle` is the
transition table from which the diagram in the documentation is made.
"""
