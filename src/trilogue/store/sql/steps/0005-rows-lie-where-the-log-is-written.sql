-- Ciphertexts and holdings are keyed by the report's place in its log; a holding carries the end of
-- its grant and the hub's equivalent. What is looked for again and again is found by a key.
CREATE TABLE moved AS SELECT * FROM ciphertext;
DROP TABLE ciphertext;
CREATE TABLE ciphertext (
    report_speaker TEXT    NOT NULL,
    report_idx     INTEGER NOT NULL,
    digest         TEXT    NOT NULL,
    data           BLOB    NOT NULL,
    PRIMARY KEY (report_speaker, report_idx, digest)
);
INSERT INTO ciphertext (report_speaker, report_idx, digest, data)
SELECT holding.report_speaker, holding.report_idx, moved.digest, moved.data
FROM holding JOIN moved ON moved.digest = holding.ciphertext
WHERE holding.state = 'held' ON CONFLICT DO NOTHING;
DROP TABLE moved;

CREATE TABLE moved AS SELECT * FROM holding;
DROP TABLE holding;
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
INSERT INTO holding (slot, portion, report_speaker, report_idx, grant_speaker, grant_idx,
                     ciphertext, commitment, wrapped, state, expires, equivalent)
SELECT moved.slot, moved.portion, moved.report_speaker, moved.report_idx, moved.grant_speaker,
       moved.grant_idx, moved.ciphertext, moved.commitment, moved.wrapped, moved.state,
       json_extract(CAST(statement.raw AS TEXT), '$.body.extent.expires'), mark.equivalent
FROM moved LEFT JOIN statement
    ON statement.speaker = moved.grant_speaker AND statement.idx = moved.grant_idx
LEFT JOIN mark ON mark.portion = moved.portion;
DROP TABLE moved;
DROP TABLE mark;

CREATE INDEX cosignature_witness ON cosignature (witness, size);
CREATE INDEX outbox_idx ON outbox (idx, state);
CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed';
DROP INDEX life_state;
CREATE INDEX life_withdrawn ON life (what, state, speaker) WHERE state = 'withdrawn';
