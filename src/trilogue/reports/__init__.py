"""Reports: what is shared, in portions that are sealed one by one.

- `payloads`: what the content of a portion may be
- `cite`, `header`, `portion`: a portion's header, sealing and opening
- `report`: the body of a report statement: digests in random order, decoys among them
- `tearline`, `redact`, `generalise`: the three ways in which an originator makes a version that
  may go wider
- `lineage`: derived portions, whose consent they need, and what must not be counted twice
- `translations`: one content in another language
- `csv`: arrivals from a file
"""
