/*
 * Knows what is around every screen of the console: title, navigation, trail,
 * notices, language, who is there.  Words of word.def are markers, W_NAME.
 */
#ifndef PISTE_CONSOLE_SHELL_H
#define PISTE_CONSOLE_SHELL_H

#include "base/lang.h"
#include "base/str.h"
#include "console/word.h"
#include "http/route.h"

struct desk;
struct request;
struct view;

#define SHELL_BYTES_MAX (2 << 20)	/* of a screen */

/* What the navigation marks as where one is. */
enum shell_place {
	SHELL_HOME,
	SHELL_LEADS,
	SHELL_BOARD,
	SHELL_EXPERIMENTS,
	SHELL_FIGURES,
	SHELL_COSTS,
	SHELL_PEOPLE,
	SHELL_IMPORT,
	SHELL_QUARANTINE,
	SHELL_ACCOUNTS,
	SHELL_JOURNAL,
	SHELL_OWN,		/* one's own account */
	SHELL_NOWHERE
};

/*
 * A screen for who is at a desk, or at the door before it, where there is no
 * navigation; title is borrowed.  Set its markers, then shell_answer.  Forms
 * post CSRF as CSRF_NAME; both are set.
 */
struct view *shell_begin(struct desk *d, enum shell_place place,
    struct str title);
struct view *shell_door(struct request *rq, enum lang l, struct str title);
/* One more step of the way here, above the title. */
void shell_trail(struct view *v, struct str url, struct str text);

/* A box above the screen, read aloud; the colour is not all it says. */
enum shell_tone { SHELL_GOOD, SHELL_BAD, SHELL_PLAIN };
void shell_notice(struct view *v, enum shell_tone tone, struct str text);

/*
 * Answer with templates/console/SCREEN.tpl; 503 without templates.  What of
 * the view is borrowed is needed until here only.
 */
enum turn shell_answer(struct request *rq, struct view *v, int status,
    const char *screen);

/*
 * The same with markup of ours, such as report/chart's, which a template can't
 * be given as it escapes all values: in the place of its comment <!--NAME-->.
 * No value can be such a comment.
 */
struct shell_picture {
	struct str name;
	struct str markup;
};
enum turn shell_answer_drawn(struct request *rq, struct view *v,
    const char *screen, const struct shell_picture *picture, size_t count);

#endif
