// The console's screens, as colleagues of each language meet them.
import assert from 'node:assert/strict';

const HOW = { force: true };
const file = (name, rows) => ({ name, mimeType: 'text/csv',
	buffer: Buffer.from(rows.join('\n')) });
const PEOPLE = ['E-mail;Prénom;Nom;Société',
	'ada@salon.example;Ada;Martin;Salon SA',
	'bea@salon.example;Béa;Martin;Salon SA', 'personne;;;'];

async function press(page, button) {
	await Promise.all([page.waitForNavigation(), button.click(HOW)]);
}

async function log_in(page, url, who) {
	await page.goto(`${url}/console/login`);
	await page.fill('[name=login]', who.login);
	await page.fill('[name=password]', who.password);
	await press(page, page.locator('main form button'));
	assert.equal(new URL(page.url()).pathname, '/console');
}

// A file that waits for its columns to be checked.
async function bring(page, url, name) {
	await page.goto(`${url}/console/import`);
	await page.setInputFiles('[name=file]', file(name, PEOPLE));
	await page.fill('[name=source]', 'salon');
	await page.selectOption('[name=basis]', 'legitimate_interest');
	await page.selectOption('[name=page]', 'livre-blanc');
	await press(page, page.locator('form[data-keep] button'));
	assert.match(page.url(), /\/console\/import\/[0-9a-f-]{36}$/);
}

// Every screen by name: open(page).
function screens(url, lang) {
	const at = (path) => (page) => page.goto(url + path);
	return {
		'design': at('/console/design'),
		'leads': async (page) => {
			await at('/console/leads?stage=mql')(page);
			await page.locator('summary').last().click(HOW);
		},
		'leads-none': at('/console/leads?q=nobody-at-all'),
		'leads-wrong': at('/console/leads?stage=x&country=FRA'),
		'lead': async (page) => {
			await at('/console/leads?q=abonne@example')(page);
			await press(page, page.locator('th a').first());
			await page.locator('summary').first().click(HOW);
		},
		'board': at('/console/board'),
		'people': at('/console/people'),
		'experiments': at('/console/experiments'),
		'experiment': at('/console/experiments/lb-headline'),
		'plan': at('/console/experiments/lb-headline/plan?baseline=4'),
		'plan-wrong': at('/console/experiments/lb-headline/plan?mde=x'),
		'deed': at('/console/experiments/lb-headline/stop'),
		'figures': async (page) => {
			await at('/console/figures')(page);
			await page.locator('summary').first().click(HOW);
		},
		'figures-none': at('/console/figures?from=2020-01-01&to=2020-01-02'),
		'figures-wrong': at('/console/figures?by=x'),
		'costs-wrong': async (page) => {
			await at('/console/costs')(page);
			await page.fill('[name=amount]', 'x');
			await press(page, page.locator('form[data-keep] button'));
			await page.waitForSelector('[role=alert]');
		},
		'costs-file': async (page) => {
			await at('/console/costs')(page);
			await page.setInputFiles('[name=file]', file('costs.csv',
				['from,amount', '2026-10-01,12.50', 'x,1']));
			await press(page,
				page.locator('form[action$="/file"] button'));
			await page.waitForSelector('[role=alert]');
		},
		'import': at('/console/import'),
		'import-wrong': async (page) => {
			await at('/console/import')(page);
			await page.evaluate(() => {
				document.querySelector('form[data-keep]').noValidate =
					true;
			});
			await press(page, page.locator('form[data-keep] button'));
			await page.waitForSelector('[aria-invalid=true]');
		},
		'import-check': (page) => bring(page, url, `salon-${lang}.csv`),
		'import-done': async (page) => {
			await bring(page, url, `salon-${lang}.csv`);
			await press(page, page.locator('[value=take]'));
			await page.waitForSelector('[role=status]');
		},
		'people-found': at('/console/people?q=Martin'),
		'people-nobody': at('/console/people?q=Nobody'),
		'person': async (page) => {
			await at('/console/people?q=abonne@example.org')(page);
			await press(page, page.locator('td a, th a').first());
			await page.locator('summary').first().click(HOW);
		},
		'quarantine': async (page) => {
			await at('/console/quarantine')(page);
			await page.locator('summary').first().click(HOW);
		},
		'home': async (page) => {
			await at('/console')(page);
			await page.locator('summary').first().click(HOW);
		},
	};
}

// From the login to a card that is moved and a file that is in, without a
// mouse.
async function by_keyboard(page, url, who) {
	const to = async (selector) => {
		for (let i = 0; i < 60; i++) {
			const there = await page.evaluate((s) =>
				document.activeElement.matches(s), selector);
			if (there) {
				assert.notEqual(await page.evaluate(() =>
					getComputedStyle(document.activeElement)
						.outlineStyle), 'none', `${selector}: no ring`);
				return;
			}
			await page.keyboard.press('Tab');
		}
		assert.fail(`Tab never reaches ${selector}`);
	};
	const go = () => Promise.all([page.waitForNavigation(),
		page.keyboard.press('Enter')]);

	await page.goto(`${url}/console/login?next=%2Fconsole`);
	await to('[name=login]');
	await page.keyboard.type(who.login);
	await to('[name=password]');
	await page.keyboard.type(who.password);
	await go();
	await to('a[href="/console/board"]');
	await go();
	await to('[name=to]');
	await page.keyboard.press('End');
	await to('[value=move]');
	await go();
	await page.waitForSelector('[role=alert]');
	await to('[name=reason]');
	await page.keyboard.press('End');
	await to('[value=move]');
	await go();
	await page.waitForSelector('[role=status]');
	await to('a[href="/console/import"]');
	await go();
	await to('[name=file]');
	await page.setInputFiles('[name=file]', file('clavier.csv',
		[PEOPLE[0], 'clavier@salon.example;Clé;Vier;Salon SA']));
	await to('[name=source]');
	await page.keyboard.type('clavier');
	await to('[name=basis]');
	await page.keyboard.press('End');
	await to('form[data-keep] button');
	await go();
	await to('[value=take]');
	await go();
	await page.waitForSelector('[role=status]');
}

export async function desked({ test, url, desks, is_accessible, looks }) {
	for (const [lang, who] of Object.entries(desks)) {
		const mine = looks.filter((look) => look.lang === lang);

		await test(`console, ${lang}`, { locale: lang,
			reducedMotion: 'reduce' }, async (page) => {
			await log_in(page, url, who);
			for (const [name, open] of Object.entries(
				screens(url, lang))) {
				try {
					await open(page);
				} catch (e) {
					e.message = `${name}: ${e.message}`;
					throw e;
				}
				assert.equal(await page.locator('html')
					.getAttribute('lang'), lang);
				for (const { viewport, colorScheme } of mine) {
					await page.setViewportSize(viewport);
					await page.emulateMedia({ colorScheme });
					if (process.env.SHOTS)
						await page.screenshot({ fullPage: true,
							path: `${process.env.SHOTS}/console-${name}-` +
							`${lang}-${viewport.width}.png` });
					try {
						await is_accessible(page);
					} catch (e) {
						e.message = `${name}: ${e.message}`;
						throw e;
					}
				}
			}
		});
	}
	await test('console by keyboard, from the login to the board and an import', {},
		(page) => by_keyboard(page, url, desks.fr));
	await test('console: what was typed outlives the session', {},
		async (page) => {
		await log_in(page, url, desks.fr);
		await page.goto(`${url}/console/import`);
		await page.fill('[name=source]', 'une source');
		await page.context().clearCookies();
		await page.goto(`${url}/console/import`);
		assert.match(page.url(), /\/console\/login/);
		await page.fill('[name=login]', desks.fr.login);
		await page.fill('[name=password]', desks.fr.password);
		await press(page, page.locator('main form button'));
		assert.equal(await page.inputValue('[name=source]'), 'une source');
	});
}
