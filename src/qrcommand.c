/* Implements qrcommand.h over report/qrcode and report/raster. */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "command.h"
#include "optionwords.h"
#include "page/sitelink.h"
#include "report/qrcode.h"
#include "report/raster.h"

#include "qrcommand.h"

#define NAME "piste qr"
#define PIXELS_DEFAULT 10	/* of a module's side */
#define NUMBER_BYTES_MAX 4

static int
print(struct arena *a, struct str text, bool is_png, uint32_t pixels)
{
	struct str picture;
	unsigned side;
	enum err e = qrcode_svg(a, text, &side, &picture);

	if (!e && is_png)
		e = raster_png(a, picture, side * pixels, &picture);
	if (e) {
		fprintf(stderr, NAME ": %s\n", err_name(e));
		return COMMAND_FAILED;
	}
	if (fwrite(picture.p, 1, picture.n, stdout) == picture.n &&
	    !fflush(stdout))
		return COMMAND_OK;
	perror(NAME);
	return COMMAND_FAILED;
}

static int
draw(const struct conf *c, struct str code, bool is_png, uint32_t pixels)
{
	struct arena *a = arena_new(COMMAND_SITE_BYTES);
	const struct site_link *l = NULL;
	const struct site *site;
	int status = command_site(c, a, "qr", &site);

	if (status == COMMAND_OK)
		l = sitelink_find(site, code);
	if (status == COMMAND_OK && (!l ||
	    !sitelink_leads(l, clock_now_ms()))) {
		fprintf(stderr, NAME ": no link %.*s leads anywhere\n",
		    STR_ARG(code));
		status = COMMAND_FAILED;
	}
	if (status == COMMAND_OK)
		status = print(a, buf_fmt(a, QRCODE_TEXT_BYTES_MAX,
		    "%.*s/go/%.*s", STR_ARG(c->url), STR_ARG(l->key)), is_png,
		    pixels);
	arena_free(a);
	return status;
}

int
qrcommand_run(const struct conf *c, int words, char **word)
{
	struct str number = STR_EMPTY;
	const struct optionword options[] = {
		{ "--pixels", &number, NUMBER_BYTES_MAX, false },
	};
	bool is_svg = optionwords_flag(&words, word, "--svg");
	bool is_png = optionwords_flag(&words, word, "--png");
	uint32_t pixels = PIXELS_DEFAULT;

	if (!words || is_svg == is_png || !optionwords_read(words - 1,
	    word + 1, options, 1, NULL) || (number.n && (is_svg ||
	    !str_u32(number, 1, QRCOMMAND_MODULE_PIXELS_MAX, &pixels))))
		return COMMAND_USAGE;
	return draw(c, str_of(word[0]), is_png, pixels);
}
