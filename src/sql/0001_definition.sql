-- The site as it is defined: what `piste apply` writes and `piste export`
-- gives back.  Each object is kept as applied in its column definition; the
-- other columns repeat what joins and other programs need.

CREATE TABLE piste.offer (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	name jsonb NOT NULL,
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.offer IS
	'A product or service line a lead is interested in';
COMMENT ON COLUMN piste.offer.key IS 'Chosen by the marketer, never reused';
COMMENT ON COLUMN piste.offer.name IS 'By language: {"fr": …, "en": …}';
COMMENT ON COLUMN piste.offer.position IS 'Order in an export';
COMMENT ON COLUMN piste.offer.definition IS 'The object as applied';
COMMENT ON COLUMN piste.offer.created_at IS 'First applied';
COMMENT ON COLUMN piste.offer.updated_at IS 'Last changed by an apply';

CREATE TABLE piste.campaign (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	name text NOT NULL,
	channel text NOT NULL,
	strategy text NOT NULL CHECK (strategy IN ('inbound', 'outbound')),
	offer_key text NOT NULL REFERENCES piste.offer (key),
	starts date,
	ends date,
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX campaign_offer ON piste.campaign (offer_key);
COMMENT ON TABLE piste.campaign IS
	'A marketing action: its channel, strategy, dates and offer';
COMMENT ON COLUMN piste.campaign.key IS 'Chosen by the marketer';
COMMENT ON COLUMN piste.campaign.name IS 'As people call it';
COMMENT ON COLUMN piste.campaign.channel IS 'sea, email, affiliate, social…';
COMMENT ON COLUMN piste.campaign.strategy IS 'inbound or outbound';
COMMENT ON COLUMN piste.campaign.offer_key IS 'What its leads are for';
COMMENT ON COLUMN piste.campaign.starts IS 'First day, NULL when open';
COMMENT ON COLUMN piste.campaign.ends IS 'Last day, NULL when open';
COMMENT ON COLUMN piste.campaign.position IS 'Order in an export';
COMMENT ON COLUMN piste.campaign.definition IS 'The object as applied';
COMMENT ON COLUMN piste.campaign.created_at IS 'First applied';
COMMENT ON COLUMN piste.campaign.updated_at IS 'Last changed by an apply';

CREATE TABLE piste.consent_wording (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	purpose text NOT NULL,
	channel text NOT NULL,
	recipient text NOT NULL,
	version integer NOT NULL,
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.consent_wording IS
	'A consent that forms may ask for, at the version asked now';
COMMENT ON COLUMN piste.consent_wording.key IS 'Forms name it by this';
COMMENT ON COLUMN piste.consent_wording.purpose IS 'What for';
COMMENT ON COLUMN piste.consent_wording.channel IS 'By phone, e-mail…';
COMMENT ON COLUMN piste.consent_wording.recipient IS 'us, or a partner';
COMMENT ON COLUMN piste.consent_wording.version IS 'Of the text asked now';
COMMENT ON COLUMN piste.consent_wording.position IS 'Order in an export';
COMMENT ON COLUMN piste.consent_wording.definition IS 'The object as applied';
COMMENT ON COLUMN piste.consent_wording.created_at IS 'First applied';
COMMENT ON COLUMN piste.consent_wording.updated_at IS
	'Last changed by an apply';

CREATE TABLE piste.consent_text (
	key text NOT NULL REFERENCES piste.consent_wording (key),
	version integer NOT NULL,
	lang text NOT NULL,
	purpose text NOT NULL,
	channel text NOT NULL,
	recipient text NOT NULL,
	text text NOT NULL,
	hash text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (key, version, lang)
);
COMMENT ON TABLE piste.consent_text IS
	'Every text a consent was ever asked with; never changed, never removed: proof rests on it';
COMMENT ON COLUMN piste.consent_text.key IS 'The consent';
COMMENT ON COLUMN piste.consent_text.version IS 'Raised with each new text';
COMMENT ON COLUMN piste.consent_text.lang IS 'fr or en';
COMMENT ON COLUMN piste.consent_text.purpose IS 'What it allowed';
COMMENT ON COLUMN piste.consent_text.channel IS 'By which way';
COMMENT ON COLUMN piste.consent_text.recipient IS 'To whom';
COMMENT ON COLUMN piste.consent_text.text IS 'Exactly as shown';
COMMENT ON COLUMN piste.consent_text.hash IS 'SHA-256 of the text, hex';
COMMENT ON COLUMN piste.consent_text.created_at IS 'First applied';

CREATE TABLE piste.form (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	country text NOT NULL,
	duplicates text NOT NULL
		CHECK (duplicates IN ('email', 'email_or_phone')),
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.form IS 'What a page asks its visitors';
COMMENT ON COLUMN piste.form.key IS 'Chosen by the marketer';
COMMENT ON COLUMN piste.form.country IS
	'ISO 3166 code: how phones and postcodes are read';
COMMENT ON COLUMN piste.form.duplicates IS
	'What makes two submissions one person''s';
COMMENT ON COLUMN piste.form.position IS 'Order in an export';
COMMENT ON COLUMN piste.form.definition IS 'The object as applied';
COMMENT ON COLUMN piste.form.created_at IS 'First applied';
COMMENT ON COLUMN piste.form.updated_at IS 'Last changed by an apply';

CREATE TABLE piste.page (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	campaign_key text NOT NULL REFERENCES piste.campaign (key),
	form_key text NOT NULL REFERENCES piste.form (key),
	languages text[] NOT NULL,
	is_archived boolean NOT NULL,
	revision integer NOT NULL,
	variants_revision integer NOT NULL,
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX page_campaign ON piste.page (campaign_key);
CREATE INDEX page_form ON piste.page (form_key);
COMMENT ON TABLE piste.page IS 'A landing page, reached at /p/KEY';
COMMENT ON COLUMN piste.page.key IS 'The page''s address';
COMMENT ON COLUMN piste.page.campaign_key IS 'What brings its visitors';
COMMENT ON COLUMN piste.page.form_key IS 'What it asks';
COMMENT ON COLUMN piste.page.languages IS 'The first is the fallback';
COMMENT ON COLUMN piste.page.is_archived IS 'Answers 410';
COMMENT ON COLUMN piste.page.revision IS
	'Raised with each change of the page or of a variant';
COMMENT ON COLUMN piste.page.variants_revision IS
	'Raised with each change of the variants alone';
COMMENT ON COLUMN piste.page.position IS 'Order in an export';
COMMENT ON COLUMN piste.page.definition IS
	'The object as applied, without its variants';
COMMENT ON COLUMN piste.page.created_at IS 'First applied';
COMMENT ON COLUMN piste.page.updated_at IS 'Last changed by an apply';

CREATE TABLE piste.variant (
	page_key text NOT NULL REFERENCES piste.page (key),
	key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	position integer NOT NULL,
	template text NOT NULL,
	definition jsonb NOT NULL,
	removed_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (page_key, key)
);
COMMENT ON TABLE piste.variant IS 'One arm of a page';
COMMENT ON COLUMN piste.variant.page_key IS 'The page';
COMMENT ON COLUMN piste.variant.key IS 'Unique within its page';
COMMENT ON COLUMN piste.variant.position IS '1 is the control';
COMMENT ON COLUMN piste.variant.template IS 'templates/landing/NAME.tpl';
COMMENT ON COLUMN piste.variant.definition IS 'The object as applied';
COMMENT ON COLUMN piste.variant.removed_at IS
	'No longer shown since; kept because submissions name it';
COMMENT ON COLUMN piste.variant.created_at IS 'First applied';
COMMENT ON COLUMN piste.variant.updated_at IS 'Last changed by an apply';

CREATE TABLE piste.experiment (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	page_key text NOT NULL REFERENCES piste.page (key),
	seed text NOT NULL,
	weights jsonb NOT NULL,
	coverage double precision NOT NULL CHECK (coverage BETWEEN 0 AND 1),
	goal text NOT NULL,
	window_s bigint NOT NULL,
	alpha double precision NOT NULL,
	planned_visitors bigint NOT NULL,
	state text NOT NULL CHECK (state IN ('running', 'paused', 'stopped')),
	phase integer NOT NULL,
	bucket_version integer NOT NULL,
	variants_revision integer NOT NULL,
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX experiment_page ON piste.experiment (page_key);
COMMENT ON TABLE piste.experiment IS
	'A comparison of a page''s variants; at most one runs on a page';
COMMENT ON COLUMN piste.experiment.key IS 'Chosen by the marketer';
COMMENT ON COLUMN piste.experiment.page_key IS 'The page compared';
COMMENT ON COLUMN piste.experiment.seed IS
	'Of phase 1; a later phase N hashes with SEED:pN';
COMMENT ON COLUMN piste.experiment.weights IS 'By variant: {"a": 0.5, …}';
COMMENT ON COLUMN piste.experiment.coverage IS 'Share of visitors included';
COMMENT ON COLUMN piste.experiment.goal IS 'lead, mql, sql or value';
COMMENT ON COLUMN piste.experiment.window_s IS
	'From exposure to conversion at most, in seconds';
COMMENT ON COLUMN piste.experiment.alpha IS 'Level of its verdict';
COMMENT ON COLUMN piste.experiment.planned_visitors IS
	'All arms together; 0 when not planned';
COMMENT ON COLUMN piste.experiment.state IS 'running, paused or stopped';
COMMENT ON COLUMN piste.experiment.phase IS
	'Raised when what is compared changes';
COMMENT ON COLUMN piste.experiment.bucket_version IS
	'An assignment made under a lower one is made again';
COMMENT ON COLUMN piste.experiment.variants_revision IS
	'The page''s, when the phase began';
COMMENT ON COLUMN piste.experiment.position IS 'Order in an export';
COMMENT ON COLUMN piste.experiment.definition IS 'The object as applied';
COMMENT ON COLUMN piste.experiment.created_at IS 'First applied';
COMMENT ON COLUMN piste.experiment.updated_at IS 'Last changed by an apply';

CREATE TABLE piste.epoch (
	experiment_key text NOT NULL REFERENCES piste.experiment (key),
	number integer NOT NULL,
	phase integer NOT NULL,
	weights jsonb NOT NULL,
	coverage double precision NOT NULL,
	started_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (experiment_key, number)
);
COMMENT ON TABLE piste.epoch IS
	'A stretch of an experiment with the same phase, weights and coverage';
COMMENT ON COLUMN piste.epoch.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.epoch.number IS 'From 1';
COMMENT ON COLUMN piste.epoch.phase IS 'The experiment''s phase in it';
COMMENT ON COLUMN piste.epoch.weights IS 'By variant, as they were';
COMMENT ON COLUMN piste.epoch.coverage IS 'As it was';
COMMENT ON COLUMN piste.epoch.started_at IS 'It lasts until the next begins';

-- Whoever changes the site, by apply or by hand, wakes the snapshots; many
-- changes in one transaction are one notification.
CREATE FUNCTION piste.site_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('piste_site', '');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION piste.site_changed() IS 'Wakes the snapshots at commit';

CREATE TRIGGER site_changed AFTER INSERT OR UPDATE OR DELETE ON piste.offer
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
CREATE TRIGGER site_changed AFTER INSERT OR UPDATE OR DELETE ON piste.campaign
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
CREATE TRIGGER site_changed
	AFTER INSERT OR UPDATE OR DELETE ON piste.consent_wording
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
CREATE TRIGGER site_changed AFTER INSERT OR UPDATE OR DELETE ON piste.form
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
CREATE TRIGGER site_changed AFTER INSERT OR UPDATE OR DELETE ON piste.page
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
CREATE TRIGGER site_changed AFTER INSERT OR UPDATE OR DELETE ON piste.variant
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
CREATE TRIGGER site_changed
	AFTER INSERT OR UPDATE OR DELETE ON piste.experiment
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
