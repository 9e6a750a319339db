/*
 * Implements link.h.  The payload is "UNTIL SUBMISSION LANG PAGE", with a
 * hyphen for no submission.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "deliver/link.h"

static const struct {
	const char *purpose;
	const char *path;
} kinds[] = {
	[LINK_ASSET] = { "asset", "/a/" },
	[LINK_CONFIRM] = { "confirm", "/c/" },
	[LINK_UNSUBSCRIBE] = { "unsubscribe", "/u/" },
	[LINK_PREFERENCES] = { "preferences", "/preferences/" },
	[LINK_SELLER] = { "seller", "/s/" },
	[LINK_REPORT] = { "report", "/r/" },
	[LINK_RESET] = { "reset", "/console/reset/" },
};

struct str
link_url(struct arena *a, const struct token_key *k, struct str url,
    const struct link *l)
{
	char id[UUID_TEXT];
	struct str token = token_seal(a, k, kinds[l->kind].purpose,
	    buf_fmt(a, TOKEN_PAYLOAD_BYTES_MAX, "%lld %.*s %.*s %.*s",
	    (long long)l->until_ms, STR_ARG(l->has_submission ?
	    token_uuid_text(&l->submission, id) : STR("-")),
	    STR_ARG(lang_code(l->lang)), STR_ARG(l->page)));

	return l->kind == LINK_ASSET ?
	    buf_fmt(a, LINK_BYTES_MAX, "%.*s%s%.*s?t=%.*s", STR_ARG(url),
	    kinds[l->kind].path, STR_ARG(l->page), STR_ARG(token)) :
	    buf_fmt(a, LINK_BYTES_MAX, "%.*s%s%.*s", STR_ARG(url),
	    kinds[l->kind].path, STR_ARG(token));
}

enum err
link_open(struct arena *a, const struct token_key *k, enum link_kind kind,
    struct str token, struct link *out)
{
	struct str payload, until, id, lang;

	*out = (struct link){ .kind = kind };
	if (token_open(a, k, kinds[kind].purpose, token, &payload) ||
	    !str_cut(payload, ' ', &until, &payload) ||
	    !str_cut(payload, ' ', &id, &payload) ||
	    !str_cut(payload, ' ', &lang, &out->page) ||
	    !str_i64(until, 0, INT64_MAX, &out->until_ms) ||
	    lang_parse(lang, &out->lang))
		return ERR_DENIED;
	out->has_submission = !str_eq(id, STR("-"));
	if (out->has_submission && token_uuid_parse(id, &out->submission))
		return ERR_DENIED;
	return out->has_submission || kind == LINK_ASSET ||
	    kind == LINK_SELLER || kind == LINK_REPORT ||
	    kind == LINK_RESET ? OK : ERR_DENIED;
}
