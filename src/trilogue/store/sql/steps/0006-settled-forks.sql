-- Forks that somebody settled: their evidence stays, and is no other fork.
CREATE TABLE settled_fork (
    speaker TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    first   BLOB    NOT NULL,
    second  BLOB    NOT NULL,
    note    TEXT    NOT NULL,
    noticed TEXT    NOT NULL,
    settled TEXT    NOT NULL,
    PRIMARY KEY (speaker, size, second)
);
