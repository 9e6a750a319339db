/* Implements rosterword.h: a table; states and goals are reportword's. */
#include "base/arena.h"
#include "base/buf.h"

#include "experiment/rosterword.h"

/* No name stands for two things. */
static const struct { const char *name, *in[LANG_COUNT]; } words[] = {
	{ "experiment", { "expérience", "experiment" } },
	{ "page", { "page", "page" } },
	{ "state", { "état", "state" } },
	{ "phase", { "phase", "phase" } },
	{ "goal", { "objectif", "goal" } },
	{ "weights", { "poids", "weights" } },
	{ "coverage", { "part des visiteurs", "coverage" } },
	{ "planned", { "visiteurs prévus", "planned visitors" } },
	{ "started", { "commencée", "started" } },
	{ "ended", { "terminée", "ended" } },
	{ "shipped", { "adoptée", "shipped" } },
	{ "verdict", { "dernier verdict", "last verdict" } },
	{ "next", { "commandes possibles", "next" } },
	{ "nothing", { "aucune", "nothing" } },
	{ "move", { "état", "state" } },
	{ "ship", { "adoption de", "ship" } },
	{ "undo", { "retour sur", "undo" } },
	{ "correction", { "correction", "correction" } },
	{ "bandit", { "poids", "weights" } },
	{ "pause-arm", { "variante fermée", "variant closed" } },
	{ "apply", { "piste apply", "apply" } },
	{ "command", { "commande", "command" } },
	{ "schedule", { "calendrier", "schedule" } },
	{ "worker", { "piste work", "worker" } },
	{ "restart", { "nouveau départ", "started again" } },
	{ "seed", { "autre tirage", "another seed" } },
	{ "filters", { "autres filtres ou groupes",
	    "other filters or groups" } },
	{ "factors", { "autres facteurs", "other factors" } },
	{ "targeting", { "ciblage plus étroit", "narrower targeting" } },
	{ "window", { "autre délai", "another window" } },
	{ "content", { "autre contenu", "other content" } },
	{ "its end has come", { "sa fin est venue", "its end has come" } },
	{ "a guardrail was broken", { "un garde-fou a été franchi",
	    "a guardrail was broken" } },
	{ "every variant does worse", { "toutes les variantes font moins bien",
	    "every variant does worse" } },
	{ "the bandit has its winner", { "le bandit a sa gagnante",
	    "the bandit has its winner" } },
	{ "weights follow the results", { "les poids suivent les résultats",
	    "weights follow the results" } },
	{ "weights follow the results by context", {
	    "les poids suivent les résultats par contexte",
	    "weights follow the results by context" } },
};

static struct str
find(struct str name, enum lang l)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(name, str_of(words[i].name)))
			return str_of(words[i].in[l]);
	return name;
}

struct str
rosterword_in(struct arena *a, struct str name, enum lang l)
{
	struct str what, arm;

	if (!str_has_prefix(name, STR("ship ")) &&
	    !str_has_prefix(name, STR("undo ")))
		return find(name, l);
	str_cut(name, ' ', &what, &arm);
	what = find(what, l);
	return buf_join(a, buf_join(a, what, STR(" ")), arm);
}
