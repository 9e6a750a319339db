// Forms that ask for a proof of work, on a server that always does: what the
// widget does by itself, and what is left without a script.
import assert from 'node:assert/strict';

export async function worked(tools) {
	const { test, working, fill_in, submit, is_thanked, is_accessible,
		looks } = tools;
	const page_url = `${working}/p/livre-blanc`;
	const also = [working];

	// The browser has done what the form asks.
	async function solves(page, lang) {
		await page.goto(`${page_url}?lang=${lang}`);
		await page.waitForSelector('altcha-widget [name=piste_work]',
			{ state: 'attached' });
		await page.waitForSelector('altcha-widget [type=checkbox]:checked');
		await page.locator('altcha-widget', { hasText: lang === 'fr' ?
			'Vérifié' : 'Verified' }).waitFor();
	}

	for (const { lang, ...look } of looks)
		await test(`proof of work, ${lang}, ${look.viewport.width} px`, {
			also, locale: lang, ...look }, async (page) => {
			await solves(page, lang);
			if (process.env.SHOTS)
				await page.screenshot({ fullPage: true,
					path: `${process.env.SHOTS}/work-${lang}-` +
					`${look.viewport.width}.png` });
			await is_accessible(page);
		});

	await test('proof of work, sent by keyboard', { also },
		async (page) => {
		await solves(page, 'fr');
		await page.focus('[name=email]');
		for (const typed of ['ana.calcul@example.org', 'Ana', 'Lopes']) {
			await page.keyboard.type(typed);
			await page.keyboard.press('Tab');
		}
		await page.focus('altcha-widget [type=checkbox]');
		assert.notEqual(await page.evaluate(() => {
			const s = getComputedStyle(document.activeElement);
			return `${s.outlineStyle} ${s.boxShadow}`;
		}), 'none none');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await is_thanked(page);
	});

	await test('a form sent at once waits for its proof of work', { also },
		async (page) => {
		await page.goto(page_url);
		// Before the browser is done, however quick: as a person can't.
		await page.evaluate(async (email) => {
			const { form } = document.querySelector('[name=email]');
			const widget = form.querySelector('altcha-widget');
			await customElements.whenDefined('altcha-widget');
			while (widget.getState?.() !== 'verifying')
				await new Promise((done) => setTimeout(done, 0));
			form.elements.email.value = email;
			form.elements.first_name.value = 'Ana';
			form.elements.last_name.value = 'Lopes';
			form.requestSubmit();
		}, 'presse.calcul@example.org');
		await is_thanked(page);
	});

	await test('a form that asks for work, without a script',
		{ also, javaScriptEnabled: false }, async (page) => {
		await page.goto(page_url);
		await page.getByText('Sans JavaScript').waitFor();
		await fill_in(page, { email: 'sans.script@example.org' });
		await submit(page).click({ force: true });
		await is_thanked(page);
	});
}
