/* Implements newpassword.h. */
#include "console/word.h"

#include "console/newpassword.h"

struct str
newpassword_hint(struct arena *a, enum lang l)
{
	return word_number(a, WORD_PASSWORD_HINT, l, PASSWORD_CHARS_MIN);
}

struct str
newpassword_error(struct arena *a, enum password_fault fault, enum lang l)
{
	switch (fault) {
	case PASSWORD_FINE:
		return STR_EMPTY;
	case PASSWORD_SHORT:
		return word_number(a, WORD_PASSWORD_SHORT, l,
		    PASSWORD_CHARS_MIN);
	case PASSWORD_LONG:
		return word_number(a, WORD_PASSWORD_LONG, l,
		    PASSWORD_BYTES_MAX);
	case PASSWORD_WEAK:
		return word_in(WORD_PASSWORD_WEAK, l);
	case PASSWORD_NOT_TEXT:
		break;
	}
	return word_in(WORD_PASSWORD_NOT_TEXT, l);
}
