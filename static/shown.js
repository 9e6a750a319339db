// Tells the server once that this page is really shown: not while it is
// fetched ahead, not behind another tab.  It reads and keeps nothing else.
(function () {
	'use strict';
	var token = document.currentScript.dataset.token;
	var events = ['prerenderingchange', 'visibilitychange'];

	function tell() {
		if (document.prerendering || document.visibilityState !== 'visible')
			return;
		events.forEach(function (name) {
			document.removeEventListener(name, tell);
		});
		navigator.sendBeacon('/e', new URLSearchParams({
			kind: 'activate', token: token
		}));
	}
	events.forEach(function (name) {
		document.addEventListener(name, tell);
	});
	tell();
})();
