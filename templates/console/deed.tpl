{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
{{#CHECKLIST}}
<section class="card" aria-labelledby="checklist">
<h2 id="checklist">{{W_DEED_CHECKLIST}}</h2>
<ul class="checks">
{{#CHECK}}
<li>{{#CHECK_GOOD}}<span class="tag good">✓</span>{{/CHECK_GOOD}}{{#CHECK_BAD}}<span class="tag bad">!</span>{{/CHECK_BAD}} {{CHECK_TEXT}}</li>
{{/CHECK}}
</ul>
</section>
{{/CHECKLIST}}
{{#VERDICT}}
<p class="notice">{{VERDICT}}</p>
{{/VERDICT}}
<section class="card" aria-labelledby="happens">
<h2 id="happens">{{W_DEED_HAPPENS}}</h2>
<p>{{DEED_TEXT}}</p>
<form method="post" action="{{DEED_URL}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="was" value="{{DEED_WAS}}">
<input type="hidden" name="arm" value="{{DEED_ARM}}">
<div class="field">
<label for="reason">{{W_DEED_REASON}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<p class="hint" id="reason-hint">{{W_DEED_REASON_HINT}}</p>
<input id="reason" name="reason" maxlength="500" value="{{REASON}}" autocomplete="off" aria-describedby="reason-hint">
</div>
<p class="actions"><button{{#DANGER}} class="danger"{{/DANGER}}>{{DEED_NAME}}</button> <a href="{{BACK_URL}}">{{W_DEED_BACK}}</a></p>
</form>
</section>
</main>
</body>
</html>
