-- Who writes this store: each who begins to counts one generation on, and is the only one who may.
CREATE TABLE lease (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    holder     TEXT    NOT NULL
);
