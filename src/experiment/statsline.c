/* Implements statsline.h: one row a kind. */
#include <string.h>

#include "experiment/banditline.h"
#include "experiment/decideline.h"
#include "experiment/epochline.h"
#include "experiment/factorline.h"
#include "experiment/jsonline.h"
#include "experiment/looksline.h"
#include "experiment/planline.h"
#include "experiment/srmline.h"
#include "experiment/statsline.h"
#include "experiment/strataline.h"
#include "experiment/testline.h"
#include "experiment/valueline.h"

static const struct kind {
	const char *name;
	jsonline_answer answer;
	const char *only;	/* what it can be asked for only, or NULL */
} kinds[] = {
	{ "analyze", testline_answer, TESTLINE_ONLY_AV },
	{ "srm", srmline_answer, NULL },
	{ "seqsrm", srmline_sequential, NULL },
	{ "adjust", testline_adjust, NULL },
	{ "power", planline_answer, NULL },
	{ "looks", looksline_answer, NULL },
	{ "factorial", factorline_answer, NULL },
	{ "value", valueline_answer, NULL },
	{ "epochs", epochline_answer, NULL },
	{ "bandit", banditline_answer, NULL },
	{ "segments", strataline_answer, NULL },
	{ "decide", decideline_answer, NULL },
};

static const struct kind *
find(const char *name, const char *only)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct kind *k = &kinds[i];

		if (!strcmp(k->name, name))
			return !only || (k->only && !strcmp(k->only, only)) ?
			    k : NULL;
	}
	return NULL;
}

bool
statsline_is_kind(const char *kind, const char *only)
{
	return find(kind, only) != NULL;
}

enum err
statsline_run(const char *kind, FILE *in, FILE *out, const char *only)
{
	const struct kind *k = find(kind, only);

	return k ? jsonline_run(in, out, k->answer, only) : ERR_ABSENT;
}
