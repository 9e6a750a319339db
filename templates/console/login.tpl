{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1" class="narrow">
{{>TITLE}}
<form class="card" method="post" action="/console/login">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="next" value="{{NEXT}}">
<div class="field">
<label for="login">{{W_LOGIN_EMAIL}}</label>
<input id="login" name="login" type="email" autocomplete="username" maxlength="254" required value="{{LOGIN}}">
</div>
<div class="field">
<label for="password">{{W_LOGIN_PASSWORD}}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
</div>
<button>{{W_LOGIN_BUTTON}}</button>
</form>
<p><a href="/console/reset">{{W_LOGIN_FORGOT}}</a></p>
</main>
</body>
</html>
