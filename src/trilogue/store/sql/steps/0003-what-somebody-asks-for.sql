-- Projections that nobody asks: by portion, what was granted; and who received.
DROP TABLE granted;
DELETE FROM cited WHERE kind = 'receipt';
