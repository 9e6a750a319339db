/*
 * Implements device.h by the words a user agent is made of.  Of those that are
 * found the one that is first in the table decides: a television names Android
 * as well, a tablet Linux, and nearly all Mozilla.
 */
#include <stddef.h>

#include "track/device.h"

struct sign {
	char word[16];	/* how it begins, in lower case */
	enum device device;
	const char *but;	/* unless it goes on like this, or NULL */
};

static const struct sign signs[] = {
	{ "smart-tv", DEVICE_OTHER, NULL },
	{ "smarttv", DEVICE_OTHER, NULL },
	{ "hbbtv", DEVICE_OTHER, NULL },
	{ "googletv", DEVICE_OTHER, NULL },
	{ "google tv", DEVICE_OTHER, NULL },
	{ "android tv", DEVICE_OTHER, NULL },
	{ "appletv", DEVICE_OTHER, NULL },
	{ "apple tv", DEVICE_OTHER, NULL },
	{ "tv safari", DEVICE_OTHER, NULL },
	{ "web0s", DEVICE_OTHER, NULL },
	{ "netcast", DEVICE_OTHER, NULL },
	{ "viera", DEVICE_OTHER, NULL },
	{ "bravia", DEVICE_OTHER, NULL },
	{ "roku", DEVICE_OTHER, NULL },
	{ "crkey", DEVICE_OTHER, NULL },
	{ "aft", DEVICE_OTHER, NULL },	/* the models of Fire TV */
	{ "playstation", DEVICE_OTHER, NULL },
	{ "nintendo", DEVICE_OTHER, NULL },
	{ "xbox", DEVICE_OTHER, NULL },
	{ "watch", DEVICE_OTHER, NULL },
	{ "oculusbrowser", DEVICE_OTHER, NULL },

	{ "ipad", DEVICE_TABLET, NULL },
	/* Windows tells of a pen so. */
	{ "tablet", DEVICE_TABLET, "tablet pc" },
	{ "playbook", DEVICE_TABLET, NULL },
	{ "kindle", DEVICE_TABLET, NULL },
	{ "touchpad", DEVICE_TABLET, NULL },
	/* Applications on Samsung's tablets may say Mobile. */
	{ "sm-t", DEVICE_TABLET, NULL },
	{ "sm-x", DEVICE_TABLET, NULL },

	{ "iphone", DEVICE_MOBILE, NULL },
	{ "ipod", DEVICE_MOBILE, NULL },
	{ "windows phone", DEVICE_MOBILE, NULL },
	{ "iemobile", DEVICE_MOBILE, NULL },
	{ "blackberry", DEVICE_MOBILE, NULL },
	{ "bb10", DEVICE_MOBILE, NULL },
	{ "opera mini", DEVICE_MOBILE, NULL },
	{ "ucweb", DEVICE_MOBILE, NULL },
	{ "midp", DEVICE_MOBILE, NULL },
	{ "nokia", DEVICE_MOBILE, NULL },
	{ "mobi", DEVICE_MOBILE, NULL },
	/* A telephone's browser would have said Mobile. */
	{ "android", DEVICE_TABLET, NULL },

	{ "windows", DEVICE_DESKTOP, NULL },
	{ "macintosh", DEVICE_DESKTOP, NULL },
	{ "x11", DEVICE_DESKTOP, NULL },
	{ "linux", DEVICE_DESKTOP, NULL },
	{ "lynx", DEVICE_DESKTOP, NULL },
	{ "links", DEVICE_DESKTOP, NULL },
	{ "elinks", DEVICE_DESKTOP, NULL },
	{ "w3m", DEVICE_DESKTOP, NULL },
};
#define SIGNS (sizeof signs / sizeof *signs)

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_wordly(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Does text go on with word at at? */
static bool
is_at(struct str text, size_t at, const char *word)
{
	for (; *word; word++, at++)
		if (at >= text.n || lower(text.p[at]) != *word)
			return false;
	return true;
}

enum device
device_of(struct str user_agent)
{
	size_t best = SIGNS;

	for (size_t at = 0; at < user_agent.n; at++) {
		char c = lower(user_agent.p[at]);

		/* Every sign begins with a letter, where a word does. */
		if (c < 'a' || c > 'z' ||
		    (at && is_wordly(user_agent.p[at - 1])))
			continue;
		for (size_t i = 0; i < best; i++)
			if (c == signs[i].word[0] &&
			    is_at(user_agent, at, signs[i].word) &&
			    !(signs[i].but &&
			    is_at(user_agent, at, signs[i].but)))
				best = i;
	}
	return best < SIGNS ? signs[best].device : DEVICE_OTHER;
}

static const char *const names[DEVICE_COUNT] = {
	[DEVICE_DESKTOP] = "desktop", [DEVICE_MOBILE] = "mobile",
	[DEVICE_TABLET] = "tablet", [DEVICE_OTHER] = "other",
};

struct str
device_name(enum device d)
{
	return str_of(names[d]);
}

enum err
device_parse(struct str name, enum device *out)
{
	for (int d = 0; d < DEVICE_COUNT; d++)
		if (str_eq(name, str_of(names[d]))) {
			*out = d;
			return OK;
		}
	return ERR_INPUT;
}
