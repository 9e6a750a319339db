/* Implements bounds.h; how numbers and dates are read is theirs to say. */
#include "base/buf.h"
#include "form/date.h"
#include "form/number.h"

#include "form/bounds.h"

#define COUNT_DIGITS_MAX 20

static bool
is_on_step(const struct field_bounds *b, int64_t scaled)
{
	int64_t from = b->has_min ? b->min : 0;

	/* Both lie within NUMBER_WHOLE_MAX: their difference fits. */
	return !b->step || (scaled - from) % b->step == 0;
}

enum field_error
bounds_number(struct arena *a, const struct field_bounds *b, struct str typed,
    struct str *normal)
{
	int64_t most = NUMBER_WHOLE_MAX * number_scale(b->decimals), scaled;
	struct str read;
	enum err e = number_parse(a, typed, b->decimals, &read, &scaled);

	if (e)
		return e != ERR_LIMIT ? FIELD_NOT_NUMBER :
		    b->decimals ? FIELD_TOO_PRECISE : FIELD_NOT_WHOLE;
	if (scaled < (b->has_min ? b->min : -most))
		return FIELD_TOO_SMALL;
	if (scaled > (b->has_max ? b->max : most))
		return FIELD_TOO_LARGE;
	if (!is_on_step(b, scaled))
		return FIELD_OFF_STEP;
	*normal = read;
	return FIELD_FINE;
}

enum field_error
bounds_date(struct arena *a, const struct field_bounds *b, struct str typed,
    struct str *normal)
{
	int64_t day;

	if (date_parse(typed, &day))
		return FIELD_NOT_DATE;
	if (b->has_min && day < b->min)
		return FIELD_TOO_EARLY;
	if (b->has_max && day > b->max)
		return FIELD_TOO_LATE;
	*normal = date_iso(a, day);
	return FIELD_FINE;
}

struct str
bounds_text(struct arena *a, const struct field_bounds *b, enum field_error e,
    enum lang l)
{
	int64_t most = NUMBER_WHOLE_MAX * number_scale(b->decimals);

	switch (e) {
	case FIELD_TOO_SMALL:
		return number_text(a, b->has_min ? b->min : -most,
		    b->decimals, l);
	case FIELD_TOO_LARGE:
		return number_text(a, b->has_max ? b->max : most, b->decimals,
		    l);
	case FIELD_OFF_STEP:
		return number_text(a, b->step, b->decimals, l);
	case FIELD_TOO_PRECISE:
		return buf_fmt(a, COUNT_DIGITS_MAX, "%u", b->decimals);
	case FIELD_TOO_EARLY:
		return date_text(a, b->min, l);
	case FIELD_TOO_LATE:
		return date_text(a, b->max, l);
	case FIELD_TOO_FEW:
		return buf_fmt(a, COUNT_DIGITS_MAX, "%lld",
		    (long long)b->min);
	case FIELD_TOO_MANY:
		return buf_fmt(a, COUNT_DIGITS_MAX, "%lld",
		    (long long)b->max);
	default:
		return STR_EMPTY;
	}
}
