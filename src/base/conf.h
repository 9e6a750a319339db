/*
 * Knows the settings: one table of name, kind, default and one line of help,
 * read from piste.conf and then from PISTE_* variables, which win.
 */
#ifndef PISTE_BASE_CONF_H
#define PISTE_BASE_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

#define CONF_VALUE_BYTES_MAX 1024

enum conf_when { CONF_WHEN_OFF, CONF_WHEN_ATTACK, CONF_WHEN_ALWAYS };

/* Every setting, by the name it has in piste.conf. */
struct conf {
	struct str database;		/* libpq conninfo */
	struct str worker_database;	/* the worker's, or empty: as above */
	struct str console_database;	/* the console's, likewise */
	struct str listen;		/* absolute path, or address:port */
	int64_t listen_mode;		/* of a unix socket */
	struct str url;			/* how visitors reach us, no slash */
	struct str templates;		/* directory */
	struct str assets;		/* directory */
	struct str static_url;		/* where static files are served */
	struct str spool;		/* directory */
	struct str access_log;		/* nginx's; path */
	struct str uploads;		/* directory of visitors' files */
	struct str state;		/* directory: key, last snapshot */
	struct str geo;			/* City database, IPv4 or both */
	struct str geo6;		/* City database, IPv6; may be empty */
	struct str metrics_from;	/* addresses for /readyz, /metrics */
	struct str internal_from;	/* never counted as exposure */
	struct str time_zone;
	struct str conversion_purpose;	/* of a consent, or empty */
	struct str currency;		/* "EUR", what figures are in */
	struct str resolver;		/* see lead/mailcheck.h */
	struct str log_level;
	int64_t processes;
	int64_t loops;			/* a process; 0: one a core */
	int64_t crew;			/* blocking threads a process */
	int64_t min_fill_ms;		/* faster than this is a robot's */
	int64_t proof_of_work;		/* enum conf_when */
	int64_t attack_suspects;	/* a minute; 0: any number */
	int64_t attack_posts;
	int64_t rate_network_max;	/* in a window; 0: any number */
	int64_t rate_address_max;
	int64_t rate_origin_max;
	int64_t rate_window_ms;
	int64_t form_max_age_ms;
	int64_t asset_max_age_ms;
	int64_t confirm_max_age_ms;
	int64_t report_max_age_ms;
	struct str smtp_url;		/* empty: mails are caught */
	int64_t smtp_starttls;		/* bool: smtp:// must offer it */
	int64_t smtp_timeout_ms;	/* for a mail */
	struct str smtp_ca;		/* file; empty: the system's */
	struct str mail_from;		/* empty: no-reply at url's host */
	struct str mail_name;		/* beside it; may be empty */
	struct str alarm_mail;		/* empty: nobody */
	struct str report_mail;		/* addresses; empty: nobody */
	int64_t staff_lang;		/* enum lang, of mails to these two */
	struct str mail_caught;		/* directory */
	int64_t mail_address_max;	/* mails a day to one mailbox */
	int64_t mail_network_max;	/* and asked for from one network */
	int64_t nurture_mails_max;	/* of all scenarios, to one person */
	int64_t nurture_mails_days;	/* within so many days */
	int64_t nurture_from;		/* hours of their day */
	int64_t nurture_to;
	struct str nurture_zone;	/* of who is of no known country */
	int64_t retention_prospect_months;
	int64_t retention_quarantine_days;
	int64_t retention_visitor_months;
	int64_t retention_objection_months;
	int64_t retention_event_months;
	int64_t retention_figure_months;
	int64_t commit_wait_ms;		/* then the spool takes it */
	int64_t spool_bytes_max;
	int64_t exposure_flush_ms;
	int64_t first_visits_max;	/* an hour from one address; 0: any */
	struct str cookie_domain;	/* may be empty */
	int64_t api_open;		/* bool: no key needed by one's own */
	int64_t keep_full_address;	/* bool: store untruncated addresses */
	int64_t lease_ms;		/* a claimed queue row */
	int64_t stop_ms;		/* to finish requests on SIGTERM */
};

/*
 * Read path (or, when NULL, $PISTE_CONF, else /etc/piste/piste.conf if it is
 * there), then the environment.  What is wrong is printed to complaints, a
 * line each, as "file:line: name: reason"; ERR_INPUT then.  The values
 * live until the program ends.
 */
MUST_USE enum err conf_load(const char *path, struct conf *out,
    FILE *complaints);

/* One row of the table, for help, lint and tests. */
struct conf_row {
	const char *name;
	const char *fallback;
	const char *help;
};
/* Rows are counted from 0; NULL beyond the last. */
const struct conf_row *conf_row(size_t at);

#endif
