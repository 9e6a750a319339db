/* Tests src/experiment/roster.c and rosterword.c. */
#include <jansson.h>
#include <stdio.h>

#include "experiment/roster.h"
#include "support/suite.h"
#include "support/trialcase.h"

static struct pg *db;

/* A decision after a guardrail, each with its moment; a verdict's too. */
static void
begin(void)
{
	db = trialcase_db("{'weights': {'a': 0.375, 'b': 0.625},"
	    " 'planned_visitors': 20000}");
	trialcase_say(db, "UPDATE piste.experiment SET phase_started_at ="
	    " '2026-11-01T08:00:00Z';"
	    " UPDATE piste.experiment_move SET at = '2026-11-01T08:00:00Z';"
	    " INSERT INTO piste.verdict (experiment_key, phase, as_of, verdict,"
	    " arm, inputs) SELECT key, phase, '2026-11-20T00:00:00Z', 'ship',"
	    " 'b', '{}' FROM piste.experiment;"
	    " INSERT INTO piste.experiment_move (experiment_key, at,"
	    " from_state, to_state, phase, what, who, reason) SELECT key,"
	    " '2026-11-20T09:00:00Z', m.before, m.after, 1, m.what, m.who,"
	    " m.why FROM piste.experiment, (VALUES (1, 'running', 'running',"
	    " 'pause-arm', 'worker', 'a guardrail was broken'), (2, 'running',"
	    " 'decided', 'ship b', 'command', 'pour voir'), (3, 'decided',"
	    " 'stopped', 'undo b', 'command', NULL)) AS m (n, before, after,"
	    " what, who, why) ORDER BY m.n");
}

static const struct { enum lang lang; const char *list, *show; } told[] = {
	{ LANG_FR, "lb-headline\u00a0: en cours, phase\u00a01,"
	    " page\u00a0livre-blanc, objectif\u00a0lead\u00a0; dernier\n"
	    "  verdict\u00a0: gagnante, b\u00a0; commandes possibles\u00a0:"
	    " pause, stop, decide\n",
	    "expérience           lb-headline\n"
	    "page                 livre-blanc\n"
	    "état                 en cours\n"
	    "phase                1\n"
	    "objectif             lead\n"
	    "poids                a 37,5\u00a0%, b 62,5\u00a0%\n"
	    "part des visiteurs   100\u00a0%\n"
	    "visiteurs prévus     20000\n"
	    "commencée            2026-11-01T08:00:00Z\n"
	    "dernier verdict      gagnante, b\n"
	    "commandes possibles  pause, stop, decide\n\n"
	    "2026-11-01T08:00:00Z  état               en cours"
	    "                piste apply\n"
	    "2026-11-20T09:00:00Z  variante fermée    en cours"
	    "                piste work\u00a0: un garde-fou a été franchi\n"
	    "2026-11-20T09:00:00Z  adoption de b      en cours → décidée"
	    "      commande\u00a0: pour voir\n"
	    "2026-11-20T09:00:00Z  retour sur b       décidée → arrêtée"
	    "       commande\n" },
	{ LANG_EN, "lb-headline: running, phase\u00a01, page\u00a0livre-blanc,"
	    " goal\u00a0lead; last verdict:\n"
	    "  winner, b; next: pause, stop, decide\n",
	    "experiment           lb-headline\n"
	    "page                 livre-blanc\n"
	    "state                running\n"
	    "phase                1\n"
	    "goal                 lead\n"
	    "weights              a 37.5\u00a0%, b 62.5\u00a0%\n"
	    "coverage             100\u00a0%\n"
	    "planned visitors     20000\n"
	    "started              2026-11-01T08:00:00Z\n"
	    "last verdict         winner, b\n"
	    "next                 pause, stop, decide\n\n"
	    "2026-11-01T08:00:00Z  state              running"
	    "                 apply\n"
	    "2026-11-20T09:00:00Z  variant closed     running"
	    "                 worker: a guardrail was broken\n"
	    "2026-11-20T09:00:00Z  ship b             running → decided"
	    "       command: pour voir\n"
	    "2026-11-20T09:00:00Z  undo b             decided → stopped"
	    "       command\n" },
};

START_TEST(each_language_is_told)
{
	char *text;
	size_t n;
	struct roster o = { suite_arena(), told[_i].lang,
		open_memstream(&text, &n) };

	begin();
	ck_assert_int_eq(roster_list(db, &o), OK);
	fclose(o.out);
	ck_assert_str_eq(text, told[_i].list);
	o.out = open_memstream(&text, &n);
	ck_assert_int_eq(roster_show(db, TRIALCASE_KEY, &o), OK);
	fclose(o.out);
	ck_assert_str_eq(text, told[_i].show);
} END_TEST

START_TEST(one_that_is_not_there_is_told)
{
	const struct roster o = { suite_arena(), LANG_FR, stdout };

	begin();
	ck_assert_int_eq(roster_show(db, STR("nope"), &o), ERR_ABSENT);
} END_TEST

/* Programs are told in the words of the database, whatever the language. */
START_TEST(a_line_of_json_is_told)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	json_t *got;

	begin();
	ck_assert_int_eq(roster_json(db, out), OK);
	fclose(out);
	got = json_loads(text, 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(got, "state")),
	    "running");
	ck_assert_str_eq(json_string_value(json_object_get(got, "verdict")),
	    "ship");
	ck_assert_uint_eq(json_array_size(json_object_get(got, "next")), 3);
	json_decref(got);
} END_TEST

SUITE_APART(roster)
{
	SUITE_LOOP(each_language_is_told, COUNT(told));
	SUITE_TEST(one_that_is_not_there_is_told);
	SUITE_TEST(a_line_of_json_is_told);
}
