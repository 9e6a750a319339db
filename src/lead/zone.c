/*
 * Implements zone.h.  A few postcodes belong to the département next door,
 * where the road to the village comes from; we take the first digits' word.
 */
#include "lead/zone.h"

static const struct region {
	const char *code;
	const char *name;
	const char *departments;	/* between blanks */
} regions[] = {
	{ "ARA", "Auvergne-Rhône-Alpes",
	    " 01 03 07 15 26 38 42 43 63 69 73 74 " },
	{ "BFC", "Bourgogne-Franche-Comté", " 21 25 39 58 70 71 89 90 " },
	{ "BRE", "Bretagne", " 22 29 35 56 " },
	{ "CVL", "Centre-Val de Loire", " 18 28 36 37 41 45 " },
	{ "20R", "Corse", " 2A 2B " },
	{ "GES", "Grand Est", " 08 10 51 52 54 55 57 67 68 88 " },
	{ "HDF", "Hauts-de-France", " 02 59 60 62 80 " },
	{ "IDF", "Île-de-France", " 75 77 78 91 92 93 94 95 " },
	{ "NAQ", "Nouvelle-Aquitaine",
	    " 16 17 19 23 24 33 40 47 64 79 86 87 " },
	{ "NOR", "Normandie", " 14 27 50 61 76 " },
	{ "OCC", "Occitanie", " 09 11 12 30 31 32 34 46 48 65 66 81 82 " },
	{ "PAC", "Provence-Alpes-Côte d'Azur", " 04 05 06 13 83 84 " },
	{ "PDL", "Pays de la Loire", " 44 49 53 72 85 " },
	{ "971", "Guadeloupe", " 971 " },
	{ "972", "Martinique", " 972 " },
	{ "973", "Guyane", " 973 " },
	{ "974", "La Réunion", " 974 " },
	{ "976", "Mayotte", " 976 " },
};
#define REGIONS (sizeof regions / sizeof *regions)

#define POSTCODE_DIGITS 5

/* Where code stands in a row's list, as a part of the constant. */
static struct str
find_in(const struct region *r, struct str code)
{
	struct str rest = str_trim(str_of(r->departments)), one;

	while (!str_is_empty(rest)) {
		(void)str_cut(rest, ' ', &one, &rest);
		if (str_eq(one, code))
			return one;
	}
	return STR_EMPTY;
}

static const struct region *
region_of(struct str department, struct str *constant)
{
	for (size_t i = 0; i < REGIONS; i++) {
		*constant = find_in(&regions[i], department);
		if (constant->n)
			return &regions[i];
	}
	return NULL;
}

struct str
zone_department(struct str postcode)
{
	struct str head = str_slice(postcode, 0, 2), found;
	uint32_t number;

	if (postcode.n != POSTCODE_DIGITS ||
	    !str_u32(postcode, 1000, 99999, &number))
		return STR_EMPTY;
	/* 201 is Ajaccio's post, 202 and 206 are Bastia's. */
	if (str_eq(head, STR("20")))
		head = number < 20200 ? STR("2A") : STR("2B");
	else if (str_eq(head, STR("97")))
		head = str_slice(postcode, 0, 3);
	return region_of(head, &found) ? found : STR_EMPTY;
}

struct str
zone_region(struct str department)
{
	struct str found;
	const struct region *r = region_of(department, &found);

	return r ? str_of(r->code) : STR_EMPTY;
}

/* Of France, by code or name. */
static const struct region *
region_called(struct str given)
{
	for (size_t i = 0; i < REGIONS; i++)
		if (str_eq_fold(given, str_of(regions[i].code)) ||
		    str_eq_fold(given, str_of(regions[i].name)))
			return &regions[i];
	return NULL;
}

struct str
zone_region_code(struct str country, struct str given)
{
	const struct region *r = str_eq_fold(country, STR("FR")) ?
	    region_called(given) : NULL;

	return r ? str_of(r->code) : given;
}

bool
zone_has_region(struct str country, struct str given)
{
	return !str_eq_fold(country, STR("FR")) || region_called(given);
}
