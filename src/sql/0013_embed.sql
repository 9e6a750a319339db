-- Who may show a page's form on a site of theirs, or send one as a program.

CREATE TABLE piste.origin (
	key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	position integer NOT NULL,
	definition jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.origin IS
	'A site or program that may use pages'' forms; its API key is not kept, it follows from key, serial and the state directory''s secret';
COMMENT ON COLUMN piste.origin.key IS 'Chosen by the marketer';
COMMENT ON COLUMN piste.origin.position IS 'Order in an export';
COMMENT ON COLUMN piste.origin.definition IS 'The object as applied';
COMMENT ON COLUMN piste.origin.created_at IS 'First applied';
COMMENT ON COLUMN piste.origin.updated_at IS 'Last changed by an apply';

CREATE TRIGGER site_changed AFTER INSERT OR UPDATE OR DELETE ON piste.origin
	FOR EACH STATEMENT EXECUTE FUNCTION piste.site_changed();
