-- Passkeys of release officers, what they are asked to sign, and the first of two approvals.
CREATE TABLE passkey (
    credential BLOB    PRIMARY KEY,
    officer    TEXT    NOT NULL,
    key        BLOB    NOT NULL,
    rp         TEXT    NOT NULL,
    since      TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    counter    INTEGER NOT NULL
);
CREATE TABLE ceremony (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    session   BLOB NOT NULL,
    officer   TEXT NOT NULL,
    act       TEXT NOT NULL,
    body      BLOB NOT NULL,
    challenge BLOB NOT NULL,
    until     TEXT NOT NULL
);
ALTER TABLE pending ADD COLUMN approval BLOB;
