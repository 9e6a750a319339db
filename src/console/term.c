/* Implements term.h. */
#include "console/term.h"

static const struct {
	const char *key;
	const char *in[LANG_COUNT];
} terms[] = {
	/* Stages. */
	{ "lead", { "lead", "lead" } },
	{ "mql", { "qualifié marketing (MQL)", "marketing qualified (MQL)" } },
	{ "sql", { "qualifié vente (SQL)", "sales qualified (SQL)" } },
	{ "opportunity", { "opportunité", "opportunity" } },
	{ "nurturing", { "en maturation", "being nurtured" } },
	{ "customer", { "client", "customer" } },
	{ "disqualified", { "écarté", "disqualified" } },
	{ "lost", { "perdu", "lost" } },
	/* Grades. */
	{ "hot", { "chaud", "hot" } },
	{ "warm", { "tiède", "warm" } },
	{ "cold", { "froid", "cold" } },
	/* Why something was put aside. */
	{ "trapped", { "champ piège rempli", "trap field filled in" } },
	{ "too-fast", { "envoyé trop vite", "sent too fast" } },
	{ "no-work", { "preuve de calcul absente", "proof of work missing" } },
	{ "too-many-network", { "trop d'envois d'un même réseau",
	    "too many from one network" } },
	{ "too-many-address", { "trop d'envois pour une même adresse",
	    "too many for one address" } },
	{ "too-many-origin", { "trop d'envois par une même clé",
	    "too many by one key" } },
	/* What happened to somebody. */
	{ "submission", { "formulaire envoyé", "form sent" } },
	{ "given", { "consentement donné", "consent given" } },
	{ "confirmed", { "consentement confirmé", "consent confirmed" } },
	{ "withdrawn", { "consentement retiré", "consent taken back" } },
	{ "stage", { "étape", "stage" } },
	{ "merged", { "fusion d'une fiche", "record merged in" } },
	{ "allotted", { "confié à", "given to" } },
	{ "expired", { "pas accepté à temps", "not accepted in time" } },
	{ "refused", { "refusé", "refused" } },
	{ "reassigned", { "confié à un autre", "given to another" } },
	{ "left", { "plus à vendre", "not to be sold to" } },
	{ "removed", { "vendeur parti", "seller gone" } },
	{ "contact", { "échange", "contact" } },
	{ "note", { "note", "note" } },
	{ "bant", { "qualification", "qualification" } },
	{ "mail", { "message", "mail" } },
	{ "mail.confirm", { "demande de confirmation",
	    "request to confirm" } },
	{ "mail.asset", { "document demandé", "document asked for" } },
	{ "sending", { "en cours", "under way" } },
	{ "sent", { "parti", "sent" } },
	{ "dropped", { "non envoyé", "not sent" } },
	/* What a form did. */
	{ "new", { "nouvelle personne", "new person" } },
	{ "update", { "mise à jour", "update" } },
	{ "repeat", { "répétition", "repeated" } },
	/* Whose a lead is, and what it waits for. */
	{ "open", { "à accepter", "to be accepted" } },
	{ "accepted", { "accepté", "accepted" } },
	{ "contacted", { "contact", "contact" } },
	{ "scored", { "score", "score" } },
	{ "allocated", { "vendeur", "seller" } },
	/* What is asked. */
	{ "budget", { "Budget", "Budget" } },
	{ "authority", { "Décision", "Authority" } },
	{ "need", { "Besoin", "Need" } },
	{ "timing", { "Échéance", "Timing" } },
	{ "yes", { "oui", "yes" } },
	{ "no", { "non", "no" } },
	{ "now", { "maintenant", "now" } },
	{ "unknown", { "inconnu", "unknown" } },
	/* Channels. */
	{ "email", { "e-mail", "e-mail" } },
	{ "phone", { "téléphone", "phone" } },
	{ "sms", { "SMS", "SMS" } },
	{ "post", { "courrier", "post" } },
	/* By which road, and by whom. */
	{ "form", { "formulaire", "form" } },
	{ "spool", { "formulaire, enregistré plus tard",
	    "form, stored later" } },
	{ "api", { "API", "API" } },
	{ "import", { "import", "import" } },
	{ "link", { "lien de désinscription", "unsubscribe link" } },
	{ "command", { "commande", "command" } },
	{ "console", { "console", "console" } },
	{ "system", { "automatique", "automatic" } },
	{ "seller", { "vendeur", "seller" } },
	{ "marketer", { "marketing", "marketing" } },
	{ "operator", { "exploitation", "operations" } },
};

static const struct {
	const char *key;
	const char *in[LANG_COUNT];
} hindrances[] = {
	{ "stage", { "étape", "stage" } },
	{ "need", { "compétence", "skill" } },
	{ "band", { "potentiel", "potential" } },
	{ "territory", { "territoire", "territory" } },
	{ "force", { "autre force de vente", "the other sales force" } },
	{ "tried", { "l'a déjà eu", "had it before" } },
	{ "hours", { "hors horaires", "out of hours" } },
	{ "absent", { "absent", "away" } },
	{ "full", { "complet", "full" } },
	{ "reserved", { "places pour les chauds", "places kept for hot" } },
	{ "returns", { "revient à un autre", "goes back to another" } },
};

struct str
term_hindrance(struct str key, enum lang l)
{
	for (size_t i = 0; i < sizeof hindrances / sizeof *hindrances; i++)
		if (str_eq(key, str_of(hindrances[i].key)))
			return str_of(hindrances[i].in[l]);
	return key;
}

struct str
term_in(struct str key, enum lang l)
{
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
		if (str_eq(key, str_of(terms[i].key)))
			return str_of(terms[i].in[l]);
	return key;
}

struct str
term_brief(struct str key, enum lang l)
{
	return str_eq(key, STR("mql")) ? STR("MQL") :
	    str_eq(key, STR("sql")) ? STR("SQL") : term_in(key, l);
}
