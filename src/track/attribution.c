/* Implements attribution.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/ticket.h"
#include "track/referrer.h"

#include "track/attribution.h"

#define FROM(part) offsetof(struct touch, part)

/* Which parameter fills which part; of several for one the first counts. */
static const struct {
	struct str name;
	size_t part;
} parameters[] = {
	{ STR("utm_source"), FROM(source) },
	{ STR("utm_medium"), FROM(medium) },
	{ STR("utm_campaign"), FROM(campaign) },
	{ STR("utm_content"), FROM(content) },
	{ STR("utm_term"), FROM(keyword) },
	{ STR("keyword"), FROM(keyword) },
	{ STR("kw"), FROM(keyword) },
	{ STR("product_id"), FROM(product) },
	{ STR("product"), FROM(product) },
	{ STR("affiliate"), FROM(affiliate) },
	{ STR("aff_id"), FROM(affiliate) },
	{ STR("aff"), FROM(affiliate) },
};

/*
 * The click identifiers of advertising networks and the channel of whoever
 * has one.  Facebook gives one to links that nobody paid for as well.
 */
static const struct click {
	struct str name;
	struct str channel;
} clicks[] = {
	{ STR("gclid"), STR("sea") },
	{ STR("wbraid"), STR("sea") },
	{ STR("gbraid"), STR("sea") },
	{ STR("msclkid"), STR("sea") },
	{ STR("fbclid"), STR("social") },
	{ STR("li_fat_id"), STR("social-ads") },
	{ STR("awc"), STR("affiliate") },
	{ STR("tduid"), STR("affiliate") },
	{ STR("irclickid"), STR("affiliate") },
	{ STR("click_id"), STR_EMPTY },
};

/* What marketers write into utm_medium; channels' own keys besides. */
static const struct {
	struct str medium;
	struct str channel;
} media[] = {
	{ STR("cpc"), STR("sea") },
	{ STR("ppc"), STR("sea") },
	{ STR("paid"), STR("sea") },
	{ STR("paidsearch"), STR("sea") },
	{ STR("paid-search"), STR("sea") },
	{ STR("paid_search"), STR("sea") },
	{ STR("sem"), STR("sea") },
	{ STR("sea"), STR("sea") },
	{ STR("shopping"), STR("shopping") },
	{ STR("pla"), STR("shopping") },
	{ STR("organic"), STR("seo") },
	{ STR("seo"), STR("seo") },
	{ STR("social"), STR("social") },
	{ STR("social-network"), STR("social") },
	{ STR("social-media"), STR("social") },
	{ STR("sm"), STR("social") },
	{ STR("paidsocial"), STR("social-ads") },
	{ STR("paid-social"), STR("social-ads") },
	{ STR("paid_social"), STR("social-ads") },
	{ STR("social-ads"), STR("social-ads") },
	{ STR("display"), STR("display") },
	{ STR("banner"), STR("display") },
	{ STR("cpm"), STR("display") },
	{ STR("retargeting"), STR("display") },
	{ STR("video"), STR("video") },
	{ STR("affiliate"), STR("affiliate") },
	{ STR("affiliates"), STR("affiliate") },
	{ STR("affiliation"), STR("affiliate") },
	{ STR("cpa"), STR("affiliate") },
	{ STR("referral"), STR("referral") },
	{ STR("partner"), STR("referral") },
	{ STR("email"), STR("email") },
	{ STR("e-mail"), STR("email") },
	{ STR("e_mail"), STR("email") },
	{ STR("mail"), STR("email") },
	{ STR("emailing"), STR("email") },
	{ STR("newsletter"), STR("email") },
	{ STR("fair"), STR("fair") },
	{ STR("salon"), STR("fair") },
	{ STR("event"), STR("fair") },
	{ STR("phone"), STR("phone") },
	{ STR("sms"), STR("phone") },
	{ STR("mailing"), STR("mailing") },
	{ STR("courrier"), STR("mailing") },
	{ STR("flyer"), STR("mailing") },
	{ STR("poster"), STR("poster") },
	{ STR("affiche"), STR("poster") },
	{ STR("bus"), STR("poster") },
	{ STR("press"), STR("press") },
	{ STR("print"), STR("press") },
	{ STR("radio"), STR("press") },
	{ STR("file"), STR("file") },
	{ STR("offline"), STR("offline") },
	{ STR("qr"), STR("offline") },
	{ STR("direct"), STR("direct") },
};

static struct str *
part_of(struct touch *t, size_t part)
{
	return (struct str *)((char *)t + part);
}

/* The code points of Windows-1252 from 0x80 on; 0: there is none. */
static const uint16_t high[32] = {
	0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178,
};

static void
add_code_point(struct buf *b, unsigned c)
{
	if (c < 0x80) {
		buf_byte(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_byte(b, (char)(0xc0 | c >> 6));
	} else {
		buf_byte(b, (char)(0xe0 | c >> 12));
		buf_byte(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_byte(b, (char)(0x80 | (c & 0x3f)));
}

struct str
attribution_clean(struct arena *a, struct str s)
{
	struct buf b;

	if (!s.n || str_is_utf8(s))
		return ticket_clean(s);
	buf_init(&b, a, 3 * s.n);
	for (size_t i = 0; i < s.n; i++) {
		unsigned c = (unsigned char)s.p[i];

		if (c >= 0x80 && c < 0xa0)
			c = high[c - 0x80];
		if (c)
			add_code_point(&b, c);
	}
	return ticket_clean(buf_str(&b));
}

static struct str
value_of(const struct str_pair *parameter, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(parameter[i].name, name))
			return parameter[i].value;
	return STR_EMPTY;
}

void
attribution_read(struct arena *a, const struct str_pair *parameter,
    size_t count, struct str referrer, struct touch *out)
{
	*out = (struct touch){ 0 };
	for (size_t i = 0; count && i < sizeof parameters /
	    sizeof *parameters; i++) {
		struct str *part = part_of(out, parameters[i].part);

		if (!part->n)
			*part = attribution_clean(a, value_of(parameter, count,
			    parameters[i].name));
	}
	for (size_t i = 0; count && !out->click_kind.n && i < sizeof clicks /
	    sizeof *clicks; i++) {
		struct str id = value_of(parameter, count, clicks[i].name);

		if (!id.n)
			continue;
		out->click_kind = clicks[i].name;
		if (id.n <= TICKET_TOUCH_BYTES_MAX)
			out->click_id = attribution_clean(a, id);
	}
	if (!out->source.n && referrer.n)
		out->source = attribution_clean(a, referrer);
}

static struct str
channel_of_medium(struct str medium)
{
	for (size_t i = 0; i < sizeof media / sizeof *media; i++)
		if (str_eq_fold(medium, media[i].medium))
			return media[i].channel;
	return STR_EMPTY;
}

static const struct click *
find_click(struct str kind)
{
	for (size_t i = 0; i < sizeof clicks / sizeof *clicks; i++)
		if (str_eq(kind, clicks[i].name))
			return &clicks[i];
	return NULL;
}

bool
attribution_is_click(struct str kind)
{
	return find_click(kind);
}

static struct str
channel_of_click(struct str kind)
{
	const struct click *c = find_click(kind);

	return c ? c->channel : STR_EMPTY;
}

/* Who is paid for a click on a network of people is no search engine. */
static struct str
channel_of_paid(const struct touch *t, struct str paid)
{
	struct str from = t->source.n ? referrer_channel(t->source) :
	    STR_EMPTY;

	if (!str_eq(paid, STR("sea")))
		return paid;
	if (str_eq(from, STR("social")))
		return STR("social-ads");
	if (str_eq(from, STR("video")))
		return from;
	return t->product.n ? STR("shopping") : paid;
}

static struct str
channel_of_ad(const struct touch *t, struct str click, struct str medium)
{
	bool is_search = str_eq(click, STR("sea"));

	if (is_search && (str_eq(medium, STR("display")) ||
	    str_eq(medium, STR("video")) || str_eq(medium, STR("shopping"))))
		return medium;
	if (is_search)
		return t->product.n ? STR("shopping") : click;
	if (str_eq(click, STR("social")) && (str_eq(medium, STR("sea")) ||
	    str_eq(medium, STR("social-ads"))))
		return STR("social-ads");
	return click;
}

static bool
says_nothing(const struct touch *t)
{
	return !t->source.n && !t->medium.n && !t->campaign.n &&
	    !t->content.n && !t->keyword.n && !t->product.n &&
	    !t->click_kind.n && !t->code.n;
}

struct str
attribution_channel(const struct touch *t, struct str campaign_channel)
{
	struct str click, medium, from;

	if (t->affiliate.n)
		return STR("affiliate");
	if (says_nothing(t))
		return STR("direct");
	medium = t->medium.n ? channel_of_medium(t->medium) : STR_EMPTY;
	click = t->click_kind.n ? channel_of_click(t->click_kind) : STR_EMPTY;
	if (click.n)
		return channel_of_ad(t, click, medium);
	if (medium.n)
		return channel_of_paid(t, medium);
	if (campaign_channel.n)
		return campaign_channel;
	from = t->source.n ? referrer_channel(t->source) : STR_EMPTY;
	if (from.n)
		return from;
	return !t->medium.n && str_find(t->source, '.') >= 0 ?
	    STR("referral") : STR("other");
}
