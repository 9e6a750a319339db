/* Implements sellerword.h; the words are in base/phrase. */
#include "lead/sellerword.h"

struct str
sellerword_grade(struct str grade, enum lang l)
{
	static const struct { const char *grade; enum phrase word; } words[] = {
		{ "hot", PHRASE_SELLER_HOT }, { "warm", PHRASE_SELLER_WARM },
		{ "cold", PHRASE_SELLER_COLD },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(grade, str_of(words[i].grade)))
			return phrase_in(words[i].word, l);
	return phrase_in(PHRASE_SELLER_UNJUDGED, l);
}

struct str
sellerword_step(struct str step, enum lang l)
{
	return phrase_in(str_eq(step, STR("scored")) ? PHRASE_ALARM_SCORED :
	    str_eq(step, STR("allocated")) ? PHRASE_ALARM_ALLOCATED :
	    PHRASE_ALARM_CONTACTED, l);
}

enum phrase
sellerword_part(struct str part)
{
	return str_eq(part, STR("accept")) ? PHRASE_DIGEST_ACCEPT :
	    str_eq(part, STR("late")) ? PHRASE_DIGEST_LATE :
	    str_eq(part, STR("contact")) ? PHRASE_DIGEST_CONTACT :
	    PHRASE_DIGEST_ACTION;
}
