/*
 * The providers are a table in the program, and npm's list of throw-away ones:
 * a first hint for the score, never a refusal, so they need not be whole.
 */
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#include "lead/disposable.h"

#include "lead/domain.h"

struct entry {
	const char *name;
	enum domain_kind kind;
};

/* By name in byte order, for bsearch. */
static const struct entry entries[] = {
	{ "10minutemail.com", DOMAIN_DISPOSABLE },
	{ "10minutemail.net", DOMAIN_DISPOSABLE },
	{ "126.com", DOMAIN_FREE },
	{ "163.com", DOMAIN_FREE },
	{ "20minutemail.com", DOMAIN_DISPOSABLE },
	{ "33mail.com", DOMAIN_DISPOSABLE },
	{ "9business.fr", DOMAIN_FREE },
	{ "9online.fr", DOMAIN_FREE },
	{ "aliceadsl.fr", DOMAIN_FREE },
	{ "anonbox.net", DOMAIN_DISPOSABLE },
	{ "aol.com", DOMAIN_FREE },
	{ "aol.fr", DOMAIN_FREE },
	{ "att.net", DOMAIN_FREE },
	{ "bbox.fr", DOMAIN_FREE },
	{ "bell.net", DOMAIN_FREE },
	{ "bluewin.ch", DOMAIN_FREE },
	{ "bol.com.br", DOMAIN_FREE },
	{ "btinternet.com", DOMAIN_FREE },
	{ "burnermail.io", DOMAIN_DISPOSABLE },
	{ "byom.de", DOMAIN_DISPOSABLE },
	{ "canl.nc", DOMAIN_FREE },
	{ "caramail.com", DOMAIN_FREE },
	{ "caramail.fr", DOMAIN_FREE },
	{ "cegetel.net", DOMAIN_FREE },
	{ "club-internet.fr", DOMAIN_FREE },
	{ "comcast.net", DOMAIN_FREE },
	{ "cool.fr.nf", DOMAIN_DISPOSABLE },
	{ "courriel.fr.nf", DOMAIN_DISPOSABLE },
	{ "cox.net", DOMAIN_FREE },
	{ "crazymailing.com", DOMAIN_DISPOSABLE },
	{ "dbmail.com", DOMAIN_FREE },
	{ "deadaddress.com", DOMAIN_DISPOSABLE },
	{ "discard.email", DOMAIN_DISPOSABLE },
	{ "discardmail.com", DOMAIN_DISPOSABLE },
	{ "dispostable.com", DOMAIN_DISPOSABLE },
	{ "dropmail.me", DOMAIN_DISPOSABLE },
	{ "email.com", DOMAIN_FREE },
	{ "emailondeck.com", DOMAIN_DISPOSABLE },
	{ "fakeinbox.com", DOMAIN_DISPOSABLE },
	{ "fakemailgenerator.com", DOMAIN_DISPOSABLE },
	{ "fastmail.com", DOMAIN_FREE },
	{ "fastmail.fm", DOMAIN_FREE },
	{ "francemail.fr", DOMAIN_FREE },
	{ "free.fr", DOMAIN_FREE },
	{ "freenet.de", DOMAIN_FREE },
	{ "freesbee.fr", DOMAIN_FREE },
	{ "getairmail.com", DOMAIN_DISPOSABLE },
	{ "getnada.com", DOMAIN_DISPOSABLE },
	{ "gmail.com", DOMAIN_FREE },
	{ "gmx.at", DOMAIN_FREE },
	{ "gmx.ch", DOMAIN_FREE },
	{ "gmx.com", DOMAIN_FREE },
	{ "gmx.de", DOMAIN_FREE },
	{ "gmx.fr", DOMAIN_FREE },
	{ "gmx.net", DOMAIN_FREE },
	{ "googlemail.com", DOMAIN_FREE },
	{ "grr.la", DOMAIN_DISPOSABLE },
	{ "guadeloupe.net", DOMAIN_FREE },
	{ "guerrillamail.com", DOMAIN_DISPOSABLE },
	{ "guerrillamail.net", DOMAIN_DISPOSABLE },
	{ "guerrillamail.org", DOMAIN_DISPOSABLE },
	{ "guerrillamailblock.com", DOMAIN_DISPOSABLE },
	{ "haltospam.com", DOMAIN_DISPOSABLE },
	{ "hanmail.net", DOMAIN_FREE },
	{ "hispeed.ch", DOMAIN_FREE },
	{ "hotmail.be", DOMAIN_FREE },
	{ "hotmail.ch", DOMAIN_FREE },
	{ "hotmail.co.uk", DOMAIN_FREE },
	{ "hotmail.com", DOMAIN_FREE },
	{ "hotmail.fr", DOMAIN_FREE },
	{ "hushmail.com", DOMAIN_FREE },
	{ "icloud.com", DOMAIN_FREE },
	{ "ik.me", DOMAIN_FREE },
	{ "ikmail.com", DOMAIN_FREE },
	{ "inbox.com", DOMAIN_FREE },
	{ "inboxbear.com", DOMAIN_DISPOSABLE },
	{ "inboxkitten.com", DOMAIN_DISPOSABLE },
	{ "incognitomail.org", DOMAIN_DISPOSABLE },
	{ "infonie.fr", DOMAIN_FREE },
	{ "jetable.com", DOMAIN_DISPOSABLE },
	{ "jetable.fr.nf", DOMAIN_DISPOSABLE },
	{ "jetable.net", DOMAIN_DISPOSABLE },
	{ "jetable.org", DOMAIN_DISPOSABLE },
	{ "kasmail.com", DOMAIN_DISPOSABLE },
	{ "lagoon.nc", DOMAIN_FREE },
	{ "laposte.net", DOMAIN_FREE },
	{ "libero.it", DOMAIN_FREE },
	{ "libertysurf.fr", DOMAIN_FREE },
	{ "link2mail.net", DOMAIN_DISPOSABLE },
	{ "live.be", DOMAIN_FREE },
	{ "live.com", DOMAIN_FREE },
	{ "live.fr", DOMAIN_FREE },
	{ "mac.com", DOMAIN_FREE },
	{ "mail-temporaire.com", DOMAIN_DISPOSABLE },
	{ "mail-temporaire.fr", DOMAIN_DISPOSABLE },
	{ "mail.com", DOMAIN_FREE },
	{ "mail.pf", DOMAIN_FREE },
	{ "mail.pt", DOMAIN_FREE },
	{ "mail.ru", DOMAIN_FREE },
	{ "mailcatch.com", DOMAIN_DISPOSABLE },
	{ "maildrop.cc", DOMAIN_DISPOSABLE },
	{ "mailexpire.com", DOMAIN_DISPOSABLE },
	{ "mailinator.com", DOMAIN_DISPOSABLE },
	{ "mailinator.net", DOMAIN_DISPOSABLE },
	{ "mailnesia.com", DOMAIN_DISPOSABLE },
	{ "mailnull.com", DOMAIN_DISPOSABLE },
	{ "mailo.com", DOMAIN_FREE },
	{ "mailo.fr", DOMAIN_FREE },
	{ "mailsac.com", DOMAIN_DISPOSABLE },
	{ "me.com", DOMAIN_FREE },
	{ "mediaserv.net", DOMAIN_FREE },
	{ "mega.zik.dj", DOMAIN_DISPOSABLE },
	{ "mintemail.com", DOMAIN_DISPOSABLE },
	{ "minuteinbox.com", DOMAIN_DISPOSABLE },
	{ "mls.nc", DOMAIN_FREE },
	{ "moakt.com", DOMAIN_DISPOSABLE },
	{ "mohmal.com", DOMAIN_DISPOSABLE },
	{ "moncourrier.fr.nf", DOMAIN_DISPOSABLE },
	{ "monemail.fr.nf", DOMAIN_DISPOSABLE },
	{ "monmail.fr.nf", DOMAIN_DISPOSABLE },
	{ "msn.com", DOMAIN_FREE },
	{ "mt2015.com", DOMAIN_DISPOSABLE },
	{ "murena.io", DOMAIN_FREE },
	{ "mytemp.email", DOMAIN_DISPOSABLE },
	{ "mytrashmail.com", DOMAIN_DISPOSABLE },
	{ "nada.email", DOMAIN_DISPOSABLE },
	{ "naver.com", DOMAIN_FREE },
	{ "net-c.com", DOMAIN_FREE },
	{ "netcourrier.com", DOMAIN_FREE },
	{ "neuf.fr", DOMAIN_FREE },
	{ "nomail.xl.cx", DOMAIN_DISPOSABLE },
	{ "noos.fr", DOMAIN_FREE },
	{ "nordnet.fr", DOMAIN_FREE },
	{ "nospam.ze.tc", DOMAIN_DISPOSABLE },
	{ "numericable.fr", DOMAIN_FREE },
	{ "o2.pl", DOMAIN_FREE },
	{ "onet.pl", DOMAIN_FREE },
	{ "online.fr", DOMAIN_FREE },
	{ "only.fr", DOMAIN_FREE },
	{ "orange.fr", DOMAIN_FREE },
	{ "outlook.be", DOMAIN_FREE },
	{ "outlook.com", DOMAIN_FREE },
	{ "outlook.fr", DOMAIN_FREE },
	{ "pm.me", DOMAIN_FREE },
	{ "proton.me", DOMAIN_FREE },
	{ "protonmail.ch", DOMAIN_FREE },
	{ "protonmail.com", DOMAIN_FREE },
	{ "proximus.be", DOMAIN_FREE },
	{ "qq.com", DOMAIN_FREE },
	{ "rediffmail.com", DOMAIN_FREE },
	{ "rocketmail.com", DOMAIN_FREE },
	{ "rogers.com", DOMAIN_FREE },
	{ "sapo.pt", DOMAIN_FREE },
	{ "sbcglobal.net", DOMAIN_FREE },
	{ "scarlet.be", DOMAIN_FREE },
	{ "seznam.cz", DOMAIN_FREE },
	{ "sfr.fr", DOMAIN_FREE },
	{ "sharklasers.com", DOMAIN_DISPOSABLE },
	{ "sky.com", DOMAIN_FREE },
	{ "skynet.be", DOMAIN_FREE },
	{ "spam4.me", DOMAIN_DISPOSABLE },
	{ "spambox.us", DOMAIN_DISPOSABLE },
	{ "spamgourmet.com", DOMAIN_DISPOSABLE },
	{ "speed.1s.fr", DOMAIN_DISPOSABLE },
	{ "sunrise.ch", DOMAIN_FREE },
	{ "sympatico.ca", DOMAIN_FREE },
	{ "t-online.de", DOMAIN_FREE },
	{ "tele2.fr", DOMAIN_FREE },
	{ "telenet.be", DOMAIN_FREE },
	{ "temp-mail.io", DOMAIN_DISPOSABLE },
	{ "temp-mail.org", DOMAIN_DISPOSABLE },
	{ "tempail.com", DOMAIN_DISPOSABLE },
	{ "tempinbox.com", DOMAIN_DISPOSABLE },
	{ "tempmail.com", DOMAIN_DISPOSABLE },
	{ "tempmail.net", DOMAIN_DISPOSABLE },
	{ "tempmailo.com", DOMAIN_DISPOSABLE },
	{ "tempr.email", DOMAIN_DISPOSABLE },
	{ "terra.com.br", DOMAIN_FREE },
	{ "throwawaymail.com", DOMAIN_DISPOSABLE },
	{ "tiscali.it", DOMAIN_FREE },
	{ "trash-mail.com", DOMAIN_DISPOSABLE },
	{ "trashmail.com", DOMAIN_DISPOSABLE },
	{ "trashmail.de", DOMAIN_DISPOSABLE },
	{ "trashmail.net", DOMAIN_DISPOSABLE },
	{ "trbvm.com", DOMAIN_DISPOSABLE },
	{ "tuta.io", DOMAIN_FREE },
	{ "tutanota.com", DOMAIN_FREE },
	{ "uol.com.br", DOMAIN_FREE },
	{ "verizon.net", DOMAIN_FREE },
	{ "videotron.ca", DOMAIN_FREE },
	{ "virgilio.it", DOMAIN_FREE },
	{ "vivaldi.net", DOMAIN_FREE },
	{ "voila.fr", DOMAIN_FREE },
	{ "voo.be", DOMAIN_FREE },
	{ "wanadoo.fr", DOMAIN_FREE },
	{ "web.de", DOMAIN_FREE },
	{ "wegwerfmail.de", DOMAIN_DISPOSABLE },
	{ "worldonline.fr", DOMAIN_FREE },
	{ "wp.pl", DOMAIN_FREE },
	{ "yahoo.co.uk", DOMAIN_FREE },
	{ "yahoo.com", DOMAIN_FREE },
	{ "yahoo.de", DOMAIN_FREE },
	{ "yahoo.es", DOMAIN_FREE },
	{ "yahoo.fr", DOMAIN_FREE },
	{ "yahoo.it", DOMAIN_FREE },
	{ "yandex.com", DOMAIN_FREE },
	{ "yandex.ru", DOMAIN_FREE },
	{ "yep.it", DOMAIN_DISPOSABLE },
	{ "ymail.com", DOMAIN_FREE },
	{ "yopmail.com", DOMAIN_DISPOSABLE },
	{ "yopmail.fr", DOMAIN_DISPOSABLE },
	{ "yopmail.net", DOMAIN_DISPOSABLE },
	{ "zaclys.net", DOMAIN_FREE },
	{ "zoho.com", DOMAIN_FREE },
};
#define ENTRIES (sizeof entries / sizeof entries[0])

bool
domain_is_sorted(void)
{
	for (size_t i = 1; i < ENTRIES; i++)
		if (strcmp(entries[i - 1].name, entries[i].name) >= 0)
			return false;
	return true;
}

struct str
domain_of(struct str email)
{
	size_t at = email.n;

	while (at > 0 && email.p[at - 1] != '@')
		at--;
	return at ? str_slice(email, at, email.n - at) : STR_EMPTY;
}

static int
compare(const void *name, const void *entry)
{
	return strcmp(name, ((const struct entry *)entry)->name);
}

static const struct entry *
look_up(const char *name)
{
	return bsearch(name, entries, ENTRIES, sizeof entries[0], compare);
}

/* In lower case, with a NUL; false when it is no domain's length. */
static bool
lower(struct str domain, char name[DOMAIN_BYTES_MAX + 1])
{
	if (str_is_empty(domain) || str_z(domain, name, DOMAIN_BYTES_MAX + 1))
		return false;
	for (char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return true;
}

/*
 * What is registered of a name; the name itself when it is a public suffix or
 * below none.  Borrowed from name.
 */
static const char *
registrable(const char *name)
{
	const char *found = psl_registrable_domain(psl_builtin(), name);

	return found ? found : name;
}

struct str
domain_registrable(struct str domain)
{
	char name[DOMAIN_BYTES_MAX + 1];
	size_t n;

	if (!lower(domain, name))
		return STR_EMPTY;
	n = strlen(registrable(name));
	return str_slice(domain, domain.n - n, n);
}

bool
domain_is_public(struct str domain)
{
	char name[DOMAIN_BYTES_MAX + 1];

	return lower(domain, name) &&
	    psl_is_public_suffix(psl_builtin(), name);
}

static bool
is_disposable(const char *name)
{
	const struct entry *found = look_up(name);

	return found ? found->kind == DOMAIN_DISPOSABLE :
	    disposable_has(str_of(name));
}

enum domain_kind
domain_kind(struct str domain)
{
	char name[DOMAIN_BYTES_MAX + 1];
	const struct entry *found;
	const char *own;

	if (!lower(domain, name))
		return DOMAIN_NONE;
	/* Ours goes first: npm's list names a provider now and then. */
	found = look_up(name);
	if (found)
		return found->kind;
	/*
	 * Throw-away providers hand out names below their own; what is below
	 * a free provider's is some customer's.  A public suffix is nobody's.
	 */
	own = registrable(name);
	for (const char *p = name; p && p <= own; p = strchr(p, '.')) {
		p += *p == '.';
		if (is_disposable(p))
			return DOMAIN_DISPOSABLE;
	}
	return DOMAIN_COMPANY;
}

const char *
domain_free(size_t i)
{
	for (size_t at = 0; at < ENTRIES; at++)
		if (entries[at].kind == DOMAIN_FREE && i-- == 0)
			return entries[at].name;
	return NULL;
}
