/*
 * Implements suggest.h.  Names are compared by the restricted edit distance
 * (an insertion, a deletion, a change, two neighbours swapped count 1), the
 * part before the first dot and the ending apart: another ending is another
 * country's provider, unless there is no such ending.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "form/country.h"
#include "form/email.h"
#include "form/form.h"

#include "form/suggest.h"

#define NAME_BYTES_MAX EMAIL_LABEL_BYTES_MAX
/* Of a short name most mistakes give somebody else's. */
#define ONE_MISTAKE_BYTES_MIN 5
#define TWO_MISTAKES_BYTES_MIN 8
#define FAR 100

/* Where most private addresses of French and English speakers are. */
static const struct str frequent[] = {
	STR("gmail.com"), STR("hotmail.com"), STR("hotmail.fr"),
	STR("orange.fr"), STR("yahoo.fr"), STR("yahoo.com"),
	STR("outlook.com"), STR("outlook.fr"), STR("icloud.com"),
	STR("wanadoo.fr"), STR("free.fr"), STR("sfr.fr"),
	STR("laposte.net"), STR("live.fr"), STR("live.com"),
	STR("hotmail.co.uk"), STR("yahoo.co.uk"), STR("googlemail.com"),
	STR("protonmail.com"), STR("proton.me"), STR("bbox.fr"),
	STR("neuf.fr"), STR("msn.com"), STR("aol.com"), STR("gmx.fr"),
	STR("gmx.com"), STR("btinternet.com"), STR("numericable.fr"),
	STR("club-internet.fr"), STR("skynet.be"), STR("bluewin.ch"),
};

/* Right as they are, although they are near. */
static const struct str neighbours[] = {
	STR("mail.com"), STR("email.com"), STR("ymail.com"),
	STR("rocketmail.com"), STR("hushmail.com"), STR("fastmail.com"),
	STR("grange.fr"), STR("yahoo.com.br"),
};

/* Endings that are, beside those of countries. */
static const struct str endings[] = {
	STR("com"), STR("net"), STR("org"), STR("eu"), STR("uk"),
	STR("info"), STR("biz"), STR("dev"), STR("app"), STR("co.uk"),
	STR("pro"),
};
/* Countries' all right, but typed for com by most. */
static const struct str slips[] = { STR("co"), STR("cm"), STR("om") };

#define HAS(table, s) has(table, sizeof table / sizeof *table, s)

static bool
has(const struct str *table, size_t count, struct str s)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(table[i], s))
			return true;
	return false;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* FAR for what is too long to be a name. */
static int
distance(struct str s, struct str t)
{
	int row[3][NAME_BYTES_MAX + 1];

	if (s.n > NAME_BYTES_MAX || t.n > NAME_BYTES_MAX)
		return FAR;
	for (size_t j = 0; j <= t.n; j++)
		row[0][j] = (int)j;
	for (size_t i = 1; i <= s.n; i++) {
		int *now = row[i % 3], *last = row[(i - 1) % 3];

		now[0] = (int)i;
		for (size_t j = 1; j <= t.n; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
			    last[j - 1] + (s.p[i - 1] != t.p[j - 1]));
			if (i > 1 && j > 1 && s.p[i - 1] == t.p[j - 2] &&
			    s.p[i - 2] == t.p[j - 1])
				now[j] = least(now[j],
				    row[(i - 2) % 3][j - 2] + 1);
		}
	}
	return row[s.n % 3][t.n];
}

static bool
is_ending(struct str s)
{
	return !HAS(slips, s) && (country_find(s) || HAS(endings, s));
}

/* Mistakes between what was typed and a frequent domain; FAR: no mistake. */
static int
mistakes(struct str typed, struct str meant)
{
	struct str name, ending, meant_name, meant_ending;
	int in_name, in_ending;

	str_cut(typed, '.', &name, &ending);
	str_cut(meant, '.', &meant_name, &meant_ending);
	in_name = distance(name, meant_name);
	in_ending = distance(ending, meant_ending);
	if (in_ending > 1 || (in_ending && is_ending(ending)))
		return FAR;
	if (in_name > 2 || (in_name == 2 &&
	    (meant_name.n < TWO_MISTAKES_BYTES_MIN ||
	    name.p[0] != meant_name.p[0])) ||
	    (in_name == 1 && meant_name.n < ONE_MISTAKE_BYTES_MIN))
		return FAR;
	return in_name + in_ending;
}

struct str
suggest_email(struct arena *a, struct str email)
{
	struct str local, domain;
	const struct str *nearest = NULL;
	int fewest = FAR;

	if (!str_cut(email, '@', &local, &domain) ||
	    HAS(frequent, domain) || HAS(neighbours, domain))
		return STR_EMPTY;
	for (size_t i = 0; i < sizeof frequent / sizeof *frequent; i++) {
		int n = mistakes(domain, frequent[i]);

		if (n < fewest) {
			fewest = n;
			nearest = &frequent[i];
		}
	}
	return nearest ? buf_join(a, buf_join(a, local, STR("@")), *nearest) :
	    STR_EMPTY;
}

static bool
has_file(const struct form *f, const struct form_result *r)
{
	for (size_t i = 0; i < f->fields; i++)
		if (r->value[i].attachment)
			return true;
	return false;
}

bool
suggest_form(struct arena *a, const struct form *f, enum lang l,
    struct form_result *r)
{
	bool has_any = false;

	for (size_t i = 0; i < f->fields && !has_file(f, r); i++) {
		struct form_value *v = &r->value[i];
		struct str meant = f->field[i].kind == FIELD_EMAIL &&
		    !v->error ? suggest_email(a, v->normal) : STR_EMPTY;

		if (!meant.n)
			continue;
		v->advice = phrase_fill(a, PHRASE_FIELD_SUGGESTION, l, meant);
		has_any = true;
	}
	return has_any;
}
