-- What is in quarantine, told beside an experiment's figures.
CREATE INDEX submission_told_aside ON piste.submission
	(page_key, received_at) INCLUDE (quarantine_reason)
	WHERE outcome = 'quarantined' AND via <> 'import';
COMMENT ON INDEX piste.submission_told_aside IS
	'How many forms of a page were put aside meanwhile, and why: read with each results';
