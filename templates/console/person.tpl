{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<div class="columns">
<section class="card" aria-labelledby="facts">
<h2 id="facts">{{W_PERSON_FACTS}}</h2>
<dl class="facts">
{{#PERSON_EMAIL}}
<dt>{{W_PERSON_EMAIL}}</dt><dd>{{PERSON_EMAIL}}</dd>
{{/PERSON_EMAIL}}
{{#PERSON_PHONE}}
<dt>{{W_PERSON_PHONE}}</dt><dd>{{PERSON_PHONE}}</dd>
{{/PERSON_PHONE}}
{{#PERSON_COMPANY}}
<dt>{{W_PERSON_COMPANY}}</dt><dd>{{PERSON_COMPANY}}</dd>
{{/PERSON_COMPANY}}
<dt>{{W_PERSON_SINCE}}</dt><dd>{{PERSON_SINCE}}</dd>
</dl>
{{#MASKED}}
<p class="soft small">{{W_PEOPLE_MASKED}}</p>
{{/MASKED}}
</section>
<section>
<h2 id="leads">{{W_PERSON_LEADS}}</h2>
{{#NO_LEADS}}
<div class="empty"><p>{{W_PERSON_NO_LEADS}}</p></div>
{{/NO_LEADS}}
{{#LEADS}}
<div class="scroll" tabindex="0" role="region" aria-labelledby="leads">
<table>
<thead><tr><th scope="col">{{W_LEAD_ID}}</th><th scope="col">{{W_LEAD_OFFER}}</th><th scope="col">{{W_LEAD_STAGE}}</th><th scope="col">{{W_LEAD_GRADE}}</th><th scope="col" class="number">{{W_LEAD_SCORE}}</th><th scope="col">{{W_LEAD_SINCE}}</th></tr></thead>
<tbody>
{{#LEAD}}
<tr><th scope="row"><a href="/console/leads/{{LEAD_ID}}">{{LEAD_ID}}</a></th><td>{{LEAD_OFFER}}</td><td>{{LEAD_STAGE}}</td><td>{{LEAD_GRADE}}</td><td class="number">{{LEAD_SCORE}}</td><td class="when">{{LEAD_SINCE}}</td></tr>
{{/LEAD}}
</tbody>
</table>
</div>
{{/LEADS}}
</section>
</div>
<section>
<h2 id="consents">{{W_CONSENTS_TITLE}}</h2>
{{#NO_CONSENTS}}
<div class="empty"><p>{{W_CONSENTS_NONE}}</p></div>
{{/NO_CONSENTS}}
{{#CONSENTS}}
<div class="scroll" tabindex="0" role="region" aria-labelledby="consents">
<table>
<thead><tr><th scope="col">{{W_CONSENT_PURPOSE}}</th><th scope="col">{{W_CONSENT_CHANNEL}}</th><th scope="col">{{W_CONSENT_RECIPIENT}}</th><th scope="col">{{W_CONSENT_SAID}}</th><th scope="col">{{W_CONSENT_MAY}}</th></tr></thead>
<tbody>
{{#CONSENT}}
<tr><th scope="row">{{CONSENT_PURPOSE}}</th><td>{{CONSENT_CHANNEL}}</td><td>{{CONSENT_RECIPIENT}}</td><td>{{CONSENT_SAID}}<br><span class="soft small when">{{CONSENT_AT}}</span></td>
<td>{{#CONSENT_YES}}<span class="tag good">{{W_CONSENT_YES}}</span>{{/CONSENT_YES}}{{#CONSENT_NO}}<span class="tag bad">{{W_CONSENT_NO}}</span>{{/CONSENT_NO}}</td></tr>
{{/CONSENT}}
</tbody>
</table>
</div>
{{#WITHDRAW}}
<details class="confirm card">
<summary>{{W_WITHDRAW_ONE}} {{WITHDRAW_PURPOSE}} · {{WITHDRAW_CHANNEL_NAME}} · {{WITHDRAW_RECIPIENT}}</summary>
<form method="post" action="{{PERSON_URL}}/withdraw">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="purpose" value="{{WITHDRAW_PURPOSE}}">
<input type="hidden" name="channel" value="{{WITHDRAW_CHANNEL}}">
<input type="hidden" name="recipient" value="{{WITHDRAW_RECIPIENT}}">
<p>{{WITHDRAW_TEXT}}</p>
<button class="danger">{{W_WITHDRAW_BUTTON}}</button>
</form>
</details>
{{/WITHDRAW}}
{{#WITHDRAW_ALL}}
<details class="confirm card">
<summary>{{W_WITHDRAW_ALL}}</summary>
<form method="post" action="{{PERSON_URL}}/withdraw">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="all" value="1">
<p>{{W_WITHDRAW_ALL_TEXT}}</p>
<button class="danger">{{W_WITHDRAW_ALL_BUTTON}}</button>
</form>
</details>
{{/WITHDRAW_ALL}}
{{/CONSENTS}}
</section>
<section>
<h2 id="story">{{W_STORY_TITLE}}</h2>
{{#NO_STORY}}
<div class="empty"><p>{{W_STORY_NONE}}</p></div>
{{/NO_STORY}}
{{#STORY}}
<div class="scroll" tabindex="0" role="region" aria-labelledby="story">
<table>
<thead><tr><th scope="col">{{W_STORY_AT}}</th><th scope="col">{{W_STORY_WHAT}}</th><th scope="col">{{W_STORY_SUBJECT}}</th><th scope="col">{{W_STORY_DETAIL}}</th></tr></thead>
<tbody>
{{#EVENT}}
<tr><td class="when">{{EVENT_AT}}</td><td>{{EVENT_WHAT}}</td><td>{{EVENT_SUBJECT}}</td><td>{{EVENT_DETAIL}}</td></tr>
{{/EVENT}}
</tbody>
</table>
</div>
{{/STORY}}
</section>
</main>
</body>
</html>
