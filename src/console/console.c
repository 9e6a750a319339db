/* Implements console.h.  What a role may is said by each handler. */
#include "console/accounts.h"
#include "console/aside.h"
#include "console/board.h"
#include "console/bring.h"
#include "console/bringcheck.h"
#include "console/bringreport.h"
#include "console/dash.h"
#include "console/forgot.h"
#include "console/home.h"
#include "console/lab.h"
#include "console/labmove.h"
#include "console/labplan.h"
#include "console/leaddeeds.h"
#include "console/leadpage.h"
#include "console/leads.h"
#include "console/logbook.h"
#include "console/login.h"
#include "console/logincode.h"
#include "console/me.h"
#include "console/people.h"
#include "console/spend.h"
#include "console/spendfile.h"
#include "http/request.h"
#include "http/route.h"

#include "console/console.h"

#define READ (METHOD_GET | METHOD_HEAD)

static const struct route routes[] = {
	{ READ,		"/console/login",	login_ask,	ROUTE_CREW },
	{ METHOD_POST,	"/console/login",	login_take,	ROUTE_CREW },
	{ METHOD_POST,	"/console/logout",	login_out,	ROUTE_CREW },
	{ METHOD_POST,	"/console/language",	login_language,	ROUTE_CREW },
	{ READ,		"/console/login/code",	logincode_ask,	ROUTE_CREW },
	{ METHOD_POST,	"/console/login/code",	logincode_take,	ROUTE_CREW },
	{ READ,		"/console/reset",	forgot_ask,	ROUTE_CREW },
	{ METHOD_POST,	"/console/reset",	forgot_send,	ROUTE_CREW },
	{ READ,		"/console/reset/:token", forgot_open,	ROUTE_CREW },
	{ METHOD_POST,	"/console/reset/:token", forgot_take,	ROUTE_CREW },
	{ READ,		"/console/me",		me_show,	ROUTE_CREW },
	{ METHOD_POST,	"/console/me/password",	me_password,	ROUTE_CREW },
	{ METHOD_POST,	"/console/me/sessions",	me_revoke,	ROUTE_CREW },
	{ READ,		"/console/me/second",	me_second,	ROUTE_CREW },
	{ METHOD_POST,	"/console/me/second",	me_second_on,	ROUTE_CREW },
	{ METHOD_POST,	"/console/me/second/off", me_second_off, ROUTE_CREW },
	{ READ,		"/console/accounts",	accounts_show,	ROUTE_CREW },
	{ METHOD_POST,	"/console/accounts",	accounts_add,	ROUTE_CREW },
	{ METHOD_POST,	"/console/accounts/change", accounts_change,
	    ROUTE_CREW },
	{ READ,		"/console/journal",	logbook_show,	ROUTE_CREW },
	{ READ,		"/console/journal.csv",	logbook_csv,	ROUTE_CREW },
	{ READ,		"/console",		home_show,	ROUTE_CREW },
	{ READ,		"/console/design",	home_design,	ROUTE_CREW },
	{ READ,		"/console/leads",	leads_show,	ROUTE_CREW },
	{ READ,		"/console/leads.csv",	leads_csv,	ROUTE_CREW },
	{ METHOD_POST,	"/console/leads/views",	leads_keep,	ROUTE_CREW },
	{ READ,		"/console/leads/:id",	leadpage_show,	ROUTE_CREW },
	{ METHOD_POST,	"/console/leads/:id",	leaddeeds_do,	ROUTE_CREW },
	{ READ,		"/console/board",	board_show,	ROUTE_CREW },
	{ READ,		"/console/experiments",	lab_list,	ROUTE_CREW },
	{ READ,		"/console/experiments/:key", lab_show,	ROUTE_CREW },
	{ READ,		"/console/experiments/:key/plan", labplan_show,
	    ROUTE_CREW },
	{ READ,		"/console/experiments/:key/:deed", labmove_ask,
	    ROUTE_CREW },
	{ METHOD_POST,	"/console/experiments/:key/:deed", labmove_do,
	    ROUTE_CREW },
	{ READ,		"/console/figures",	dash_show,	ROUTE_CREW },
	{ READ,		"/console/figures.csv",	dash_csv,	ROUTE_CREW },
	{ READ,		"/console/costs",	spend_show,	ROUTE_CREW },
	{ METHOD_POST,	"/console/costs",	spend_add,	ROUTE_CREW },
	{ METHOD_POST,	"/console/costs/budgets", spend_budget,	ROUTE_CREW },
	{ METHOD_POST,	"/console/costs/file",	spendfile_take,	ROUTE_FILES },
	{ READ,		"/console/costs/:id",	spend_entry,	ROUTE_CREW },
	{ METHOD_POST,	"/console/costs/:id",	spend_correct,	ROUTE_CREW },
	{ READ,		"/console/people",	people_search,	ROUTE_CREW },
	{ READ,		"/console/people/:id",	people_show,	ROUTE_CREW },
	{ METHOD_POST,	"/console/people/:id/withdraw", people_withdraw,
	    ROUTE_CREW },
	{ READ,		"/console/import",	bring_ask,	ROUTE_CREW },
	{ METHOD_POST,	"/console/import",	bring_take,	ROUTE_FILES },
	{ READ,		"/console/import/:id",	bringcheck_show, ROUTE_CREW },
	{ METHOD_POST,	"/console/import/:id",	bringcheck_do,	ROUTE_CREW },
	{ READ,		"/console/import/:id/refused.csv", bringreport_csv,
	    ROUTE_CREW },
	{ READ,		"/console/quarantine",	aside_show,	ROUTE_CREW },
	{ METHOD_POST,	"/console/quarantine",	aside_release,	ROUTE_CREW },
};

size_t
console_routes(const struct route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
