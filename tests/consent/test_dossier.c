/* The proof of one submission: its parts are what their hashes say. */
#include <string.h>

#include "base/clock.h"
#include "base/token.h"
#include "consent/dossier.h"
#include "consent/said.h"
#include "store/pg.h"

#define PARTS_MAX 64

/* A line "part FROM BYTES HASH NAME". */
struct part {
	size_t from, bytes;
	struct str hash, name;
};

struct proof {
	struct str text;
	struct part part[PARTS_MAX];
	size_t parts;
};

static void
read_part(struct proof *p, struct str line)
{
	struct part *part = &p->part[p->parts++];
	struct str word, rest = line;
	uint64_t number;

	ck_assert_uint_le(p->parts, PARTS_MAX);
	str_cut(rest, ' ', &word, &rest);
	str_cut(rest, ' ', &word, &rest);
	ck_assert(str_u64(word, 1, p->text.n, &number));
	part->from = number - 1;
	str_cut(rest, ' ', &word, &rest);
	ck_assert(str_u64(word, 1, p->text.n, &number));
	part->bytes = number;
	str_cut(rest, ' ', &part->hash, &part->name);
}

static enum err
make(struct sample *c, const char *submission, struct proof *out)
{
	struct pg *db = pg_new(c->conninfo, "piste-test");
	struct str rest, line;
	enum err e;

	memset(out, 0, sizeof *out);
	e = dossier_make(db, suite_arena(), str_of(submission), &out->text);
	pg_free(db);
	for (rest = out->text; !e && rest.n;) {
		str_cut(rest, '\n', &line, &rest);
		if (str_has_prefix(line, STR("part ")))
			read_part(out, line);
	}
	return e;
}

static bool
has(const struct proof *p, const char *words)
{
	return memmem(p->text.p, p->text.n, words, strlen(words)) != NULL;
}

/* given1 given2 confirmed1 withdrawn1 withdrawn2 given3 given4 given5 */
static struct sample
with_history(void)
{
	struct sample c = said_new();

	SAID_ASK(c.conn, 1);
	SAID_GIVE(c.conn, 2);
	ck_assert_str_same(said_confirm(c.conn, 1), STR("confirmed"));
	sample_run(c.conn, "SELECT piste.consent_withdraw(max(id), NULL, NULL,"
	    " NULL, 'letter') FROM piste.person");
	for (int i = 3; i <= 5; i++)
		SAID_GIVE(c.conn, i);
	return c;
}

START_TEST(parts_are_what_their_hashes_say)
{
	static const struct { int id; const char *names; } cases[] = {
		{ 1, "block, text news version 1 fr, row 1, row 2, row 3,"
		    " row 4, row 5, row 6, row 7" },
		{ 5, "block, text news version 1 fr, row 7, row 8" },
	};
	struct sample c = with_history();
	char hash[TOKEN_HASH_TEXT];
	struct buf names;
	struct proof p;

	ck_assert_int_eq(make(&c, said_uuid(cases[_i].id), &p), OK);
	buf_init(&names, suite_arena(), 1000);
	for (size_t i = 0; i < p.parts; i++) {
		ck_assert_str_same(token_hash(str_slice(p.text,
		    p.part[i].from, p.part[i].bytes), hash), p.part[i].hash);
		buf_add(&names, i ? STR(", ") : STR_EMPTY);
		buf_add(&names, p.part[i].name);
	}
	ck_assert_str_same(buf_str(&names), str_of(cases[_i].names));
	ck_assert_str_same(str_slice(p.text, p.part[1].from, p.part[1].bytes),
	    sample_text(c.conn, "SELECT text FROM piste.consent_text"));
} END_TEST

START_TEST(what_holds_is_told)
{
	static const struct { const char *sql; const char *told; } cases[] = {
		{ "SELECT 1", "newsletter, by email, by us: yes\n" },
		{ "SELECT piste.consent_withdraw(max(id), NULL, NULL, NULL,"
		    " 'x') FROM piste.person",
		    "newsletter, by email, by us: no\n" },
		{ "UPDATE piste.consent SET person_id = NULL",
		    "newsletter, by email, by us: no, the person was"
		    " erased\n" },
	};
	struct sample c = with_history();
	struct proof p;

	for (size_t i = 0; i < COUNT(cases); i++) {
		sample_run(c.conn, cases[i].sql);
		ck_assert_int_eq(make(&c, said_uuid(1), &p), OK);
		ck_assert(has(&p, cases[i].told));
		ck_assert(has(&p, "\ne-mail as typed     " ANA "\n"));
		ck_assert(has(&p, "\nphone as typed      none kept\n"));
	}
} END_TEST

START_TEST(a_block_from_before_is_not_made_up)
{
	struct sample c = said_new();
	struct proof p;

	SAID_GIVE(c.conn, 1);
	sample_run(c.conn, "SET session_replication_role = replica;"
	    "DELETE FROM piste.consent_block");
	ck_assert_int_eq(make(&c, said_uuid(1), &p), OK);
	ck_assert(has(&p, "(not kept; its hash: "));
	ck_assert_str_same(p.part[0].name, STR("text news version 1 fr"));
} END_TEST

START_TEST(what_can_not_be_proved_is_told)
{
	static const struct { const char *id; enum err err; } cases[] = {
		{ "00000000-0000-7000-8000-000000000009", ERR_ABSENT },
		{ "nonsense", ERR_ABSENT },
		{ "", ERR_ABSENT },
		{ "00000000-0000-7000-8000-00000000000g", ERR_ABSENT },
		{ "00000000-0000-7000-8000-000000000002", ERR_DENIED },
		{ "00000000-0000-7000-8000-000000000001", OK },
		{ "00000000-0000-7000-8000-00000000000A", OK },
	};
	struct sample c = said_new();
	const struct sample_row trapped = { 2, .email = "b@firm.fr",
		.suspect = "trapped" };
	struct proof p;

	SAID_GIVE(c.conn, 1);
	sample_take(c.conn, sample_batch(&trapped, 1));
	said_submit(c.conn, 3, "", ",\"id\":"
	    "\"00000000-0000-7000-8000-00000000000a\"");
	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_int_eq(make(&c, cases[i].id, &p), cases[i].err);
} END_TEST

START_TEST(what_is_away_is_told)
{
	struct sample c = { .conninfo = STR("host=/nonexistent dbname=no") };
	struct proof p;

	ck_assert_int_eq(make(&c, said_uuid(1), &p), ERR_AWAY);
} END_TEST

SUITE_APART(dossier)
{
	SUITE_LOOP(parts_are_what_their_hashes_say, 2);
	SUITE_TEST(what_holds_is_told);
	SUITE_TEST(a_block_from_before_is_not_made_up);
	SUITE_TEST(what_can_not_be_proved_is_told);
	SUITE_TEST(what_is_away_is_told);
}
