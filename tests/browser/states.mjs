// Every state in which a visitor can meet a page, by name: open(page, lang).
// links are lists of those in mails, by what they lead to and language.
const bill = { name: 'facture.pdf', mimeType: 'application/pdf',
	buffer: Buffer.from('%PDF-1.7\n%%EOF\n') };
// Waiting for a button to stand still takes a script.
const HOW = { force: true };

export function submit(page) {
	return page.locator('form[method=post] [type=submit]').first();
}

async function fill(page, values) {
	for (const [name, value] of Object.entries(values))
		await page.fill(`[name=${name}]`, value);
}

async function press(page, button = submit(page)) {
	await Promise.all([page.waitForNavigation(), button.click(HOW)]);
}

export const choose_bill = (page) => page.setInputFiles('[name=bill]', bill);

// A form of every kind: fill in what is asked of a large company.
export async function fill_in_fields(page, more = {}) {
	await page.selectOption('[name=size]', 'large');
	await page.check('[name=themes][value=heat]', HOW);
	await fill(page, { email: 'champs@example.org', staff: '1 250',
		surface: '12,5', since: '2027-12-31',
		siret: '732 829 320 00074', ...more });
	await choose_bill(page);
}

export function states(url, links) {
	const at = (path) => (page, lang) => {
		const mark = path.includes('?') ? '&' : '?';
		return page.goto(`${url}${path}${mark}lang=${lang}`);
	};
	// Each its own: what was pressed before must not show.
	const linked = (what) => (page, lang) => {
		links[what][lang].push(links[what][lang].shift());
		return page.goto(url + links[what][lang].at(-1));
	};
	const landing = at('/p/livre-blanc'), fields = at('/p/tour-des-champs');
	const steps = at('/p/bilan');
	const ana = { email: 'ana@example.org', first_name: 'Ana',
		last_name: 'Lopes' };

	// The second of three steps.
	async function second(page, lang) {
		await steps(page, lang);
		await fill(page, { first_name: 'Ana', email: ana.email });
		await page.selectOption('[name=place]', 'office');
		await press(page);
	}
	async function third(page, lang) {
		await second(page, lang);
		await fill(page, { people: '12' });
		await press(page);
	}
	return {
		'landing': landing,
		'landing-empty': async (page, lang) => {
			await landing(page, lang);
			await press(page);
		},
		'landing-errors': async (page, lang) => {
			await landing(page, lang);
			await fill(page, { ...ana, email: 'ana@', phone: '0612',
				postcode: 'ABCDEF!' });
			await press(page);
		},
		'landing-typo': async (page, lang) => {
			await landing(page, lang);
			await fill(page, { ...ana, email: 'ana@gmial.com' });
			await press(page);
		},
		'landing-expired': async (page, lang) => {
			await landing(page, lang);
			await fill(page, ana);
			await page.locator('[name=piste_token]').evaluate((e) => {
				e.value = 'expired';
			});
			await press(page);
		},
		'fields': fields,
		'fields-errors': async (page, lang) => {
			await fields(page, lang);
			await fill_in_fields(page, { surface: '1,234',
				staff: 'douze', siret: '123', vat: 'FR1' });
			await press(page);
		},
		'fields-conditional': async (page, lang) => {
			await fields(page, lang);
			await page.selectOption('[name=size]', 'large');
			await page.check('[name=themes][value=other]', HOW);
			await fill(page, { email: ana.email });
			await press(page);
		},
		'steps-first': steps,
		'steps-errors': async (page, lang) => {
			await steps(page, lang);
			await press(page);
		},
		'steps-second': second,
		'steps-back': async (page, lang) => {
			await second(page, lang);
			await press(page, page.locator('button.back'));
		},
		'steps-third': third,
		'steps-thanks': async (page, lang) => {
			await third(page, lang);
			await press(page);
		},
		'thanks': at('/p/livre-blanc/thanks'),
		'thanks-by-mail': at('/p/courrier/thanks'),
		'thanks-to-confirm': at('/p/optin/thanks'),
		'confirm': linked('confirm'),
		'confirmed': async (page, lang) => {
			await linked('confirm')(page, lang);
			await press(page);
		},
		'confirm-expired': linked('expired'),
		'confirm-sent-again': async (page, lang) => {
			await linked('expired')(page, lang);
			await press(page);
		},
		'confirm-too-often': async (page, lang) => {
			await linked('spent')(page, lang);
			await press(page);
		},
		'preferences': linked('preferences'),
		'preferences-saved': async (page, lang) => {
			await linked('preferences')(page, lang);
			await page.locator('[name=keep]').first().uncheck(HOW);
			await press(page);
		},
		'unsubscribe': linked('unsubscribe'),
		'unsubscribed': async (page, lang) => {
			await linked('unsubscribe')(page, lang);
			await page.check('[name=all]', HOW);
			await press(page);
		},
		'report': linked('report'),
		'embedded': at('/p/livre-blanc?embed=1'),
		'embedded-errors': async (page, lang) => {
			await at('/p/livre-blanc?embed=1')(page, lang);
			await press(page);
		},
		'embedded-thanks': at('/p/livre-blanc/thanks?embed=1'),
		'status-403': at('/c/nobody'),
		'status-404': at('/p/nobody'),
		'status-410': at('/p/guide-2025'),
		// What nginx says when piste can't.
		...Object.fromEntries([413, 429, 503].map((status) => [
			`nginx-${status}`, (page, lang) => page.goto(
				`${url}/static/errors/${status}.${lang}.html`),
		])),
	};
}
