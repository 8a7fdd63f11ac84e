"""The report on patterns: one page, and all numbers beside it.

`gather` finds what is reported, `drawings` draws it, `tables` and `page` show it, `files` writes.
"""
