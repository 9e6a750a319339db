/*
 * Implements view.h over ctemplate 2.4.  The library's own dictionary, cache
 * and ExpandTemplate take global locks and copy every value; a dictionary of
 * ours over arrays in the arena, and a kept Template, do neither.
 */
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <memory>
#include <mutex>
#include <new>
#include <sstream>

#include <ctemplate/template.h>
#include <ctemplate/template_dictionary_interface.h>
#include <ctemplate/template_emitter.h>

extern "C" {
#include "base/arena.h"
#include "base/buf.h"
}

#include "page/view.h"

using ctemplate::TemplateDictionaryInterface;
using ctemplate::TemplateString;

#define SLOTS_AT_ONCE 16
#define CHAIN_BITS 4

struct view_template {
	std::unique_ptr<ctemplate::Template> compiled;
};

namespace {

/* A marker's name, with enough of it in one word to tell most apart. */
struct name {
	const char *p;
	uint32_t n;
	uint32_t key;

	name(const char *text, size_t size)
	    : p(text), n(static_cast<uint32_t>(size)), key(0)
	{
		if (n)
			key = n | static_cast<uint32_t>(p[0]) << 8 |
			    static_cast<uint32_t>(p[n / 2]) << 16 |
			    static_cast<uint32_t>(p[n - 1]) << 24;
	}
	explicit name(const TemplateString &s) : name(s.data(), s.size())
	{
	}
	size_t chain() const
	{
		return key * 2654435761u >> (32 - CHAIN_BITS);
	}
	bool is(const name &other) const
	{
		return key == other.key && !memcmp(p, other.p, n);
	}
};

/* What a level knows by one name: a value, or the levels of a section. */
struct slot {
	struct name name;
	struct str value;
	struct view *first;
	struct view *last;
	struct slot *next; /* of the same chain */
};

/* Writes where the bytes belong; most of them come one at a time. */
class emitter final : public ctemplate::ExpandEmitter
{
public:
	explicit emitter(struct buf *b) : out(b)
	{
	}
	void Emit(char c) override
	{
		if (out->n < out->capacity && !out->full)
			out->p[out->n++] = c;
		else
			buf_byte(out, c);
	}
	void Emit(const std::string &s) override
	{
		Emit(s.data(), s.size());
	}
	void Emit(const char *s) override
	{
		Emit(s, strlen(s));
	}
	void Emit(const char *s, size_t n) override
	{
		buf_add(out, str{ s, n });
	}

private:
	struct buf *out;
};

/* ctemplate tells its reasons to std::cerr alone. */
class listener final
{
public:
	listener() : was(std::cerr.rdbuf(said.rdbuf()))
	{
	}
	~listener()
	{
		std::cerr.rdbuf(was);
	}
	listener(const listener &) = delete;
	listener &operator=(const listener &) = delete;
	std::ostringstream said;

private:
	std::streambuf *was;
};

} // namespace

/* One level, in the arena: never destroyed, so it may own nothing. */
struct view final : public TemplateDictionaryInterface {
	view(struct arena *a, const struct view *outer)
	    : arena(a), around(outer)
	{
	}

	struct arena *arena;
	const struct view *around;
	struct view *next = nullptr; /* shown after this, same section */
	struct slot *chain[1 << CHAIN_BITS] = {};
	struct slot *free_slot = nullptr;
	size_t free_slots = 0;

	struct slot *find_here(const struct name &wanted) const
	{
		struct slot *s = chain[wanted.chain()];

		while (s && !s->name.is(wanted))
			s = s->next;
		return s;
	}
	const struct slot *find(const TemplateString &text) const
	{
		struct name wanted(text);

		for (const struct view *v = this; v; v = v->around) {
			const struct slot *s = v->find_here(wanted);

			if (s)
				return s;
		}
		return nullptr;
	}
	struct slot *find_or_add(const char *text)
	{
		struct name wanted(text, strlen(text));
		struct slot *s = find_here(wanted);

		if (s)
			return s;
		if (!free_slots) {
			free_slot = static_cast<struct slot *>(arena_array(
			    arena, SLOTS_AT_ONCE, sizeof *free_slot));
			free_slots = SLOTS_AT_ONCE;
		}
		s = free_slot++;
		free_slots--;
		s->name = wanted;
		s->next = chain[wanted.chain()];
		chain[wanted.chain()] = s;
		return s;
	}

protected:
	class iterator final : public Iterator
	{
	public:
		explicit iterator(const struct view *first) : at(first)
		{
		}
		bool HasNext() const override
		{
			return at != nullptr;
		}
		const TemplateDictionaryInterface &Next() override
		{
			const struct view *now = at;

			at = now->next;
			return *now;
		}

	private:
		const struct view *at;
	};

	TemplateString GetValue(const TemplateString &text) const override
	{
		const struct slot *s = find(text);

		return s ? TemplateString(s->value.p, s->value.n) :
		    TemplateString("", 0);
	}
	bool IsHiddenSection(const TemplateString &text) const override
	{
		const struct slot *s = find(text);

		return !s || (!s->first && !s->value.n);
	}
	bool IsUnhiddenSection(const TemplateString &text) const override
	{
		return !IsHiddenSection(text);
	}
	/* ctemplate deletes it; an empty one shows the current level once. */
	Iterator *CreateSectionIterator(
	    const TemplateString &text) const override
	{
		const struct slot *s = find(text);

		return new iterator(s ? s->first : nullptr);
	}

	/* Includes are in place before compiling: these are never asked. */
	bool IsHiddenTemplate(const TemplateString &) const override
	{
		return true;
	}
	const char *GetIncludeTemplateName(
	    const TemplateString &, int) const override
	{
		return "";
	}
	Iterator *CreateTemplateIterator(
	    const TemplateString &) const override
	{
		return new iterator(nullptr);
	}
	void DumpToString(std::string *, int) const override
	{
	}
};

extern "C" struct view_template *
view_compile(struct str text, struct buf *why) NOEXCEPT
{
	static std::mutex one_at_a_time;
	std::lock_guard<std::mutex> lock(one_at_a_time);
	listener ear;
	ctemplate::Template *t = ctemplate::Template::StringToTemplate(
	    text.p, text.n, ctemplate::STRIP_BLANK_LINES);

	if (!t) {
		std::string said = ear.said.str();

		buf_add(why, str{ said.data(), said.size() });
		return nullptr;
	}
	return new view_template{ std::unique_ptr<ctemplate::Template>(t) };
}

extern "C" void
view_close(struct view_template *t) NOEXCEPT
{
	delete t;
}

extern "C" struct view *
view_new(struct arena *a, const struct view *around) NOEXCEPT
{
	return new (arena_take(a, sizeof(struct view))) view(a, around);
}

extern "C" void
view_set(struct view *v, const char *marker, struct str value) NOEXCEPT
{
	v->find_or_add(marker)->value = value;
}

extern "C" struct view *
view_add(struct view *v, const char *section) NOEXCEPT
{
	struct slot *s = v->find_or_add(section);
	struct view *level = view_new(v->arena, v);

	if (s->first)
		s->last->next = level;
	else
		s->first = level;
	s->last = level;
	return level;
}

extern "C" void
view_expand(const struct view_template *t, const struct view *v,
    struct buf *out) NOEXCEPT
{
	emitter e(out);

	t->compiled->ExpandWithData(&e, v, nullptr);
}
