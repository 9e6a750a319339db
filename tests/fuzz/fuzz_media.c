/* Fuzzes form/media and form/archive: the input is a file. */
#include <assert.h>

#include "form/archive.h"
#include "form/media.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	enum media kind;

	if (!media_of(bytes, &kind) && kind >= MEDIA_DOCX)
		assert(archive_is(bytes));
	assert(!archive_has(bytes, STR("word/document.xml")) || size > 22);
	(void)archive_begins(bytes, STR("mimetype"), STR("x"));
	return 0;
}
