// Forms that say data-keep: what was typed outlives a session that has ended.
// In this tab alone, until it has been sent; never a password or a file.
const place = (form) => `piste:${location.pathname}:${form.dataset.keep}`;
const kept = (field) => field.name && field.name !== 'csrf' &&
	!['hidden', 'password', 'file', 'submit'].includes(field.type);

for (const form of document.querySelectorAll('form[data-keep]')) {
	const before = JSON.parse(sessionStorage.getItem(place(form)) ?? 'null');
	for (const [i, field] of [...form.elements].entries())
		if (before && kept(field) && before[i]?.name === field.name) {
			if (['checkbox', 'radio'].includes(field.type))
				field.checked = before[i].checked;
			else
				field.value = before[i].value;
		}
	form.addEventListener('input', () => sessionStorage.setItem(place(form),
		JSON.stringify([...form.elements].map((field) => kept(field) ?
			{ name: field.name, value: field.value,
				checked: field.checked } : null))));
}

// The server says what it has taken.
const done = document.querySelector('[data-taken]');
if (done)
	sessionStorage.clear();
