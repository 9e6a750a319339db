/* Knows the commands about mail: bounce and delivery. */
#ifndef PISTE_MAILCOMMAND_H
#define PISTE_MAILCOMMAND_H

struct conf;

#define MAILCOMMAND_BOUNCE_USAGE "[--allow ADDRESS]"
#define MAILCOMMAND_DELIVERY_USAGE "[PAGE] [--json]"

/*
 * A delivery report from standard input marks the addresses that will never
 * take mail; --allow takes a mark away.
 */
int mailcommand_bounce(const struct conf *c, int words, char **word);
/* How many deliveries came how far, a line for each page. */
int mailcommand_delivery(const struct conf *c, int words, char **word);

#endif
