/*
 * Implements throttle.h.  The token is "UNTIL CHANCE LOGIN", sealed; keys are
 * tags, so that the table tells nobody who tried what.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/pg.h"

#include "account/throttle.h"

#define WAIT_MS PG_STATEMENT_MS
#define PURPOSE "console device"
#define TEXT_BYTES_MAX 1024
#define LIST_BYTES_MAX 256
#define MS_PER_S INT64_C(1000)
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define SPAN "interval '" TEXT_OF(THROTTLE_SPAN_S) " s'"

SQL(throttle_takes, 2, "SELECT piste.attempt_take($1::text[],"
    " $2::integer[], " SPAN ")");
SQL(throttle_gives, 1, "SELECT piste.attempt_give_back($1::text[])");

enum whom { PAIR, ACCOUNT, NETWORK, DEVICE };

/* Codes are guessed by who knows the password: the network says nothing. */
static const struct {
	enum throttle_deed deed;
	enum whom whom;
	int max;
} limits[] = {
	{ THROTTLE_LOGIN, PAIR, THROTTLE_PAIR_MAX },
	{ THROTTLE_LOGIN, ACCOUNT, THROTTLE_ACCOUNT_MAX },
	{ THROTTLE_LOGIN, NETWORK, THROTTLE_NETWORK_MAX },
	{ THROTTLE_LOGIN, DEVICE, THROTTLE_DEVICE_MAX },
	{ THROTTLE_CODE, ACCOUNT, THROTTLE_DEVICE_MAX },
	{ THROTTLE_CODE, DEVICE, THROTTLE_DEVICE_MAX },
	{ THROTTLE_RESET, ACCOUNT, THROTTLE_RESET_MAX },
	{ THROTTLE_RESET, NETWORK, THROTTLE_RESET_NETWORK_MAX },
};

bool
throttle_is_known(struct arena *a, const struct throttle_try *t)
{
	struct str payload, until, chance, login;
	int64_t until_ms;

	return t->deed != THROTTLE_RESET && t->device.n &&
	    !token_open(a, t->key, PURPOSE, t->device, &payload) &&
	    str_cut(payload, ' ', &until, &payload) &&
	    str_cut(payload, ' ', &chance, &login) &&
	    str_i64(until, 0, INT64_MAX, &until_ms) &&
	    until_ms > t->now_ms && str_eq(login, t->login);
}

static struct str
subject_of(struct arena *a, const struct throttle_try *t, enum whom whom)
{
	switch (whom) {
	case PAIR:
		return buf_fmt(a, TEXT_BYTES_MAX, "%.*s %.*s",
		    STR_ARG(t->login), STR_ARG(t->network));
	case ACCOUNT:
		return t->login;
	case NETWORK:
		return t->network;
	case DEVICE:
		break;
	}
	return t->device;
}

size_t
throttle_counts(struct arena *a, const struct throttle_try *t,
    struct throttle_count out[THROTTLE_KEYS_MAX])
{
	bool known = throttle_is_known(a, t);
	size_t count = 0;

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct str key;

		if (limits[i].deed != t->deed ||
		    known != (limits[i].whom == DEVICE))
			continue;
		key = buf_fmt(a, TEXT_BYTES_MAX * 2, "%d %d %.*s",
		    (int)t->deed, (int)limits[i].whom,
		    STR_ARG(subject_of(a, t, limits[i].whom)));
		snprintf(out[count].key, sizeof out[count].key, "%016llx",
		    (unsigned long long)token_tag(t->key, key));
		out[count++].max = limits[i].max;
	}
	return count;
}

/* As PostgreSQL reads arrays: hexadecimal digits and numbers alone. */
static void
lists_of(struct arena *a, const struct throttle_try *t, struct str out[2])
{
	struct throttle_count counts[THROTTLE_KEYS_MAX];
	size_t count = throttle_counts(a, t, counts);
	struct buf keys, maxima;

	buf_init(&keys, a, LIST_BYTES_MAX);
	buf_init(&maxima, a, LIST_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		buf_addf(&keys, "%s%s", i ? "," : "{", counts[i].key);
		buf_addf(&maxima, "%s%d", i ? "," : "{", counts[i].max);
	}
	buf_byte(&keys, '}');
	buf_byte(&maxima, '}');
	out[0] = buf_str(&keys);
	out[1] = buf_str(&maxima);
}

enum err
throttle_take(struct pg *db, struct arena *a, const struct throttle_try *t)
{
	const struct pg_rows *rows;
	struct str params[2];
	enum err e;

	lists_of(a, t, params);
	e = pg_run(db, &throttle_takes, params, WAIT_MS, &rows);
	if (e)
		return e;
	return str_eq(pg_value(rows, 0, 0), STR("t")) ? OK : ERR_LIMIT;
}

enum err
throttle_give_back(struct pg *db, struct arena *a,
    const struct throttle_try *t)
{
	struct str params[2];

	lists_of(a, t, params);
	return pg_run(db, &throttle_gives, params, WAIT_MS, NULL);
}

struct str
throttle_device(struct arena *a, const struct throttle_try *t)
{
	char chance[TOKEN_ID_CHARS + 1];

	token_id(chance);
	return token_seal(a, t->key, PURPOSE, buf_fmt(a,
	    TOKEN_PAYLOAD_BYTES_MAX, "%lld %s %.*s", (long long)(t->now_ms +
	    THROTTLE_DEVICE_S * MS_PER_S), chance, STR_ARG(t->login)));
}
