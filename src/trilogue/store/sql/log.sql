-- name: append_statements*!
-- Statements that now count. `position` orders own and heard ones together.
INSERT INTO statement (position, speaker, idx, kind, issued, leaf_hash, leaf, raw, size, proof)
VALUES (:position, :speaker, :idx, :kind, :issued, :leaf_hash, :leaf, :raw, :size, :proof);

-- name: last_position$
SELECT coalesce(max(position), 0) FROM statement;

-- name: statement_at^
SELECT * FROM statement WHERE speaker = :speaker AND idx = :idx;

-- name: indices_between
SELECT idx FROM statement WHERE speaker = :speaker AND idx BETWEEN :first AND :last;

-- name: statements_after
-- What is new since a cursor, oldest first.
SELECT * FROM statement WHERE position > :after ORDER BY position LIMIT :most;

-- name: kinds_after
-- What kinds of statements are new since a cursor. The kind is no column as it stands there: its
-- index would be gone through from end to end.
SELECT DISTINCT kind || '' AS kind FROM statement WHERE position > :after;

-- name: statements_of_kind
SELECT * FROM statement WHERE kind = :kind AND position > :after ORDER BY position LIMIT :most;

-- name: statements_back
SELECT * FROM statement WHERE position < :before ORDER BY position DESC LIMIT :most;

-- name: statements_of_kind_back
SELECT * FROM statement WHERE kind = :kind AND position < :before
ORDER BY position DESC LIMIT :most;

-- name: leaves_between
SELECT idx, leaf FROM statement
WHERE speaker = :speaker AND idx >= :first AND idx < :last ORDER BY idx;

-- name: open_statements
-- Statements whose whole text is public. What is put behind the speaker keeps the database from
-- going through the whole log: they are few, and the index by kind finds them.
SELECT idx, raw FROM statement
WHERE speaker || '' = :speaker AND idx < :size
  AND kind IN ('keys', 'adoption', 'suspension', 'resumption', 'withdrawal-from-arrangement')
ORDER BY idx;

-- name: count_kind$
SELECT count(*) FROM statement WHERE kind = :kind;

-- name: count_of_kind$
SELECT count(*) FROM statement WHERE kind = :kind AND speaker = :speaker AND issued >= :since;

-- name: size_of$
SELECT coalesce(max(idx) + 1, 0) FROM statement WHERE speaker = :speaker;

-- name: add_tree_hash*!
INSERT INTO tree_hash (level, idx, hash) VALUES (:level, :idx, :hash);

-- name: tree_hashes
SELECT idx, hash FROM tree_hash WHERE level = :level AND idx BETWEEN :first AND :last;

-- name: add_checkpoint!
INSERT INTO checkpoint (size, root, note, issued) VALUES (:size, :root, :note, :issued);

-- name: last_checkpoint^
SELECT * FROM checkpoint ORDER BY size DESC LIMIT 1;

-- name: newest_checkpoints
SELECT * FROM checkpoint ORDER BY size DESC LIMIT :most;

-- name: checkpoint_until^
-- The last checkpoint signed no later than a moment.
SELECT * FROM checkpoint WHERE issued <= :issued ORDER BY issued DESC, size DESC LIMIT 1;

-- name: checkpoint_at^
SELECT * FROM checkpoint WHERE size = :size;

-- name: add_cosignature!
INSERT INTO cosignature (size, witness, lines) VALUES (:size, :witness, :lines)
ON CONFLICT (size, witness) DO UPDATE SET lines = excluded.lines;

-- name: cosignatures_at
SELECT witness, lines FROM cosignature WHERE size = :size ORDER BY witness;

-- name: cosigned_size^
-- The largest own checkpoint that enough witnesses cosigned.
SELECT size FROM cosignature GROUP BY size HAVING count(*) >= :quorum ORDER BY size DESC LIMIT 1;

-- name: cosigned_until^
-- The largest own checkpoint up to a size that enough witnesses cosigned.
SELECT size FROM cosignature WHERE size <= :size
GROUP BY size HAVING count(*) >= :quorum ORDER BY size DESC LIMIT 1;

-- name: last_cosigned$
-- The newest sizes are looked at first: a witness is seldom far behind.
SELECT coalesce(
    (SELECT size FROM cosignature WHERE witness = :witness ORDER BY size DESC LIMIT 1), 0
);
