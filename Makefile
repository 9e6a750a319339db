# Piste.  make help lists the targets.
# Variants of the build go to directories of their own: BUILD=build/asan, …

BUILD ?= build
VAR ?= var
PORT ?= 8080
PREFIX ?= /usr/local

ifeq ($(origin CC),default)
CC = gcc
endif
ifeq ($(origin CXX),default)
CXX = g++
endif
PKGS = libpq libsodium jansson libidn2 libutf8proc libmaxminddb libctemplate \
	libcurl libcares libpsl librsvg-2.0 libqrencode liboath
HAVE_PHONENUMBER ?= $(if $(wildcard /usr/include/phonenumbers/phonenumberutil.h),1,)

WARN = -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wundef -Wpointer-arith \
	-Wmissing-declarations
WARN_C = -Wstrict-prototypes -Wmissing-prototypes
# clang 14 takes this one only beside a flag it says it will remove.
AUTO_INIT := $(shell echo | $(CC) -ftrivial-auto-var-init=zero -E - \
	>/dev/null 2>&1 && echo -ftrivial-auto-var-init=zero)
HARDEN = -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-fPIE $(AUTO_INIT)
OPT ?= -O2 -D_FORTIFY_SOURCE=2
SAN ?=
LTO ?=
PISTE_CPPFLAGS = -Isrc -Itests -D_GNU_SOURCE $(shell pkg-config --cflags $(PKGS)) \
	$(if $(HAVE_PHONENUMBER),-DHAVE_PHONENUMBER)
PISTE_CFLAGS = -std=gnu17 -g $(OPT) $(WARN) $(WARN_C) $(HARDEN) $(SAN) $(LTO) -pthread
PISTE_CXXFLAGS = -std=gnu++17 -g $(OPT) $(WARN) $(HARDEN) $(SAN) $(LTO) -pthread
PISTE_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed \
	$(SAN) $(if $(LTO),$(LTO) $(OPT)) -pthread
LIBS = -lfcgi -lzxcvbn $(shell pkg-config --libs $(PKGS)) \
	$(if $(HAVE_PHONENUMBER),-lphonenumber) -lstdc++ -lm

SRC_C = $(wildcard src/*.c src/*/*.c)
SRC_CC = $(wildcard src/*/*.cc)
SQL = $(sort $(wildcard src/sql/*.sql))
OBJ = $(SRC_C:%.c=$(BUILD)/%.o) $(SRC_CC:%.cc=$(BUILD)/%.o) $(BUILD)/sql.o \
	$(BUILD)/robots.o $(BUILD)/disposable_list.o
LIB_OBJ = $(filter-out $(BUILD)/src/main.o,$(OBJ))
# The program that makes robots.c.
EMBED_C = $(wildcard src/ops/embed-robots/*.c)
EMBED_OBJ = $(EMBED_C:%.c=$(BUILD)/%.o)
EMBED_BASE_OBJ = $(patsubst %,$(BUILD)/src/%.o,track/automaton base/arena \
	base/buf base/clock base/err base/log base/str)
ROBOTS ?= build/robots
DISPOSABLE ?= $(dir $(ROBOTS))disposable
TEST_C = $(wildcard tests/support/*.c tests/*/test_*.c)
TEST_CC = $(wildcard tests/support/*.cc)
TEST_OBJ = $(TEST_C:%.c=$(BUILD)/%.o) $(TEST_CC:%.cc=$(BUILD)/%.o) \
	$(if $(filter tests/ops/%,$(TEST_C)),$(filter-out %/embed.o,$(EMBED_OBJ)))

.PHONY: all build widget letter help
all: build
build: $(BUILD)/piste widget letter

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

$(BUILD)/piste: $(OBJ)
	$(CC) $(PISTE_LDFLAGS) $(LDFLAGS) -o $@ $(OBJ) $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(PISTE_CPPFLAGS) $(CPPFLAGS) $(PISTE_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(PISTE_CPPFLAGS) $(CPPFLAGS) $(PISTE_CXXFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

# The migrations, compiled in as one table.
$(BUILD)/sql.c: $(SQL) src/ops/embed-sql
	@mkdir -p $(@D)
	src/ops/embed-sql $(SQL) > $@.new && mv $@.new $@
$(BUILD)/sql.o: $(BUILD)/sql.c
	$(CC) $(PISTE_CPPFLAGS) $(PISTE_CFLAGS) -c -o $@ $<

# The robots, compiled in as one automaton.  The list is fetched once, for all
# variants of the build; while it is not, every make tries.
.PHONY: always
$(ROBOTS)/crawler-user-agents.json: always
	@src/ops/robots $(ROBOTS)
$(BUILD)/embed-robots: $(EMBED_OBJ) $(EMBED_BASE_OBJ)
	$(CC) $(PISTE_LDFLAGS) $(LDFLAGS) -o $@ $^ -ljansson
$(BUILD)/robots.c: $(BUILD)/embed-robots src/track/robots.txt \
		$(ROBOTS)/crawler-user-agents.json
	$(BUILD)/embed-robots src/track/robots.txt $(ROBOTS) > $@.new && mv $@.new $@
$(BUILD)/robots.o: $(BUILD)/robots.c
	$(CC) $(PISTE_CPPFLAGS) $(PISTE_CFLAGS) -c -o $@ $<

# Throw-away mail domains, likewise.
DISPOSABLE_LISTS = $(DISPOSABLE)/index.json $(DISPOSABLE)/wildcard.json
$(DISPOSABLE)/index.json: always
	@src/ops/disposable $(DISPOSABLE)
$(DISPOSABLE)/wildcard.json: $(DISPOSABLE)/index.json
$(BUILD)/disposable_list.c: src/ops/embed-domains $(DISPOSABLE_LISTS)
	@mkdir -p $(@D)
	src/ops/embed-domains $(DISPOSABLE_LISTS) > $@.new && mv $@.new $@
$(BUILD)/disposable_list.o: $(BUILD)/disposable_list.c
	$(CC) $(PISTE_CPPFLAGS) $(PISTE_CFLAGS) -c -o $@ $<

# What browsers solve a proof of work with: the only static files that are not
# ours, so not in the tree's history.
WIDGET ?= $(dir $(ROBOTS))altcha
widget:
	@src/ops/widget $(WIDGET) static/altcha

# What our mails look like, by MJML.
LETTER ?= $(dir $(ROBOTS))mjml
letter:
	@src/ops/letter $(LETTER) templates/mail

$(BUILD)/check: $(LIB_OBJ) $(TEST_OBJ)
	$(CC) $(PISTE_LDFLAGS) -Wl,--wrap=pthread_create $(LDFLAGS) -o $@ $^ \
		-lcheck -lsubunit $(LIBS) -lrt

-include $(OBJ:.o=.d) $(EMBED_OBJ:.o=.d) $(TEST_OBJ:.o=.d)

# Many tests wait for a server or a deadline: some at once cost no more.
PARTS ?= 4
## make check       unit tests, on a private PostgreSQL (SUITES="url body" for some)
.PHONY: check
check: $(BUILD)/check
	tests/support/with-pg tests/support/parts $(PARTS) $(BUILD)/check $(SUITES)

## make simulate    5,000 experiments without a difference, looked at 60 times
.PHONY: simulate
simulate: $(BUILD)/check
	CK_TIMEOUT_MULTIPLIER=10 PISTE_SIMULATIONS=5000 \
		tests/support/parts $(PARTS) $(BUILD)/check simulation

## make simulate-allocation  a month of leads among 40 sellers (ALLOCATIONS=100000)
ALLOCATIONS ?= 100000
.PHONY: simulate-allocation
simulate-allocation: $(BUILD)/check
	CK_TIMEOUT_MULTIPLIER=10 PISTE_ALLOCATIONS=$(ALLOCATIONS) $(BUILD)/check replay

# What is installed and measured: optimised across files, where CC can.  A page
# takes a tenth fewer instructions; a link takes too long for every day.
RELEASE = BUILD=$(BUILD)/release LTO='$(shell echo 'int main(void) { return 0; }' \
	| $(CC) -flto=auto -x c -o /dev/null - 2>/dev/null && echo -flto=auto)'
UNDEFINED = -fsanitize=address,undefined -fno-sanitize-recover=all
ASAN = BUILD=build/asan OPT=-O1 SAN="$(UNDEFINED)"
TSAN = BUILD=build/tsan OPT=-O1 SAN=-fsanitize=thread
FUZZ = BUILD=build/fuzz CC=clang CXX=clang++ OPT=-O1 \
	SAN="-fsanitize=fuzzer-no-link $(UNDEFINED)"
PISTE_BUILD ?= $(BUILD)
SECONDS ?= 60
FUZZ_C = $(wildcard tests/fuzz/fuzz_*.c)
-include $(FUZZ_C:%.c=$(BUILD)/%.d)

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIB_OBJ)
	$(CXX) $(PISTE_LDFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/load: $(BUILD)/tests/bench/load.o $(BUILD)/src/base/str.o
	$(CC) $(PISTE_LDFLAGS) $(LDFLAGS) -o $@ $^

.PHONY: test unit lint e2e browser openapi asan tsan fuzz fuzz-programs bench \
	bench-counting bench-figures bench-score format hooks
.SECONDARY: $(FUZZ_C:%.c=$(BUILD)/%.o)
## make test        everything CI runs, on clusters and ports of its own
test:
	src/ops/deps test
	tests/run
unit: $(BUILD)/check
## make lint        what a machine can check of src/STYLE.md
lint: $(OBJ)
	BUILD=$(BUILD) tests/lint/run
## make e2e         scenarios through nginx (E2E="--short twins" for some)
e2e: build
	PISTE_BUILD=$(PISTE_BUILD) tests/e2e/run $(E2E)
## make fault       what Piste stands on is broken while people post (SECONDS=600 SEED=)
.PHONY: fault soak
fault: SECONDS = 600
fault: build
	PISTE_BUILD=$(PISTE_BUILD) tests/fault/run --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))
## make soak        the same for HOURS=8
HOURS ?= 8
soak:
	$(MAKE) fault SECONDS=$$(($(HOURS) * 3600))
# Preloaded, so not a part of anything, and without a sanitizer.
$(BUILD)/failing.so: tests/nth/failing.c
	@mkdir -p $(@D)
	$(CC) $(PISTE_CPPFLAGS) -std=gnu17 -g -O2 -fno-builtin -fPIC $(WARN) \
		$(WARN_C) -shared -o $@ $<
## make nth         every call that can fail fails once (NTH="--each 20 spool" for some)
.PHONY: nth
nth: build $(BUILD)/failing.so
	PISTE_BUILD=$(PISTE_BUILD) tests/nth/run $(NTH)
## make browser     a person's way in Chromium, and axe on every page
browser: build
	PISTE_BUILD=$(PISTE_BUILD) tests/browser/run
## make openapi     the JSON interface's description, linted
openapi:
	tests/openapi/run
## make asan        unit tests under AddressSanitizer and UBSan (build/asan)
# Leaks of the program are looked for by its e2e run; here each of two thousand
# processes would look for those of its fixture, for minutes.
asan:
	ASAN_OPTIONS=detect_leaks=0 CK_TIMEOUT_MULTIPLIER=3 \
		$(MAKE) $(ASAN) build check
## make tsan        unit tests under ThreadSanitizer (build/tsan)
tsan:
	CK_TIMEOUT_MULTIPLIER=3 $(MAKE) $(TSAN) build check
## make fuzz        every fuzz target for SECONDS=60
fuzz:
	$(MAKE) $(FUZZ) fuzz-programs
	tests/fuzz/run $(SECONDS) $(FUZZ_C:tests/fuzz/%.c=build/fuzz/%)
# What asan, tsan and fuzz run, built and not run.
.PHONY: sanitized
sanitized:
	$(MAKE) $(ASAN) build unit
	$(MAKE) $(TSAN) build unit
	$(MAKE) $(FUZZ) fuzz-programs
fuzz-programs: $(FUZZ_C:tests/fuzz/%.c=$(BUILD)/%)
## make bench       pages and posts a second beside nginx and pgbench (BASE=REVISION: and beside it)
bench:
	$(MAKE) $(RELEASE) measure
.PHONY: measure
measure: build $(BUILD)/load
	BASE='$(BASE)' LTO='$(LTO)' ROBOTS='$(ROBOTS)' tests/bench/run $(BUILD)
## make bench-counting  what counting costs (EXPOSURES=1000000 LEADS=50000)
EXPOSURES ?= 1000000
LEADS ?= 50000
bench-counting:
	tests/bench/counting $(EXPOSURES) $(LEADS)
## make bench-figures  a year's report over the demo year at size (EVENTS=10000000)
EVENTS ?= 10000000
bench-figures: $(BUILD)/piste
	tests/bench/figures $(BUILD) $(EVENTS)
## make bench-score  all leads scored anew, by the demo year at size (LEADS=200000)
bench-score: LEADS = 200000
bench-score: $(BUILD)/piste
	tests/bench/score $(BUILD) $(LEADS)
## make format      the C sources laid out by .clang-format
format:
	clang-format -i $(SRC_C) $(SRC_CC) $(TEST_C)
## make hooks       build and lint before each commit
hooks:
	git config core.hooksPath tests/hooks

POST_RATE ?= 5
MIN_FILL_MS ?= 2000
TRUSTED_PROXIES ?= 127.0.0.1
ADMIN ?= admin@piste.localhost
SYSCONFDIR ?= /etc

.PHONY: deps geo run install uninstall release clean
## make deps        install from Debian's packages what is missing
deps:
	@src/ops/deps
## make geo         fetch the demo's City database, once
geo:
	@src/ops/geo build/geo
## make run         start everything under VAR=var, on PORT=8080, until ^C
# In the order of its lines, and with nothing on standard output but the last
# one's "ready".  A shell ignores SIGINT for what it starts with &.
run:
	@src/ops/deps
	@$(MAKE) build >&2
	@src/ops/geo build/geo
	@exec env --default-signal=INT BUILD='$(BUILD)' VAR='$(VAR)' PORT='$(PORT)' \
		POST_RATE='$(POST_RATE)' MIN_FILL_MS='$(MIN_FILL_MS)' \
		TRUSTED_PROXIES='$(TRUSTED_PROXIES)' ADMIN='$(ADMIN)' src/ops/run
## make demo-data   two demo experiments and a year of leads, synthetic, while make run runs (SIZE=6000)
SIZE ?= 6000
.PHONY: demo-data
demo-data:
	@src/ops/demo-data '$(VAR)' '$(SIZE)'
release:
	$(MAKE) $(RELEASE) build
## make install     lay out a deployment: DESTDIR= PREFIX=/usr/local SYSCONFDIR=/etc
install: release
install uninstall:
	@BUILD='$(BUILD)/release' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' \
		SYSCONFDIR='$(SYSCONFDIR)' src/ops/install $@
## make uninstall   take it away again, but for settings and data
## make clean       remove what was built; VAR and what was fetched stay
clean:
	@[ ! -d '$(BUILD)' ] || find '$(BUILD)' -mindepth 1 -maxdepth 1 ! -name geo \
		! -name robots ! -name disposable ! -name altcha ! -name mjml -exec rm -rf {} +
