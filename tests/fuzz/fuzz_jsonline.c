/*
 * Lines of JSON: the input is one line, asked of everyone who answers such.
 * Whatever it is, there is one line of answer, JSON, with an id and either
 * what was got or an error.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/assignline.h"
#include "experiment/banditline.h"
#include "experiment/decideline.h"
#include "experiment/epochline.h"
#include "experiment/factorline.h"
#include "experiment/jsonline.h"
#include "experiment/looksline.h"
#include "experiment/planline.h"
#include "experiment/rulesline.h"
#include "experiment/srmline.h"
#include "experiment/strataline.h"
#include "experiment/testline.h"
#include "experiment/valueline.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void
ask(jsonline_answer answer, char *line, size_t n)
{
	FILE *in = fmemopen(line, n, "r"), *out;
	json_t *told, *got, *error;
	char *text;
	size_t told_n;

	out = open_memstream(&text, &told_n);
	assert(in && out);
	assert(!jsonline_run(in, out, answer, NULL));
	fclose(in);
	fclose(out);
	if (told_n) {
		assert(memchr(text, '\n', told_n) == text + told_n - 1);
		told = json_loadb(text, told_n, JSON_REJECT_DUPLICATES, NULL);
		got = json_object_get(told, "got");
		error = json_object_get(told, "error");
		assert(json_object_get(told, "id"));
		assert(got ? !error : json_is_string(error));
		json_decref(told);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const jsonline_answer answers[] = { assignline_answer,
		rulesline_answer, testline_answer, testline_adjust,
		srmline_answer, srmline_sequential, planline_answer,
		looksline_answer, factorline_answer, valueline_answer,
		epochline_answer, banditline_answer, strataline_answer,
		decideline_answer };
	char *line = malloc(size + 1);

	assert(line);
	if (size)
		memcpy(line, data, size);
	for (size_t i = 0; i < size; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	/* Units that are only counted may take a minute, by millions. */
	for (size_t i = 0; size && i < sizeof answers / sizeof *answers; i++)
		if (answers[i] != assignline_answer ||
		    !memmem(line, size, "count", 5))
			ask(answers[i], line, size);
	free(line);
	return 0;
}
