/*
 * The first qualification: a sum of rules, each with the fact it rests on.
 * The points are a rough order for people to work by, not a probability; a
 * lead with everything reaches 100.
 */
#include <assert.h>

#include "lead/domain.h"

#include "lead/score.h"

#define SCORE_MAX 100

/* Points for a rule, and for its opposite. */
enum {
	POINTS_EMAIL = 20,
	POINTS_PHONE = 15,
	POINTS_NAME = 10,
	POINTS_COMPANY = 10,
	POINTS_POSTCODE = 5,
	POINTS_COMPANY_DOMAIN = 25,
	POINTS_FREE_MAIL = 5,
	POINTS_DISPOSABLE = -40,
	POINTS_ROLE = -5,
	POINTS_NO_MAIL = -40,
	POINTS_COUNTRY_MATCH = 15,
	POINTS_COUNTRY_DIFFERS = -10,
};

static void
add(struct score *out, const char *rule, int32_t points, struct str reason)
{
	assert(out->parts < SCORE_PARTS_MAX);
	out->part[out->parts++] = (struct score_part){ rule, points, reason };
	out->points += points;
}

static void
judge_completeness(const struct score_input *in, struct score *out)
{
	const struct {
		const char *rule;
		int32_t points;
		bool holds;
	} rules[] = {
		{ "email", POINTS_EMAIL, !str_is_empty(in->email) },
		{ "phone", POINTS_PHONE, !str_is_empty(in->phone) },
		{ "name", POINTS_NAME, !str_is_empty(in->first_name) &&
		    !str_is_empty(in->last_name) },
		{ "company", POINTS_COMPANY, !str_is_empty(in->company) },
		{ "postcode", POINTS_POSTCODE, !str_is_empty(in->postcode) },
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		add(out, rules[i].rule, rules[i].holds ? rules[i].points : 0,
		    rules[i].holds ? STR("given") : STR("missing"));
}

static void
judge_domain(struct str email, struct score *out)
{
	struct str domain = domain_of(email);

	switch (domain_kind(domain)) {
	case DOMAIN_NONE:
		break;
	case DOMAIN_FREE:
		add(out, "free-mail", POINTS_FREE_MAIL, domain);
		break;
	case DOMAIN_DISPOSABLE:
		add(out, "disposable-domain", POINTS_DISPOSABLE, domain);
		break;
	case DOMAIN_COMPANY:
		add(out, "company-domain", POINTS_COMPANY_DOMAIN, domain);
		break;
	}
}

/* Whether what is sent there arrives, and on one person's desk. */
static void
judge_mailbox(const struct score_input *in, struct score *out)
{
	struct str found = str_of(exchanger_name(in->mail));

	if (in->is_role)
		add(out, "role-address", POINTS_ROLE, domain_of(in->email));
	switch (in->mail) {
	case EXCHANGER_UNKNOWN:
		break;
	case EXCHANGER_FOUND:
	case EXCHANGER_ADDRESS:
		add(out, "takes-mail", 0, found);
		break;
	case EXCHANGER_REFUSED:
	case EXCHANGER_ABSENT:
		add(out, "takes-no-mail", POINTS_NO_MAIL, found);
		break;
	}
}

/* "Unknown" is no point either way. */
static void
judge_country(const struct score_input *in, struct score *out)
{
	if (str_is_empty(in->geo_country) || str_is_empty(in->form_country))
		add(out, "country-unknown", 0, STR_EMPTY);
	else if (str_eq_fold(in->geo_country, in->form_country))
		add(out, "country-match", POINTS_COUNTRY_MATCH,
		    in->geo_country);
	else
		add(out, "country-differs", POINTS_COUNTRY_DIFFERS,
		    in->geo_country);
}

void
score_lead(const struct score_input *in, struct score *out)
{
	*out = (struct score){ 0 };
	judge_completeness(in, out);
	judge_domain(in->email, out);
	judge_mailbox(in, out);
	judge_country(in, out);
	if (out->points < 0)
		out->points = 0;
	if (out->points > SCORE_MAX)
		out->points = SCORE_MAX;
}
