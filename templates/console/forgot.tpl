{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1" class="narrow">
{{>TITLE}}
{{#ASK}}
<form class="card" method="post" action="/console/reset">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="field">
<label for="login">{{W_LOGIN_EMAIL}}</label>
<p class="hint" id="login-hint">{{W_FORGOT_HINT}}</p>
<input id="login" name="login" type="email" autocomplete="username" maxlength="254" required aria-describedby="login-hint">
</div>
<button>{{W_FORGOT_BUTTON}}</button>
</form>
{{/ASK}}
<p><a href="/console/login">{{W_FORGOT_BACK}}</a></p>
</main>
</body>
</html>
