/* Implements paragraph.h. */
#include "experiment/paragraph.h"

void
paragraph_write(struct str text, const char *first, const char *rest,
    FILE *out)
{
	size_t used = str_chars(str_of(first)), margin;
	bool is_line_begun = false;
	struct str word;

	margin = str_chars(str_of(rest));
	fputs(first, out);
	while (text.n) {
		size_t chars;

		(void)str_cut(text, ' ', &word, &text);
		chars = str_chars(word);
		if (!chars)
			continue;
		if (is_line_begun && used + 1 + chars > PARAGRAPH_CHARS_MAX) {
			fprintf(out, "\n%s", rest);
			used = margin;
			is_line_begun = false;
		}
		fprintf(out, "%s%.*s", is_line_begun ? " " : "",
		    STR_ARG(word));
		used += chars + is_line_begun;
		is_line_begun = true;
	}
	putc('\n', out);
}
