/*
 * Implements bot.h by what programs tell of themselves, as the automaton of
 * src/track/robots.txt and crawler-user-agents reads it.  What hides behind a
 * browser's name is not found here; the form's trap and fill time are for
 * that, and crowd.h.
 */
#include "track/bot.h"
#include "track/bot_table.h"

bool
bot_is(struct str user_agent)
{
	return automaton_accepts(&bot_automaton, str_trim(user_agent));
}

struct str
bot_list(void)
{
	return str_of(bot_list_text);
}
