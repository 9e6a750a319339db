/* Implements columns.h: one pass over the columns for each way to match. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "form/form.h"
#include "form/normal.h"

#include "lead/columns.h"

struct match {
	struct arena *arena;
	const struct form *form;
	struct columns *out;
	FILE *complaints;
};

/* What files call a field, as normal_letters has it, by kind or by name. */
static const struct custom {
	const char *word;
	enum field_kind kind;
	const char *name;	/* the field's; NULL: any of that kind */
} customs[] = {
	{ "email", FIELD_EMAIL, NULL },
	{ "mail", FIELD_EMAIL, NULL },
	{ "mel", FIELD_EMAIL, NULL },
	{ "courriel", FIELD_EMAIL, NULL },
	{ "adresseemail", FIELD_EMAIL, NULL },
	{ "adressemail", FIELD_EMAIL, NULL },
	{ "adressecourriel", FIELD_EMAIL, NULL },
	{ "adresseelectronique", FIELD_EMAIL, NULL },
	{ "emailprofessionnel", FIELD_EMAIL, NULL },
	{ "emailaddress", FIELD_EMAIL, NULL },
	{ "workemail", FIELD_EMAIL, NULL },
	{ "prenom", FIELD_NAME, "first_name" },
	{ "firstname", FIELD_NAME, "first_name" },
	{ "givenname", FIELD_NAME, "first_name" },
	{ "forename", FIELD_NAME, "first_name" },
	{ "nom", FIELD_NAME, "last_name" },
	{ "nomdefamille", FIELD_NAME, "last_name" },
	{ "lastname", FIELD_NAME, "last_name" },
	{ "surname", FIELD_NAME, "last_name" },
	{ "familyname", FIELD_NAME, "last_name" },
	{ "nom", FIELD_NAME, NULL },
	{ "name", FIELD_NAME, NULL },
	{ "fullname", FIELD_NAME, NULL },
	{ "societe", FIELD_COMPANY, NULL },
	{ "entreprise", FIELD_COMPANY, NULL },
	{ "raisonsociale", FIELD_COMPANY, NULL },
	{ "organisation", FIELD_COMPANY, NULL },
	{ "organization", FIELD_COMPANY, NULL },
	{ "organisme", FIELD_COMPANY, NULL },
	{ "company", FIELD_COMPANY, NULL },
	{ "companyname", FIELD_COMPANY, NULL },
	{ "fonction", FIELD_JOB_TITLE, NULL },
	{ "poste", FIELD_JOB_TITLE, NULL },
	{ "jobtitle", FIELD_JOB_TITLE, NULL },
	{ "job", FIELD_JOB_TITLE, NULL },
	{ "position", FIELD_JOB_TITLE, NULL },
	{ "telephone", FIELD_PHONE, NULL },
	{ "tel", FIELD_PHONE, NULL },
	{ "numerodetelephone", FIELD_PHONE, NULL },
	{ "portable", FIELD_PHONE, NULL },
	{ "mobile", FIELD_PHONE, NULL },
	{ "gsm", FIELD_PHONE, NULL },
	{ "phone", FIELD_PHONE, NULL },
	{ "phonenumber", FIELD_PHONE, NULL },
	{ "codepostal", FIELD_POSTCODE, NULL },
	{ "cp", FIELD_POSTCODE, NULL },
	{ "postcode", FIELD_POSTCODE, NULL },
	{ "postalcode", FIELD_POSTCODE, NULL },
	{ "zip", FIELD_POSTCODE, NULL },
	{ "zipcode", FIELD_POSTCODE, NULL },
	{ "pays", FIELD_COUNTRY, NULL },
	{ "country", FIELD_COUNTRY, NULL },
	{ "siret", FIELD_SIRET, NULL },
	{ "numerosiret", FIELD_SIRET, NULL },
	{ "tva", FIELD_VAT, NULL },
	{ "numerotva", FIELD_VAT, NULL },
	{ "numerodetva", FIELD_VAT, NULL },
	{ "tvaintracommunautaire", FIELD_VAT, NULL },
	{ "vat", FIELD_VAT, NULL },
	{ "vatnumber", FIELD_VAT, NULL },
	{ "message", FIELD_LONG_TEXT, NULL },
	{ "commentaire", FIELD_LONG_TEXT, NULL },
	{ "commentaires", FIELD_LONG_TEXT, NULL },
	{ "comment", FIELD_LONG_TEXT, NULL },
	{ "comments", FIELD_LONG_TEXT, NULL },
	{ "notes", FIELD_LONG_TEXT, NULL },
};

/* The same of what no form asks. */
static const struct unasked {
	const char *word;
	const char *name;
} unasked[] = {
	{ "date", COLUMNS_DATE },
	{ "datedecontact", COLUMNS_DATE },
	{ "datedurecueil", COLUMNS_DATE },
	{ "datederecueil", COLUMNS_DATE },
	{ "dateduconsentement", COLUMNS_DATE },
	{ "datedeconsentement", COLUMNS_DATE },
	{ "contactdate", COLUMNS_DATE },
	{ "consentdate", COLUMNS_DATE },
	{ "dateofcontact", COLUMNS_DATE },
	{ "dateofconsent", COLUMNS_DATE },
	{ "motcle", COLUMNS_KEYWORD },
	{ "keyword", COLUMNS_KEYWORD },
	{ "utmterm", COLUMNS_KEYWORD },
	{ "affilie", COLUMNS_AFFILIATE },
	{ "affiliate", COLUMNS_AFFILIATE },
	{ "affiliateid", COLUMNS_AFFILIATE },
	{ "codepromo", COLUMNS_PROMO },
	{ "codepromotionnel", COLUMNS_PROMO },
	{ "promocode", COLUMNS_PROMO },
	{ "couponcode", COLUMNS_PROMO },
};
#define UNASKED (sizeof unasked / sizeof *unasked)

bool
columns_is_unasked(struct str name)
{
	for (size_t i = 0; i < UNASKED; i++)
		if (str_eq(name, str_of(unasked[i].name)))
			return true;
	return false;
}

size_t
columns_find(const struct columns *c, struct str name)
{
	size_t i = 0;

	while (i < c->count && !str_eq(c->column[i].name, name))
		i++;
	return i;
}

static bool
is_taken(const struct match *m, struct str name)
{
	return columns_find(m->out, name) < m->out->count;
}

/* Give a column that name, unless the column or the name is taken. */
static void
give(struct match *m, struct column *c, struct str name)
{
	if (!c->name.n && !is_taken(m, name))
		c->name = name;
}

static struct str
consent_name(struct arena *a, const struct form_consent *c)
{
	return buf_join(a, STR(FORM_CONSENT_PREFIX), c->key);
}

/* Is there anything of that name to be answered?  *out lives as the form. */
static bool
find_name(struct match *m, struct str name, struct str *out)
{
	const struct form *f = m->form;
	size_t at = form_field(f, name);

	if (at < f->fields) {
		*out = f->field[at].name;
		return f->field[at].kind != FIELD_FILE;
	}
	for (size_t i = 0; i < f->consents; i++) {
		*out = consent_name(m->arena, &f->consent[i]);
		if (str_eq(*out, name))
			return true;
	}
	for (size_t i = 0; i < UNASKED; i++) {
		*out = str_of(unasked[i].name);
		if (str_eq(*out, name))
			return true;
	}
	return false;
}

static void
by_name(struct match *m, struct column *c, struct str letters)
{
	struct str name;

	(void)letters;
	if (find_name(m, c->header, &name))
		give(m, c, name);
}

static void
by_label(struct match *m, struct column *c, struct str letters)
{
	for (size_t i = 0; i < m->form->fields; i++) {
		const struct field *f = &m->form->field[i];

		for (size_t l = 0; l < LANG_COUNT; l++)
			if (f->kind != FIELD_FILE && letters.n &&
			    str_eq(normal_letters(m->arena, f->label.in[l]),
			    letters))
				give(m, c, f->name);
	}
}

/* A whole name is never a first name. */
static bool
is_meant(const struct custom *u, const struct field *f)
{
	if (f->kind != u->kind)
		return false;
	return u->name ? str_eq(f->name, str_of(u->name)) :
	    !str_eq(f->name, STR("first_name"));
}

static void
by_custom(struct match *m, struct column *c, struct str letters)
{
	for (size_t k = 0; k < sizeof customs / sizeof *customs; k++)
		for (size_t i = 0; i < m->form->fields; i++)
			if (str_eq(letters, str_of(customs[k].word)) &&
			    is_meant(&customs[k], &m->form->field[i]))
				give(m, c, m->form->field[i].name);
	for (size_t k = 0; k < UNASKED; k++)
		if (str_eq(letters, str_of(unasked[k].word)))
			give(m, c, str_of(unasked[k].name));
}

static enum err
complain(const struct match *m, struct str what, const char *why)
{
	fprintf(m->complaints, "%.*s: %s\n", STR_ARG(what), why);
	return ERR_INPUT;
}

static struct column *
find_header(struct match *m, struct str header)
{
	uint32_t number;

	for (size_t i = 0; i < m->out->count; i++)
		if (str_eq(m->out->column[i].header, header))
			return &m->out->column[i];
	if (str_has_prefix(header, STR("#")) && str_u32(str_slice(header, 1,
	    header.n), 1, (uint32_t)m->out->count, &number))
		return &m->out->column[number - 1];
	return NULL;
}

/* left_out[i]: somebody said that column i is not read. */
static enum err
by_wish(struct match *m, struct str wish, bool *left_out)
{
	while (wish.n) {
		struct str pair, header, name;
		struct column *c;

		str_cut(wish, ',', &pair, &wish);
		if (!str_cut(pair, '=', &header, &name))
			return complain(m, pair, "not header=field");
		c = find_header(m, str_trim(header));
		if (!c)
			return complain(m, header, "no column has this header");
		name = str_trim(name);
		left_out[c - m->out->column] = !name.n;
		if (!name.n)
			continue;
		if (!find_name(m, name, &name))
			return complain(m, pair, "no field has this name");
		if (c->name.n || is_taken(m, name))
			return complain(m, pair, "given twice");
		c->name = name;
	}
	return OK;
}

enum err
columns_match(struct arena *a, const struct form *f,
    const struct csv_record *header, struct str wish, FILE *complaints,
    struct columns *out)
{
	static void (*const ways[])(struct match *m, struct column *c,
	    struct str letters) = { by_name, by_label, by_custom };
	struct match m = { a, f, out, complaints };
	size_t count = header->cells, named = 0;
	bool *left_out = arena_array(a, count, sizeof *left_out);
	enum err e;

	out->count = count;
	out->column = arena_array(a, count, sizeof *out->column);
	for (size_t i = 0; i < count; i++)
		out->column[i].header = arena_copy(a,
		    str_trim(header->cell[i]));
	e = by_wish(&m, wish, left_out);
	if (e)
		return e;
	for (size_t w = 0; w < sizeof ways / sizeof *ways; w++)
		for (size_t i = 0; i < count; i++)
			if (!left_out[i])
				ways[w](&m, &out->column[i], normal_letters(a,
				    out->column[i].header));
	for (size_t i = 0; i < count; i++)
		named += out->column[i].name.n > 0;
	return named ? OK : complain(&m, f->key,
	    "no column has the name of a field of this form");
}
