/*
 * Knows how a lead is first judged: completeness, free-mail or company
 * domain, disposable domain, whether mail can arrive, country match; points
 * with their reasons.  Pure.
 */
#ifndef PISTE_LEAD_SCORE_H
#define PISTE_LEAD_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "lead/exchanger.h"

#define SCORE_PARTS_MAX 16

struct score_part {
	const char *rule;	/* "company-domain" */
	int32_t points;
	struct str reason;	/* a fact, such as the domain */
};

/* What is known of the lead. */
struct score_input {
	struct str email;
	struct str phone;
	struct str first_name;
	struct str last_name;
	struct str company;
	struct str postcode;
	struct str form_country;
	struct str geo_country;
	bool is_role;		/* info@, contact@… */
	enum exchanger mail;	/* of the e-mail's domain */
};

struct score {
	int32_t points;			/* 0..100 */
	struct score_part part[SCORE_PARTS_MAX];
	size_t parts;
};

void score_lead(const struct score_input *in, struct score *out);

#endif
