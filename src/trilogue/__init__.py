"""Trilogue: sharing under the originator's consent, provable in public.

Rooms, from the ground up: `encoding`, `signing`, `sealing`, `tlog`, `marking`, `arrangement`,
`reports`, `consent`, `protocol`, `picture`, `store`, `node`, and the faces `api` and `cli`.
`analysis` stands beside the exchange and knows nothing of it.
"""

__version__ = "0.1.0"
