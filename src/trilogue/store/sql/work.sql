-- name: add_outbox*!
INSERT INTO outbox (peer, idx, state, reason) VALUES (:peer, :idx, 'waiting', '');

-- name: waiting_for
SELECT id, idx FROM outbox
WHERE peer = :peer AND state = 'waiting' AND idx > :after ORDER BY idx LIMIT :most;

-- name: still_waiting$
SELECT 1 FROM outbox WHERE idx = :idx AND state = 'waiting' LIMIT 1;

-- name: waiting_keys
-- Own key statements that not every neighbour has yet.
SELECT outbox.idx FROM outbox JOIN statement
    ON statement.speaker = :speaker AND statement.idx = outbox.idx
WHERE outbox.state = 'waiting' AND statement.kind = 'keys';

-- name: waiting_first
-- What a neighbour does not have yet of keys and of acts about the arrangement: own statements, and
-- own relays of others'. They are few, and are looked up from the statements.
SELECT outbox.idx FROM statement CROSS JOIN outbox
    ON outbox.peer = :peer AND outbox.state = 'waiting' AND outbox.idx = statement.idx
WHERE +statement.speaker = :speaker AND statement.kind IN
    ('keys', 'adoption', 'suspension', 'resumption', 'withdrawal-from-arrangement')
UNION
SELECT outbox.idx FROM statement CROSS JOIN cited
    ON cited.to_speaker = statement.speaker AND cited.to_idx = statement.idx
    AND cited.kind = 'relay' AND cited.speaker = :speaker
CROSS JOIN outbox
    ON outbox.peer = :peer AND outbox.state = 'waiting' AND outbox.idx = cited.idx
WHERE statement.kind IN
    ('keys', 'adoption', 'suspension', 'resumption', 'withdrawal-from-arrangement')
ORDER BY 1;

-- name: count_waiting
-- How many own statements wait for each neighbour, and which is the first of them.
SELECT peer, count(*) AS waiting, min(idx) AS first FROM outbox
WHERE state = 'waiting' GROUP BY peer;

-- name: failed_outbox
SELECT peer, idx, reason FROM outbox WHERE state = 'failed' ORDER BY id;

-- name: sent!
DELETE FROM outbox WHERE peer = :peer AND idx = :idx AND state = 'waiting';

-- name: fail_outbox!
UPDATE outbox SET state = 'failed', reason = :reason
WHERE peer = :peer AND idx = :idx AND state = 'waiting';

-- name: add_arrangement!
INSERT INTO arrangement (digest, files, since) VALUES (:digest, :files, :since)
ON CONFLICT (digest) DO NOTHING;

-- name: arrangements
SELECT * FROM arrangement ORDER BY since, digest;

-- name: add_access!
INSERT INTO access (at, officer, purpose, why, report_speaker, report_idx, portion)
VALUES (:at, :officer, :purpose, :why, :report_speaker, :report_idx, :portion);

-- name: access_of_report
SELECT * FROM access WHERE report_speaker = :speaker AND report_idx = :idx ORDER BY id;

-- name: access_after
SELECT * FROM access WHERE id > :after ORDER BY id LIMIT :most;

-- name: add_pending<!
INSERT INTO pending (body, officer, since) VALUES (:body, :officer, :since) RETURNING id;

-- name: pending_at^
SELECT * FROM pending WHERE id = :id;

-- name: pending_after
SELECT * FROM pending WHERE id > :after ORDER BY id LIMIT :most;

-- name: drop_pending!
DELETE FROM pending WHERE id = :id;

-- name: remember_response!
INSERT INTO idempotency (key, request, response, at) VALUES (:key, :request, :response, :at);

-- name: remembered^
SELECT request, response FROM idempotency WHERE key = :key;

-- name: forget_responses!
DELETE FROM idempotency WHERE at < :before;

-- name: add_token!
INSERT INTO token (hash, name, roles) VALUES (:hash, :name, :roles);

-- name: token_of^
SELECT name, roles FROM token WHERE hash = :hash AND revoked = 0;

-- name: tokens
SELECT name, roles, revoked FROM token ORDER BY name;

-- name: revoke_token!
UPDATE token SET revoked = 1 WHERE name = :name;

-- name: add_session!
INSERT INTO session (hash, token, since, seen) VALUES (:hash, :token, :at, :at);

-- name: session_of^
SELECT token.name, token.roles, session.since, session.seen
FROM session JOIN token ON token.hash = session.token
WHERE session.hash = :hash AND token.revoked = 0;

-- name: sessions_by_name
SELECT session.since FROM session JOIN token ON token.hash = session.token
WHERE token.name = :name AND token.revoked = 0 AND session.seen >= :seen AND session.since >= :since
ORDER BY session.since;

-- name: see_session!
UPDATE session SET seen = :at WHERE hash = :hash;

-- name: drop_session!
DELETE FROM session WHERE hash = :hash;

-- name: drop_sessions_of!
DELETE FROM session WHERE token IN (SELECT hash FROM token WHERE name = :name);

-- name: drop_old_sessions!
DELETE FROM session WHERE seen < :seen OR since < :since;

-- name: valid_tokens
-- Somebody's tokens that were not revoked.
SELECT hash, roles FROM token WHERE name = :name AND revoked = 0;

-- name: add_link!
INSERT INTO link (hash, token, until) VALUES (:hash, :token, :until);

-- name: link_of^
SELECT token, until FROM link WHERE hash = :hash;

-- name: drop_link!
DELETE FROM link WHERE hash = :hash;

-- name: drop_old_links!
DELETE FROM link WHERE until < :at;

-- name: lease^
-- Who writes this store, and in which generation.
SELECT generation, holder FROM lease;

-- name: add_probe!
-- Take some room, to find out whether there is any. No caller's key is empty.
INSERT INTO idempotency (key, request, response, at) VALUES ('', :data, :data, '')
ON CONFLICT (key) DO UPDATE SET response = excluded.response;

-- name: drop_probe!
DELETE FROM idempotency WHERE key = '';

-- name: lead<!
INSERT INTO lease (one, generation, holder) VALUES (1, 1, :holder)
ON CONFLICT (one) DO UPDATE SET generation = lease.generation + 1, holder = excluded.holder
RETURNING generation;
