-- What is told of a seller's leads agrees with what holds.
SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	-- A moment says by whose clock it is.
	('piste.seller_digest(bigint, text, integer)',
		'''YYYY-MM-DD HH24:MI'')',
		'''YYYY-MM-DD HH24:MI'') || '' ('' || $2 || '')'''),
	-- By hand there is nothing to accept, and no time to do it by.
	('piste.allocation_hand(bigint, text, text, text)',
		'(lead_id, seller_id, actor, reason)
	VALUES ($1, to_id, $3, $4)',
		'(lead_id, seller_id, actor, reason,
		accepted_at)
	VALUES ($1, to_id, $3, $4, now())')
) AS c (signature, before, after);
COMMENT ON FUNCTION piste.allocation_hand(bigint, text, text, text) IS
	'Gives a lead to a seller by hand, with a reason, who has accepted it thereby; whose turn it is stays as it was.';
UPDATE piste.allocation SET accepted_at = at
WHERE accept_by IS NULL AND accepted_at IS NULL AND ended_at IS NULL;
