-- The life cycle of leads: which moves there are, who may make them and which
-- need a reason; and the history that every change of stage leaves, whoever
-- makes it.

CREATE TABLE piste.stage_move (
	from_stage text NOT NULL,
	to_stage text NOT NULL,
	roles text[] NOT NULL CHECK (cardinality(roles) > 0
		AND roles <@ '{system,seller,marketer,operator}'),
	needs_reason boolean NOT NULL,
	PRIMARY KEY (from_stage, to_stage),
	CHECK (from_stage <> to_stage)
);
COMMENT ON TABLE piste.stage_move IS
	'The moves of a lead that are allowed; there is no other. Forwards one is qualified before one is sold to; backwards, aside and out of a closed stage there is always a reason.';
COMMENT ON COLUMN piste.stage_move.from_stage IS 'Of lead.stage, as the next';
COMMENT ON COLUMN piste.stage_move.to_stage IS 'Another one';
COMMENT ON COLUMN piste.stage_move.roles IS
	'Who may: system (rules), seller, marketer, operator (commands)';
COMMENT ON COLUMN piste.stage_move.needs_reason IS
	'Refused without one of piste.lead_reason';

INSERT INTO piste.stage_move (from_stage, to_stage, roles, needs_reason)
VALUES
	('lead', 'mql', '{system,seller,marketer,operator}', false),
	('lead', 'sql', '{seller,operator}', false),
	('lead', 'nurturing', '{system,seller,marketer,operator}', true),
	('lead', 'disqualified', '{system,seller,marketer,operator}', true),
	('mql', 'lead', '{marketer,operator}', true),
	('mql', 'sql', '{seller,operator}', false),
	('mql', 'nurturing', '{system,seller,marketer,operator}', true),
	('mql', 'disqualified', '{system,seller,marketer,operator}', true),
	('sql', 'mql', '{seller,marketer,operator}', true),
	('sql', 'opportunity', '{seller,operator}', false),
	('sql', 'nurturing', '{system,seller,marketer,operator}', true),
	('sql', 'disqualified', '{system,seller,marketer,operator}', true),
	('sql', 'lost', '{seller,operator}', true),
	('opportunity', 'sql', '{seller,operator}', true),
	('opportunity', 'customer', '{seller,operator}', false),
	('opportunity', 'nurturing', '{seller,operator}', true),
	('opportunity', 'disqualified', '{seller,operator}', true),
	('opportunity', 'lost', '{seller,operator}', true),
	('customer', 'opportunity', '{seller,operator}', true),
	('nurturing', 'lead', '{marketer,operator}', true),
	('nurturing', 'mql', '{system,seller,marketer,operator}', false),
	('nurturing', 'sql', '{seller,operator}', false),
	('nurturing', 'disqualified', '{system,seller,marketer,operator}', true),
	('disqualified', 'lead', '{marketer,operator}', true),
	('disqualified', 'nurturing', '{system,marketer,operator}', true),
	('lost', 'sql', '{seller,operator}', true),
	('lost', 'opportunity', '{seller,operator}', true),
	('lost', 'nurturing', '{system,seller,marketer,operator}', true);

CREATE TABLE piste.lead_reason (
	key text PRIMARY KEY CHECK (octet_length(key) BETWEEN 1 AND 64),
	stages text[] NOT NULL CHECK (cardinality(stages) > 0
		AND stages <@ '{lead,mql,sql,opportunity,customer,nurturing,disqualified,lost}'),
	name jsonb NOT NULL CHECK (jsonb_typeof(name) = 'object'),
	is_archived boolean NOT NULL DEFAULT false,
	position integer NOT NULL,
	definition jsonb
);
COMMENT ON TABLE piste.lead_reason IS
	'Why a lead may stand where it does: ours to begin with, and the site''s own, whose definition takes the place of ours with the same key.';
COMMENT ON COLUMN piste.lead_reason.key IS
	'spam, of a disqualified lead, makes it count for nothing';
COMMENT ON COLUMN piste.lead_reason.stages IS
	'The stages a lead may be moved to for it';
COMMENT ON COLUMN piste.lead_reason.name IS 'By language';
COMMENT ON COLUMN piste.lead_reason.is_archived IS
	'Nobody may give it any more; history keeps it';
COMMENT ON COLUMN piste.lead_reason.position IS 'Order';
COMMENT ON COLUMN piste.lead_reason.definition IS
	'As applied; NULL: ours, and not exported';

INSERT INTO piste.lead_reason (key, stages, position, name)
SELECT r.key, r.stages::text[], row_number() OVER (),
	jsonb_build_object('fr', r.fr, 'en', r.en)
FROM (VALUES
	('too-early', '{nurturing}', 'Trop tôt', 'Too early'),
	('postponed', '{nurturing,lost}', 'Projet reporté', 'Project put off'),
	('no-answer', '{nurturing,disqualified,lost}', 'Injoignable',
		'Could not be reached'),
	('refused', '{lead,mql,nurturing}', 'Refusé par le commercial',
		'Refused by the seller'),
	('no-budget', '{nurturing,disqualified,lost}', 'Pas de budget',
		'No budget'),
	('no-need', '{nurturing,disqualified,lost}', 'Pas de besoin', 'No need'),
	('no-authority', '{nurturing,disqualified,lost}',
		'Pas de pouvoir de décision', 'No say in the decision'),
	('out-of-scope', '{disqualified}', 'Hors de notre offre',
		'Not what we offer'),
	('wrong-details', '{disqualified}', 'Coordonnées fausses',
		'Wrong details'),
	('duplicate', '{disqualified}', 'Doublon', 'Duplicate'),
	('spam', '{disqualified}', 'Indésirable', 'Spam'),
	('competitor', '{lost}', 'Concurrent retenu', 'Chose a competitor'),
	('price', '{lost}', 'Prix', 'Price'),
	('not-ripe', '{lead,mql,sql}', 'Avancé trop vite', 'Moved on too soon'),
	('cancelled', '{opportunity}', 'Commande annulée', 'Order cancelled'),
	('interested-again', '{lead,nurturing,sql,opportunity}',
		'De nouveau intéressé', 'Interested again'),
	('mistake',
		'{lead,mql,sql,opportunity,customer,nurturing,disqualified,lost}',
		'Erreur de saisie', 'Entered by mistake')
) AS r (key, stages, fr, en);

-- Once, in the mode that all that follows needs: no lead is made or moved
-- between what is written here of those there are and the triggers.
LOCK TABLE piste.lead IN SHARE ROW EXCLUSIVE MODE;
CREATE TABLE piste.lead_history (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	actor text NOT NULL CHECK (octet_length(actor) BETWEEN 1 AND 200),
	role text NOT NULL
		CHECK (role IN ('system', 'seller', 'marketer', 'operator')),
	via text NOT NULL DEFAULT coalesce(
		nullif(current_setting('application_name'), ''), 'sql'),
	from_stage text,
	to_stage text NOT NULL,
	reason text CHECK (octet_length(reason) BETWEEN 1 AND 64),
	note text CHECK (octet_length(note) BETWEEN 1 AND 2000),
	xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CHECK (from_stage <> to_stage)
);
COMMENT ON TABLE piste.lead_history IS
	'Where each lead has stood, the first row from its beginning on; the last one''s to_stage is lead.stage. Never changed but for notes, which go with their person, never removed. A lead that gave way in a merge keeps its own.';
COMMENT ON COLUMN piste.lead_history.id IS 'Order';
COMMENT ON COLUMN piste.lead_history.lead_id IS 'Whose';
COMMENT ON COLUMN piste.lead_history.at IS 'When';
COMMENT ON COLUMN piste.lead_history.actor IS
	'Who: piste for our own rules, an account, a seller; who typed a command';
COMMENT ON COLUMN piste.lead_history.role IS 'As what, see stage_move.roles';
COMMENT ON COLUMN piste.lead_history.via IS
	'By which program: the connection''s name; upgrade: written when this table was made';
COMMENT ON COLUMN piste.lead_history.from_stage IS 'NULL: it was made';
COMMENT ON COLUMN piste.lead_history.to_stage IS 'Where it stood then';
COMMENT ON COLUMN piste.lead_history.reason IS 'A lead_reason.key, or none';
COMMENT ON COLUMN piste.lead_history.note IS
	'In somebody''s words; NULL once the person is erased';
COMMENT ON COLUMN piste.lead_history.xact IS
	'The transaction it was written in: the one that may change the stage so';

-- All leads began as leads; of those that are elsewhere it is known when they
-- came to a stage for the first time, at best.
INSERT INTO piste.lead_history (lead_id, at, actor, role, via, to_stage)
SELECT l.id, l.created_at, 'piste', 'system', 'upgrade', 'lead'
FROM piste.lead AS l ORDER BY l.id;
INSERT INTO piste.lead_history (lead_id, at, actor, role, via, from_stage,
	to_stage, reason)
SELECT l.id, greatest(l.created_at, CASE l.stage WHEN 'mql' THEN l.mql_at
		WHEN 'sql' THEN l.sql_at WHEN 'customer' THEN l.customer_at
		ELSE coalesce(l.spam_at, l.updated_at) END),
	'piste', 'system', 'upgrade', 'lead', l.stage,
	nullif(l.stage_reason, '')
FROM piste.lead AS l WHERE l.stage <> 'lead' ORDER BY l.id;
-- Behind the rows: checked by one join, not by a look-up each.
CREATE INDEX lead_history_lead ON piste.lead_history (lead_id, id);
ALTER TABLE piste.lead_history
	ADD FOREIGN KEY (lead_id) REFERENCES piste.lead (id);

CREATE TRIGGER kept_guard BEFORE DELETE OR TRUNCATE ON piste.lead_history
	FOR EACH STATEMENT EXECUTE FUNCTION piste.kept_guard();

CREATE FUNCTION piste.lead_history_guard() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD) || '{"note": null}'
		OR NOT EXISTS (SELECT FROM piste.erasure AS e
			WHERE e.xact = pg_current_xact_id())
	THEN
		RAISE EXCEPTION 'history of lead % is kept as it is', OLD.lead_id
			USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.lead_history_guard() IS
	'Refuses any change but the emptying of notes by piste.erase().';
CREATE TRIGGER lead_history_guard BEFORE UPDATE ON piste.lead_history
	FOR EACH ROW EXECUTE FUNCTION piste.lead_history_guard();

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('lead_history', 't.lead_id = ANY (($1).leads)', 'SET note = NULL',
	'Stages are counted; a note is somebody''s words about them');

CREATE FUNCTION piste.lead_begin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO piste.lead_history (lead_id, at, actor, role, to_stage,
		reason)
	SELECT n.id, n.created_at, 'piste', 'system', n.stage,
		nullif(n.stage_reason, '')
	FROM new_rows AS n ORDER BY n.id;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.lead_begin() IS
	'The first row of a lead''s history.';
CREATE TRIGGER lead_begin AFTER INSERT ON piste.lead
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.lead_begin();

CREATE FUNCTION piste.lead_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT coalesce((SELECT h.xact = pg_current_xact_id()
			AND h.from_stage = OLD.stage AND h.to_stage = NEW.stage
			AND h.reason IS NOT DISTINCT FROM NEW.stage_reason
			AND EXISTS (SELECT FROM piste.stage_move AS m
				WHERE m.from_stage = OLD.stage AND m.to_stage = NEW.stage
					AND h.role = ANY (m.roles)
					AND (h.reason IS NOT NULL OR NOT m.needs_reason))
		FROM piste.lead_history AS h WHERE h.lead_id = NEW.id
		ORDER BY h.id DESC LIMIT 1), false)
	THEN
		RAISE EXCEPTION 'lead % changes its stage by piste.lead_move() only',
			NEW.id USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.lead_guard() IS
	'Refuses a stage, or a reason to stand there, that is not what the last row of history, of this very transaction, says, or that no allowed move leads to. It keeps from mistakes; who owns the schema can take it away.';
CREATE TRIGGER lead_guard BEFORE UPDATE ON piste.lead FOR EACH ROW
	WHEN (OLD.stage IS DISTINCT FROM NEW.stage
		OR OLD.stage_reason IS DISTINCT FROM NEW.stage_reason)
	EXECUTE FUNCTION piste.lead_guard();

CREATE FUNCTION piste.lead_reasons(stage text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(string_agg(r.key, ', ' ORDER BY r.position, r.key),
		'none') FROM piste.lead_reason AS r
	WHERE lead_reasons.stage = ANY (r.stages) AND NOT r.is_archived
$$;
COMMENT ON FUNCTION piste.lead_reasons(text) IS
	'The reasons that may be given now for a stage, as a list to be read.';

CREATE FUNCTION piste.lead_move_judge(l piste.lead, to_stage text, role text,
	reason text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m piste.stage_move;
BEGIN
	SELECT o.roles, o.needs_reason INTO m.roles, m.needs_reason
	FROM piste.stage_move AS o
	WHERE o.from_stage = l.stage
		AND o.to_stage = lead_move_judge.to_stage;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'lead % can''t go from % to %', l.id, l.stage,
			to_stage USING ERRCODE = 'check_violation';
	ELSIF NOT role = ANY (m.roles) THEN
		RAISE EXCEPTION 'lead % can''t go from % to % by a %: only by %',
			l.id, l.stage, to_stage, role,
			array_to_string(m.roles, ', ')
			USING ERRCODE = 'check_violation';
	ELSIF reason IS NULL AND m.needs_reason THEN
		RAISE EXCEPTION 'lead % needs a reason to go from % to %: %', l.id,
			l.stage, to_stage, piste.lead_reasons(to_stage)
			USING ERRCODE = 'check_violation';
	ELSIF reason IS NOT NULL AND NOT EXISTS (
		SELECT FROM piste.lead_reason AS r
		WHERE r.key = reason AND (role = 'system'
			OR to_stage = ANY (r.stages) AND NOT r.is_archived))
	THEN
		RAISE EXCEPTION 'there is no reason % to be %: %', reason, to_stage,
			piste.lead_reasons(to_stage)
			USING ERRCODE = 'check_violation';
	END IF;
END $$;
COMMENT ON FUNCTION piste.lead_move_judge(piste.lead, text, text, text) IS
	'Refuses by name a move that is none, is not that role''s, or has not the reason it needs. Rules (system) may give any reason there is, whatever a site has made of it.';

CREATE FUNCTION piste.lead_hold(lead bigint, to_stage text,
	OUT l piste.lead)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who bigint;
BEGIN
	-- A form holds its person when it looks for an open lead, and so does who
	-- closes one: the form comes before, or opens another.
	LOOP
		SELECT o.person_id INTO who FROM piste.lead AS o WHERE o.id = lead;
		PERFORM FROM piste.person AS p WHERE p.id = who
			AND to_stage IN ('customer', 'disqualified', 'lost')
		FOR NO KEY UPDATE;
		-- One after the other: the second is judged by where the first led.
		SELECT o.id, o.person_id, o.offer_key, o.stage, o.stage_reason,
			o.merged_into
		INTO l.id, l.person_id, l.offer_key, l.stage, l.stage_reason,
			l.merged_into
		FROM piste.lead AS o WHERE o.id = lead FOR NO KEY UPDATE;
		EXIT WHEN l.person_id IS NOT DISTINCT FROM who;
	END LOOP;
END $$;
COMMENT ON FUNCTION piste.lead_hold(bigint, text) IS
	'A lead that is about to go to a stage, kept as it is until commit; empty when there is none.';

CREATE FUNCTION piste.lead_move(lead bigint, to_stage text, actor text,
	role text, reason text, note text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l piste.lead;
	why text := nullif(lead_move.reason, '');
	words text := nullif(lead_move.note, '');
	made bigint;
	other bigint;
	broken text;
BEGIN
	IF NOT EXISTS (SELECT FROM piste.stage_move AS m
		WHERE lead_move.to_stage IN (m.from_stage, m.to_stage))
	THEN
		RAISE EXCEPTION 'there is no stage %', to_stage
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF role IS NULL
		OR role NOT IN ('system', 'seller', 'marketer', 'operator')
	THEN
		RAISE EXCEPTION 'there is no role %', role
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF coalesce(octet_length(actor), 0) NOT BETWEEN 1 AND 200 THEN
		RAISE EXCEPTION 'who moves a lead has a name of 1 to 200 bytes'
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF octet_length(words) > 2000 THEN
		RAISE EXCEPTION 'a note has % bytes, at most 2000 are allowed',
			octet_length(words) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	l := piste.lead_hold(lead, to_stage);
	IF l.id IS NULL THEN
		RAISE EXCEPTION 'there is no lead %', lead
			USING ERRCODE = 'no_data_found';
	ELSIF l.merged_into IS NOT NULL THEN
		RAISE EXCEPTION 'lead % gave way to lead %', l.id,
			piste.lead_now(l.id)
			USING ERRCODE = 'object_not_in_prerequisite_state';
	-- Asked anew: an erasure may have been what was waited for.
	ELSIF EXISTS (SELECT FROM piste.person AS p
		WHERE p.id = l.person_id AND p.erased_at IS NOT NULL)
	THEN
		RAISE EXCEPTION 'the person of lead % was erased', l.id
			USING ERRCODE = 'object_not_in_prerequisite_state';
	-- History can't tell of a reason that changed: it is of moves.
	ELSIF l.stage = to_stage AND why <> coalesce(l.stage_reason, '') THEN
		RAISE EXCEPTION 'lead % is at % already, for %', l.id, l.stage,
			coalesce('the reason ' || l.stage_reason, 'no reason')
			USING ERRCODE = 'check_violation';
	ELSIF l.stage = to_stage THEN
		RETURN NULL;
	END IF;
	PERFORM piste.lead_move_judge(l, to_stage, role, why);
	BEGIN
		INSERT INTO piste.lead_history AS h (lead_id, actor, role,
			from_stage, to_stage, reason, note)
		VALUES (l.id, lead_move.actor, lead_move.role, l.stage,
			lead_move.to_stage, why, words)
		RETURNING h.id INTO made;
		UPDATE piste.lead AS o SET stage = lead_move.to_stage,
			stage_reason = why, updated_at = now()
		WHERE o.id = l.id;
	EXCEPTION WHEN unique_violation THEN
		GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
		IF broken <> 'lead_open' THEN
			RAISE;
		END IF;
		-- Only its index knows of one that is being made now.
		SELECT o.id INTO other FROM piste.lead AS o
		WHERE o.person_id = l.person_id AND o.offer_key = l.offer_key
			AND o.is_open AND o.merged_into IS NULL;
		RAISE EXCEPTION 'lead % can''t be opened again: lead % of the same person and offer is open',
			l.id, other USING ERRCODE = 'check_violation';
	END;
	RETURN made;
END $$;
COMMENT ON FUNCTION piste.lead_move(bigint, text, text, text, text, text) IS
	'Moves a lead to a stage, as who and in which role; reason and note may be NULL. The id of the row of history it wrote, NULL when the lead stands there already, for that reason or when none is given, and nothing changed. What is refused changes nothing and says why: unknown lead, stage, role or reason, a move that is not allowed (piste.stage_move), to that role, or not without a reason; another reason to stand where it does; a lead that gave way or whose person was erased; one to be opened while another of the same person and offer is open. Who moves several in one transaction takes them by id.';
REVOKE EXECUTE ON FUNCTION piste.lead_move(bigint, text, text, text, text,
	text), piste.lead_begin(), piste.lead_guard() FROM PUBLIC;

-- A closed lead may be open again when its person's merge is undone.
CREATE FUNCTION piste.person_part_judge(m piste.person_merge) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	back bigint;
	reopened bigint;
BEGIN
	SELECT o.id, late.id INTO back, reopened
	FROM piste.lead AS o JOIN piste.lead AS late
		ON late.person_id = m.into_id AND late.offer_key = o.offer_key
	WHERE o.id = ANY (m.absorbed) AND o.is_open
		AND late.is_open AND late.merged_into IS NULL
		AND late.created_at < m.at
		AND (late.id = ANY (m.leads)) = (o.id = ANY (m.leads))
	ORDER BY o.id LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'merge % can''t be undone: lead % would come back beside lead % of the same person and offer, which was opened again',
			m.id, back, reopened
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
END $$;
COMMENT ON FUNCTION piste.person_part_judge(piste.person_merge) IS
	'Refuses to undo a merge that would leave somebody two open leads for an offer, both older than the merge; one opened since gives way.';
SELECT piste.function_change('piste.person_unmerge(bigint, text)',
	'since := piste.person_since(m);',
	'PERFORM piste.person_part_judge(m);
	since := piste.person_since(m);');
COMMENT ON FUNCTION piste.person_unmerge(bigint, text) IS
	'Takes a merge back: what moved returns as it was, and with it what came since by a key that moved; the rest stays with the survivor. Refuses a merge that is unknown, undone, erased, has a later one of the same survivor on top, or would leave two open leads for one offer (person_part_judge).';

-- The worker moves leads by that function, too.
UPDATE piste.worker_right SET what = replace(what, 'stage, stage_reason, ', '')
WHERE what LIKE '%(stage, stage_reason, % ON piste.lead';
DO $$
BEGIN
	IF to_regrole('piste_worker') IS NOT NULL THEN
		REVOKE UPDATE (stage, stage_reason) ON piste.lead FROM piste_worker;
	END IF;
END $$;
SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT ON piste.stage_move, piste.lead_reason',
	'SELECT (id, lead_id, at, actor, role, via, from_stage, to_stage, reason) ON piste.lead_history',
	'EXECUTE ON FUNCTION piste.lead_move(bigint, text, text, text, text, text)'
	]) AS r (what);
