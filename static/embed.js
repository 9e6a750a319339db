// Puts a form into the page, in a frame where this script stands:
//	<script src="https://…/static/embed.js" data-page="KEY"
//		data-lang="fr" data-title="…" async></script>
// It sets no cookie and keeps nothing.  The frame is told of what brought the
// visitor to this page, if the address says so.
(function () {
	'use strict';
	var script = document.currentScript, data = script.dataset;
	var home = new URL(script.src).origin;
	var lang = data.lang || document.documentElement.lang.slice(0, 2);
	var here = new URLSearchParams(location.search);
	var query = new URLSearchParams({ embed: '1' });
	var frame = document.createElement('iframe');
	var HEIGHT_MAX = 20000;

	if (lang)
		query.set('lang', lang);
	['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term',
		'keyword', 'kw', 'product_id', 'product', 'affiliate', 'aff_id',
		'aff', 'gclid', 'wbraid', 'gbraid', 'msclkid', 'fbclid', 'li_fat_id',
		'awc', 'tduid', 'irclickid', 'click_id', 'go'
	].forEach(function (name) {
		if (here.get(name))
			query.set(name, here.get(name));
	});
	frame.src = home + '/p/' + encodeURIComponent(data.page) + '?' + query;
	frame.title = data.title || (lang === 'en' ? 'Form' : 'Formulaire');
	frame.style.cssText = 'display:block;width:100%;height:40rem;border:0';
	// Each page in the frame is greeted, so that it knows whom to tell.
	frame.addEventListener('load', function () {
		frame.contentWindow.postMessage({ piste: 'hello' }, home);
	});
	addEventListener('message', function (e) {
		var height = e.data && e.data.piste === 'height' && e.data.height;

		if (e.origin !== home || e.source !== frame.contentWindow)
			return;
		if (height > 0 && height < HEIGHT_MAX)
			frame.style.height = height + 'px';
	});
	script.parentNode.insertBefore(frame, script.nextSibling);
})();
