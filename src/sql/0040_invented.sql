-- Invented leads are for screens and measurements: no seller works on them.

CREATE FUNCTION piste.offer_is_invented(offer text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM piste.offer AS o
		WHERE o.key = $1 AND o.is_synthetic)
$$;
REVOKE EXECUTE ON FUNCTION piste.offer_is_invented(text) FROM PUBLIC;
SELECT piste.worker_allow('EXECUTE ON FUNCTION piste.offer_is_invented(text)');
COMMENT ON FUNCTION piste.offer_is_invented(text) IS
	'Are leads of that offer invented (make demo-data)? Nobody is given, promised or told of them.';

-- Who takes, gives, promises or tells asks that.
SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.allocation_keep(bigint, bigint, text, timestamptz)',
		'AND l.merged_into IS NULL AND l.stage <> ''nurturing''',
		'AND l.merged_into IS NULL AND l.stage <> ''nurturing''
		AND NOT piste.offer_is_invented(l.offer_key)'),
	('piste.seller_open(bigint)',
		'AND p.erased_at IS NULL',
		'AND p.erased_at IS NULL
		AND NOT piste.offer_is_invented(l.offer_key)'),
	('piste.seller_gone()',
		'l.is_open AND l.merged_into IS NULL',
		'l.is_open AND l.merged_into IS NULL
			AND NOT piste.offer_is_invented(l.offer_key)'),
	('piste.allocation_claim(integer)',
		'AND l.scored_at IS NOT NULL',
		'AND l.scored_at IS NOT NULL
					AND NOT piste.offer_is_invented(l.offer_key)'),
	('piste.allocation_hand(bigint, text, text, text)',
		'SELECT o.id, o.person_id, o.stage,',
		'SELECT o.id, o.person_id, o.offer_key, o.stage,'),
	('piste.allocation_hand(bigint, text, text, text)',
		'ELSIF l.owner_id = to_id THEN',
		'ELSIF piste.offer_is_invented(l.offer_key) THEN
		RAISE EXCEPTION ''lead % is invented'', $1
			USING ERRCODE = ''object_not_in_prerequisite_state'';
	ELSIF l.owner_id = to_id THEN'),
	('piste.waiting_scored()',
		'BEGIN
	INSERT INTO',
		'BEGIN
	IF piste.offer_is_invented((SELECT l.offer_key FROM piste.lead AS l
		WHERE l.id = NEW.lead_id))
	THEN
		RETURN NULL;
	END IF;
	INSERT INTO'),
	('piste.waiting_given()',
		'BEGIN
	UPDATE',
		'BEGIN
	IF piste.offer_is_invented((SELECT l.offer_key FROM piste.lead AS l
		WHERE l.id = NEW.lead_id))
	THEN
		RETURN NULL;
	END IF;
	UPDATE'),
	('piste.promise_note(integer)',
		'WHERE q.state <> ''done'' AND l.merged_into IS NULL',
		'WHERE q.state <> ''done'' AND l.merged_into IS NULL
		AND NOT piste.offer_is_invented(l.offer_key)'),
	('piste.promise_note(integer)',
		'AND l.merged_into IS NULL AND l.scored_at IS NOT NULL',
		'AND l.merged_into IS NULL AND l.scored_at IS NOT NULL
			AND NOT piste.offer_is_invented(l.offer_key)'),
	('piste.seller_tell(integer)',
		'WHERE a.told_at IS NULL AND a.ended_at IS NULL',
		'WHERE a.told_at IS NULL AND a.ended_at IS NULL
			AND NOT piste.offer_is_invented(l.offer_key)'),
	('piste.seller_digest(bigint, text, integer)',
		'AND p.erased_at IS NULL
	)', 'AND p.erased_at IS NULL
			AND NOT piste.offer_is_invented(o.offer_key)
	)')
) AS c (signature, before, after);

-- Those that sellers were given are what they were before, and nobody was
-- promised anything.
WITH invented AS MATERIALIZED (
	SELECT l.id FROM piste.lead AS l JOIN piste.offer AS o
		ON o.key = l.offer_key AND o.is_synthetic
	WHERE EXISTS (SELECT FROM piste.allocation AS a JOIN piste.seller AS s
		ON s.id = a.seller_id AND s.is_active WHERE a.lead_id = l.id)
		OR l.owner_id IS NULL
	FOR NO KEY UPDATE OF l
), ended AS (
	UPDATE piste.allocation AS a SET ended_at = now(), outcome = 'left'
	FROM invented AS i, piste.seller AS s
	WHERE a.lead_id = i.id AND a.ended_at IS NULL AND s.id = a.seller_id
		AND s.is_active
)
UPDATE piste.lead AS l SET owner_id = (SELECT a.seller_id
	FROM piste.allocation AS a JOIN piste.seller AS s
		ON s.id = a.seller_id AND NOT s.is_active
	WHERE a.lead_id = l.id ORDER BY a.id DESC LIMIT 1)
FROM invented AS i WHERE l.id = i.id;
DELETE FROM piste.overflow AS f USING piste.lead AS l, piste.offer AS o
WHERE l.id = f.lead_id AND o.key = l.offer_key AND o.is_synthetic;
DELETE FROM piste.waiting AS w USING piste.lead AS l, piste.offer AS o
WHERE l.id = w.lead_id AND o.key = l.offer_key AND o.is_synthetic;
