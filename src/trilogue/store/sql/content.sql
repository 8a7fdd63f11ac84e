-- name: add_ciphertexts*!
INSERT INTO ciphertext (digest, data) VALUES (:digest, :data) ON CONFLICT (digest) DO NOTHING;

-- name: ciphertext_of$
SELECT data FROM ciphertext WHERE digest = :digest;

-- name: drop_ciphertext!
-- Gone when no holding of it is left.
DELETE FROM ciphertext WHERE digest = :digest
AND NOT EXISTS (SELECT 1 FROM holding WHERE ciphertext = :digest AND state = 'held');

-- name: add_box!
INSERT INTO box (digest, participant, data) VALUES (:digest, :participant, :data)
ON CONFLICT (digest) DO NOTHING;

-- name: box_of$
SELECT data FROM box WHERE digest = :digest;

-- name: drop_box!
DELETE FROM box WHERE digest = :digest;

-- name: last_slot$
SELECT coalesce(max(slot), -1) FROM holding;

-- name: add_holdings*!
INSERT INTO holding (slot, portion, report_speaker, report_idx, grant_speaker, grant_idx,
                     ciphertext, commitment, wrapped, state)
VALUES (:slot, :portion, :report_speaker, :report_idx, :grant_speaker, :grant_idx,
        :ciphertext, :commitment, :wrapped, 'held');

-- name: holdings_of_report
SELECT * FROM holding WHERE report_speaker = :speaker AND report_idx = :idx ORDER BY slot;

-- name: holdings_of_grant
SELECT * FROM holding WHERE grant_speaker = :speaker AND grant_idx = :idx ORDER BY slot;

-- name: holdings_of_portion
SELECT * FROM holding WHERE portion = :portion ORDER BY slot;

-- name: sealed_portion^
-- The ciphertext of a portion that is held, under whatever grant.
SELECT ciphertext.digest, ciphertext.data FROM holding JOIN ciphertext
    ON ciphertext.digest = holding.ciphertext
WHERE holding.portion = :portion AND holding.state = 'held' ORDER BY holding.slot LIMIT 1;

-- name: own_commitment$
SELECT commitment FROM holding WHERE portion = :portion AND grant_idx < 0;

-- name: holdings_after
SELECT * FROM holding WHERE slot > :after AND state = 'held' ORDER BY slot LIMIT :most;

-- name: held_grants
-- The grants under which anything is still held.
SELECT DISTINCT grant_speaker, grant_idx FROM holding
WHERE state = 'held' AND grant_idx >= 0 ORDER BY grant_speaker, grant_idx;

-- name: all_holdings
SELECT * FROM holding ORDER BY slot;

-- name: destroy_holding!
UPDATE holding SET state = 'destroyed', wrapped = x'' WHERE slot = :slot;

-- name: set_marks*!
INSERT INTO mark (portion, equivalent) VALUES (:portion, :equivalent)
ON CONFLICT (portion) DO UPDATE SET equivalent = excluded.equivalent;

-- name: mark_of$
SELECT equivalent FROM mark WHERE portion = :portion;
