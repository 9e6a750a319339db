<a class="skip" href="#main">{{W_SKIP}}</a>
{{#NAVIGATION}}
<header class="top">
<p class="brand"><a href="/console">{{BRAND}}</a></p>
<nav class="ways" aria-label="{{W_NAV_LABEL}}">
<ul>
{{#WAY}}
<li><a href="{{WAY_URL}}"{{#WAY_HERE}} aria-current="page"{{/WAY_HERE}}>{{WAY_NAME}}</a></li>
{{/WAY}}
</ul>
</nav>
<div class="who">
<a href="/console/me"{{#OWN_HERE}} aria-current="page"{{/OWN_HERE}}>{{WHO}}</a>
<form method="post" action="/console/language">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="next" value="{{HERE}}">
<button class="quiet" name="lang" value="{{OTHER_LANG}}" lang="{{OTHER_LANG}}">{{OTHER_LANG_NAME}}</button>
</form>
<form method="post" action="/console/logout">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<button class="quiet">{{W_LOGOUT}}</button>
</form>
</div>
</header>
{{/NAVIGATION}}
