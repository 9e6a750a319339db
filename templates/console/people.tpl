{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<form class="card search" method="get" action="/console/people" role="search">
<div class="field">
<label for="q">{{#WHOLE}}{{W_PEOPLE_LABEL}}{{/WHOLE}}{{#MASKED}}{{W_PEOPLE_LABEL_MASKED}}{{/MASKED}}</label>
<p class="hint" id="q-hint">{{#WHOLE}}{{W_PEOPLE_HINT}}{{/WHOLE}}{{#MASKED}}{{W_PEOPLE_HINT_MASKED}}{{/MASKED}}</p>
<input id="q" name="q" type="search" maxlength="400" value="{{TYPED}}" aria-describedby="q-hint" autocomplete="off" spellcheck="false">
</div>
<button>{{W_PEOPLE_SEARCH}}</button>
</form>
{{#START}}
<div class="empty"><p>{{W_PEOPLE_START}}</p></div>
{{/START}}
{{#NOBODY}}
<div class="empty" role="status"><p>{{#WHOLE}}{{W_PEOPLE_NOBODY}}{{/WHOLE}}{{#MASKED}}{{W_PEOPLE_NOBODY_MASKED}}{{/MASKED}}</p></div>
{{/NOBODY}}
{{#FOUND}}
<div class="scroll" tabindex="0" role="region" aria-labelledby="found">
<table>
<caption id="found">{{FOUND}}</caption>
<thead><tr><th scope="col">{{W_PERSON_NAME}}</th><th scope="col">{{W_PERSON_EMAIL}}</th><th scope="col">{{W_PERSON_PHONE}}</th><th scope="col">{{W_PERSON_COMPANY}}</th><th scope="col">{{W_PERSON_SINCE}}</th></tr></thead>
<tbody>
{{#PERSON}}
<tr><th scope="row"><a href="{{PERSON_URL}}">{{PERSON_NAME}}</a></th><td>{{PERSON_EMAIL}}</td><td>{{PERSON_PHONE}}</td><td>{{PERSON_COMPANY}}</td><td class="when">{{PERSON_SINCE}}</td></tr>
{{/PERSON}}
</tbody>
</table>
</div>
{{/FOUND}}
{{#MOST}}
<p class="soft">{{MOST}}</p>
{{/MOST}}
</main>
</body>
</html>
