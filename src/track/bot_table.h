/* The robots compiled into the program, made by src/ops/embed-robots. */
#ifndef PISTE_TRACK_BOT_TABLE_H
#define PISTE_TRACK_BOT_TABLE_H

#include "track/automaton.h"

extern const struct automaton bot_automaton;
extern const char bot_list_text[];	/* which list, for piste check */

#endif
