-- Facts first, projections last. Facts are written once and never changed, but for what
-- withdrawal destroys; projections can be dropped and rebuilt from `statement` alone.

-- Every statement that counts, own and heard, in the order in which it came to count here.
CREATE TABLE statement (
    position  INTEGER PRIMARY KEY,
    speaker   TEXT    NOT NULL,
    idx       INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    issued    TEXT    NOT NULL,
    leaf_hash BLOB    NOT NULL,
    leaf      BLOB    NOT NULL,
    raw       BLOB    NOT NULL,
    size      INTEGER,          -- heard: size of the checkpoint that `proof` leads to
    proof     BLOB,             -- heard: inclusion proof, hashes end to end
    UNIQUE (speaker, idx)
);
CREATE INDEX statement_kind ON statement (kind, position);

-- Own log: hashes of complete subtrees, and the checkpoints signed over them.
CREATE TABLE tree_hash (
    level INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    hash  BLOB    NOT NULL,
    PRIMARY KEY (level, idx)
) WITHOUT ROWID;
CREATE TABLE checkpoint (
    size   INTEGER PRIMARY KEY,
    root   BLOB NOT NULL,
    note   TEXT NOT NULL,
    issued TEXT NOT NULL
);
CREATE INDEX checkpoint_issued ON checkpoint (issued, size);
CREATE TABLE cosignature (
    size    INTEGER NOT NULL,
    witness TEXT    NOT NULL,
    lines   TEXT    NOT NULL,
    PRIMARY KEY (size, witness)
) WITHOUT ROWID;
CREATE INDEX cosignature_witness ON cosignature (witness, size);

-- Others' logs: each checkpoint that was proven consistent with the one before it.
CREATE TABLE seen (
    speaker TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    old     INTEGER NOT NULL,
    root    BLOB    NOT NULL,
    proof   BLOB    NOT NULL,
    note    TEXT,
    PRIMARY KEY (speaker, size)
) WITHOUT ROWID;
CREATE TABLE fork (
    speaker TEXT PRIMARY KEY,
    size    INTEGER NOT NULL,
    first   BLOB NOT NULL,
    second  BLOB NOT NULL,
    note    TEXT NOT NULL,
    noticed TEXT NOT NULL
);
CREATE TABLE settled_fork (
    speaker TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    first   BLOB    NOT NULL,
    second  BLOB    NOT NULL,
    note    TEXT    NOT NULL,
    noticed TEXT    NOT NULL,
    settled TEXT    NOT NULL,          -- when somebody decided that the log is heard again
    PRIMARY KEY (speaker, size, second)
);
CREATE TABLE cosigned (
    origin TEXT PRIMARY KEY,
    size   INTEGER NOT NULL,
    root   BLOB NOT NULL
);

-- Sealed content. A box lives here only until it is delivered; a key only under its wrapping.
-- What grows is keyed by its place in a log: new rows then land beside one another. Keyed by a
-- digest, each would land on a page of its own, and the cost of a report would grow with the store.
CREATE TABLE ciphertext (
    report_speaker TEXT    NOT NULL,
    report_idx     INTEGER NOT NULL,
    digest         TEXT    NOT NULL,
    data           BLOB    NOT NULL,
    PRIMARY KEY (report_speaker, report_idx, digest)
);
CREATE TABLE box (
    digest      TEXT PRIMARY KEY,
    participant TEXT NOT NULL,
    data        BLOB NOT NULL
);
CREATE TABLE holding (
    slot           INTEGER PRIMARY KEY,
    portion        TEXT    NOT NULL,
    report_speaker TEXT    NOT NULL,
    report_idx     INTEGER NOT NULL,
    grant_speaker  TEXT    NOT NULL,   -- '' and -1: one's own, held without a grant
    grant_idx      INTEGER NOT NULL,
    ciphertext     TEXT    NOT NULL,
    commitment     TEXT    NOT NULL,   -- to the plaintext; salted
    wrapped        BLOB    NOT NULL,
    state          TEXT    NOT NULL,   -- held | destroyed
    expires        TEXT,               -- when its grant runs out by itself
    equivalent     TEXT,               -- the hub's, where it relayed the portion
    UNIQUE (report_speaker, report_idx, portion, grant_speaker, grant_idx)
);
CREATE INDEX holding_grant ON holding (grant_speaker, grant_idx);
CREATE INDEX holding_expires ON holding (expires) WHERE state = 'held' AND expires IS NOT NULL;
CREATE INDEX holding_destroyed ON holding (slot) WHERE state = 'destroyed';

-- What must still be sent, by neighbour, in order.
CREATE TABLE outbox (
    id     INTEGER PRIMARY KEY,
    peer   TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    state  TEXT    NOT NULL,           -- waiting | failed
    reason TEXT    NOT NULL
);
CREATE INDEX outbox_peer ON outbox (peer, state, idx);
CREATE INDEX outbox_idx ON outbox (idx, state);
CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed';

-- The node's own books.
CREATE TABLE arrangement (
    digest TEXT PRIMARY KEY,
    files  BLOB NOT NULL,
    since  TEXT NOT NULL
);
CREATE TABLE access (
    id             INTEGER PRIMARY KEY,
    at             TEXT    NOT NULL,
    officer        TEXT    NOT NULL,
    purpose        TEXT    NOT NULL,
    why            TEXT    NOT NULL,
    report_speaker TEXT    NOT NULL,
    report_idx     INTEGER NOT NULL,
    portion        TEXT    NOT NULL
);
CREATE INDEX access_report ON access (report_speaker, report_idx);
CREATE TABLE pending (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused: an approval names it
    body    BLOB NOT NULL,
    officer TEXT NOT NULL,
    since   TEXT NOT NULL,
    approval BLOB                               -- what the first officer's passkey signed
);
CREATE TABLE idempotency (
    key      TEXT PRIMARY KEY,
    request  BLOB NOT NULL,
    response BLOB NOT NULL,
    at       TEXT NOT NULL
);
CREATE INDEX idempotency_at ON idempotency (at);
CREATE TABLE fault (
    digest BLOB PRIMARY KEY
);
CREATE TABLE token (
    hash    BLOB PRIMARY KEY,
    name    TEXT NOT NULL,
    roles   TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
);

-- Who is signed in at the console, and the links by which somebody may sign in once.
CREATE TABLE session (
    hash  BLOB PRIMARY KEY,
    token BLOB NOT NULL,
    since TEXT NOT NULL,
    seen  TEXT NOT NULL,
    until TEXT NOT NULL
);
CREATE TABLE link (
    hash  BLOB PRIMARY KEY,
    token BLOB NOT NULL,
    until TEXT NOT NULL
);

-- Passkeys of release officers, and what they are asked to sign.
CREATE TABLE passkey (
    credential BLOB    PRIMARY KEY,
    officer    TEXT    NOT NULL,
    key        BLOB    NOT NULL,       -- in COSE form
    rp         TEXT    NOT NULL,
    since      TEXT    NOT NULL,
    state      TEXT    NOT NULL,       -- waiting | confirmed | dropped
    counter    INTEGER NOT NULL
);
CREATE TABLE ceremony (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused: an answer names it
    session   BLOB NOT NULL,
    officer   TEXT NOT NULL,
    act       TEXT NOT NULL,           -- register | grant | agree
    body      BLOB NOT NULL,
    challenge BLOB NOT NULL,
    until     TEXT NOT NULL
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

-- Who writes this store: each who begins to counts one generation on, and is the only one who may.
CREATE TABLE lease (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    holder     TEXT    NOT NULL
);

-- Projections.
CREATE TABLE cited (
    to_speaker TEXT    NOT NULL,
    to_idx     INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    speaker    TEXT    NOT NULL,
    idx        INTEGER NOT NULL,
    PRIMARY KEY (to_speaker, to_idx, kind, speaker, idx)
) WITHOUT ROWID;
CREATE TABLE ended (
    speaker     TEXT    NOT NULL,
    idx         INTEGER NOT NULL,
    participant TEXT    NOT NULL,
    by_idx      INTEGER NOT NULL,
    PRIMARY KEY (speaker, idx, participant)
) WITHOUT ROWID;
CREATE TABLE life (
    what        TEXT    NOT NULL,      -- request | grant
    speaker     TEXT    NOT NULL,
    idx         INTEGER NOT NULL,
    participant TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    PRIMARY KEY (what, speaker, idx, participant)
) WITHOUT ROWID;
CREATE INDEX life_withdrawn ON life (what, state, speaker) WHERE state = 'withdrawn';
