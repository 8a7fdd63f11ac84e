-- name: add_ciphertexts*!
INSERT INTO ciphertext (report_speaker, report_idx, digest, data)
VALUES (:speaker, :idx, :digest, :data) ON CONFLICT DO NOTHING;

-- name: ciphertext_of$
SELECT data FROM ciphertext
WHERE report_speaker = :speaker AND report_idx = :idx AND digest = :digest;

-- name: drop_ciphertext!
-- Gone when no holding of it is left.
DELETE FROM ciphertext
WHERE report_speaker = :speaker AND report_idx = :idx AND digest = :digest
AND NOT EXISTS (SELECT 1 FROM holding
    WHERE holding.report_speaker = :speaker AND holding.report_idx = :idx
      AND holding.ciphertext = :digest AND holding.state = 'held');

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
                     ciphertext, commitment, wrapped, state, expires, equivalent)
VALUES (:slot, :portion, :report_speaker, :report_idx, :grant_speaker, :grant_idx,
        :ciphertext, :commitment, :wrapped, 'held', :expires, :equivalent);

-- name: holdings_of_report
SELECT * FROM holding WHERE report_speaker = :speaker AND report_idx = :idx ORDER BY slot;

-- name: holdings_of_grant
SELECT * FROM holding WHERE grant_speaker = :speaker AND grant_idx = :idx ORDER BY slot;

-- name: destroyed_of_grant
SELECT report_speaker, report_idx, ciphertext FROM holding
WHERE grant_speaker = :speaker AND grant_idx = :idx AND state = 'destroyed' ORDER BY slot;

-- name: holdings_of_portion
SELECT * FROM holding
WHERE report_speaker = :speaker AND report_idx = :idx AND portion = :portion ORDER BY slot;

-- name: sealed_portion^
-- The ciphertext of a portion that is held, or was and is still to be passed on.
SELECT ciphertext.digest, ciphertext.data FROM holding JOIN ciphertext
    ON ciphertext.report_speaker = holding.report_speaker
    AND ciphertext.report_idx = holding.report_idx AND ciphertext.digest = holding.ciphertext
WHERE holding.report_speaker = :speaker AND holding.report_idx = :idx
  AND holding.portion = :portion ORDER BY holding.slot LIMIT 1;

-- name: own_commitment$
SELECT commitment FROM holding
WHERE report_speaker = :speaker AND report_idx = :idx AND portion = :portion AND grant_idx < 0;

-- name: holdings_after
SELECT * FROM holding WHERE slot > :after AND state = 'held' ORDER BY slot LIMIT :most;

-- name: lapsed
-- What is still held under grants that ran out by themselves, what ran out first before the rest.
SELECT grant_speaker, grant_idx FROM holding
WHERE state = 'held' AND expires <= :at ORDER BY expires LIMIT :most;

-- name: destroyed_slots
SELECT slot FROM holding WHERE state = 'destroyed' ORDER BY slot;

-- name: all_holdings
SELECT * FROM holding ORDER BY slot;

-- name: destroy_holding!
-- What is left of the wrapped key is no byte of it.
UPDATE holding SET state = 'destroyed', wrapped = substr(wrapped, 1, 0) WHERE slot = :slot;
