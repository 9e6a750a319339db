/* Implements scorefact.h.  What the words are is score.c's and score_read's. */
#include "form/country.h"
#include "lead/score.h"
#include "lead/scoreread.h"

#include "lead/scorefact.h"

/* All that a fact can be, where that is a list. */
static const char *const words[SCORE_FACTS] = {
	[SCORE_PHONE] = "given", [SCORE_FIRST_NAME] = "given",
	[SCORE_LAST_NAME] = "given", [SCORE_COMPANY] = "given",
	[SCORE_POSTCODE] = "given", [SCORE_NAME] = "given",
	[SCORE_ROLE] = "yes",
	[SCORE_MAIL] = "exchanger, address, refused, absent, unknown",
	[SCORE_DOMAIN] = "company, free, disposable",
	[SCORE_PLACE] = "match, differs, unknown",
};

bool
scorefact_is_event(struct str kind)
{
	static const char *const kinds[] = { "page_view", "page_meaningful",
		"document", "mail_link", "form_started", "webinar",
		"submission", "other_submission" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(kind, str_of(kinds[i])))
			return true;
	return false;
}

/* Databases of addresses have a code of their own for Kosovo. */
static bool
is_country(struct str word)
{
	return country_find(word) || str_eq_fold(word, STR("XK"));
}

static bool
is_listed(struct str list, struct str word)
{
	struct str one;
	bool is_more;

	do {
		is_more = str_cut(list, ',', &one, &list);
		if (str_eq_fold(str_trim(one), word))
			return true;
	} while (is_more);
	return false;
}

void
scorefact_judge(const struct scoreread_spot *s, size_t fact,
    enum score_test test, struct str word)
{
	if (!word.n || fact >= SCORE_FACTS)
		return;
	if (words[fact] && !is_listed(str_of(words[fact]), word))
		scoreread_complain(s, "%s is never \"%.*s\", only: %s",
		    score_fact_name(fact), STR_ARG(word), words[fact]);
	if (words[fact])
		return;
	if (fact == SCORE_EMAIL && test == SCORE_IN && word.p[0] != '@')
		scoreread_complain(s, "of an address only what follows is"
		    " known: \"@%.*s\"?", STR_ARG(word));
	else if (fact != SCORE_EMAIL && !is_country(word))
		scoreread_complain(s, "there is no country %.*s",
		    STR_ARG(word));
}

void
scorefact_judge_number(const struct scoreread_spot *s, size_t fact)
{
	if (fact < SCORE_FACTS)
		scoreread_complain(s, "%s is no number",
		    score_fact_name(fact));
}
