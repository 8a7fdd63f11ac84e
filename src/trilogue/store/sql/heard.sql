-- name: last_seen^
SELECT size, root FROM seen WHERE speaker = :speaker ORDER BY size DESC LIMIT 1;

-- name: seen_at^
SELECT size, root, note FROM seen WHERE speaker = :speaker AND size = :size;

-- name: seen_after
-- The steps of a speaker's log from a size on: what a hub passes on to prove consistency.
SELECT size, old, root, proof, note FROM seen
WHERE speaker = :speaker AND size > :size AND size <= :last ORDER BY size;

-- name: seen_far^
-- The first checkpoint of a speaker's log more than so many steps from a size on whose note is here;
-- none when the last is nearer.
SELECT size, note FROM seen
WHERE speaker = :speaker AND note IS NOT NULL AND size < :last AND size >=
    (SELECT size FROM seen WHERE speaker = :speaker AND size > :size AND size <= :last
     ORDER BY size LIMIT 1 OFFSET :far)
ORDER BY size LIMIT 1;

-- name: add_seen!
INSERT INTO seen (speaker, size, old, root, proof, note)
VALUES (:speaker, :size, :old, :root, :proof, :note) ON CONFLICT (speaker, size) DO NOTHING;

-- name: set_note!
UPDATE seen SET note = :note WHERE speaker = :speaker AND size = :size AND note IS NULL;

-- name: note_seen$
SELECT 1 FROM seen WHERE speaker = :speaker AND size = :size AND note = :note;

-- name: add_fork!
INSERT INTO fork (speaker, size, first, second, note, noticed)
VALUES (:speaker, :size, :first, :second, :note, :noticed) ON CONFLICT (speaker) DO NOTHING;

-- name: was_settled$
SELECT 1 FROM settled_fork WHERE speaker = :speaker AND size = :size AND second = :second;

-- name: settle_fork!
INSERT INTO settled_fork (speaker, size, first, second, note, noticed, settled)
SELECT speaker, size, first, second, note, noticed, :at FROM fork WHERE speaker = :speaker;

-- name: drop_fork!
DELETE FROM fork WHERE speaker = :speaker;

-- name: forks
SELECT * FROM fork ORDER BY speaker;

-- name: fork_of^
SELECT * FROM fork WHERE speaker = :speaker;

-- name: cosigned_of^
SELECT size, root FROM cosigned WHERE origin = :origin;

-- name: set_cosigned!
INSERT INTO cosigned (origin, size, root) VALUES (:origin, :size, :root)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root;

-- name: add_fault!
-- Remember a peer's fault by digest, so that a retry does not make a second incident.
INSERT INTO fault (digest) VALUES (:digest) ON CONFLICT (digest) DO NOTHING;
