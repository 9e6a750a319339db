-- What the console's screens of experiments, figures and costs read and do,
-- each by the role that may.

-- Sums and shares alone: whose they are stays out of a reader's reach.
ALTER FUNCTION piste.experiment_steps(text, bigint, timestamptz[], text[])
	SECURITY DEFINER;
ALTER FUNCTION piste.experiment_exclusions(text, bigint, timestamptz)
	SECURITY DEFINER;
ALTER FUNCTION piste.experiment_slices(text, bigint, text, timestamptz,
	integer) SECURITY DEFINER;
REVOKE EXECUTE ON FUNCTION
	piste.experiment_steps(text, bigint, timestamptz[], text[]),
	piste.experiment_exclusions(text, bigint, timestamptz),
	piste.experiment_slices(text, bigint, text, timestamptz, integer)
	FROM PUBLIC;
SELECT count(piste.worker_allow(f.what) IS NULL),
	count(piste.role_allow('reader', f.what) IS NULL)
FROM (VALUES
	('EXECUTE ON FUNCTION piste.experiment_steps(text, bigint, timestamptz[], text[])'),
	('EXECUTE ON FUNCTION piste.experiment_exclusions(text, bigint, timestamptz)'),
	('EXECUTE ON FUNCTION piste.experiment_slices(text, bigint, text, timestamptz, integer)')
	) AS f (what);

-- What was shown is kept by whoever applies, and written by nobody else.
ALTER FUNCTION piste.consent_keep_blocks() SECURITY DEFINER;
REVOKE EXECUTE ON FUNCTION piste.consent_keep_blocks() FROM PUBLIC;

SELECT count(piste.role_allow(r.role, r.what) IS NULL) FROM (VALUES
	('reader', 'EXECUTE ON FUNCTION piste.figure_turn(text, integer), piste.figure_wish(text, date, date, boolean, text, text), piste.figures(text, date, date, boolean, text, integer, text, boolean)'),
	-- Of customers' values those beyond a quantile are cut off.
	('reader', 'SELECT (experiment_key, bucket_version, exposed_at, epoch, variant, value) ON piste.outcome'),
	('reader', 'SELECT ON piste.cost, piste.budget_use, piste.cost_day, piste.campaign_tree'),
	-- An experiment moves as piste apply does, which writes a site.
	('marketer', 'SELECT, INSERT, UPDATE ON piste.offer, piste.campaign, piste.consent_wording, piste.form, piste.page, piste.variant, piste.origin, piste.link, piste.lead_reason, piste.promise, piste.scenario, piste.recycle_rule, piste.epoch, piste.experiment_phase'),
	('marketer', 'INSERT, UPDATE ON piste.experiment'),
	('marketer', 'SELECT, INSERT ON piste.consent_text'),
	('marketer', 'EXECUTE ON FUNCTION piste.consent_keep_blocks()'),
	('marketer', 'SELECT, INSERT, UPDATE (who, reason) ON piste.experiment_move'),
	-- The ledger of costs and budgets are only added to.
	('marketer', 'SELECT, INSERT ON piste.cost, piste.budget')
	) AS r (role, what);
