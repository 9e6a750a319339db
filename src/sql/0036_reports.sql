-- Reports of weeks and months, sent once, and alarms about figures that are
-- out of their usual band.

CREATE TABLE piste.report (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	period text NOT NULL CHECK (period IN ('week', 'month')),
	from_day date NOT NULL,
	to_day date NOT NULL CHECK (to_day >= from_day),
	is_quiet boolean NOT NULL,
	content jsonb NOT NULL CHECK (jsonb_typeof(content) = 'object'),
	made_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (period, from_day)
);
COMMENT ON TABLE piste.report IS
	'The figures of a week or a month as they were when it was over: what its mail, its page and its CSV show, so that all three say the same. Nobody is in it.';
COMMENT ON COLUMN piste.report.id IS 'In the link to its page';
COMMENT ON COLUMN piste.report.period IS 'week (from Monday on) or month';
COMMENT ON COLUMN piste.report.from_day IS 'The first day, in the site''s zone';
COMMENT ON COLUMN piste.report.to_day IS 'The last one';
COMMENT ON COLUMN piste.report.is_quiet IS
	'Nothing happened then or in the period before: sent to nobody';
COMMENT ON COLUMN piste.report.content IS
	'The figures, in no language: see src/report/bulletin.h';
COMMENT ON COLUMN piste.report.made_at IS 'When they were read';

ALTER TABLE piste.letter
	ADD COLUMN report_id bigint REFERENCES piste.report (id);
COMMENT ON COLUMN piste.letter.report_id IS
	'Whose figures it shows, beside its text; NULL: it is no report';

CREATE FUNCTION piste.report_periods(zone text, at timestamptz)
RETURNS TABLE (period text, from_day date, to_day date)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.name, (date_trunc(p.name, t.local) - p.length)::date,
		date_trunc(p.name, t.local)::date - 1
	FROM (VALUES ('week', interval '1 week'), ('month', interval '1 month'))
			AS p (name, length),
		-- Until six what happened in the night is still coming in.
		LATERAL (SELECT (at AT TIME ZONE zone) - interval '6 hours') AS t (local)
$$;
COMMENT ON FUNCTION piste.report_periods(text, timestamptz) IS
	'The last week and the last month that were over at six in the morning, by the site''s clock: the only ones that are still reported.';

CREATE FUNCTION piste.report_key(report bigint, recipient text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	-- An address may be longer than a key.
	SELECT concat_ws(' ', 'report.' || r.period, r.from_day,
		md5(lower(recipient)))
	FROM piste.report AS r WHERE r.id = report
$$;
COMMENT ON FUNCTION piste.report_key(bigint, text) IS
	'The once_key of a report''s letter to an address.';

CREATE FUNCTION piste.report_due(zone text, at timestamptz,
	recipients text[])
RETURNS TABLE (period text, from_day date, to_day date, report bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.period, p.from_day, p.to_day, r.id
	FROM piste.report_periods(zone, at) AS p
		LEFT JOIN piste.report AS r
			ON r.period = p.period AND r.from_day = p.from_day
	WHERE cardinality(recipients) > 0 AND (r.id IS NULL
		OR NOT r.is_quiet AND EXISTS (SELECT FROM unnest(recipients) AS a (address)
			WHERE NOT EXISTS (SELECT FROM piste.letter AS l
				WHERE l.once_key = piste.report_key(r.id, a.address))))
	ORDER BY p.from_day DESC
$$;
COMMENT ON FUNCTION piste.report_due(text, timestamptz, text[]) IS
	'Of the last week and month those that have no report yet, or whose report one of these addresses has no letter of.';

CREATE FUNCTION piste.report_make(period text, from_day date, to_day date,
	is_quiet boolean, content jsonb) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	INSERT INTO piste.report AS r (period, from_day, to_day, is_quiet, content)
	VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT ON CONSTRAINT report_period_from_day_key DO NOTHING
	RETURNING r.id INTO made;
	IF made IS NULL THEN
		SELECT r.id INTO STRICT made FROM piste.report AS r
		WHERE r.period = $1 AND r.from_day = $2;
	END IF;
	RETURN made;
END $$;
COMMENT ON FUNCTION piste.report_make(text, date, date, boolean, jsonb) IS
	'Keeps a period''s figures, the first ones for good; the report.';

CREATE FUNCTION piste.report_tell(report bigint, recipient text, lang text,
	subject text, brand text, body text, label text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	IF (SELECT r.is_quiet FROM piste.report AS r WHERE r.id = $1) THEN
		RETURN NULL;
	END IF;
	made := piste.letter_append(recipient, lang, NULL, NULL, NULL, NULL, NULL,
		subject, brand, subject, body, jsonb_build_array(jsonb_build_object(
			'label', label, 'link', jsonb_build_object('kind', 'report',
				'report', $1))), piste.report_key($1, recipient));
	UPDATE piste.letter AS l SET report_id = $1
	WHERE l.outbox_id = made AND l.report_id IS NULL;
	RETURN made;
END $$;
COMMENT ON FUNCTION piste.report_tell(bigint, text, text, text, text, text,
	text) IS 'The letter that brings a report to an address, once.';

-- Alarms.
CREATE TABLE piste.alarm_day (
	day date PRIMARY KEY,
	judged integer NOT NULL CHECK (judged >= 0),
	at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.alarm_day IS
	'Days whose figures were judged, each once; a day that was missed stays so.';
COMMENT ON COLUMN piste.alarm_day.day IS 'In the site''s zone';
COMMENT ON COLUMN piste.alarm_day.judged IS
	'How many figures were, which is what the chance of a false alarm is shared by';
COMMENT ON COLUMN piste.alarm_day.at IS 'When';

CREATE TABLE piste.alarm (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('budget', 'conversion', 'cost',
		'silent', 'robots')),
	subject text NOT NULL CHECK (octet_length(subject) <= 400),
	side text NOT NULL CHECK (side IN ('low', 'high')),
	days integer NOT NULL CHECK (days IN (0, 1, 7)),
	value double precision,
	low double precision,
	high double precision,
	raised_on date NOT NULL,
	last_on date NOT NULL CHECK (last_on >= raised_on),
	ended_on date CHECK (ended_on > last_on),
	raised_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX alarm_open ON piste.alarm (kind, subject)
	WHERE ended_on IS NULL;
CREATE INDEX alarm_ended ON piste.alarm (kind, subject, ended_on);
COMMENT ON TABLE piste.alarm IS
	'Figures that were out of their usual band. One stands until a day that is judged without it; when it is back within a week it is the same one, and nobody is told again.';
COMMENT ON COLUMN piste.alarm.id IS 'Order';
COMMENT ON COLUMN piste.alarm.kind IS
	'budget: more was spent than was meant to be; conversion: leads a visitor of a campaign; cost: money a lead of it; silent: a page has visitors and no leads; robots: their share of all views';
COMMENT ON COLUMN piste.alarm.subject IS
	'Campaign or page; of a budget also its days and currency; empty: the site';
COMMENT ON COLUMN piste.alarm.side IS 'Below or above the band';
COMMENT ON COLUMN piste.alarm.days IS
	'The last day, or the last seven; 0: a sum';
COMMENT ON COLUMN piste.alarm.value IS
	'What it was, lastly; of silent visitors; NULL: endless, as the cost of no lead';
COMMENT ON COLUMN piste.alarm.low IS 'The usual band; of a budget NULL';
COMMENT ON COLUMN piste.alarm.high IS 'The same, or the budget; NULL: endless';
COMMENT ON COLUMN piste.alarm.raised_on IS 'The day judged when it was raised';
COMMENT ON COLUMN piste.alarm.last_on IS 'The last day judged it held on';
COMMENT ON COLUMN piste.alarm.ended_on IS
	'The first one it did not; NULL: it stands';
COMMENT ON COLUMN piste.alarm.raised_at IS 'When it was raised';

CREATE FUNCTION piste.alarm_due(zone text, at timestamptz) RETURNS date
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.day FROM (SELECT ((at AT TIME ZONE zone)
		- interval '6 hours')::date - 1) AS t (day)
	WHERE NOT EXISTS (SELECT FROM piste.alarm_day AS d WHERE d.day >= t.day)
$$;
COMMENT ON FUNCTION piste.alarm_due(text, timestamptz) IS
	'The last day that was over at six in the morning, by the site''s clock, if it was not judged.';

CREATE FUNCTION piste.alarm_judge(judged_day date, figures integer,
	found jsonb) RETURNS SETOF integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	f record;
	same bigint;
BEGIN
	INSERT INTO piste.alarm_day AS d (day, judged) VALUES ($1, $2)
	ON CONFLICT ON CONSTRAINT alarm_day_pkey DO NOTHING;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	FOR f IN SELECT r.kind, r.subject, r.side, r.days, r.value, r.low, r.high,
			r.place
		FROM ROWS FROM (jsonb_to_recordset($3) AS (kind text, subject text,
			side text, days integer, value float8, low float8, high float8))
			WITH ORDINALITY AS r (kind, subject, side, days, value, low, high,
				place)
	LOOP
		-- What was too low and is too high now is news.
		UPDATE piste.alarm AS a SET ended_on = $1
		WHERE a.kind = f.kind AND a.subject = f.subject
			AND a.side <> f.side AND a.ended_on IS NULL;
		SELECT a.id INTO same FROM piste.alarm AS a
		WHERE a.kind = f.kind AND a.subject = f.subject
			AND a.side = f.side AND (a.ended_on IS NULL OR a.ended_on > $1 - 7)
		ORDER BY a.id DESC LIMIT 1;
		IF same IS NULL THEN
			INSERT INTO piste.alarm AS a (kind, subject, side, days, value,
				low, high, raised_on, last_on)
			VALUES (f.kind, f.subject, f.side, f.days, f.value, f.low, f.high,
				$1, $1);
			RETURN NEXT f.place - 1;
		ELSE
			UPDATE piste.alarm AS a SET days = f.days, value = f.value,
				low = f.low, high = f.high, last_on = $1,
				ended_on = NULL
			WHERE a.id = same;
		END IF;
	END LOOP;
	UPDATE piste.alarm AS a SET ended_on = $1
	WHERE a.ended_on IS NULL AND a.last_on < $1;
END $$;
COMMENT ON FUNCTION piste.alarm_judge(date, integer, jsonb) IS
	'Keeps what was found of a day, once: [{kind, subject, side, days, value, low, high}]. Alarms that are new are returned, by their place from 0; others go on, and those that were not found end.';

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT ON piste.report',
	'SELECT (report_id) ON piste.letter'
	]) AS r (what);
