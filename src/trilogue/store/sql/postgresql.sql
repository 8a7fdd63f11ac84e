-- What PostgreSQL must be told otherwise than SQLite. Its planner finds its own order of joins.

-- name: waiting_first
SELECT outbox.idx FROM statement JOIN outbox
    ON outbox.peer = :peer AND outbox.state = 'waiting' AND outbox.idx = statement.idx
WHERE statement.speaker = :speaker AND statement.kind IN
    ('keys', 'adoption', 'suspension', 'resumption', 'withdrawal-from-arrangement')
UNION
SELECT outbox.idx FROM statement JOIN cited
    ON cited.to_speaker = statement.speaker AND cited.to_idx = statement.idx
    AND cited.kind = 'relay' AND cited.speaker = :speaker
JOIN outbox
    ON outbox.peer = :peer AND outbox.state = 'waiting' AND outbox.idx = cited.idx
WHERE statement.kind IN
    ('keys', 'adoption', 'suspension', 'resumption', 'withdrawal-from-arrangement')
ORDER BY idx;

-- name: lease^
-- Locked, so that nobody can begin to lead before this transaction has ended.
SELECT generation, holder FROM lease FOR SHARE;
