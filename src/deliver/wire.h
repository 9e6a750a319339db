/*
 * Knows how text becomes the lines of a mail (RFC 5322, 2045, 2047): ASCII, of
 * 76 bytes at most, ended by CR LF.  No text can begin a line of its own.
 * Pure.
 */
#ifndef PISTE_DELIVER_WIRE_H
#define PISTE_DELIVER_WIRE_H

#include <stdint.h>

#include "base/str.h"

struct buf;

#define WIRE_LINE_BYTES_MAX 76
#define WIRE_NAME_BYTES_MAX 14		/* of a header whose text may be long */

/*
 * "Name: text": as it is when that is short printable ASCII, else in encoded
 * words.  Controls become blanks, and what is no UTF-8 question marks.
 */
void wire_header(struct buf *b, const char *name, struct str text);
/* "Name: display <address>"; display may be empty. */
void wire_mailbox(struct buf *b, const char *name, struct str display,
    struct str address);
/* "Name: Sun, 22 Nov 2026 05:45:06 +0000" */
void wire_date(struct buf *b, const char *name, int64_t ms);
/*
 * text as quoted-printable, with an end of line behind it.  No line begins
 * with a dot or with "From ", so nobody on the way has to change one.
 */
void wire_quoted(struct buf *b, struct str text);
/* bytes as base64, in lines. */
void wire_base64(struct buf *b, struct str bytes);

#endif
