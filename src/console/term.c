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

struct str
term_in(struct str key, enum lang l)
{
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
		if (str_eq(key, str_of(terms[i].key)))
			return str_of(terms[i].in[l]);
	return key;
}
