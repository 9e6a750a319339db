/* Implements ownview.h; the limit is src/sql/0042's. */
#include "base/arena.h"
#include "store/pg.h"

#include "account/ownview.h"

#define WAIT_MS 3000

SQL(ownview_all, 1,
    "SELECT v.id, v.name, v.query FROM piste.own_views($1) AS v");
SQL(ownview_put, 3, "SELECT piste.own_view_keep($1, $2, $3)");
SQL(ownview_end, 2, "SELECT piste.own_view_drop($1, $2::bigint)");

enum err
ownview_list(struct pg *db, struct arena *a, struct str session,
    struct ownview **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &ownview_all, &session, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct ownview){
			arena_copy(a, pg_value(rows, i, 0)),
			arena_copy(a, pg_value(rows, i, 1)),
			arena_copy(a, pg_value(rows, i, 2)) };
	return e;
}

enum err
ownview_keep(struct pg *db, struct str session, struct str name,
    struct str query)
{
	return pg_run(db, &ownview_put, (struct str[]){ session, name,
	    query }, WAIT_MS, NULL);
}

enum err
ownview_drop(struct pg *db, struct str session, struct str id)
{
	return pg_run(db, &ownview_end, (struct str[]){ session, id },
	    WAIT_MS, NULL);
}
