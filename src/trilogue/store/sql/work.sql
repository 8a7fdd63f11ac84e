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
INSERT INTO pending (body, officer, since, approval)
VALUES (:body, :officer, :since, :approval) RETURNING id;

-- name: pending_at^
SELECT * FROM pending WHERE id = :id;

-- name: pending_after
SELECT * FROM pending WHERE id > :after ORDER BY id LIMIT :most;

-- name: drop_pending!
DELETE FROM pending WHERE id = :id;

-- name: add_passkey!
INSERT INTO passkey (credential, officer, key, rp, since, state, counter)
VALUES (:credential, :officer, :key, :rp, :since, 'waiting', :counter);

-- name: passkeys
SELECT * FROM passkey ORDER BY officer, since, credential;

-- name: passkey_at^
SELECT * FROM passkey WHERE credential = :credential;

-- name: set_passkey!
UPDATE passkey SET state = :state WHERE credential = :credential;

-- name: drop_passkey!
DELETE FROM passkey WHERE credential = :credential;

-- name: count_passkey!
UPDATE passkey SET counter = :counter WHERE credential = :credential;

-- name: add_ceremony<!
INSERT INTO ceremony (session, officer, act, body, challenge, until)
VALUES (:session, :officer, :act, :body, :challenge, :until) RETURNING id;

-- name: ceremony_at^
SELECT * FROM ceremony WHERE id = :id;

-- name: drop_ceremony!
DELETE FROM ceremony WHERE id = :id;

-- name: drop_old_ceremonies!
DELETE FROM ceremony WHERE until < :at;

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
-- What was issued, and whom a provider named (`issuer`).
SELECT token.name, token.roles, token.revoked, identity.issuer
FROM token LEFT JOIN identity ON identity.token = token.hash
ORDER BY token.name, identity.issuer IS NOT NULL;

-- name: revoke_token!
UPDATE token SET revoked = 1 WHERE name = :name;

-- name: add_session!
INSERT INTO session (hash, token, since, seen, until) VALUES (:hash, :token, :at, :at, :until);

-- name: session_of^
SELECT token.name, token.roles, session.seen, session.until
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
DELETE FROM session WHERE seen < :seen OR until < :at;

-- name: valid_tokens
-- Somebody's tokens that were not revoked; whom a provider named has none.
SELECT hash, roles FROM token
WHERE name = :name AND revoked = 0 AND hash NOT IN (SELECT token FROM identity);

-- name: identity_of^
SELECT identity.token, token.name, token.revoked
FROM identity JOIN token ON token.hash = identity.token
WHERE identity.issuer = :issuer AND identity.subject = :subject;

-- name: named_elsewhere$
-- Whether a provider has named somebody so.
SELECT count(*) FROM identity JOIN token ON token.hash = identity.token WHERE token.name = :name;

-- name: add_identity!
INSERT INTO identity (issuer, subject, token) VALUES (:issuer, :subject, :token);

-- name: change_roles!
UPDATE token SET roles = :roles WHERE hash = :hash;

-- name: revoke_identities_of!
UPDATE token SET revoked = 1 WHERE name = :name AND hash IN (SELECT token FROM identity);

-- name: drop_identities_of!
DELETE FROM identity WHERE token IN (SELECT hash FROM token WHERE name = :name);

-- name: add_attempt!
INSERT INTO attempt (hash, until) VALUES (:hash, :until) ON CONFLICT (hash) DO NOTHING;

-- name: drop_old_attempts!
DELETE FROM attempt WHERE until < :at;

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
