// Tells of this page's view, with consent and not before: see README.
(function () {
	'use strict';
	var home = new URL(document.currentScript.src).origin;
	var on = ['piste-consent', 'visibilitychange', 'prerenderingchange'];

	function tell() {
		var who = /[#&]piste=([\w.-]+)/.exec(location.hash);

		if (window.pisteConsent !== true ||
			navigator.globalPrivacyControl || document.prerendering ||
			document.visibilityState !== 'visible')
			return;
		on.forEach(function (n) { document.removeEventListener(n, tell); });
		if (who) {
			sessionStorage.piste = who[1];
			history.replaceState(history.state, '',
				location.pathname + location.search);
		}
		fetch(home + '/e', { method: 'POST', keepalive: true,
			credentials: 'omit', body: new URLSearchParams({
				kind: 'view', id: crypto.randomUUID(),
				path: location.pathname, link: who ? 1 : '',
				who: sessionStorage.piste || '' }) }).catch(function () {});
	}
	on.forEach(function (n) { document.addEventListener(n, tell); });
	tell();
})();
