/* Tests of lead/columns.c. */
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "lead/columns.h"
#include "lead/import.h"
#include "lead/importcase.h"
#include "support/suite.h"

#define HEADERS_MAX 8
#define TOLD_BYTES_MAX 1000

/* Headers, divided by |, a wish, and the names the columns get. */
static const struct {
	const char *headers;
	const char *wish;
	const char *names;	/* with ERR_INPUT, of the complaint */
	enum err err;
} files[] = {
	{ "email|first_name|last_name", "", "email|first_name|last_name", OK },
	{ "E-mail|Prénom|Nom", "", "email|first_name|last_name", OK },
	{ "COURRIEL|PRENOM|NOM DE FAMILLE", "",
	    "email|first_name|last_name", OK },
	{ "Work E-mail|First name|Surname", "",
	    "email|first_name|last_name", OK },
	{ " E-mail professionnel | taille ", "", "email|size", OK },
	{ "Téléphone|Pays|Date|Fax", "", "phone|country|import.date|", OK },
	{ "Mobile|Phone number", "", "phone|", OK },
	/* What is called like a field comes before what others call it. */
	{ "Mail|email", "", "|email", OK },
	{ "E-mail|Courriel|E-mail", "", "email||", OK },
	/* A whole name is no first name. */
	{ "Name|email", "", "last_name|email", OK },
	{ "Name|Nom|Prénom", "", "last_name||first_name", OK },
	{ "plan|email", "", "|email", OK },
	{ "consent.news|email", "", "consent.news|email", OK },
	{ "consent.other|email", "", "|email", OK },
	{ "import.date|Date|email", "", "import.date||email", OK },
	{ "Mot-clé|Affilié|Code promo|utm_term|email", "",
	    "import.keyword|import.affiliate|import.promo||email", OK },
	{ "A|Promo code|email", "A=import.promo,Promo code=",
	    "import.promo||email", OK },
	{ "A|B|email", "A=first_name,B=phone", "first_name|phone|email", OK },
	{ "A|email", " A = email ", "email|", OK },
	{ "A|Date|email", "A=import.date", "import.date||email", OK },
	{ "Nom|email", "Nom=", "|email", OK },
	{ "Nom|email", "email=,Nom=email", "email|", OK },
	{ "Nom, prénom|x=y|", "#1=last_name,#2=phone,#3=email",
	    "last_name|phone|email", OK },
	{ "A|A", "A=email,#2=phone", "email|phone", OK },
	{ "#2|email", "#2=phone", "phone|email", OK },
	{ "email|x", "#1=,#2=email", "|email", OK },
	{ "email", "#0=email", "no column has this header", ERR_INPUT },
	{ "email", "#2=email", "no column has this header", ERR_INPUT },
	{ "email", "#=email", "no column has this header", ERR_INPUT },
	{ "", "", "no column has the name", ERR_INPUT },
	{ "x|y", "", "no column has the name", ERR_INPUT },
	{ "email", "email=", "no column has the name", ERR_INPUT },
	{ "email", "email", "not header=field", ERR_INPUT },
	{ "email", "x=email", "no column has this header", ERR_INPUT },
	{ "email", "email=nothing", "no field has this name", ERR_INPUT },
	{ "email|p", "p=plan", "no field has this name", ERR_INPUT },
	{ "a|b", "a=email,b=email", "given twice", ERR_INPUT },
	{ "a|b", "a=email,a=phone", "given twice", ERR_INPUT },
};

static size_t
split(const char *text, struct str *out)
{
	struct str rest = str_of(text);
	size_t n = 0;

	while (str_cut(rest, '|', &out[n++], &rest))
		continue;
	return n;
}

START_TEST(columns_are_matched)
{
	const struct form *f = import_form(suite_arena(), &importcase_form,
	    &importcase_consent, 1);
	struct str header[HEADERS_MAX], want[HEADERS_MAX];
	char told[TOLD_BYTES_MAX] = "";
	FILE *complaints = fmemopen(told, sizeof told, "w");
	const struct csv_record first = { .cell = header,
	    .cells = split(files[_i].headers, header) };
	struct columns c;

	ck_assert_int_eq((int)columns_match(suite_arena(), f, &first,
	    str_of(files[_i].wish), complaints, &c), (int)files[_i].err);
	fclose(complaints);
	if (files[_i].err) {
		ck_assert_msg(strstr(told, files[_i].names) != NULL, "%s",
		    told);
		return;
	}
	ck_assert_str_eq(told, "");
	ck_assert_uint_eq(c.count, split(files[_i].names, want));
	for (size_t i = 0; i < c.count; i++) {
		ck_assert_str_same(c.column[i].name, want[i]);
		ck_assert_str_same(c.column[i].header, str_trim(header[i]));
	}
} END_TEST

START_TEST(a_column_is_found_by_its_name)
{
	struct column column[] = { { STR("A"), STR_EMPTY },
	    { STR("B"), STR("email") } };
	struct columns c = { column, COUNT(column) };

	ck_assert_uint_eq(columns_find(&c, STR("email")), 1);
	ck_assert_uint_eq(columns_find(&c, STR("B")), 2);
} END_TEST

SUITE(columns)
{
	SUITE_LOOP(columns_are_matched, COUNT(files));
	SUITE_TEST(a_column_is_found_by_its_name);
}
