/* Implements phonelib.h: one call, no logic of ours. */
#ifdef HAVE_PHONENUMBER
#include <string>

#include <phonenumbers/phonenumberutil.h>

#include "form/phonelib.h"

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/* The one instance is made under a lock, and only read from then on. */
extern "C" bool
phonelib_e164(struct str number, const char *region, char *dst, size_t capacity)
    NOEXCEPT
{
	const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
	PhoneNumber parsed;
	std::string e164;

	/* Parse alone takes nearly anything with digits. */
	if (util->Parse(std::string(number.p, number.n), region, &parsed) !=
	    PhoneNumberUtil::NO_PARSING_ERROR || !util->IsValidNumber(parsed))
		return false;
	util->Format(parsed, PhoneNumberUtil::E164, &e164);
	if (e164.size() >= capacity)
		return false;
	dst[e164.copy(dst, e164.size())] = '\0';
	return true;
}
#endif
