/* Implements reportwork.h. */
#include "base/conf.h"
#include "base/log.h"

#include "reportwork.h"

void
reportwork_init(struct reportwork *w, const struct conf *c)
{
	const struct gather_wish wish = { .currency = c->currency,
		.zone = c->time_zone };
	enum lang l = (enum lang)c->staff_lang;

	*w = (struct reportwork){
		.report = { .wish = wish, .to = c->report_mail,
		    .brand = c->mail_name, .lang = l },
		.alarm = { .wish = wish, .to = c->alarm_mail, .lang = l },
	};
}

void
reportwork_turn(struct reportwork *w, struct pg *db, int64_t *done)
{
	int64_t raised = 0;
	enum err e = reportturn_run(db, &w->report, done);

	if (!e)
		e = alarmturn_run(db, &w->alarm, &raised);
	*done += raised;
	if (e)
		log_event(LOG_WARN, "worker.report",
		    LOG_Z("why", err_name(e)));
}
