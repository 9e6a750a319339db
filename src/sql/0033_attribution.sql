-- Where people came from: channels, what a form's ticket tells of them, every
-- touch of a lead in one view, links with a code, and what went back to the
-- ad platforms.

CREATE TABLE piste.channel (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	parent text REFERENCES piste.channel (key) CHECK (parent <> key),
	strategy text NOT NULL CHECK (strategy IN ('inbound', 'outbound')),
	name_fr text NOT NULL,
	name_en text NOT NULL,
	position integer NOT NULL UNIQUE
);
COMMENT ON TABLE piste.channel IS
	'The ways by which people come, and what each is a part of';
COMMENT ON COLUMN piste.channel.key IS 'As in submission and campaign';
COMMENT ON COLUMN piste.channel.parent IS
	'What it rolls up to; NULL: nothing but its strategy';
COMMENT ON COLUMN piste.channel.strategy IS
	'inbound: people look for us; outbound: we go to them. A campaign says its own';
COMMENT ON COLUMN piste.channel.name_fr IS 'In French';
COMMENT ON COLUMN piste.channel.name_en IS 'In English';
COMMENT ON COLUMN piste.channel.position IS 'Order in reports';
INSERT INTO piste.channel (key, parent, strategy, name_fr, name_en, position)
VALUES
	('search', NULL, 'inbound', 'Recherche', 'Search', 10),
	('sea', 'search', 'inbound', 'Liens sponsorisés', 'Paid search', 11),
	('shopping', 'search', 'inbound', 'Annonces produit', 'Product ads', 12),
	('seo', 'search', 'inbound', 'Référencement naturel', 'Organic search',
		13),
	('social', NULL, 'inbound', 'Réseaux sociaux', 'Social networks', 20),
	('social-ads', 'social', 'inbound', 'Publicité sociale', 'Paid social',
		21),
	('display', NULL, 'inbound', 'Bannières', 'Display', 30),
	('video', 'display', 'inbound', 'Vidéo', 'Video', 31),
	('affiliate', NULL, 'inbound', 'Affiliation', 'Affiliates', 40),
	('referral', NULL, 'inbound', 'Sites référents', 'Referring sites', 50),
	('email', NULL, 'inbound', 'E-mail', 'E-mail', 60),
	('offline', NULL, 'outbound', 'Hors ligne', 'Offline', 70),
	('fair', 'offline', 'outbound', 'Salons', 'Fairs', 71),
	('phone', 'offline', 'outbound', 'Téléphone', 'Telephone', 72),
	('mailing', 'offline', 'outbound', 'Courrier', 'Mailings', 73),
	('poster', 'offline', 'outbound', 'Affichage', 'Posters', 74),
	('press', 'offline', 'outbound', 'Presse et radio', 'Press and radio',
		75),
	('file', 'offline', 'outbound', 'Fichiers', 'Files of leads', 76),
	('direct', NULL, 'inbound', 'Accès direct', 'Direct', 80),
	('other', NULL, 'inbound', 'Autres', 'Others', 90);

CREATE VIEW piste.channel_part AS
	WITH RECURSIVE up (key, part_of, depth) AS (
		SELECT c.key, c.key, 0 FROM piste.channel AS c
		UNION ALL
		SELECT u.key, c.parent, u.depth + 1 FROM up AS u
			JOIN piste.channel AS c ON c.key = u.part_of
		WHERE c.parent IS NOT NULL
	)
	SELECT u.key, u.part_of, u.depth FROM up AS u;
COMMENT ON VIEW piste.channel_part IS
	'Each channel with itself and all that it rolls up to';
COMMENT ON COLUMN piste.channel_part.key IS 'The channel';
COMMENT ON COLUMN piste.channel_part.part_of IS
	'What it is a part of, itself included';
COMMENT ON COLUMN piste.channel_part.depth IS 'How many steps up; 0: itself';

-- What a submission tells of its touch.  Old rows hold NULL in all of it, so
-- they need not be read to know that they are right.
ALTER TABLE piste.submission
	ADD COLUMN channel text,
	ADD COLUMN content text,
	ADD COLUMN keyword text,
	ADD COLUMN product text,
	ADD COLUMN click_kind text,
	ADD COLUMN code text,
	ADD COLUMN affiliate text,
	ADD COLUMN promo text,
	ADD CONSTRAINT submission_touch CHECK (octet_length(channel) <= 64
		AND octet_length(content) <= 200 AND octet_length(keyword) <= 200
		AND octet_length(product) <= 200 AND octet_length(click_kind) <= 64
		AND octet_length(code) <= 64 AND octet_length(affiliate) <= 200
		AND octet_length(promo) <= 200) NOT VALID;
COMMENT ON COLUMN piste.submission.channel IS
	'By which way the visitor came, as in channel, or as the campaign calls it; NULL: taken before that was kept, see touch';
COMMENT ON COLUMN piste.submission.content IS
	'utm_content: which of several ads';
COMMENT ON COLUMN piste.submission.keyword IS
	'utm_term, or what the ad says of the words that were looked for';
COMMENT ON COLUMN piste.submission.product IS 'Of a product ad, the product';
COMMENT ON COLUMN piste.submission.click_kind IS
	'The parameter that click_id came by, gclid, msclkid…: whose it is';
COMMENT ON COLUMN piste.submission.code IS
	'The link with a code that the visitor came by, as in link';
COMMENT ON COLUMN piste.submission.affiliate IS
	'Which partner sent the visitor, as the partner''s link says';
COMMENT ON COLUMN piste.submission.promo IS
	'The code that was typed in the form''s field for one; campaign_key is its link''s then, if there is such a link';

ALTER TYPE piste.submit_fact
	ADD ATTRIBUTE channel text,
	ADD ATTRIBUTE content text,
	ADD ATTRIBUTE keyword text,
	ADD ATTRIBUTE product text,
	ADD ATTRIBUTE click_kind text,
	ADD ATTRIBUTE code text,
	ADD ATTRIBUTE affiliate text,
	ADD ATTRIBUTE promo text;

SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.submit_parse(json, text)', 'nullif(origin_key, ''''))',
		'nullif(origin_key, ''''), nullif(channel, ''''),
		nullif(content, ''''), nullif(keyword, ''''),
		nullif(product, ''''), nullif(click_kind, ''''),
		nullif(code, ''''), nullif(affiliate, ''''),
		nullif(promo, ''''))'),
	('piste.submit_parse(json, text)', 'origin_key text)',
		'origin_key text, channel text, content text, keyword text,
		product text, click_kind text, code text, affiliate text,
		promo text)'),
	('piste.submit_parse(json, text)', 'origin_key, ord)',
		'origin_key, channel, content, keyword, product, click_kind,
		code, affiliate, promo, ord)'),
	('piste.submit_store(uuid[], piste.submit_fact[], bigint[], bigint[], text[])',
		'rendered_at, received_at, origin_key)',
		'rendered_at, received_at, origin_key, channel, content,
		keyword, product, click_kind, code, affiliate, promo)'),
	('piste.submit_store(uuid[], piste.submit_fact[], bigint[], bigint[], text[])',
		'f.rendered_at, f.received_at, f.origin_key',
		'f.rendered_at, f.received_at, f.origin_key, f.channel,
		f.content, f.keyword, f.product, f.click_kind, f.code,
		f.affiliate, f.promo')
) AS c (signature, before, after);

-- What was typed, and whatever holds an address, goes with the person.
CREATE OR REPLACE FUNCTION piste.submission_emptied(s jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s || '{"fields": {}, "email": null, "phone": null,
		"declared_postcode": null, "ip_prefix": null, "geo_city": null,
		"geo_radius_km": null, "click_id": null, "request_id": null,
		"promo": null}'
		|| jsonb_build_object(
		'source', piste.without_address(s->>'source'),
		'medium', piste.without_address(s->>'medium'),
		'campaign_key', piste.without_address(s->>'campaign_key'),
		'content', piste.without_address(s->>'content'),
		'keyword', piste.without_address(s->>'keyword'),
		'product', piste.without_address(s->>'product'),
		'affiliate', piste.without_address(s->>'affiliate'))
$$;
UPDATE piste.held SET emptied = emptied
	|| ', promo = NULL, content = piste.without_address(t.content), keyword = piste.without_address(t.keyword), product = piste.without_address(t.product), affiliate = piste.without_address(t.affiliate)'
WHERE place = 'submission';

-- Every touch of a lead.
CREATE VIEW piste.touch_own AS
	SELECT s.person_id, s.lead_id, s.id AS submission_id,
		least(s.rendered_at, s.received_at) AS at,
		CASE s.via WHEN 'import' THEN 'import' ELSE 'submission' END AS kind,
		coalesce(s.channel, (SELECT c.channel FROM piste.campaign AS c
			WHERE c.key = s.campaign_key), (SELECT h.key
			FROM piste.channel AS h WHERE h.key = s.medium), 'other')
			AS channel,
		s.campaign_key, s.source, s.medium, s.keyword
	FROM piste.submission AS s WHERE s.lead_id IS NOT NULL
	UNION ALL
	SELECT e.person_id, s.lead_id, s.id, e.at, 'mail_link', 'email',
		p.campaign_key, NULL, 'email', NULL
	FROM piste.event AS e
		JOIN piste.submission AS s ON s.id = e.submission_id
		LEFT JOIN piste.page AS p ON p.key = e.name
	WHERE e.kind = 'mail_link' AND s.lead_id IS NOT NULL;
COMMENT ON VIEW piste.touch_own IS
	'What touch is made of: each touch once, with the lead it is of';
COMMENT ON COLUMN piste.touch_own.person_id IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.lead_id IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.submission_id IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.at IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.kind IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.channel IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.campaign_key IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.source IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.medium IS 'As in touch';
COMMENT ON COLUMN piste.touch_own.keyword IS 'As in touch';

CREATE VIEW piste.touch_lent AS
	SELECT l.id AS lead_id, o.id AS from_id
	FROM piste.lead AS l
		JOIN piste.lead AS o ON o.person_id = l.person_id AND o.id <> l.id
	WHERE l.merged_into IS NULL
		-- Of both, so that it is asked about the few who have another lead.
		AND piste.may_observe(least(l.person_id, o.person_id));
COMMENT ON VIEW piste.touch_lent IS
	'Which leads have the touches of which others too: those of a person who may be observed';
COMMENT ON COLUMN piste.touch_lent.lead_id IS 'Which has them';
COMMENT ON COLUMN piste.touch_lent.from_id IS 'Whose own they are';

CREATE VIEW piste.touch AS
	SELECT o.person_id, o.lead_id, o.submission_id, o.at, o.kind, o.channel,
		o.campaign_key, o.source, o.medium, o.keyword
	FROM piste.touch_own AS o
	UNION ALL
	SELECT o.person_id, t.lead_id, o.submission_id, o.at, o.kind, o.channel,
		o.campaign_key, o.source, o.medium, o.keyword
	FROM piste.touch_lent AS t
		JOIN piste.touch_own AS o ON o.lead_id = t.from_id;
COMMENT ON VIEW piste.touch IS
	'The touches that lead to a lead: its own forms, files'' rows and links followed from mails, and those of the same person''s other leads where that person may be observed. By lead: a touch that leads to two leads is two rows';
COMMENT ON COLUMN piste.touch.person_id IS 'Whose';
COMMENT ON COLUMN piste.touch.lead_id IS 'The lead it leads to';
COMMENT ON COLUMN piste.touch.submission_id IS
	'By which it is known; of a link the submission it follows';
COMMENT ON COLUMN piste.touch.at IS
	'When: of a form, when its page was shown';
COMMENT ON COLUMN piste.touch.kind IS
	'submission: the page of a form was reached so; import: a file says so; mail_link: a link of a mail of ours was followed, known of those alone who may be observed';
COMMENT ON COLUMN piste.touch.channel IS
	'As in channel, or as its campaign calls it; never NULL. Taken before it was kept: by the campaign';
COMMENT ON COLUMN piste.touch.campaign_key IS 'As in submission';
COMMENT ON COLUMN piste.touch.source IS 'As in submission';
COMMENT ON COLUMN piste.touch.medium IS 'As in submission';
COMMENT ON COLUMN piste.touch.keyword IS 'As in submission';

CREATE VIEW piste.lead_touch AS
	SELECT l.id AS lead_id, l.person_id, f.at AS first_at,
		f.channel AS first_channel, f.campaign_key AS first_campaign_key,
		f.source AS first_source, f.medium AS first_medium,
		f.keyword AS first_keyword, n.at AS last_at,
		n.channel AS last_channel, n.campaign_key AS last_campaign_key,
		n.source AS last_source, n.medium AS last_medium,
		n.keyword AS last_keyword, s.at AS submit_at,
		s.channel AS submit_channel, s.campaign_key AS submit_campaign_key,
		s.source AS submit_source, s.medium AS submit_medium,
		s.keyword AS submit_keyword
	FROM piste.lead AS l
		CROSS JOIN LATERAL (
			SELECT m.id, m.seq FROM piste.submission AS m
			WHERE m.lead_id = l.id ORDER BY m.seq LIMIT 1) AS made
		CROSS JOIN LATERAL (
			SELECT t.at, t.channel, t.campaign_key, t.source, t.medium,
				t.keyword
			FROM piste.touch_own AS t
			WHERE t.lead_id = l.id AND t.submission_id = made.id
				AND t.kind <> 'mail_link' LIMIT 1) AS s
		CROSS JOIN LATERAL (
			SELECT t.at, t.channel, t.campaign_key, t.source, t.medium,
				t.keyword
			FROM piste.touch AS t JOIN piste.submission AS m
				ON m.id = t.submission_id AND m.seq <= made.seq
			WHERE t.lead_id = l.id
			ORDER BY t.at, t.submission_id LIMIT 1) AS f
		CROSS JOIN LATERAL (
			SELECT t.at, t.channel, t.campaign_key, t.source, t.medium,
				t.keyword
			FROM piste.touch AS t JOIN piste.submission AS m
				ON m.id = t.submission_id AND m.seq <= made.seq
			WHERE t.lead_id = l.id AND t.at <= s.at
			ORDER BY t.channel = 'direct', t.at DESC, t.submission_id DESC
			LIMIT 1) AS n;
COMMENT ON VIEW piste.lead_touch IS
	'A lead''s first touch; that of the form which made it (submit); and the last that was not direct until then. Later forms change none of them';
COMMENT ON COLUMN piste.lead_touch.lead_id IS 'The lead';
COMMENT ON COLUMN piste.lead_touch.person_id IS 'Whose';
COMMENT ON COLUMN piste.lead_touch.first_at IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.first_channel IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.first_campaign_key IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.first_source IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.first_medium IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.first_keyword IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.last_at IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.last_channel IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.last_campaign_key IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.last_source IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.last_medium IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.last_keyword IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.submit_at IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.submit_channel IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.submit_campaign_key IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.submit_source IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.submit_medium IS 'As in touch';
COMMENT ON COLUMN piste.lead_touch.submit_keyword IS 'As in touch';

-- Links with a code, of the site definition.
CREATE TABLE piste.link (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	page_key text NOT NULL REFERENCES piste.page (key),
	campaign_key text NOT NULL REFERENCES piste.campaign (key),
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX link_page ON piste.link (page_key);
CREATE INDEX link_campaign ON piste.link (campaign_key);
COMMENT ON TABLE piste.link IS
	'Codes that lead to a page and say which campaign did: in /go/CODE, as a path of its own, in a QR code, typed in a form';
COMMENT ON COLUMN piste.link.key IS 'The code';
COMMENT ON COLUMN piste.link.page_key IS 'Where it leads';
COMMENT ON COLUMN piste.link.campaign_key IS 'For which campaign';
COMMENT ON COLUMN piste.link.position IS 'Order in an export';
COMMENT ON COLUMN piste.link.definition IS 'The object as applied';
COMMENT ON COLUMN piste.link.created_at IS 'First applied';
COMMENT ON COLUMN piste.link.updated_at IS 'Last changed by an apply';
CREATE TRIGGER site_changed AFTER INSERT OR UPDATE OR DELETE ON piste.link
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();

-- Back to the ad platforms.
CREATE TABLE piste.conversion_file (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	platform text NOT NULL CHECK (platform IN ('google', 'microsoft')),
	goal text NOT NULL CHECK (goal IN ('lead', 'customer')),
	name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
	since date NOT NULL,
	made_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.conversion_file IS
	'A file of conversions that was written for an ad platform';
COMMENT ON COLUMN piste.conversion_file.id IS 'Its number';
COMMENT ON COLUMN piste.conversion_file.platform IS 'For whom';
COMMENT ON COLUMN piste.conversion_file.goal IS
	'lead: a form that made a lead; customer: an order that stands';
COMMENT ON COLUMN piste.conversion_file.name IS
	'What the platform calls that conversion';
COMMENT ON COLUMN piste.conversion_file.since IS
	'Conversions of that day and later were asked for';
COMMENT ON COLUMN piste.conversion_file.made_at IS 'When';

CREATE TABLE piste.conversion_export (
	platform text NOT NULL,
	goal text NOT NULL,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	file_id bigint NOT NULL REFERENCES piste.conversion_file (id),
	submission_id uuid NOT NULL REFERENCES piste.submission (id),
	at timestamptz NOT NULL,
	value numeric(14, 2) CHECK (value >= 0),
	currency text CHECK (currency ~ '^[A-Z]{3}$'),
	PRIMARY KEY (lead_id, platform, goal)
);
CREATE INDEX conversion_export_file ON piste.conversion_export (file_id);
CREATE INDEX conversion_export_submission
	ON piste.conversion_export (submission_id);
COMMENT ON TABLE piste.conversion_export IS
	'Which lead''s conversion is in which file: once for a platform and goal. The click is the submission''s, so that erasing takes it along';
COMMENT ON COLUMN piste.conversion_export.platform IS 'As the file''s';
COMMENT ON COLUMN piste.conversion_export.goal IS 'As the file''s';
COMMENT ON COLUMN piste.conversion_export.lead_id IS 'Whose conversion';
COMMENT ON COLUMN piste.conversion_export.file_id IS 'In which file';
COMMENT ON COLUMN piste.conversion_export.submission_id IS
	'The one that brought the click';
COMMENT ON COLUMN piste.conversion_export.at IS 'When it was converted';
COMMENT ON COLUMN piste.conversion_export.value IS
	'Of an order its amount; of a lead what was said to be its worth';
COMMENT ON COLUMN piste.conversion_export.currency IS 'ISO 4217, of value';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('conversion_export', 't.lead_id = ANY (($1).leads)', NULL,
	'Amounts and days are counted; the click goes with the submission');

-- Asked about everybody here: in PL/pgSQL, whose plans a session keeps.
CREATE OR REPLACE FUNCTION piste.objection_since(email text, phone text)
RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT max(o.at) FROM piste.objection AS o
		WHERE o.kind = 'email' AND o.print = piste.objection_print('email',
				piste.email_key($1))
			OR o.kind = 'phone' AND o.print = piste.objection_print('phone',
				$2));
END $$;

CREATE OR REPLACE FUNCTION piste.import_is_void(c piste.consent)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN c.what <> 'withdrawn' AND (coalesce((
		SELECT max(coalesce(i.valid_until, 'infinity'))
			< (now() AT TIME ZONE 'UTC')::date
		FROM piste.import_submission AS l
			JOIN piste.import AS i ON i.id = l.import_id
		WHERE l.submission_id = c.submission_id), false)
	OR c.via = 'import' AND EXISTS (
		SELECT FROM piste.consent AS w
		WHERE w.person_id = c.person_id AND w.purpose = c.purpose
			AND w.channel = c.channel AND w.recipient = c.recipient
			AND w.what = 'withdrawn' AND w.given_at >= c.given_at));
END $$;

CREATE FUNCTION piste.may_export(person bigint, purpose text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((
		SELECT piste.may_contact($1, c.purpose, c.channel, c.recipient)
		FROM piste.consent AS c
		WHERE c.person_id = $1 AND c.purpose = $2
			AND NOT (c.what = 'given' AND c.needs_confirm)
		ORDER BY c.seq DESC LIMIT 1), false)
$$;
COMMENT ON FUNCTION piste.may_export(bigint, text) IS
	'Did this person agree to that purpose, by their last word on it?';

CREATE FUNCTION piste.conversion_due(platform text, goal text, since date,
	purpose text, zone text) RETURNS TABLE (lead_id bigint,
	submission_id uuid, at timestamptz, value numeric, currency text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH due AS MATERIALIZED (
	SELECT l.id, l.person_id, k.id AS submission_id,
		greatest(d.at, k.received_at) AS at, d.amount, d.currency
	FROM (
		SELECT o.lead_id, least(now(), CASE
				WHEN (o.at AT TIME ZONE $5)::date = o.day THEN o.at
				ELSE (o.day + time '12:00') AT TIME ZONE $5 END) AS at,
			o.amount, o.currency
		FROM piste.deal AS o
		WHERE $2 = 'customer' AND o.kind = 'win' AND o.ended_at IS NULL
		UNION ALL
		SELECT m.id, m.created_at, NULL, NULL FROM piste.lead AS m
		WHERE $2 = 'lead' AND m.created_at
			>= ($3::timestamp AT TIME ZONE $5) - interval '90 days'
	) AS d
		JOIN piste.lead AS l ON l.id = d.lead_id AND l.merged_into IS NULL
			AND l.spam_at IS NULL
		JOIN piste.offer AS f ON f.key = l.offer_key AND NOT f.is_synthetic
		CROSS JOIN LATERAL (
			SELECT s.id, s.received_at FROM piste.submission AS s
			WHERE s.lead_id = l.id
				-- As networks make them: none is a formula.
				AND s.click_id ~ '^[A-Za-z0-9_-]+$'
				AND s.click_kind = ANY (CASE $1 WHEN 'google'
					THEN '{gclid,gbraid,wbraid}'::text[]
					ELSE '{msclkid}' END)
				AND (s.received_at <= d.at OR (s.received_at
					AT TIME ZONE $5)::date <= (d.at AT TIME ZONE $5)::date)
				-- Older clicks are refused by both.
				AND s.received_at > d.at - interval '90 days'
			ORDER BY CASE WHEN $2 = 'lead' THEN s.seq ELSE -s.seq END
			LIMIT 1) AS k
	WHERE (greatest(d.at, k.received_at) AT TIME ZONE $5)::date >= $3
		AND NOT EXISTS (SELECT FROM piste.conversion_export AS x
			WHERE x.lead_id = l.id AND x.platform = $1 AND x.goal = $2)
		-- Nor of a lead that has given way to it, with its forms.
		AND NOT EXISTS (SELECT FROM piste.submission AS s
				JOIN piste.conversion_export AS x ON x.submission_id = s.id
			WHERE s.lead_id = l.id AND x.platform = $1 AND x.goal = $2)
	)
	-- Asked last: it takes a while.
	SELECT e.id, e.submission_id, e.at, e.amount, e.currency FROM due AS e
	WHERE piste.may_export(e.person_id, $4)
$$;
COMMENT ON FUNCTION piste.conversion_due(text, text, date, text, text) IS
	'Conversions from a day on, in that zone, that came by a platform''s click, whose person agreed to purpose, and which no file holds. Of an order: the last click before it; of a lead: its first. Never before the click nor in the future.';

CREATE FUNCTION piste.conversion_take(platform text, goal text, since date,
	purpose text, zone text, name text, value numeric, currency text,
	OUT file bigint, OUT done bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('piste.conversion', 0));
	INSERT INTO piste.conversion_file AS f (platform, goal, name, since)
	VALUES ($1, $2, $6, $3) RETURNING f.id INTO file;
	INSERT INTO piste.conversion_export (platform, goal, lead_id, file_id,
		submission_id, at, value, currency)
	SELECT $1, $2, d.lead_id, conversion_take.file, d.submission_id, d.at,
		coalesce(d.value, $7), CASE WHEN d.value IS NOT NULL
			THEN d.currency WHEN $7 IS NOT NULL THEN $8 END
	FROM piste.conversion_due($1, $2, $3, $4, $5) AS d;
	GET DIAGNOSTICS done = ROW_COUNT;
END $$;
COMMENT ON FUNCTION piste.conversion_take(text, text, date, text, text, text, numeric, text) IS
	'Puts what is due into a file of its own: its number, and how many.';

CREATE FUNCTION piste.conversion_rows(file bigint, purpose text, zone text)
RETURNS TABLE (click_kind text, click_id text, name text, at text,
	zone_offset text, value numeric, currency text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.click_kind, s.click_id, f.name,
		to_char(o.here, 'YYYY-MM-DD HH24:MI:SS'),
		CASE WHEN o.here < o.utc THEN '-' ELSE '+' END
			|| to_char(greatest(o.here, o.utc) - least(o.here, o.utc),
				'HH24MI'), x.value, x.currency
	FROM piste.conversion_export AS x
		JOIN piste.conversion_file AS f ON f.id = x.file_id
		JOIN piste.submission AS s ON s.id = x.submission_id
		JOIN piste.lead AS l ON l.id = x.lead_id
		CROSS JOIN LATERAL (SELECT x.at AT TIME ZONE $3 AS here,
			x.at AT TIME ZONE 'UTC' AS utc) AS o
	WHERE x.file_id = $1 AND s.click_id IS NOT NULL
		AND piste.may_export(l.person_id, $2)
	ORDER BY x.at, x.lead_id
$$;
COMMENT ON FUNCTION piste.conversion_rows(bigint, text, text) IS
	'What a file says, in order of time, in that zone; who has taken the consent back since, or was erased, is in it no more.';

REVOKE EXECUTE ON FUNCTION piste.may_export(bigint, text),
	piste.conversion_due(text, text, date, text, text),
	piste.conversion_take(text, text, date, text, text, text, numeric, text),
	piste.conversion_rows(bigint, text, text) FROM PUBLIC;
