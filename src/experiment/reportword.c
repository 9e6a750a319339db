/* Implements reportword.h: tables of words; sentences are base/phrase's. */
#include "experiment/reportword.h"

static const char *const words[REPORTWORD_COUNT][LANG_COUNT] = {
	[REPORTWORD_ARM] = { "variante", "variant" },
	[REPORTWORD_VISITORS] = { "visiteurs", "visitors" },
	[REPORTWORD_CONVERSIONS] = { "conversions", "conversions" },
	[REPORTWORD_RATE] = { "taux", "rate" },
	[REPORTWORD_VALUE] = { "valeur", "value" },
	[REPORTWORD_INTERVAL] = { "intervalle", "interval" },
	[REPORTWORD_LIFT] = { "effet", "lift" },
	[REPORTWORD_ANY_TIME] = { "effet, à tout moment",
	    "lift, at any time" },
	[REPORTWORD_BEST] = { "meilleure", "is best" },
	[REPORTWORD_LOSS] = { "perte", "loss" },
	[REPORTWORD_CONSENTED] = { "leads avec accord/visiteurs",
	    "consented leads/visitors" },
	[REPORTWORD_SO_FAR] = { "leads/visiteurs à ce jour",
	    "leads/visitors so far" },
	[REPORTWORD_COUNTED] = { "comptés", "counted" },
	[REPORTWORD_ASIDE] = { "formulaires de la page en quarantaine",
	    "forms of the page in quarantine" },
	[REPORTWORD_OF] = { "sur", "of" },
	[REPORTWORD_WEIGHTS] = { "poids", "weights" },
	[REPORTWORD_NEXT_WEIGHTS] = { "poids suivants", "next weights" },
	[REPORTWORD_EVEN] = { "dixième réparti également",
	    "even tenth" },
	[REPORTWORD_GAIN] = { "apport du contexte", "gain by context" },
	[REPORTWORD_AGAINST] = { "contre", "against" },
	[REPORTWORD_SPLIT] = { "répartition", "split" },
	[REPORTWORD_SPLIT_GOOD] = { "conforme aux poids",
	    "as the weights say" },
	[REPORTWORD_SPLIT_BAD] = { "contraire aux poids",
	    "not as the weights say" },
	[REPORTWORD_SPLIT_RUNNING] = { "à tout moment", "at any time" },
	[REPORTWORD_ACTIVATED] = { "page vraiment affichée",
	    "page really shown" },
	[REPORTWORD_LEFT] = { "reste", "left" },
	[REPORTWORD_LEFT_NONE] = { "rien, les visiteurs prévus sont venus",
	    "nothing, the planned visitors have come" },
	[REPORTWORD_LEFT_NEVER] = { "mais personne ne vient",
	    "but nobody comes" },
	[REPORTWORD_RAIL] = { "garde-fou", "guardrail" },
	[REPORTWORD_MARGIN] = { "marge", "margin" },
	[REPORTWORD_BREACHED] = { "franchi", "broken" },
	[REPORTWORD_EXCLUDED] = { "non comptés", "not counted" },
	[REPORTWORD_SHRUNK] = { "effet retenu", "shrunk lift" },
	[REPORTWORD_SHRUNK_NOTE] = { "entre parenthèses\u00a0: rapproché de"
	    " l'ensemble, à ne pas affirmer", "in brackets: drawn towards the"
	    " whole, not to be claimed" },
	[REPORTWORD_FACTORS] = { "facteurs", "factors" },
	[REPORTWORD_TERM] = { "facteur", "factor" },
	[REPORTWORD_P_HOLM] = { "p (Holm)", "p (Holm)" },
	[REPORTWORD_ALIASES] = { "confondu avec", "alias of" },
	[REPORTWORD_BEST_CELL] = { "meilleure combinaison",
	    "best combination" },
	[REPORTWORD_PHASE] = { "phase", "phase" },
	[REPORTWORD_GOAL] = { "objectif", "goal" },
	[REPORTWORD_AS_OF] = { "au", "as of" },
	[REPORTWORD_CLOSED] = { "fermée", "closed" },
	[REPORTWORD_UNKNOWN] = { "inconnu", "unknown" },
	[REPORTWORD_OTHERS] = { "les autres", "all others" },
};

static const struct { const char *one[LANG_COUNT], *more[LANG_COUNT]; }
units[] = {
	[REPORTWORD_VISITOR] = { { "visiteur", "visitor" },
	    { "visiteurs", "visitors" } },
	[REPORTWORD_VIEW] = { { "vue", "view" }, { "vues", "views" } },
	[REPORTWORD_CONVERSION] = { { "conversion", "conversion" },
	    { "conversions", "conversions" } },
	[REPORTWORD_LEAD] = { { "lead", "lead" }, { "leads", "leads" } },
	[REPORTWORD_DAY] = { { "jour", "day" }, { "jours", "days" } },
	[REPORTWORD_WEEK] = { { "semaine", "week" },
	    { "semaines", "weeks" } },
};

/* No name stands for two things. */
static const struct name { const char *name, *in[LANG_COUNT]; } names[] = {
	{ "draft", { "brouillon", "draft" } },
	{ "running", { "en cours", "running" } },
	{ "paused", { "en pause", "paused" } },
	{ "stopped", { "arrêtée", "stopped" } },
	{ "decided", { "décidée", "decided" } },
	{ "archived", { "archivée", "archived" } },
	{ "lead", { "lead", "lead" } },
	{ "mql", { "MQL", "MQL" } },
	{ "sql", { "SQL", "SQL" } },
	{ "customer", { "client", "customer" } },
	{ "value", { "valeur par visiteur", "value per visitor" } },
	{ "spam", { "spam", "spam" } },
	{ "bounce", { "rebond", "bounce" } },
	{ "error", { "erreurs", "errors" } },
	{ "consent", { "accord", "consent" } },
	{ "bot_visitors", { "visiteurs reconnus comme robots",
	    "visitors found to be robots" } },
	{ "multi_exposed_visitors", { "visiteurs de plusieurs variantes",
	    "visitors of several variants" } },
	{ "spam_conversions", { "envois indésirables",
	    "forms that are spam" } },
	{ "conversions_without_exposure", { "envois sans visite comptée",
	    "forms without a counted visit" } },
	{ "conversions_before_exposure", { "envois avant la visite",
	    "forms before the visit" } },
	{ "conversions_after_window", { "envois trop tardifs",
	    "forms after the window" } },
	{ "duplicate_conversions", { "envois répétés", "repeated forms" } },
	{ "conversions_without_cookie", { "envois sans cookie",
	    "forms without a cookie" } },
	{ "conversions_from_preview", { "envois depuis un aperçu",
	    "forms from previews" } },
	{ "prefetch_exposures", { "pages chargées d'avance",
	    "pages fetched ahead" } },
	{ "preview_exposures", { "aperçus", "previews" } },
	{ "robot_views", { "vues de robots connus", "views by known robots" } },
	{ "head_views", { "requêtes HEAD", "HEAD requests" } },
	{ "internal_views", { "vues internes", "internal views" } },
	{ "crowd_views", { "vues d'adresses trop actives",
	    "views from crowded addresses" } },
	{ "trapped", { "champ piège rempli", "trap field filled in" } },
	{ "too-fast", { "envoyés trop vite", "sent too fast" } },
	{ "no-work", { "sans preuve de travail", "without proof of work" } },
	{ "too-many-origin", { "trop nombreux d'un même partenaire",
	    "too many from one partner" } },
	{ "too-many-network", { "trop nombreux d'un même réseau",
	    "too many from one network" } },
	{ "too-many-address", { "trop nombreux pour une même adresse",
	    "too many for one address" } },
	{ "country", { "pays", "country" } },
	{ "device", { "appareil", "device" } },
	{ "source", { "source", "source" } },
	{ "lang", { "langue", "language" } },
	{ "desktop", { "ordinateur", "desktop" } },
	{ "mobile", { "mobile", "mobile" } },
	{ "tablet", { "tablette", "tablet" } },
	{ "other", { "autre", "other" } },
};

static const struct name verdicts[] = {
	{ "not_started", { "pas encore commencée", "not started yet" } },
	{ "invalid_srm", { "inutilisable, répartition contraire aux poids",
	    "void, not split as the weights say" } },
	{ "invalid_multi_exposure", {
	    "inutilisable, trop de visiteurs de plusieurs variantes",
	    "void, too many visitors of several variants" } },
	{ "stop_keep_control", { "garder la référence",
	    "keep the control" } },
	{ "collecting", { "trop tôt", "too early" } },
	{ "ship", { "gagnante", "winner" } },
	{ "winner_contested", { "gagnante encore disputée",
	    "winner still contested" } },
	{ "ship_low_risk", { "adoption presque sans risque",
	    "to be shipped at next to no risk" } },
	{ "keep_control_low_risk", {
	    "garder la référence, presque sans risque",
	    "keep the control, at next to no risk" } },
	{ "inconclusive_stop", { "rien de sûr, à arrêter",
	    "nothing certain, stop" } },
	{ "no_meaningful_difference", { "sans différence qui compte",
	    "no difference that matters" } },
	{ "running", { "rien de sûr encore", "nothing certain yet" } },
};

struct str
reportword_in(enum reportword w, enum lang l)
{
	return str_of(words[w][l]);
}

struct str
reportword_unit(enum reportword_unit u, int64_t n, enum lang l)
{
	bool is_one = l == LANG_FR ? n < 2 : n == 1;

	return str_of(is_one ? units[u].one[l] : units[u].more[l]);
}

static struct str
find(const struct name *list, size_t count, struct str name, enum lang l)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name, str_of(list[i].name)))
			return str_of(list[i].in[l]);
	return name;
}

struct str
reportword_of(struct str name, enum lang l)
{
	return find(names, sizeof names / sizeof *names, name, l);
}

struct str
reportword_verdict(struct str name, enum lang l)
{
	return find(verdicts, sizeof verdicts / sizeof *verdicts, name, l);
}
