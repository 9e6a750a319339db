-- What was put aside and then emptied, by an erasure or by time, is counted
-- where it came in and is nobody's lead any more.

CREATE OR REPLACE VIEW piste.quarantine AS
SELECT s.id, s.seq, s.quarantine_reason AS reason, s.page_key, s.form_key,
	s.email, s.ip_prefix, s.via, s.received_at
FROM piste.submission AS s WHERE s.outcome = 'quarantined'
	AND (s.fields <> '{}' OR s.ip_prefix IS NOT NULL);
COMMENT ON VIEW piste.quarantine IS
	'Submissions put aside, and not emptied since: no lead, no person, no consent until piste.quarantine_release().';

DO $$
DECLARE
	source text := pg_get_functiondef(
		'piste.quarantine_release(uuid[])'::regprocedure);
	every text := 'FROM piste.submission AS s
	WHERE s.id = ANY (submissions) AND s.outcome = ''quarantined'';';
BEGIN
	IF (length(source) - length(replace(source, every, '')))
		<> 2 * length(every)
	THEN
		RAISE 'piste.quarantine_release(uuid[]) does not say twice: %', every;
	END IF;
	EXECUTE replace(source, every, replace(every, ';',
		' AND (s.fields <> ''{}'' OR s.ip_prefix IS NOT NULL);'));
END $$;
COMMENT ON FUNCTION piste.quarantine_release(uuid[]) IS
	'Makes leads of these submissions, in their order and by the rules they would have met, and tells what each became: new, update, repeat. What is not in quarantine, or was emptied, is left alone, so this is safe to repeat. Of an experiment it counts as told by nobody''s cookie: a stray.';
