"""The report of a campaign on the value of sharing: one page, its figures, and all numbers beside.

`results.gather` computes what is reported, `words` says it, `page` shows it, `files` writes it.
"""
