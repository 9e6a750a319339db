/* Fuzzes deliver/bounce and mail ids: what is found lies within the report. */
#include <assert.h>

#include "deliver/bounce.h"
#include "deliver/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_within(struct str whole, struct str part)
{
	assert(!part.n || (part.p >= whole.p &&
	    part.p + part.n <= whole.p + whole.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str report = { (const char *)data, size };
	struct bounce b;
	struct mail_id id;
	enum err e = bounce_parse(report, &b);

	assert((e == OK) == (b.failures > 0));
	assert(b.failures <= BOUNCE_RECIPIENTS_MAX);
	for (size_t i = 0; i < b.failures; i++) {
		check_within(report, b.failure[i].address);
		check_within(report, b.failure[i].status);
		assert(b.failure[i].address.n);
		assert(str_has_prefix(b.failure[i].status, STR("5.")));
		assert(b.failure[i].status.n <= BOUNCE_STATUS_BYTES_MAX);
	}
	check_within(report, b.message_id);
	if (!mail_id_parse(b.message_id, &id))
		assert(id.row > 0 && id.round > 0 && id.submission.n == 36);
	return 0;
}
