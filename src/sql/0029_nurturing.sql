-- Nurturing: scenarios of the site definition, where each person stands in
-- one, and what is known of them when the next step is decided.  Deciding is
-- lead/nurture's, with the clock as an input.

CREATE TABLE piste.scenario (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	state text NOT NULL CHECK (state IN ('running', 'paused', 'archived')),
	enters text NOT NULL CHECK (enters IN ('submission', 'stage', 'event')),
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.scenario IS
	'A series of mails and other steps that people go through';
COMMENT ON COLUMN piste.scenario.key IS 'Chosen by the marketer';
COMMENT ON COLUMN piste.scenario.state IS
	'running; paused: nobody enters, nobody goes on; archived: who is in it is let go';
COMMENT ON COLUMN piste.scenario.enters IS 'What brings people in';
COMMENT ON COLUMN piste.scenario.position IS 'Order in an export';
COMMENT ON COLUMN piste.scenario.definition IS
	'The object as applied, see lead/scenario.h';
COMMENT ON COLUMN piste.scenario.created_at IS 'First applied';
COMMENT ON COLUMN piste.scenario.updated_at IS 'Last changed by an apply';

CREATE TABLE piste.journey (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	scenario_key text NOT NULL REFERENCES piste.scenario (key),
	person_id bigint NOT NULL REFERENCES piste.person (id),
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	entered_at timestamptz NOT NULL,
	step text NOT NULL,
	step_at timestamptz NOT NULL,
	due_at timestamptz NOT NULL,
	state text NOT NULL DEFAULT 'running'
		CHECK (state IN ('running', 'ended')),
	outcome text CHECK (octet_length(outcome) BETWEEN 1 AND 64),
	ended_at timestamptz,
	CHECK ((state = 'ended') = (outcome IS NOT NULL)
		AND (state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX journey_running ON piste.journey (scenario_key, person_id)
	WHERE state = 'running';
CREATE INDEX journey_due ON piste.journey (scenario_key, due_at, id)
	WHERE state = 'running';
CREATE INDEX journey_person ON piste.journey (person_id);
CREATE INDEX journey_lead ON piste.journey (lead_id);
CREATE INDEX journey_scenario ON piste.journey (scenario_key, entered_at);
COMMENT ON TABLE piste.journey IS
	'Somebody''s way through a scenario. Whoever decides takes the person''s row, then this one, then the lead''s.';
COMMENT ON COLUMN piste.journey.id IS 'Order of entering';
COMMENT ON COLUMN piste.journey.scenario_key IS 'Through which';
COMMENT ON COLUMN piste.journey.person_id IS
	'Who, as known then; since a merge, or its undoing, whose the lead is';
COMMENT ON COLUMN piste.journey.lead_id IS 'For which interest of theirs';
COMMENT ON COLUMN piste.journey.entered_at IS 'When what brought them in happened';
COMMENT ON COLUMN piste.journey.step IS
	'Key of the step that comes next, or is being waited in; empty: the first';
COMMENT ON COLUMN piste.journey.step_at IS 'When they came to it';
COMMENT ON COLUMN piste.journey.due_at IS 'Nothing is decided before';
COMMENT ON COLUMN piste.journey.state IS 'running, ended';
COMMENT ON COLUMN piste.journey.outcome IS
	'finished, stopped; answered, converted, submitted, withdrawn, no-consent, closed, erased, merged; changed: its step is no more; archived; or whatever ended it by hand';
COMMENT ON COLUMN piste.journey.ended_at IS 'When it ended';

CREATE TABLE piste.journey_step (
	journey_id bigint NOT NULL REFERENCES piste.journey (id),
	step text NOT NULL,
	what text NOT NULL CHECK (what IN ('mail', 'notify', 'stage')),
	at timestamptz NOT NULL,
	outbox_id bigint REFERENCES piste.outbox (id),
	detail text CHECK (octet_length(detail) <= 1000),
	PRIMARY KEY (journey_id, step)
);
COMMENT ON TABLE piste.journey_step IS
	'What a journey did, each step of it once.';
COMMENT ON COLUMN piste.journey_step.journey_id IS 'Which';
COMMENT ON COLUMN piste.journey_step.step IS 'The step''s key';
COMMENT ON COLUMN piste.journey_step.what IS 'What it was';
COMMENT ON COLUMN piste.journey_step.at IS 'When';
COMMENT ON COLUMN piste.journey_step.outbox_id IS 'The mail, if it was one';
COMMENT ON COLUMN piste.journey_step.detail IS
	'The stage, or why there was no move to it';

CREATE TABLE piste.nurture_cause (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL,
	what text NOT NULL,
	name text NOT NULL,
	person_id bigint NOT NULL,
	lead_id bigint,
	at timestamptz NOT NULL
);
COMMENT ON TABLE piste.nurture_cause IS
	'What has happened and may bring somebody into a scenario; the worker takes it out.';
COMMENT ON COLUMN piste.nurture_cause.id IS 'Order of writing';
COMMENT ON COLUMN piste.nurture_cause.kind IS 'As scenario.enters';
COMMENT ON COLUMN piste.nurture_cause.what IS
	'The stage, or the event''s kind; of a submission empty';
COMMENT ON COLUMN piste.nurture_cause.name IS
	'The submission''s page, the event''s name; else empty';
COMMENT ON COLUMN piste.nurture_cause.person_id IS 'Who';
COMMENT ON COLUMN piste.nurture_cause.lead_id IS
	'For which interest; NULL: the one that was last open';
COMMENT ON COLUMN piste.nurture_cause.at IS 'When';

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('journey', 't.person_id = ANY (($1).persons) OR t.lead_id = ANY (($1).leads)',
	'SET state = ''ended'', outcome = coalesce(t.outcome, ''erased''), ended_at = coalesce(t.ended_at, now())',
	'That somebody went this way is counted'),
	('journey_step', 't.journey_id IN (SELECT j.id FROM piste.journey AS j WHERE j.person_id = ANY (($1).persons))',
	NULL, 'Steps and times that are counted'),
	('nurture_cause', 't.person_id = ANY (($1).persons)', 'DELETE',
	'There is nobody left to write to');

-- What brings people in is noted where it happens, if a scenario waits for it.
CREATE FUNCTION piste.nurture_waits(kind text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM piste.scenario AS s
		WHERE s.state = 'running' AND s.enters = $1)
$$;
COMMENT ON FUNCTION piste.nurture_waits(text) IS
	'Is there a scenario that such a thing may bring somebody into?';

CREATE FUNCTION piste.nurture_submitted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF piste.nurture_waits('submission') THEN
		INSERT INTO piste.nurture_cause (kind, what, name, person_id,
			lead_id, at)
		SELECT 'submission', '', s.page_key, s.person_id, s.lead_id,
			s.received_at
		FROM new_rows AS o
			JOIN piste.submission AS s ON s.id = o.submission_id
		WHERE o.kind = 'submission.accepted' AND s.lead_id IS NOT NULL
			AND s.via <> 'import'
		ORDER BY s.seq;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.nurture_submitted() IS
	'Notes submissions that were accepted, also out of quarantine. What is imported was sent long ago, and brings nobody in.';
CREATE TRIGGER nurture_submitted AFTER INSERT ON piste.outbox
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.nurture_submitted();

CREATE FUNCTION piste.nurture_staged() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF piste.nurture_waits('stage') THEN
		INSERT INTO piste.nurture_cause (kind, what, name, person_id,
			lead_id, at)
		SELECT 'stage', h.to_stage, '', l.person_id, l.id, h.at
		FROM new_rows AS h JOIN piste.lead AS l ON l.id = h.lead_id
			JOIN piste.offer AS o ON o.key = l.offer_key
		-- 0031 has the column: until it there is no scenario either.
		WHERE h.from_stage IS NOT NULL AND NOT o.is_synthetic
		ORDER BY h.id;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.nurture_staged() IS 'Notes moves of leads.';
CREATE TRIGGER nurture_staged AFTER INSERT ON piste.lead_history
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.nurture_staged();

CREATE FUNCTION piste.nurture_happened() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF piste.nurture_waits('event') THEN
		INSERT INTO piste.nurture_cause (kind, what, name, person_id, at)
		SELECT 'event', e.kind, e.name, e.person_id, e.at
		FROM new_rows AS e WHERE e.person_id IS NOT NULL ORDER BY e.id;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.nurture_happened() IS
	'Notes what people did who may be observed.';
CREATE TRIGGER nurture_happened AFTER INSERT ON piste.event
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.nurture_happened();

CREATE FUNCTION piste.nurture_asks(asked jsonb, given text)
RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT asked IS NULL OR asked = '[]' OR asked ? given
$$;
COMMENT ON FUNCTION piste.nurture_asks(jsonb, text) IS
	'Is given in the list, or is there none?';

CREATE FUNCTION piste.nurture_enter(rows_max integer) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken bigint;
	seen bigint[] := ARRAY(SELECT c.id FROM piste.nurture_cause AS c
		ORDER BY c.id LIMIT rows_max);
BEGIN
	IF seen = '{}' THEN
		RETURN 0;
	END IF;
	-- An erasure that is under way ends first, and begins no sooner than we
	-- are through: it takes persons, then what is noted of them.
	PERFORM FROM piste.person AS p WHERE p.id IN (
		SELECT piste.person_now(c.person_id) FROM piste.nurture_cause AS c
		WHERE c.id = ANY (seen)) ORDER BY p.id FOR KEY SHARE;
	WITH gone AS (
		DELETE FROM piste.nurture_cause AS c USING (
			SELECT o.id FROM piste.nurture_cause AS o
			WHERE o.id = ANY (seen) FOR UPDATE SKIP LOCKED) AS n
		WHERE c.id = n.id
		RETURNING c.id, c.kind, c.what, c.name, c.person_id, c.lead_id, c.at
	), cause AS MATERIALIZED (
		SELECT g.id, g.kind, g.what, g.name, g.at, p.id AS person,
			l.id AS lead, l.offer_key AS offer
		FROM gone AS g
			JOIN piste.person AS p ON p.id = piste.person_now(g.person_id)
				AND p.erased_at IS NULL
			CROSS JOIN LATERAL (SELECT o.id, o.offer_key
				FROM piste.lead AS o
					JOIN piste.offer AS f ON f.key = o.offer_key
				WHERE o.person_id = p.id
					AND (o.is_open OR o.stage = 'customer')
					AND o.merged_into IS NULL AND NOT f.is_synthetic
					AND o.id = coalesce(piste.lead_now(g.lead_id), o.id)
				ORDER BY o.is_open DESC, o.id DESC LIMIT 1) AS l
	), due AS (
		SELECT DISTINCT ON (s.key, c.person) s.key, c.person, c.lead, c.at,
			c.id, s.definition->>'purpose' AS purpose,
			(s.definition->>'again_days')::integer AS again_days
		FROM cause AS c JOIN piste.scenario AS s ON s.enters = c.kind
			CROSS JOIN LATERAL (SELECT s.definition->'enter' AS e) AS r
		WHERE s.state = 'running'
			AND piste.nurture_asks(r.e->'offers', c.offer)
			AND CASE c.kind
				WHEN 'submission'
					THEN piste.nurture_asks(r.e->'pages', c.name)
				WHEN 'stage' THEN piste.nurture_asks(r.e->'stages', c.what)
				ELSE r.e->>'event' = c.what
					AND piste.nurture_asks(r.e->'names', c.name) END
		ORDER BY s.key, c.person, c.id
	), made AS (
		INSERT INTO piste.journey (scenario_key, person_id, lead_id,
			entered_at, step, step_at, due_at)
		SELECT d.key, d.person, d.lead, d.at, '', d.at, d.at
		FROM due AS d
		-- Who has not agreed yet may come in by what they do later.
		WHERE piste.nurture_consent(d.person, d.purpose, 'email')
				IN ('live', 'pending')
			AND NOT EXISTS (SELECT FROM piste.journey AS j
			WHERE j.person_id = ANY (piste.nurture_persons(d.person))
				AND j.scenario_key = d.key
				AND j.outcome IS DISTINCT FROM 'no-consent'
				AND (coalesce(d.again_days, 0) = 0 OR j.entered_at
					> d.at - make_interval(days => d.again_days)))
		ORDER BY d.id
		ON CONFLICT (scenario_key, person_id) WHERE state = 'running'
			DO NOTHING
		RETURNING id
	)
	SELECT count(*) INTO taken FROM gone;
	RETURN taken;
END $$;
COMMENT ON FUNCTION piste.nurture_enter(integer) IS
	'Takes what has happened, rows_max at most, and lets those whom it brings into a scenario enter who agreed to its mails, or did and have not confirmed it yet: once in all, or once in again_days. Nobody is let in for an offer that is invented. How much was taken.';

CREATE FUNCTION piste.nurture_leads(person bigint) RETURNS bigint[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE one AS (
		SELECT l.id FROM piste.lead AS l
		WHERE l.person_id = $1 AND l.merged_into IS NULL
		UNION
		SELECT l.id FROM one JOIN piste.lead AS l ON l.merged_into = one.id
	) SELECT coalesce(array_agg(o.id), '{}') FROM one AS o
$$;
COMMENT ON FUNCTION piste.nurture_leads(bigint) IS
	'That person''s leads, and those that were merged into them.';

CREATE FUNCTION piste.nurture_claim(due timestamptz, OUT journey bigint,
	OUT scenario text, OUT scenario_state text, OUT definition jsonb,
	OUT person bigint, OUT lead bigint, OUT entered_ms bigint, OUT step text,
	OUT step_ms bigint, OUT is_twice boolean)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	next record;
	leads bigint[];
BEGIN
	FOR next IN
		SELECT d.id, piste.lead_now(d.lead_id) AS lead,
			(SELECT l.person_id FROM piste.lead AS l
				WHERE l.id = piste.lead_now(d.lead_id)) AS person
		-- By scenario: many who wait in one that is paused are not read.
		FROM piste.scenario AS s
			CROSS JOIN LATERAL (SELECT j.id, j.lead_id, j.due_at
				FROM piste.journey AS j
				WHERE j.scenario_key = s.key AND j.state = 'running'
					AND j.due_at <= due
				ORDER BY j.due_at, j.id LIMIT 100) AS d
		WHERE s.state <> 'paused'
		ORDER BY d.due_at, d.id LIMIT 100
	LOOP
		PERFORM FROM piste.person AS p WHERE p.id = next.person
		FOR NO KEY UPDATE SKIP LOCKED;
		CONTINUE WHEN NOT FOUND;
		leads := piste.nurture_leads(next.person);
		-- Somebody else's by now, by a merge: the next turn knows whose.
		CONTINUE WHEN NOT next.lead = ANY (leads);
		RETURN QUERY
		SELECT j.id, s.key, s.state, s.definition, next.person, next.lead,
			floor(extract(epoch FROM j.entered_at) * 1000)::bigint, j.step,
			floor(extract(epoch FROM j.step_at) * 1000)::bigint,
			EXISTS (SELECT FROM piste.journey AS o
				WHERE o.lead_id = ANY (leads)
					AND o.scenario_key = j.scenario_key AND o.id < j.id
					AND o.person_id <> j.person_id
					AND (o.ended_at IS NULL OR o.ended_at > j.entered_at))
		FROM piste.journey AS j
			JOIN piste.scenario AS s ON s.key = j.scenario_key
		WHERE j.id = next.id AND j.state = 'running' AND j.due_at <= due
			AND piste.lead_now(j.lead_id) = next.lead
		FOR UPDATE OF j SKIP LOCKED;
		IF FOUND THEN
			RETURN;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION piste.nurture_claim(timestamptz) IS
	'A journey that is due, and its person, locked until commit: two scenarios of one person are decided one after the other. is_twice: the same person, who were two when they entered, is or was meanwhile on that way by an older one.';

-- What is known when a step is decided.
CREATE TABLE piste.country_zone (
	country text PRIMARY KEY CHECK (octet_length(country) = 2),
	zones text[] NOT NULL CHECK (cardinality(zones) > 0)
);
COMMENT ON TABLE piste.country_zone IS
	'The clocks of a country, by the IANA time zone database: one zone for each that runs otherwise, where most people live first.';
COMMENT ON COLUMN piste.country_zone.country IS 'ISO 3166';
COMMENT ON COLUMN piste.country_zone.zones IS 'Names of zones';
INSERT INTO piste.country_zone (country, zones)
SELECT z.country, string_to_array(z.zones, ' ') FROM (VALUES
	('AD', 'Europe/Andorra'),
	('AE', 'Asia/Dubai'),
	('AF', 'Asia/Kabul'),
	('AG', 'America/Antigua'),
	('AI', 'America/Anguilla'),
	('AL', 'Europe/Tirane'),
	('AM', 'Asia/Yerevan'),
	('AO', 'Africa/Luanda'),
	('AQ', 'Antarctica/McMurdo Antarctica/Casey Antarctica/Davis '
		'Antarctica/DumontDUrville Antarctica/Mawson Antarctica/Palmer '
		'Antarctica/Syowa Antarctica/Troll'),
	('AR', 'America/Argentina/Buenos_Aires'),
	('AS', 'Pacific/Pago_Pago'),
	('AT', 'Europe/Vienna'),
	('AU', 'Australia/Sydney Australia/Lord_Howe Australia/Broken_Hill '
		'Australia/Brisbane Australia/Darwin Australia/Perth '
		'Australia/Eucla'),
	('AW', 'America/Aruba'),
	('AX', 'Europe/Mariehamn'),
	('AZ', 'Asia/Baku'),
	('BA', 'Europe/Sarajevo'),
	('BB', 'America/Barbados'),
	('BD', 'Asia/Dhaka'),
	('BE', 'Europe/Brussels'),
	('BF', 'Africa/Ouagadougou'),
	('BG', 'Europe/Sofia'),
	('BH', 'Asia/Bahrain'),
	('BI', 'Africa/Bujumbura'),
	('BJ', 'Africa/Porto-Novo'),
	('BL', 'America/St_Barthelemy'),
	('BM', 'Atlantic/Bermuda'),
	('BN', 'Asia/Brunei'),
	('BO', 'America/La_Paz'),
	('BQ', 'America/Kralendijk'),
	('BR', 'America/Sao_Paulo America/Noronha America/Campo_Grande '
		'America/Eirunepe'),
	('BS', 'America/Nassau'),
	('BT', 'Asia/Thimphu'),
	('BW', 'Africa/Gaborone'),
	('BY', 'Europe/Minsk'),
	('BZ', 'America/Belize'),
	('CA', 'America/Toronto America/St_Johns America/Halifax '
		'America/Blanc-Sablon America/Atikokan America/Winnipeg '
		'America/Regina America/Edmonton America/Creston '
		'America/Vancouver'),
	('CC', 'Indian/Cocos'),
	('CD', 'Africa/Kinshasa Africa/Lubumbashi'),
	('CF', 'Africa/Bangui'),
	('CG', 'Africa/Brazzaville'),
	('CH', 'Europe/Zurich'),
	('CI', 'Africa/Abidjan'),
	('CK', 'Pacific/Rarotonga'),
	('CL', 'America/Santiago America/Coyhaique Pacific/Easter'),
	('CM', 'Africa/Douala'),
	('CN', 'Asia/Shanghai Asia/Urumqi'),
	('CO', 'America/Bogota'),
	('CR', 'America/Costa_Rica'),
	('CU', 'America/Havana'),
	('CV', 'Atlantic/Cape_Verde'),
	('CW', 'America/Curacao'),
	('CX', 'Indian/Christmas'),
	('CY', 'Asia/Nicosia'),
	('CZ', 'Europe/Prague'),
	('DE', 'Europe/Berlin'),
	('DJ', 'Africa/Djibouti'),
	('DK', 'Europe/Copenhagen'),
	('DM', 'America/Dominica'),
	('DO', 'America/Santo_Domingo'),
	('DZ', 'Africa/Algiers'),
	('EC', 'America/Guayaquil Pacific/Galapagos'),
	('EE', 'Europe/Tallinn'),
	('EG', 'Africa/Cairo'),
	('EH', 'Africa/El_Aaiun'),
	('ER', 'Africa/Asmara'),
	('ES', 'Europe/Madrid Atlantic/Canary'),
	('ET', 'Africa/Addis_Ababa'),
	('FI', 'Europe/Helsinki'),
	('FJ', 'Pacific/Fiji'),
	('FK', 'Atlantic/Stanley'),
	('FM', 'Pacific/Chuuk Pacific/Pohnpei'),
	('FO', 'Atlantic/Faroe'),
	('FR', 'Europe/Paris'),
	('GA', 'Africa/Libreville'),
	('GB', 'Europe/London'),
	('GD', 'America/Grenada'),
	('GE', 'Asia/Tbilisi'),
	('GF', 'America/Cayenne'),
	('GG', 'Europe/Guernsey'),
	('GH', 'Africa/Accra'),
	('GI', 'Europe/Gibraltar'),
	('GL', 'America/Nuuk America/Danmarkshavn America/Thule'),
	('GM', 'Africa/Banjul'),
	('GN', 'Africa/Conakry'),
	('GP', 'America/Guadeloupe'),
	('GQ', 'Africa/Malabo'),
	('GR', 'Europe/Athens'),
	('GS', 'Atlantic/South_Georgia'),
	('GT', 'America/Guatemala'),
	('GU', 'Pacific/Guam'),
	('GW', 'Africa/Bissau'),
	('GY', 'America/Guyana'),
	('HK', 'Asia/Hong_Kong'),
	('HN', 'America/Tegucigalpa'),
	('HR', 'Europe/Zagreb'),
	('HT', 'America/Port-au-Prince'),
	('HU', 'Europe/Budapest'),
	('ID', 'Asia/Jakarta Asia/Makassar Asia/Jayapura'),
	('IE', 'Europe/Dublin'),
	('IL', 'Asia/Jerusalem'),
	('IM', 'Europe/Isle_of_Man'),
	('IN', 'Asia/Kolkata'),
	('IO', 'Indian/Chagos'),
	('IQ', 'Asia/Baghdad'),
	('IR', 'Asia/Tehran'),
	('IS', 'Atlantic/Reykjavik'),
	('IT', 'Europe/Rome'),
	('JE', 'Europe/Jersey'),
	('JM', 'America/Jamaica'),
	('JO', 'Asia/Amman'),
	('JP', 'Asia/Tokyo'),
	('KE', 'Africa/Nairobi'),
	('KG', 'Asia/Bishkek'),
	('KH', 'Asia/Phnom_Penh'),
	('KI', 'Pacific/Tarawa Pacific/Kanton Pacific/Kiritimati'),
	('KM', 'Indian/Comoro'),
	('KN', 'America/St_Kitts'),
	('KP', 'Asia/Pyongyang'),
	('KR', 'Asia/Seoul'),
	('KW', 'Asia/Kuwait'),
	('KY', 'America/Cayman'),
	('KZ', 'Asia/Almaty'),
	('LA', 'Asia/Vientiane'),
	('LB', 'Asia/Beirut'),
	('LC', 'America/St_Lucia'),
	('LI', 'Europe/Vaduz'),
	('LK', 'Asia/Colombo'),
	('LR', 'Africa/Monrovia'),
	('LS', 'Africa/Maseru'),
	('LT', 'Europe/Vilnius'),
	('LU', 'Europe/Luxembourg'),
	('LV', 'Europe/Riga'),
	('LY', 'Africa/Tripoli'),
	('MA', 'Africa/Casablanca'),
	('MC', 'Europe/Monaco'),
	('MD', 'Europe/Chisinau'),
	('ME', 'Europe/Podgorica'),
	('MF', 'America/Marigot'),
	('MG', 'Indian/Antananarivo'),
	('MH', 'Pacific/Majuro'),
	('MK', 'Europe/Skopje'),
	('ML', 'Africa/Bamako'),
	('MM', 'Asia/Yangon'),
	('MN', 'Asia/Ulaanbaatar Asia/Hovd'),
	('MO', 'Asia/Macau'),
	('MP', 'Pacific/Saipan'),
	('MQ', 'America/Martinique'),
	('MR', 'Africa/Nouakchott'),
	('MS', 'America/Montserrat'),
	('MT', 'Europe/Malta'),
	('MU', 'Indian/Mauritius'),
	('MV', 'Indian/Maldives'),
	('MW', 'Africa/Blantyre'),
	('MX', 'America/Mexico_City America/Cancun America/Matamoros '
		'America/Ciudad_Juarez America/Mazatlan America/Tijuana'),
	('MY', 'Asia/Kuala_Lumpur'),
	('MZ', 'Africa/Maputo'),
	('NA', 'Africa/Windhoek'),
	('NC', 'Pacific/Noumea'),
	('NE', 'Africa/Niamey'),
	('NF', 'Pacific/Norfolk'),
	('NG', 'Africa/Lagos'),
	('NI', 'America/Managua'),
	('NL', 'Europe/Amsterdam'),
	('NO', 'Europe/Oslo'),
	('NP', 'Asia/Kathmandu'),
	('NR', 'Pacific/Nauru'),
	('NU', 'Pacific/Niue'),
	('NZ', 'Pacific/Auckland Pacific/Chatham'),
	('OM', 'Asia/Muscat'),
	('PA', 'America/Panama'),
	('PE', 'America/Lima'),
	('PF', 'Pacific/Tahiti Pacific/Marquesas Pacific/Gambier'),
	('PG', 'Pacific/Port_Moresby Pacific/Bougainville'),
	('PH', 'Asia/Manila'),
	('PK', 'Asia/Karachi'),
	('PL', 'Europe/Warsaw'),
	('PM', 'America/Miquelon'),
	('PN', 'Pacific/Pitcairn'),
	('PR', 'America/Puerto_Rico'),
	('PS', 'Asia/Gaza'),
	('PT', 'Europe/Lisbon Atlantic/Azores'),
	('PW', 'Pacific/Palau'),
	('PY', 'America/Asuncion'),
	('QA', 'Asia/Qatar'),
	('RE', 'Indian/Reunion'),
	('RO', 'Europe/Bucharest'),
	('RS', 'Europe/Belgrade'),
	('RU', 'Europe/Moscow Europe/Kaliningrad Europe/Astrakhan '
		'Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk Asia/Irkutsk '
		'Asia/Chita Asia/Vladivostok Asia/Magadan Asia/Kamchatka'),
	('RW', 'Africa/Kigali'),
	('SA', 'Asia/Riyadh'),
	('SB', 'Pacific/Guadalcanal'),
	('SC', 'Indian/Mahe'),
	('SD', 'Africa/Khartoum'),
	('SE', 'Europe/Stockholm'),
	('SG', 'Asia/Singapore'),
	('SH', 'Atlantic/St_Helena'),
	('SI', 'Europe/Ljubljana'),
	('SJ', 'Arctic/Longyearbyen'),
	('SK', 'Europe/Bratislava'),
	('SL', 'Africa/Freetown'),
	('SM', 'Europe/San_Marino'),
	('SN', 'Africa/Dakar'),
	('SO', 'Africa/Mogadishu'),
	('SR', 'America/Paramaribo'),
	('SS', 'Africa/Juba'),
	('ST', 'Africa/Sao_Tome'),
	('SV', 'America/El_Salvador'),
	('SX', 'America/Lower_Princes'),
	('SY', 'Asia/Damascus'),
	('SZ', 'Africa/Mbabane'),
	('TC', 'America/Grand_Turk'),
	('TD', 'Africa/Ndjamena'),
	('TF', 'Indian/Kerguelen'),
	('TG', 'Africa/Lome'),
	('TH', 'Asia/Bangkok'),
	('TJ', 'Asia/Dushanbe'),
	('TK', 'Pacific/Fakaofo'),
	('TL', 'Asia/Dili'),
	('TM', 'Asia/Ashgabat'),
	('TN', 'Africa/Tunis'),
	('TO', 'Pacific/Tongatapu'),
	('TR', 'Europe/Istanbul'),
	('TT', 'America/Port_of_Spain'),
	('TV', 'Pacific/Funafuti'),
	('TW', 'Asia/Taipei'),
	('TZ', 'Africa/Dar_es_Salaam'),
	('UA', 'Europe/Kyiv Europe/Simferopol'),
	('UG', 'Africa/Kampala'),
	('UM', 'Pacific/Midway Pacific/Wake'),
	('US', 'America/New_York America/Chicago America/Denver '
		'America/Phoenix America/Los_Angeles America/Anchorage '
		'America/Adak Pacific/Honolulu'),
	('UY', 'America/Montevideo'),
	('UZ', 'Asia/Samarkand'),
	('VA', 'Europe/Vatican'),
	('VC', 'America/St_Vincent'),
	('VE', 'America/Caracas'),
	('VG', 'America/Tortola'),
	('VI', 'America/St_Thomas'),
	('VN', 'Asia/Ho_Chi_Minh'),
	('VU', 'Pacific/Efate'),
	('WF', 'Pacific/Wallis'),
	('WS', 'Pacific/Apia'),
	('YE', 'Asia/Aden'),
	('YT', 'Indian/Mayotte'),
	('ZA', 'Africa/Johannesburg'),
	('ZM', 'Africa/Lusaka'),
	('ZW', 'Africa/Harare')
) AS z (country, zones);

CREATE FUNCTION piste.nurture_persons(person bigint) RETURNS bigint[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE one AS (
		SELECT $1 AS id
		UNION
		SELECT p.id FROM one JOIN piste.person AS p ON p.merged_into = one.id
	) SELECT array_agg(o.id) FROM one AS o
$$;
COMMENT ON FUNCTION piste.nurture_persons(bigint) IS
	'That person and whoever was merged into them.';

CREATE FUNCTION piste.nurture_consent(person bigint, purpose text,
	channel text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN piste.may_contact($1, $2, $3, 'us') THEN 'live'
		WHEN (SELECT c.what = 'given' AND c.needs_confirm
			FROM piste.consent AS c
			WHERE c.person_id = $1 AND c.purpose = $2 AND c.channel = $3
				AND c.recipient = 'us' ORDER BY c.seq DESC LIMIT 1)
			THEN 'pending'
		WHEN EXISTS (SELECT FROM piste.consent AS c
			WHERE c.person_id = $1 AND c.purpose = $2 AND c.channel = $3
				AND c.recipient = 'us') THEN 'withdrawn'
		ELSE 'never' END
$$;
COMMENT ON FUNCTION piste.nurture_consent(bigint, text, text) IS
	'live: piste.may_contact(); pending: their last word waits for its confirmation; withdrawn: taken back, or objected to; never: nothing was said.';

CREATE FUNCTION piste.nurture_facts(of_person bigint, of_lead bigint,
	purpose text, channel text, since timestamptz, until timestamptz,
	spared interval, OUT lang text, OUT offer text, OUT stage text,
	OUT grade text, OUT score integer, OUT is_gone boolean,
	OUT is_closed boolean, OUT consent text, OUT answered_ms bigint,
	OUT converted_ms bigint, OUT submitted_ms bigint, OUT mailed text,
	OUT events text, OUT country text, OUT zones text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH said AS MATERIALIZED (
		SELECT s.lang, s.received_at, s.form_country, s.geo_country, s.seq,
			p.languages
		FROM piste.lead AS o JOIN piste.submission AS s ON s.lead_id = o.id
			JOIN piste.page AS p ON p.key = s.page_key
		WHERE o.person_id = of_person
		ORDER BY s.seq DESC LIMIT 50
	), home AS (
		SELECT coalesce((SELECT d.geo_country FROM said AS d
				WHERE d.geo_country IS NOT NULL ORDER BY d.seq DESC LIMIT 1),
			(SELECT d.form_country FROM said AS d
				WHERE d.form_country IS NOT NULL
				ORDER BY d.seq DESC LIMIT 1)) AS country
	)
	SELECT coalesce((SELECT coalesce(d.lang, d.languages[1]) FROM said AS d
			ORDER BY d.seq DESC LIMIT 1), 'fr'),
		l.offer_key, l.stage, coalesce(l.grade, ''), coalesce(l.score, 0),
		p.erased_at IS NOT NULL OR p.merged_into IS NOT NULL
			OR l.merged_into IS NOT NULL,
		NOT l.is_open AND l.stage <> 'customer',
		piste.nurture_consent(of_person, purpose, channel),
		(SELECT floor(extract(epoch FROM max(a.at)) * 1000)::bigint FROM (
			SELECT b.at FROM piste.bant AS b WHERE b.lead_id = l.id
			UNION ALL
			SELECT h.at FROM piste.lead_history AS h
			WHERE h.lead_id = l.id AND h.role = 'seller') AS a
			WHERE a.at > since AND a.at <= until),
		(SELECT floor(extract(epoch FROM max(h.at)) * 1000)::bigint
			FROM piste.lead_history AS h
			WHERE h.lead_id = l.id AND h.at > since AND h.at <= until
				AND h.to_stage IN ('mql', 'sql', 'opportunity', 'customer')),
		(SELECT floor(extract(epoch FROM max(d.received_at)) * 1000)::bigint
			FROM said AS d
			WHERE d.received_at > since AND d.received_at <= until),
		(SELECT string_agg(floor(extract(epoch FROM t.at)
				* 1000)::bigint::text, ' ' ORDER BY t.at)
			FROM piste.journey AS j JOIN piste.journey_step AS t
				ON t.journey_id = j.id AND t.what = 'mail'
			WHERE j.person_id = ANY (piste.nurture_persons(of_person))
				AND t.at > until - spared AND NOT EXISTS (
					SELECT FROM piste.mail AS m
					WHERE m.outbox_id = t.outbox_id
						AND m.state = 'dropped')),
		(SELECT string_agg(concat(e.kind, ':',
				floor(extract(epoch FROM e.at) * 1000)::bigint), ' ')
			FROM (SELECT o.kind, o.at FROM piste.event AS o
				WHERE o.person_id = of_person AND o.at <= until
				ORDER BY o.at DESC LIMIT 500) AS e),
		h.country, array_to_string(z.zones, ' ')
	FROM piste.lead AS l JOIN piste.person AS p ON p.id = of_person
		CROSS JOIN home AS h
		LEFT JOIN piste.country_zone AS z ON z.country = h.country
	WHERE l.id = of_lead
$$;
COMMENT ON FUNCTION piste.nurture_facts(bigint, bigint, text, text,
	timestamptz, timestamptz, interval) IS
	'What lead/nurture decides by, of a person and a lead, since they entered, as of a moment: mails of the last spared time and what they did, each a moment in milliseconds. Their country is the one their last form was sent from, else the form''s own.';

CREATE FUNCTION piste.nurture_move(lead bigint, to_stage text, reason text,
	scenario text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.lead_move(lead, to_stage, 'piste', 'system', reason,
		'nurturing: ' || scenario);
	RETURN to_stage;
EXCEPTION WHEN check_violation OR object_not_in_prerequisite_state
	OR no_data_found OR invalid_parameter_value THEN
	RETURN left(SQLERRM, 900);
END $$;
COMMENT ON FUNCTION piste.nurture_move(bigint, text, text, text) IS
	'Moves a lead as a scenario says: the stage, or why that is not to be.';

CREATE FUNCTION piste.nurture_stop(of_person bigint, scenario text,
	why text) RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	WITH ended AS (
		UPDATE piste.journey AS j SET state = 'ended', outcome = why,
			ended_at = now()
		WHERE j.state = 'running'
			AND j.lead_id = ANY (piste.nurture_leads(
				piste.person_now(of_person)))
			AND (scenario IS NULL OR j.scenario_key = scenario)
		RETURNING 1
	) SELECT count(*) FROM ended
$$;
COMMENT ON FUNCTION piste.nurture_stop(bigint, text, text) IS
	'Lets a person go, from one scenario or all; how many that were.';

-- What people choose by the link in a mail.
CREATE FUNCTION piste.preference_list(of_submission uuid, in_lang text)
RETURNS TABLE (purpose text, channel text, recipient text, wording text,
	is_live boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.purpose, c.channel, c.recipient, coalesce(
			(SELECT t.text FROM piste.consent_text AS t
				WHERE t.key = c.consent_key AND t.version = c.version
				ORDER BY t.lang = in_lang DESC, t.lang = c.lang DESC LIMIT 1),
			c.purpose),
		piste.may_contact(c.person_id, c.purpose, c.channel, c.recipient)
	FROM (SELECT DISTINCT ON (o.purpose, o.channel, o.recipient) o.person_id,
			o.purpose, o.channel, o.recipient, o.consent_key, o.version,
			o.lang, o.seq
		FROM piste.submission AS s JOIN piste.consent AS o
			ON o.person_id = piste.person_now(s.person_id)
		WHERE s.id = of_submission AND o.what = 'given'
		ORDER BY o.purpose, o.channel, o.recipient, o.seq DESC) AS c
	ORDER BY c.seq
$$;
COMMENT ON FUNCTION piste.preference_list(uuid, text) IS
	'What the submission''s person was ever asked and agreed to, in the words they last did, and whether that stands.';

CREATE FUNCTION piste.preference_end(of_submission uuid, gone jsonb)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own bigint;
	address text;
	who bigint[];
BEGIN
	SELECT s.person_id, s.email INTO own, address
	FROM piste.submission AS s WHERE s.id = of_submission;
	IF own IS NULL THEN
		RETURN 0;
	END IF;
	-- Another person with this address is another consent to mail there.
	who := piste.consent_hold_all(own || piste.consent_people(address));
	own := piste.person_now(own);
	RETURN (SELECT coalesce(sum(piste.consent_withdraw(c.person_id,
			c.purpose, c.channel, c.recipient, 'link')), 0)
		FROM (SELECT DISTINCT o.person_id, o.purpose, o.channel, o.recipient
			FROM piste.consent AS o WHERE o.person_id = ANY (who)
				AND (o.person_id = own OR o.channel = 'email')
				AND gone ? concat_ws('/', o.purpose, o.channel, o.recipient)
				AND (o.purpose, o.channel, o.recipient) IN (
					SELECT m.purpose, m.channel, m.recipient
					FROM piste.consent AS m WHERE m.person_id = own)) AS c);
END $$;
COMMENT ON FUNCTION piste.preference_end(uuid, jsonb) IS
	'The submission''s person takes back what is named in a list, as purpose/channel/recipient; what is by e-mail is taken back for whoever else has the address, too. How many agreements ended.';

REVOKE EXECUTE ON FUNCTION piste.nurture_submitted(), piste.nurture_staged(),
	piste.nurture_happened(), piste.nurture_enter(integer),
	piste.nurture_claim(timestamptz),
	piste.nurture_consent(bigint, text, text),
	piste.nurture_facts(bigint, bigint, text, text, timestamptz, timestamptz,
		interval),
	piste.nurture_move(bigint, text, text, text),
	piste.nurture_stop(bigint, text, text),
	piste.preference_list(uuid, text), piste.preference_end(uuid, jsonb)
	FROM PUBLIC;
SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT ON piste.scenario, piste.journey, piste.journey_step, piste.country_zone'
	]) AS r (what);
