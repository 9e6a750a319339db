-- What piste reconcile has found, so that the metrics can tell.
CREATE TABLE piste.reconciliation (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	made_at timestamptz NOT NULL DEFAULT now(),
	since timestamptz NOT NULL,
	until timestamptz NOT NULL CHECK (until > since),
	acknowledged bigint NOT NULL CHECK (acknowledged >= 0),
	spooled bigint NOT NULL CHECK (spooled >= 0),
	aside bigint NOT NULL CHECK (aside >= 0),
	lost bigint NOT NULL CHECK (lost >= 0),
	unqueued bigint NOT NULL CHECK (unqueued >= 0),
	unsent bigint NOT NULL CHECK (unsent >= 0),
	unlogged bigint NOT NULL CHECK (unlogged >= 0)
);
COMMENT ON TABLE piste.reconciliation IS
	'A row for each run of piste reconcile, the latest is on /metrics; counts alone, nobody is in it';
COMMENT ON COLUMN piste.reconciliation.id IS 'in the order of the runs';
COMMENT ON COLUMN piste.reconciliation.made_at IS 'when it ran';
COMMENT ON COLUMN piste.reconciliation.since IS
	'beginning of the time that was looked at';
COMMENT ON COLUMN piste.reconciliation.until IS 'its end, not in it';
COMMENT ON COLUMN piste.reconciliation.acknowledged IS
	'submissions that nginx''s log says were acknowledged, each once';
COMMENT ON COLUMN piste.reconciliation.spooled IS
	'those of them that still waited in the spool';
COMMENT ON COLUMN piste.reconciliation.aside IS
	'those of them that were kept aside there';
COMMENT ON COLUMN piste.reconciliation.lost IS
	'those of them that were nowhere';
COMMENT ON COLUMN piste.reconciliation.unqueued IS
	'accepted submissions whose lead has no row in the queue';
COMMENT ON COLUMN piste.reconciliation.unsent IS
	'accepted submissions without their row in the outbox';
COMMENT ON COLUMN piste.reconciliation.unlogged IS
	'submissions whose request is not in the log';
