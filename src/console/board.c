/* Implements board.h over lead/leaddesk. */
#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/leaddeeds.h"
#include "console/leadlist.h"
#include "console/shell.h"
#include "console/term.h"
#include "http/request.h"
#include "http/url.h"
#include "lead/inbox.h"
#include "lead/leaddesk.h"
#include "page/view.h"

#include "console/board.h"

#define PATH_BYTES_MAX 400

static const char *const stages[] = { "lead", "mql", "sql", "opportunity" };
#define STAGES (sizeof stages / sizeof *stages)

/* Whose board it is, and as what its cards are moved. */
struct board {
	struct desk *desk;
	struct view *view;
	struct str seller;
	struct leaddesk_move *move[STAGES];
	size_t moves[STAGES];
};

/* One that sells is a seller; others move as what they are. */
static struct str
role_of(const struct desk *d, struct str self)
{
	return self.n || d->role == ACCOUNT_SELLER ? STR("seller") :
	    d->role == ACCOUNT_MARKETER ? STR("marketer") : STR("operator");
}

static void
fill_moves(struct board *b, struct view *card, size_t stage)
{
	for (size_t i = 0; i < b->moves[stage]; i++) {
		struct view *move = view_add(card, "MOVE");

		view_set(move, "MOVE_KEY", b->move[stage][i].stage);
		view_set(move, "MOVE_NAME", term_brief(b->move[stage][i].stage,
		    b->desk->lang));
	}
	if (b->moves[stage])
		view_set(card, "CAN_MOVE", STR("1"));
}

static void
fill_card(struct board *b, struct view *v, const struct leaddesk_card *c,
    size_t stage)
{
	struct desk *d = b->desk;
	struct arena *a = d->rq->arena;
	struct str name = leadlist_name(d, c->first_name, c->last_name,
	    STR_EMPTY, c->id);

	view_set(v, "CARD_URL", buf_fmt(a, PATH_BYTES_MAX, LEADLIST_HOME
	    "/%.*s", STR_ARG(c->id)));
	view_set(v, "CARD_ID", c->id);
	view_set(v, "CARD_NAME", name);
	view_set(v, "CARD_COMPANY", leadlist_brief(a, c->company));
	view_set(v, "CARD_OFFER", c->offer);
	view_set(v, "CARD_GRADE", term_in(c->grade, d->lang));
	view_set(v, "CARD_GRADE_CLASS", c->grade);
	view_set(v, "CARD_SCORE", c->score);
	view_set(v, "CARD_ACTION", c->action);
	view_set(v, "CARD_DUE", c->due);
	view_set(v, "CARD_STAMP", c->stamp);
	view_set(v, "CARD_LATE", c->is_late ? STR("1") : STR_EMPTY);
	view_set(v, "CARD_ACCEPT_BY", c->accept_by.n ? word_fill(a,
	    WORD_BOARD_ACCEPT_BY, d->lang, &c->accept_by, 1) : STR_EMPTY);
	view_set(v, "CARD_CONTACT_BY", c->contact_by.n ? word_fill(a,
	    WORD_BOARD_CONTACT_BY, d->lang, &c->contact_by, 1) : STR_EMPTY);
	view_set(v, "MOVE_LABEL", word_fill(a, WORD_BOARD_MOVE, d->lang,
	    &name, 1));
	fill_moves(b, v, stage);
}

static void
fill_column(struct board *b, const struct leaddesk_card *card, size_t cards,
    size_t stage)
{
	struct arena *a = b->desk->rq->arena;
	struct str key = str_of(stages[stage]);
	struct view *column = view_add(b->view, "COLUMN");
	char digits[STR_I64_BYTES];
	int64_t n = 0;

	view_set(column, "COLUMN_KEY", key);
	view_set(column, "COLUMN_NAME", term_in(key, b->desk->lang));
	for (size_t i = 0; i < cards; i++)
		if (str_eq(card[i].stage, key)) {
			fill_card(b, view_add(column, "CARD"), &card[i],
			    stage);
			n++;
		}
	view_set(column, "COLUMN_COUNT", arena_copy(a, str_from_i64(digits,
	    n)));
	if (!n)
		view_set(column, "COLUMN_EMPTY", STR("1"));
	if (n == LEADDESK_COLUMN_MAX)
		view_set(column, "COLUMN_MOST", word_number(a,
		    WORD_BOARD_MOST, b->desk->lang, n));
}

/* Who may be looked at; *chosen is whose board it is. */
static enum err
choose_seller(struct desk *d, struct view *v, struct str self,
    struct str *chosen)
{
	struct arena *a = d->rq->arena;
	struct str asked = url_query(a, d->rq->query, STR("seller"));
	struct inbox_choice *seller;
	size_t count;
	enum err e;

	*chosen = self;
	if (d->role < ACCOUNT_MARKETER)
		return OK;
	e = inbox_choices(d->db, a, INBOX_OWNER, &seller, &count);
	if (!self.n && count)
		*chosen = seller[0].key;
	for (size_t i = 0; i < count; i++)
		if (str_eq(seller[i].key, asked))
			*chosen = asked;
	if (count)
		view_set(v, "CAN_CHOOSE", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "SELLER");

		view_set(row, "SELLER_KEY", seller[i].key);
		view_set(row, "SELLER_NAME", seller[i].name);
		if (str_eq(seller[i].key, *chosen))
			view_set(row, "SELLER_CHOSEN", STR("1"));
	}
	return e;
}

static enum err
fill(struct board *b, struct str self)
{
	struct desk *d = b->desk;
	struct arena *a = d->rq->arena;
	struct leaddesk_card *card;
	size_t cards;
	enum err e = choose_seller(d, b->view, self, &b->seller);

	if (e || !b->seller.n) {
		view_set(b->view, d->role < ACCOUNT_MARKETER ? "NO_SELLER" :
		    "NOBODY", STR("1"));
		return e;
	}
	view_set(b->view, "BOARD_SELLER", b->seller);
	for (size_t i = 0; !e && i < STAGES; i++)
		e = leaddesk_moves(d->db, a, str_of(stages[i]), role_of(d,
		    self), &b->move[i], &b->moves[i]);
	if (!e)
		e = leaddesk_board(d->db, a, d->session, b->seller, &card,
		    &cards);
	if (e)
		return e;
	view_set(b->view, "BOARD", STR("1"));
	for (size_t i = 0; i < STAGES; i++)
		fill_column(b, card, cards, i);
	return OK;
}

static enum turn
show(struct desk *d)
{
	struct board b = { .desk = d, .view = shell_begin(d, SHELL_BOARD,
	    word_in(WORD_BOARD_TITLE, d->lang)) };
	struct str self;
	enum err e = leaddesk_self(d->db, d->rq->arena, d->session, &self);

	leaddeeds_tell(d, b.view);
	if (!e)
		e = fill(&b, self);
	return e ? desk_refuse(d, e) : shell_answer(d->rq, b.view, 200,
	    "board");
}

enum turn
board_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_SELLER, show);
}
