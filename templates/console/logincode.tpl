{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1" class="narrow">
{{>TITLE}}
<form class="card" method="post" action="/console/login/code">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="next" value="{{NEXT}}">
<div class="field">
<label for="code">{{W_CODE_LABEL}}</label>
<input id="code" name="code" autocomplete="one-time-code" maxlength="40" required spellcheck="false">
</div>
<button>{{W_CODE_BUTTON}}</button>
</form>
<p><a href="/console/login">{{W_CODE_AGAIN}}</a></p>
</main>
</body>
</html>
