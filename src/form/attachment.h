/* Knows files that answer a field: which are taken, and what is kept. Pure. */
#ifndef PISTE_FORM_ATTACHMENT_H
#define PISTE_FORM_ATTACHMENT_H

#include "form/field.h"

struct arena;

#define ATTACHMENT_BYTES_MAX (5 << 20)	/* the most a "bytes_max" may say */
#define ATTACHMENT_BYTES_DEFAULT (2 << 20)
#define ATTACHMENT_NAME_BYTES_MAX 200	/* of a name, the rest is cut */

/* A file as it came. */
struct attachment_file {
	struct str name;	/* as the visitor's machine has it */
	struct str bytes;
};

/* What is kept of it. */
struct attachment {
	struct str id;		/* the name it is kept under; empty: not yet */
	struct str name;	/* without folders, for a person to read */
	struct str bytes;
	struct str type;	/* by content: "application/pdf" */
	struct str sha256;	/* hex */
};

/*
 * Judge a file; without a name and bytes none was chosen.  *out is set when
 * there is one and it is FIELD_FINE, else it is all empty.
 */
enum field_error attachment_check(struct arena *a, const struct field *f,
    const struct attachment_file *file, struct attachment *out);

/* {"file":…,"name":…,"bytes":…,"type":…,"sha256":…}, as it is stored. */
struct str attachment_json(struct arena *a, const struct attachment *at);

/* What f takes, for a visitor: "PDF, Word (DOCX)". */
struct str attachment_titles(struct arena *a, const struct field *f);
/* The same for a browser's dialogue: ".pdf,.docx". */
struct str attachment_endings(struct arena *a, const struct field *f);
/* f's limit for a visitor: "2 Mo", "2 MB"; rounded down. */
struct str attachment_limit(struct arena *a, const struct field *f,
    enum lang l);

#endif
