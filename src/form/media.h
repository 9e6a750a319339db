/* Knows kinds of file by what is in them, never by their name.  Pure. */
#ifndef PISTE_FORM_MEDIA_H
#define PISTE_FORM_MEDIA_H

#include <stdbool.h>

#include "base/str.h"

enum media {
	MEDIA_PDF, MEDIA_PNG, MEDIA_JPEG, MEDIA_DOCX, MEDIA_XLSX, MEDIA_ODT,
	MEDIA_KINDS
};

struct media_traits {
	const char *name;	/* in a definition: "pdf" */
	const char *title;	/* for a visitor: "PDF" */
	const char *endings;	/* for a browser's choice: ".jpg,.jpeg" */
	const char *type;	/* as RFC 6838 has it */
};
const struct media_traits *media_traits(enum media m);
MUST_USE enum err media_parse(struct str name, enum media *out);

/* ERR_INPUT when it is none of these. */
MUST_USE enum err media_of(struct str bytes, enum media *out);

#endif
