/* Implements siterecycle.h. */
#include "page/reader.h"

#include "page/siterecycle.h"

#define STAGES 3
#define WHOLE_DIGITS_MAX 6
#define PART_DIGITS_MAX 4

static void
read_stages(const struct reader_node *n)
{
	static const char *const stages[STAGES + 1] = { "nurturing", "lost",
		"disqualified", NULL };
	size_t count = reader_list(n, READER_MUST, STAGES);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a rule needs a stage");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		reader_choice(&item, READER_MUST, stages);
	}
	reader_unique(n, NULL);
}

static void
read_reasons(const struct reader_node *n)
{
	size_t count = reader_list(n, READER_MAY, SITERECYCLE_REASONS_MAX);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		reader_key(&item, READER_MUST);
	}
	reader_unique(n, NULL);
}

/* A rule that nothing wakes would lay leads aside for ever. */
static void
read_wake(const struct reader_node *n)
{
	static const char *const known[] = { "days", "download", "score_rise",
		NULL };
	const struct reader_range days = { READER_MAY, 0,
		SITERECYCLE_DAYS_MAX, -1 };
	const struct reader_range rise = { READER_MAY, 1,
		SITERECYCLE_RISE_MAX, 0 };
	struct reader_node on_day = reader_member(n, "days");
	struct reader_node on_download = reader_member(n, "download");
	struct reader_node on_score = reader_member(n, "score_rise");
	bool has_day, has_download, has_rise;

	if (!reader_object(n, READER_MUST, known))
		return;
	has_day = reader_whole(&on_day, &days) >= 0;
	has_download = reader_flag(&on_download);
	has_rise = reader_whole(&on_score, &rise) > 0;
	if (!has_day && !has_download && !has_rise)
		reader_complain(n, "nothing wakes what this rule lays aside");
}

static bool
is_digits(struct str s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n && s.n <= max;
}

/* A text, since a JSON number is a floating one. */
static void
read_cost(const struct reader_node *n)
{
	struct str cost = reader_string(n, READER_MAY,
	    SITERECYCLE_COST_BYTES_MAX);
	struct str whole, part;
	bool has_part = str_cut(cost, '.', &whole, &part);

	if ((cost.n || json_is_string(n->json)) &&
	    (!is_digits(whole, WHOLE_DIGITS_MAX) ||
	    (has_part && !is_digits(part, PART_DIGITS_MAX))))
		reader_complain(n, "a cost is a text like \"12.50\"");
}

static void
read_costs(const struct reader_node *n)
{
	static const char *const known[] = { "mail", "wake", NULL };
	struct reader_node mail = reader_member(n, "mail");
	struct reader_node wake = reader_member(n, "wake");

	if (!reader_object(n, READER_MAY, known))
		return;
	read_cost(&mail);
	read_cost(&wake);
}

static void
read_rule(const struct reader_node *n)
{
	static const char *const known[] = { "key", "stages", "reasons",
		"rest_days", "wake", "times", "cost", "archived", NULL };
	const struct reader_range days = { READER_MAY, 0,
		SITERECYCLE_DAYS_MAX, 0 };
	const struct reader_range often = { READER_MAY, 1,
		SITERECYCLE_TIMES_MAX, 1 };
	struct reader_node key = reader_member(n, "key");
	struct reader_node stages = reader_member(n, "stages");
	struct reader_node reasons = reader_member(n, "reasons");
	struct reader_node rest = reader_member(n, "rest_days");
	struct reader_node wake = reader_member(n, "wake");
	struct reader_node times = reader_member(n, "times");
	struct reader_node cost = reader_member(n, "cost");
	struct reader_node archived = reader_member(n, "archived");

	if (!reader_object(n, READER_MUST, known))
		return;
	reader_key(&key, READER_MUST);
	read_stages(&stages);
	read_reasons(&reasons);
	reader_whole(&rest, &days);
	read_wake(&wake);
	reader_whole(&times, &often);
	read_costs(&cost);
	reader_flag(&archived);
}

void
siterecycle_read(const struct reader_node *root)
{
	struct reader_node list = reader_member(root, "recycling");
	size_t count = reader_list(&list, READER_MAY, SITERECYCLE_RULES_MAX);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);

		read_rule(&item);
	}
	reader_unique(&list, "key");
}
