-- name: add_cited*!
INSERT INTO cited (to_speaker, to_idx, kind, speaker, idx)
VALUES (:to_speaker, :to_idx, :kind, :speaker, :idx) ON CONFLICT DO NOTHING;

-- name: add_ended*!
INSERT INTO ended (speaker, idx, participant, by_idx)
VALUES (:speaker, :idx, :participant, :by_idx) ON CONFLICT DO NOTHING;

-- name: set_life!
INSERT INTO life (what, speaker, idx, participant, state)
VALUES (:what, :speaker, :idx, :participant, :state)
ON CONFLICT (what, speaker, idx, participant) DO UPDATE SET state = excluded.state;

-- name: life_of$
SELECT state FROM life
WHERE what = :what AND speaker = :speaker AND idx = :idx AND participant = :participant;

-- name: undestroyed
-- Own withdrawals whose destruction somebody has not certified, and when each was said.
SELECT life.idx, life.participant, statement.issued FROM life
JOIN ended ON ended.speaker = life.speaker AND ended.idx = life.idx
    AND ended.participant = life.participant
JOIN statement ON statement.speaker = life.speaker AND statement.idx = ended.by_idx
WHERE life.what = 'grant' AND life.state = 'withdrawn' AND life.speaker = :speaker
ORDER BY life.idx, life.participant;

-- name: lives_of
SELECT participant, state FROM life WHERE what = :what AND speaker = :speaker AND idx = :idx
ORDER BY participant;

-- name: granted_to
-- What a participant may read or hold of a speaker's own reports: the newest grants first.
SELECT statement.raw FROM life JOIN statement
    ON statement.speaker = life.speaker AND statement.idx = life.idx
WHERE life.what = 'grant' AND life.speaker = :speaker AND life.participant = :participant
  AND life.state IN ('live', 'held')
ORDER BY life.idx DESC LIMIT :most;

-- name: requests_after
-- Requests since a cursor, in a state or in any, oldest first.
SELECT statement.*, life.state FROM statement JOIN life
    ON life.what = 'request' AND life.speaker = statement.speaker AND life.idx = statement.idx
WHERE statement.kind = 'request' AND statement.position > :after
  AND (CAST(:state AS TEXT) IS NULL OR life.state = :state)
ORDER BY statement.position LIMIT :most;

-- name: request_at^
SELECT statement.*, life.state FROM statement JOIN life
    ON life.what = 'request' AND life.speaker = statement.speaker AND life.idx = statement.idx
WHERE statement.kind = 'request' AND statement.speaker = :speaker AND statement.idx = :idx;

-- name: citing
SELECT speaker, idx, kind FROM cited WHERE to_speaker = :speaker AND to_idx = :idx
ORDER BY kind, speaker, idx;

-- name: grants_under
-- What a standing consent granted, the newest first.
SELECT statement.issued, statement.raw FROM cited JOIN statement
    ON statement.speaker = cited.speaker AND statement.idx = cited.idx
WHERE cited.to_speaker = :speaker AND cited.to_idx = :idx AND cited.kind = 'grant'
  AND cited.speaker = :speaker
ORDER BY cited.idx DESC;

-- name: ended_for$
SELECT by_idx FROM ended WHERE speaker = :speaker AND idx = :idx AND participant = :participant;

-- name: clear_cited!
DELETE FROM cited;

-- name: clear_ended!
DELETE FROM ended;

-- name: clear_life!
DELETE FROM life;

-- name: all_cited
SELECT * FROM cited ORDER BY to_speaker, to_idx, kind, speaker, idx;

-- name: all_ended
SELECT * FROM ended ORDER BY speaker, idx, participant;

-- name: all_life
SELECT * FROM life ORDER BY what, speaker, idx, participant;
