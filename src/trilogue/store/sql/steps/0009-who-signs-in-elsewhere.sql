-- A session has an end of its own. Those that were open end here: their people sign in again.
DROP TABLE session;
CREATE TABLE session (
    hash  BLOB PRIMARY KEY,
    token BLOB NOT NULL,
    since TEXT NOT NULL,
    seen  TEXT NOT NULL,
    until TEXT NOT NULL
);

-- Whom a provider named: each has a row in `token` whose hash is of nothing that could be shown.
CREATE TABLE identity (
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    token   BLOB NOT NULL,
    PRIMARY KEY (issuer, subject)
);
-- Attempts to sign in there that were used up.
CREATE TABLE attempt (
    hash  BLOB PRIMARY KEY,
    until TEXT NOT NULL
);
