-- Who is signed in at the console, and the links by which somebody may sign in once.
CREATE TABLE session (
    hash  BLOB PRIMARY KEY,
    token BLOB NOT NULL,
    since TEXT NOT NULL,
    seen  TEXT NOT NULL
);
CREATE TABLE link (
    hash  BLOB PRIMARY KEY,
    token BLOB NOT NULL,
    until TEXT NOT NULL
);
