"""The store: named SQL statements over SQLite (WAL, every commit synced).

`sql/` holds the schema and every statement by name; `database` opens the file and runs
transactions; `records` reads and writes the facts; `projection` folds statements into the tables
that can be rebuilt from them.
"""
