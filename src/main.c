/*
 * Starts: settings, then one row of the command table; or, when the
 * environment is a CGI request's, answers that one request.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocatecommand.h"
#include "app.h"
#include "attentioncommand.h"
#include "attributioncommand.h"
#include "auditcommand.h"
#include "bantcommand.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/token.h"
#include "command.h"
#include "consentcommand.h"
#include "conversioncommand.h"
#include "costcommand.h"
#include "dealcommand.h"
#include "funnelcommand.h"
#include "http/gateway.h"
#include "importcommand.h"
#include "inspect.h"
#include "journalcommand.h"
#include "kpicommand.h"
#include "leadcommand.h"
#include "linkcommand.h"
#include "mailcommand.h"
#include "nurturecommand.h"
#include "personcommand.h"
#include "promisescommand.h"
#include "proofcommand.h"
#include "quarantinecommand.h"
#include "qrcommand.h"
#include "reconcilecommand.h"
#include "reportcommand.h"
#include "resultscommand.h"
#include "rightscommand.h"
#include "scorecommand.h"
#include "selftest.h"
#include "sellercommand.h"
#include "serve.h"
#include "trialcommand.h"
#include "usercommand.h"
#include "worker.h"

static int
serve(const struct conf *c, int words, char **word)
{
	(void)word;
	if (words)
		return COMMAND_USAGE;
	return serve_run(c) ? COMMAND_FAILED : COMMAND_OK;
}

static int
work(const struct conf *c, int words, char **word)
{
	bool once = words == 1 && !strcmp(word[0], "--once");

	if (words && !once)
		return COMMAND_USAGE;
	return worker_run(c, once) ? COMMAND_FAILED : COMMAND_OK;
}

static int help(const struct conf *c, int words, char **word);

static const struct command {
	const char *name;
	int (*run)(const struct conf *c, int words, char **word);
	enum { BARE, CONFIGURED } needs;	/* a bare one, no settings */
	const char *usage;
	const char *what;
} commands[] = {
	{ "serve", serve, CONFIGURED, "",
	    "answer FastCGI requests on the socket `listen` names" },
	{ "work", work, CONFIGURED, "[--once]",
	    "drain the spool, qualify and allocate leads, send mail, watch"
	    " experiments;"
	    " --once ends when nothing waits" },
	{ "migrate", command_migrate, CONFIGURED, "",
	    "bring the database's schema up to date" },
	{ "apply", command_apply, CONFIGURED,
	    "[--new-phase | --correction] FILE.json",
	    "apply a site definition, whole or not at all (- reads standard"
	    " input); a text that changes under test begins a new phase, or"
	    " is a correction" },
	{ "export", command_export, CONFIGURED, "",
	    "print the site definition that is in force" },
	{ "check", inspect_run, CONFIGURED, "",
	    "judge settings, templates, database, site, files and spool" },
	{ "validate", command_validate, CONFIGURED,
	    "email | phone [COUNTRY] | form KEY",
	    "judge values from standard input, one a line, as forms do" },
	{ "assign", command_assign, BARE, "--jsonl",
	    "compute experiment assignments from standard input" },
	{ "stats", command_stats, BARE, "KIND --jsonl [--only av]",
	    "compute experiment statistics from standard input; KIND is"
	    " analyze, srm, seqsrm, adjust, power, looks, factorial, value,"
	    " epochs, bandit, segments or decide" },
	{ "events", command_events, BARE, "analyze --jsonl",
	    "count logs of exposures and leads from standard input" },
	{ "results", resultscommand_run, CONFIGURED, RESULTSCOMMAND_USAGE,
	    "tell what is known of an experiment so far; T is like 2026-12-01"
	    " or 2026-12-01T08:00:00Z" },
	{ "experiment", trialcommand_run, CONFIGURED, TRIALCOMMAND_USAGE,
	    "list experiments, plan one, move it on; decide makes a variant"
	    " its page's control, undo takes that back" },
	{ "proof", proofcommand_run, CONFIGURED, PROOFCOMMAND_USAGE,
	    "write what proves a submission's consents, for sha256sum and psql"
	    " to check; --verify checks the whole chain and names the first"
	    " break" },
	{ "consent", consentcommand_run, CONFIGURED, CONSENTCOMMAND_USAGE,
	    "tell what a person, by id or e-mail address, agreed to; withdraw"
	    " it" },
	{ "preview", command_preview, CONFIGURED, "PAGE VARIANT",
	    "print a signed link that shows a variant without counting" },
	{ "link", linkcommand_run, CONFIGURED, LINKCOMMAND_USAGE,
	    "print a link to a page that is made for one person, or carries"
	    " words for one" },
	{ "qr", qrcommand_run, CONFIGURED, QRCOMMAND_USAGE,
	    "draw a link's QR code, to be printed; N pixels make the side of"
	    " one of its squares" },
	{ "conversions", conversioncommand_run, CONFIGURED,
	    CONVERSIONCOMMAND_USAGE,
	    "write the file by which an ad platform learns what became of its"
	    " clicks, of people who agreed to that; --test keeps nothing,"
	    " --again writes a lost file once more" },
	{ "origin", command_origin, CONFIGURED, "KEY",
	    "print the API key of an origin" },
	{ "import", importcommand_run, CONFIGURED, IMPORTCOMMAND_USAGE,
	    "take leads from a file: of a fair, a telephone campaign, bought or"
	    " rented; --preview shows what its first rows would be" },
	{ "selftest", selftest_run, CONFIGURED, "experiment [KEY]"
	    " [--visitors N] [--looks L] [--seed S]",
	    "prove an experiment by synthetic visitors of the deployed page,"
	    " who are in no figure and no queue" },
	{ "delivery", mailcommand_delivery, CONFIGURED,
	    MAILCOMMAND_DELIVERY_USAGE,
	    "tell how many documents and confirmations came how far" },
	{ "bounce", mailcommand_bounce, CONFIGURED, MAILCOMMAND_BOUNCE_USAGE,
	    "read a delivery report from standard input: addresses that take"
	    " no mail get none, until --allow or a confirmation" },
	{ "lead", leadcommand_run, CONFIGURED, LEADCOMMAND_USAGE,
	    "show where a lead stands and has stood, or move it to another"
	    " stage; what is not allowed is refused by name" },
	{ "attention", attentioncommand_run, CONFIGURED,
	    ATTENTIONCOMMAND_USAGE, "tell what waits for somebody: experiments,"
	    " late leads, quarantine; --days: views and leads of those days" },
	{ "person", personcommand_run, CONFIGURED, PERSONCOMMAND_USAGE,
	    "show what is known of a person, find one by name or address, or"
	    " make one of two: --preview"
	    " shows all that would change, unmerge takes a merge back" },
	{ "dedupe", personcommand_dedupe, CONFIGURED,
	    PERSONCOMMAND_DEDUPE_USAGE,
	    "list persons who may be one, with reasons; merges nobody" },
	{ "export-person", rightscommand_export, CONFIGURED,
	    RIGHTSCOMMAND_EXPORT_USAGE,
	    "write everything held about a person, by id or e-mail address,"
	    " as JSON" },
	{ "erase", rightscommand_erase, CONFIGURED,
	    RIGHTSCOMMAND_ERASE_USAGE,
	    "erase a person, by id or e-mail address, for ever; what they are"
	    " counted in stays" },
	{ "audit", auditcommand_run, CONFIGURED, AUDITCOMMAND_USAGE,
	    "visit the site's pages as a visitor and judge cookies, requests,"
	    " retention and consent" },
	{ "quarantine", quarantinecommand_run, CONFIGURED,
	    QUARANTINECOMMAND_USAGE,
	    "list what was put aside, or make leads of it after all" },
	{ "reconcile", reconcilecommand_run, CONFIGURED,
	    RECONCILECOMMAND_USAGE,
	    "compare nginx's log of a day (UTC; else the last 24 hours) with"
	    " submissions, spool, queue and outbox, and name what is missing;"
	    " status 1 when something is" },
	{ "score", scorecommand_run, CONFIGURED, SCORECOMMAND_USAGE,
	    "tell why a lead has its score, as of any moment; apply rules, or"
	    " say what they would have made of the past; score all anew" },
	{ "user", usercommand_run, CONFIGURED, USERCOMMAND_USAGE,
	    "make and close accounts of the console, ROLE is reader, seller,"
	    " marketer or administrator; a password is printed once; reset"
	    " mails a link" },
	{ "journal", journalcommand_run, CONFIGURED, JOURNALCOMMAND_USAGE,
	    "tell who changed what at the console, the newest first" },
	{ "seller", sellercommand_run, CONFIGURED, SELLERCOMMAND_USAGE,
	    "apply the rules by which leads come to sellers, list sellers, say"
	    " who is away; take or leave a lead, tell of a first contact" },
	{ "allocate", allocatecommand_run, CONFIGURED, ALLOCATECOMMAND_USAGE,
	    "tell whose a lead is and why, who would have had the last ones by"
	    " other rules, which ones nobody could take; give one by hand" },
	{ "promises", promisescommand_run, CONFIGURED, PROMISESCOMMAND_USAGE,
	    "tell how long leads waited for each step, by grade, against what"
	    " was promised; --broken lists the promises that were not kept" },
	{ "bant", bantcommand_run, CONFIGURED, BANTCOMMAND_USAGE,
	    "keep what is known of a lead's budget, authority, need and timing,"
	    " accept or refuse it as an SQL, list what is late" },
	{ "deal", dealcommand_run, CONFIGURED, DEALCOMMAND_USAGE,
	    "keep what a lead may bring and what was ordered, correct it, take"
	    " it back, or say that it is lost" },
	{ "cost", costcommand_run, CONFIGURED, COSTCOMMAND_USAGE,
	    "keep what campaigns cost: enter it, take it from a file, correct"
	    " it by counter-entries; share overhead, set budgets; KIND is"
	    " media, supplier, staff, software or files; - is for all" },
	{ "attribution", attributioncommand_run, CONFIGURED,
	    ATTRIBUTIONCOMMAND_USAGE,
	    "credit what led to leads, customers or margin, by several models"
	    " side by side" },
	{ "funnel", funnelcommand_run, CONFIGURED, FUNNELCOMMAND_USAGE,
	    "tell how many of those who came got how far, from a visit to an"
	    " order; SPLIT is campaign, channel, channel-group, strategy,"
	    " source, medium, keyword, page, variant, offer, country, region,"
	    " seller, day, week or month" },
	{ "kpi", kpicommand_run, CONFIGURED, KPICOMMAND_USAGE,
	    "tell the figures of a time: visitors, leads, what they became,"
	    " cost and brought; SPLIT is campaign, channel, channel-group,"
	    " strategy, offer, page, variant, keyword, country, region, source,"
	    " medium, seller, day, week or month; --rebuild counts everything"
	    " anew" },
	{ "recycle", funnelcommand_recycle, CONFIGURED,
	    FUNNELCOMMAND_RECYCLE_USAGE,
	    "tell what became of leads that were laid aside: what woke them,"
	    " what they brought and what that cost" },
	{ "report", reportcommand_run, CONFIGURED, REPORTCOMMAND_USAGE,
	    "print the figures of the last whole week or month, or of the one"
	    " with DAY in it, as they were kept or are kept from now on; --link"
	    " prints the address of its page" },
	{ "alarms", reportcommand_alarms, CONFIGURED,
	    REPORTCOMMAND_ALARMS_USAGE,
	    "list the figures that are out of their usual band; --all also"
	    " those that were" },
	{ "nurture", nurturecommand_run, CONFIGURED, NURTURECOMMAND_USAGE,
	    "list scenarios and where people stand in them, or let somebody"
	    " go; --dry-run tells the messages that somebody would get who"
	    " entered on a day" },
	{ "help", help, BARE, "[COMMAND | settings]",
	    "explain a command, or list the settings" },
};
#define COMMANDS (sizeof commands / sizeof *commands)

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	return NULL;
}

static void
print_usage(FILE *out, const struct command *cmd)
{
	fprintf(out, "usage: piste %s%s%s\n    %s\n", cmd->name,
	    *cmd->usage ? " " : "", cmd->usage, cmd->what);
}

static void
print_settings(void)
{
	const struct conf_row *row;

	for (size_t i = 0; (row = conf_row(i)) != NULL; i++)
		printf("# %s\n%s = %s\n\n", row->help, row->name,
		    row->fallback);
}

static int
help(const struct conf *c, int words, char **word)
{
	const struct command *cmd;

	(void)c;
	if (words > 1)
		return COMMAND_USAGE;
	if (words && !strcmp(word[0], "settings")) {
		print_settings();
		return COMMAND_OK;
	}
	cmd = words ? find(word[0]) : NULL;
	if (words && !cmd) {
		fprintf(stderr, "piste help: no command %s\n", word[0]);
		return COMMAND_USAGE;
	}
	if (cmd) {
		print_usage(stdout, cmd);
		return COMMAND_OK;
	}
	printf("usage: piste [-c piste.conf] COMMAND\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-14s%s\n", commands[i].name, commands[i].what);
	return COMMAND_OK;
}

static enum err
load(const char *path, struct conf *c)
{
	enum log_level level;
	enum err e = conf_load(path, c, stderr);

	if (e)
		return e;
	e = log_level_parse(c->log_level, &level);
	if (e)
		fprintf(stderr, "log_level: not debug, info, warn or error\n");
	else
		log_level_set(level);
	return e;
}

/* What a web server shows when we can't even start; the log has the reason. */
static const char cgi_unavailable[] =
    "Status: 503 Service Unavailable\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Cache-Control: private, no-store\r\n"
    "Retry-After: 5\r\n\r\n"
    "Ce service est indisponible pour le moment. Revenez dans un instant.\n"
    "This service is unavailable right now. Please come back in a moment.\n";

static int
answer_cgi(void)
{
	struct gateway_plan plan;
	static struct conf c;
	struct app app;
	enum err e;

	if (load(NULL, &c) || app_start(&c, &app)) {
		fputs(cgi_unavailable, stdout);
		return COMMAND_FAILED;
	}
	app_plan(&app, &plan);
	e = gateway_cgi(&plan, environ);
	app_stop(&app);
	return e ? COMMAND_FAILED : COMMAND_OK;
}

int
main(int argc, char **argv)
{
	const char *path = NULL;
	const struct command *cmd;
	static struct conf c;	/* what it points to lives as long */
	int status;

	token_init();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a full quota is an error of write */
	/* A web server hands a query without = as words: ?migrate, ?-c+FILE. */
	if (gateway_is_cgi(environ))
		return answer_cgi();
	if (argc > 2 && !strcmp(argv[1], "-c")) {
		path = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")))
		return help(NULL, 0, NULL);
	cmd = argc > 1 ? find(argv[1]) : NULL;
	if (!cmd) {
		if (argc > 1)
			fprintf(stderr, "piste: no command %s\n", argv[1]);
		fprintf(stderr, "piste help lists the commands\n");
		return COMMAND_USAGE;
	}
	if (argc == 3 && (!strcmp(argv[2], "-h") || !strcmp(argv[2],
	    "--help"))) {
		print_usage(stdout, cmd);
		return COMMAND_OK;
	}
	if (cmd->needs == CONFIGURED && load(path, &c))
		return COMMAND_FAILED;
	/* Who types a command wants its answer, not the log of how. */
	if (cmd->run != serve && cmd->run != work && !getenv("PISTE_LOG_LEVEL"))
		log_level_set(LOG_WARN);
	status = cmd->run(&c, argc - 2, argv + 2);
	if (status == COMMAND_USAGE)
		print_usage(stderr, cmd);
	return status;
}
