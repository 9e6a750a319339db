-- Files that visitors send stand in a directory; what names them are the
-- fields of a submission, and nothing else.
CREATE INDEX submission_file ON piste.submission
	USING gin (jsonb_path_query_array(fields, '$.*.file'))
	WHERE jsonb_path_exists(fields, '$.*.file');
COMMENT ON INDEX piste.submission_file IS
	'Which submissions name a file: one that none names is removed from the disk.';

COMMENT ON COLUMN piste.submission.fields IS
	'all normal values and ticked boxes, by field name: a text; a boolean for a box; an array of texts for several choices; {"file", "name", "bytes", "type", "sha256"} for a file, kept under "file" in the directory of uploads';

CREATE OR REPLACE FUNCTION piste.submit_same(fields jsonb, email text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN email = pg_catalog.lower(email)
		AND NOT pg_catalog.jsonb_path_exists(fields, '$.*.file')
		THEN fields ELSE (
		SELECT pg_catalog.jsonb_object_agg(f.key, CASE
			WHEN f.value = pg_catalog.to_jsonb(email)
			THEN pg_catalog.to_jsonb(pg_catalog.lower(email))
			WHEN pg_catalog.jsonb_typeof(f.value) = 'object'
			THEN f.value OPERATOR(pg_catalog.-) 'file'::text
			ELSE f.value END)
		FROM pg_catalog.jsonb_each(fields) AS f) END
$$;
COMMENT ON FUNCTION piste.submit_same(jsonb, text) IS
	'The fields with the e-mail in lower case and without the names files are kept under: what two submissions that say the same have in common.';
