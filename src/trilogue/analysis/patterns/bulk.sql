-- What `bulk` asks of a record. Rules are those of `occasions`, `tally` and `sun`, line by line.

-- name: layout
CREATE VIEW raw AS
SELECT row_number() OVER () + 1 AS line, * FROM {reading};

CREATE TEMP TABLE launch AS
SELECT
    line, date_utc,
    CASE WHEN length(date_utc) = 10 THEN CAST(date_utc AS DATE) END AS day,
    CASE WHEN length(date_utc) = 10 AND coalesce(time_utc, '') <> '' AND coalesce(time_conflict, '') = ''
        THEN CAST(date_utc || ' ' || time_utc AS TIMESTAMP) END AS moment,
    coalesce(time_utc, '') AS clock,
    missile_id AS missile, type AS kind, coalesce(maneuver, '') AS manoeuvre, facility_id AS site,
    CAST(nullif(site_lat, '') AS DOUBLE) AS latitude,
    CAST(nullif(site_lon, '') AS DOUBLE) AS longitude,
    CAST(nullif(apogee_km, '') AS DOUBLE) * 1e3 AS apogee_m,
    CAST(nullif(distance_km, '') AS DOUBLE) * 1e3 AS distance_m,
    outcome
FROM raw;

-- Occasions have numbers: the site's in the millions, then the count of the site or the day.
CREATE TEMP TABLE place AS
SELECT site, 10000000 * row_number() OVER (ORDER BY site) AS base FROM (SELECT DISTINCT site FROM launch);

-- A launch begins a new occasion when it comes later than so many minutes after the one before.
CREATE TEMP TABLE timed AS
SELECT line, day, moment, missile, kind, site, apogee_m, distance_m, outcome,
    CAST(base + sum(fresh) OVER (PARTITION BY site ORDER BY moment, line) AS BIGINT) AS number
FROM (
    SELECT *, CASE WHEN moment - lag(moment) OVER (PARTITION BY site ORDER BY moment, line)
        <= to_seconds(60 * {minutes}) THEN 0 ELSE 1 END AS fresh
    FROM launch WHERE moment IS NOT NULL
) JOIN place USING (site);

-- One without a time joins the first of its site and day, or stands for that day.
CREATE TEMP TABLE member AS
SELECT number AS occasion, line, day, moment, missile, kind, site, apogee_m, distance_m, outcome
FROM timed
UNION ALL
SELECT coalesce(f.number, p.base + 5000000 + date_diff('day', DATE '1900-01-01', l.day)), l.line,
    l.day, NULL, l.missile, l.kind, l.site, l.apogee_m, l.distance_m, l.outcome
FROM launch l JOIN place p USING (site)
LEFT JOIN (SELECT site, day, min(number) AS number FROM timed GROUP BY site, day) f
    ON f.site = l.site AND f.day = l.day
WHERE l.day IS NOT NULL AND l.moment IS NULL;

CREATE TEMP TABLE occasion AS
SELECT occasion, any_value(site) AS site, min(day) AS day, min(moment) AS begun, count(*) AS size
FROM member GROUP BY occasion;

CREATE TEMP TABLE gap AS
SELECT year(o.day) AS year, minutes AS gap
FROM (
    SELECT occasion, epoch(moment - lag(moment) OVER (PARTITION BY occasion ORDER BY moment, line)) / 60.0 AS minutes
    FROM member WHERE moment IS NOT NULL
) JOIN occasion o USING (occasion)
WHERE minutes IS NOT NULL;

CREATE TEMP TABLE test AS
SELECT missile, rough, outcome = 'success' AS good,
    row_number() OVER (PARTITION BY missile ORDER BY rough, clock, line) AS number
FROM (
    SELECT *, CAST(left(date_utc || '-01', 10) AS DATE) AS rough
    FROM launch WHERE missile <> 'unknown' AND outcome <> 'unknown'
)

-- name: groups
SELECT 'all', '', day, count(*) FROM occasion GROUP BY day
UNION ALL
SELECT 'site', site, day, count(*) FROM occasion GROUP BY site, day
UNION ALL
SELECT 'kind', kind, o.day, count(DISTINCT m.occasion)
FROM member m JOIN occasion o USING (occasion) GROUP BY kind, o.day
UNION ALL
SELECT 'missile', missile, o.day, count(DISTINCT m.occasion)
FROM member m JOIN occasion o USING (occasion) GROUP BY missile, o.day
ORDER BY 1, 2, 3

-- name: moves
SELECT missile, before, site, count(*)
FROM (
    SELECT missile, site, lag(site) OVER (PARTITION BY missile ORDER BY day, begun NULLS FIRST, site) AS before
    FROM (
        SELECT DISTINCT m.missile, o.occasion, o.site, o.day, o.begun
        FROM member m JOIN occasion o USING (occasion)
        WHERE m.missile <> 'unknown' AND o.site <> 'unknown'
    )
)
WHERE before IS NOT NULL GROUP BY ALL

-- name: reliable
SELECT missile, min(rough), min(rough) FILTER (WHERE run = {row})
FROM (
    SELECT missile, rough,
        sum(CAST(good AS INTEGER)) OVER (
            PARTITION BY missile ORDER BY number ROWS BETWEEN {row} - 1 PRECEDING AND CURRENT ROW
        ) AS run
    FROM test
)
GROUP BY missile

-- name: moments
SELECT missile, count(*), avg(value), var_pop(value) * count(*)
FROM (
    SELECT m.missile, ln(max(m.{column})) AS value
    FROM member m JOIN occasion o USING (occasion)
    WHERE o.day < ? AND m.{column} > 0 AND m.outcome <> 'failure' AND m.missile <> 'unknown'
    GROUP BY m.occasion, m.missile
)
GROUP BY missile

-- name: recent
SELECT line, date_utc, CASE WHEN moment IS NOT NULL THEN clock END, missile, kind, manoeuvre, site,
    apogee_m, distance_m, outcome
FROM launch WHERE day >= ? AND day < ? ORDER BY line

-- name: clock
WITH begun AS (
    SELECT o.begun AS at, p.latitude, p.longitude,
        epoch(o.begun - TIMESTAMP '2000-01-01 12:00:00') / 86400.0 AS days,
        o.begun + to_seconds(CASE WHEN o.begun >= TIMESTAMP '{begun}' AND o.begun < TIMESTAMP '{ended}'
            THEN 30600 ELSE 32400 END) AS local
    FROM occasion o
    JOIN (SELECT site, arg_min(latitude, line) AS latitude, arg_min(longitude, line) AS longitude
          FROM launch GROUP BY site) p USING (site)
    WHERE o.begun IS NOT NULL
),
angles AS (
    SELECT *, days / {century} AS t,
        radians((357.52911 + 35999.05029 * days / {century}) % 360.0) AS mean
    FROM begun
),
centred AS (
    SELECT *,
        (1.914602 - 0.004817 * t) * sin(mean) + 0.019993 * sin(2 * mean) + 0.000289 * sin(3 * mean) AS centre,
        radians(125.04 - 1934.136 * t) AS node
    FROM angles
),
sun AS (
    SELECT *,
        radians(280.46646 + 36000.76983 * t + centre - 0.00569 - 0.00478 * sin(node)) AS along,
        radians(23.439291 - 0.0130042 * t + 0.00256 * cos(node)) AS tilt
    FROM centred
),
placed AS (
    SELECT *, asin(sin(tilt) * sin(along)) AS declination,
        radians((280.46061837 + 360.98564736629 * days) % 360.0) + radians(longitude)
            - atan2(cos(tilt) * sin(along), cos(along)) AS hour_angle
    FROM sun
),
lit AS (
    SELECT local, degrees(asin(sin(radians(latitude)) * sin(declination)
        + cos(radians(latitude)) * cos(declination) * cos(hour_angle))) AS elevation
    FROM placed
)
SELECT hour(local), isodow(local) - 1,
    ['winter', 'spring', 'summer', 'autumn'][(month(local) % 12) // 3 + 1],
    CASE WHEN elevation IS NULL THEN NULL WHEN elevation > {horizon} THEN 'day'
        WHEN elevation > {civil} THEN 'twilight' ELSE 'night' END,
    count(*)
FROM lit GROUP BY ALL
