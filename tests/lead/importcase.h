/* A form that files are judged by. */
#ifndef PISTE_TESTS_LEAD_IMPORTCASE_H
#define PISTE_TESTS_LEAD_IMPORTCASE_H

#include "form/form.h"

#define BOTH(fr, en) { { STR(fr), STR(en) } }

static const struct field_option importcase_sizes[] = {
	{ STR("small"), BOTH("Petite", "Small") },
	{ STR("big"), BOTH("Très grande", "Very big") },
};

static const uint32_t importcase_stock[] = { 9 };

static const struct field importcase_fields[] = {
	{ .name = STR("email"), .kind = FIELD_EMAIL, .is_required = true,
	    .label = BOTH("E-mail professionnel", "Work e-mail") },
	{ .name = STR("first_name"), .kind = FIELD_NAME },
	{ .name = STR("last_name"), .kind = FIELD_NAME },
	{ .name = STR("phone"), .kind = FIELD_PHONE },
	{ .name = STR("country"), .kind = FIELD_COUNTRY },
	{ .name = STR("size"), .kind = FIELD_CHOICE,
	    .option = importcase_sizes, .options = 2,
	    .label = BOTH("Taille", "Size") },
	{ .name = STR("wants"), .kind = FIELD_CHOICES,
	    .option = importcase_sizes, .options = 2 },
	{ .name = STR("terms"), .kind = FIELD_CONSENT, .is_required = true },
	{ .name = STR("plan"), .kind = FIELD_FILE, .is_required = true },
	{ .name = STR("project"), .kind = FIELD_LONG_TEXT,
	    .is_required = true },
};

static const struct form importcase_form = {
	.key = STR("f1"),
	.country = STR("FR"),
	.field = importcase_fields,
	.fields = sizeof importcase_fields / sizeof *importcase_fields,
	.stock = importcase_stock,
	.stocked = 1,
};

static const struct form_consent importcase_consent = {
	.key = STR("news"), .purpose = STR("newsletter"),
	.channel = STR("email"), .recipient = STR("us"), .version = 2,
	.text = BOTH("oui", "yes"),
};

#endif
