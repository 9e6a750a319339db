/*
 * Knows what a mail looks like on the wire: headers and two bodies, plain text
 * and HTML, which may have pictures (RFC 5322, 2045, 2046 5.1.4, 2387).  Pure.
 */
#ifndef PISTE_DELIVER_MAIL_H
#define PISTE_DELIVER_MAIL_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

/* Both parts of the longest letter; quoted, each byte of them is three. */
#define MAIL_BYTES_MAX (2 << 20)
#define MAIL_ID_BYTES_MAX 400
#define MAIL_PICTURES_MAX 2
#define MAIL_PICTURE_BYTES_MAX (128 << 10)

/* What html shows as src="cid:NAME@piste" (RFC 2392). */
struct mail_picture {
	const char *name;		/* letters alone */
	struct str png;
};

struct mail {
	struct str from;		/* addresses as form/email gives them */
	struct str from_name;
	struct str to;
	struct str subject;
	struct str id;			/* without its < > */
	int64_t date_ms;
	enum lang lang;
	struct str text;
	struct str html;		/* empty: plain text alone */
	struct mail_picture picture[MAIL_PICTURES_MAX];	/* within html */
	size_t pictures;
	struct str unsubscribe_url;	/* RFC 8058; empty for service mail */
};

/*
 * The whole message, ready for DATA but for dots, of which no line begins with
 * one.  ERR_INPUT when an address or the id is none, or what should be on one
 * line is not; ERR_LIMIT beyond MAIL_BYTES_MAX, or of a picture beyond its
 * own.
 */
MUST_USE enum err mail_compose(struct arena *a, const struct mail *m,
    struct str *out);

/* Is s an address that mail can be sent to, as it stands? */
bool mail_address_is(struct arena *a, struct str s);

/*
 * A message's id says which mail it is, and is the same at each attempt:
 * whoever gets it twice can tell.
 */
struct mail_id {
	int64_t row;			/* of the outbox */
	uint32_t round;
	struct str submission;		/* as a UUID's text */
};
/* "piste.ROW.ROUND.SUBMISSION@domain of from" */
struct str mail_id_text(struct arena *a, const struct mail_id *id,
    struct str from);
/* ERR_INPUT when it is none of ours; < > and blanks around it don't count. */
MUST_USE enum err mail_id_parse(struct str text, struct mail_id *out);

#endif
