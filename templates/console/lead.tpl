{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
{{#TAKEN}}
<span data-taken></span>
{{/TAKEN}}
<p class="tags"><span class="tag">{{STAGE}}</span> {{#GRADE}}<span class="tag grade-{{GRADE_CLASS}}">{{GRADE}}{{#SCORE}} {{SCORE}}{{/SCORE}}</span>{{/GRADE}} {{#LATE}}<span class="tag bad">{{W_DESK_LATE}}</span>{{/LATE}} {{#SYNTHETIC}}<span class="tag">{{W_LEADS_SYNTHETIC}}</span>{{/SYNTHETIC}}</p>
<div class="columns">
<div>
<section class="card" aria-labelledby="facts">
<h2 id="facts">{{W_DESK_STATE}}</h2>
<dl class="facts">
{{#COMPANY}}
<dt>{{W_PERSON_COMPANY}}</dt><dd>{{COMPANY}}</dd>
{{/COMPANY}}
{{#EMAIL}}
<dt>{{W_PERSON_EMAIL}}</dt><dd>{{EMAIL}}</dd>
{{/EMAIL}}
{{#PHONE}}
<dt>{{W_PERSON_PHONE}}</dt><dd>{{PHONE}}</dd>
{{/PHONE}}
<dt>{{W_LEAD_OFFER}}</dt><dd>{{OFFER}}</dd>
<dt>{{W_LEAD_STAGE}}</dt><dd>{{STAGE}} <span class="soft small">{{W_DESK_SINCE}} {{SINCE}}</span></dd>
{{#HAS_REASON}}
<dt>{{W_DESK_REASON}}</dt><dd>{{#WHY_THERE}}{{WHY_THERE}} · {{/WHY_THERE}}{{HAS_REASON}}</dd>
{{/HAS_REASON}}
{{#WAKE}}
<dt>{{W_DESK_WAKE}}</dt><dd>{{WAKE}}</dd>
{{/WAKE}}
<dt>{{W_FILTER_OWNER}}</dt><dd>{{#OWNER}}{{OWNER}}{{#STATE}} <span class="tag">{{STATE}}</span>{{/STATE}}{{/OWNER}}{{#OWNER_NONE}}{{W_DESK_OWNER_NONE}}{{/OWNER_NONE}}</dd>
{{#ACCEPT_BY}}
<dt>{{W_DESK_ACCEPT_BY}}</dt><dd>{{ACCEPT_BY}}</dd>
{{/ACCEPT_BY}}
<dt>{{W_DESK_NEXT}}</dt><dd>{{#DUE}}<strong>{{DUE}}</strong> {{ACTION}} <span class="soft small">{{ACTION_BY}}</span>{{/DUE}}{{#DUE_NONE}}{{W_DESK_NEXT_NONE}}{{/DUE_NONE}}</dd>
<dt>{{W_LEADS_AT}}</dt><dd>{{CREATED}}</dd>
</dl>
<p class="small"><a href="{{PERSON_URL}}">{{W_DESK_PERSON}}</a></p>
{{#MASKED}}
<p class="soft small">{{W_PEOPLE_MASKED}}</p>
{{/MASKED}}
</section>
{{#ANSWERS}}
<section class="card" aria-labelledby="answers">
<h2 id="answers">{{W_DESK_ANSWERS}}</h2>
<dl class="facts">
{{#ANSWER}}
<dt>{{ANSWER_LABEL}}</dt><dd>{{ANSWER_VALUE}}</dd>
{{/ANSWER}}
</dl>
</section>
{{/ANSWERS}}
{{#NO_ANSWERS}}
<section class="card"><h2>{{W_DESK_ANSWERS}}</h2><p>{{W_DESK_ANSWERS_NONE}}</p></section>
{{/NO_ANSWERS}}
</div>
<div>
{{#CAN_ACT}}
<section class="card" aria-labelledby="act">
<h2 id="act">{{W_DESK_ACT}}</h2>
{{#CAN_ACCEPT}}
<form class="deed" method="post" action="{{LEAD_URL}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{STAMP}}">
<p>{{W_DESK_ACCEPT_TEXT}}</p>
<p class="actions"><button name="deed" value="accept">{{W_DESK_ACCEPT}}</button></p>
</form>
{{/CAN_ACCEPT}}
{{#CAN_MOVE}}
<form class="deed" id="move" method="post" action="{{LEAD_URL}}" data-keep="move">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{STAMP}}">
<h3>{{W_DESK_MOVE}}</h3>
<div class="row">
<div class="field"><label for="to">{{W_DESK_MOVE_TO}}</label>
<select id="to" name="to">{{#MOVE}}<option value="{{MOVE_KEY}}"{{#MOVE_CHOSEN}} selected{{/MOVE_CHOSEN}}>{{MOVE_NAME}}</option>{{/MOVE}}</select></div>
<div class="field"><label for="reason">{{W_DESK_REASON}}</label>
<select id="reason" name="reason"><option value="">{{W_DESK_REASON_ANY}}</option>{{#REASON}}<option value="{{REASON_KEY}}">{{REASON_NAME}}</option>{{/REASON}}</select></div>
<div class="field"><label for="move-words">{{W_DESK_NOTE_OPTIONAL}}</label>
<input id="move-words" name="words" maxlength="2000" autocomplete="off"></div>
<button name="deed" value="move">{{W_DESK_MOVE_BUTTON}}</button>
</div>
</form>
{{/CAN_MOVE}}
<form class="deed" method="post" action="{{LEAD_URL}}" data-keep="next">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{STAMP}}">
<h3>{{W_DESK_NEXT}}</h3>
<div class="row">
<div class="field"><label for="next-words">{{W_DESK_NEXT_ACTION}}</label>
<input id="next-words" name="words" maxlength="2000" required autocomplete="off"></div>
<div class="field"><label for="next-due">{{W_DESK_DUE}}</label>
<input type="date" id="next-due" name="due" required></div>
<button class="second" name="deed" value="next">{{W_DESK_NEXT_BUTTON}}</button>
</div>
</form>
<form class="deed" method="post" action="{{LEAD_URL}}" data-keep="note">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<h3>{{W_DESK_NOTE}}</h3>
<div class="field"><label for="note-words">{{W_DESK_NOTE_WORDS}}</label>
<textarea id="note-words" name="words" rows="2" maxlength="2000"></textarea></div>
<p class="actions"><button class="second" name="deed" value="note">{{W_DESK_NOTE_BUTTON}}</button> <button class="second" name="deed" value="contact">{{W_DESK_CONTACT_BUTTON}}</button></p>
</form>
{{#CAN_REFUSE}}
<details class="confirm">
<summary>{{W_DESK_REFUSE}}</summary>
<form method="post" action="{{LEAD_URL}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{STAMP}}">
<p>{{W_DESK_REFUSE_TEXT}}</p>
<div class="field"><label for="refuse-words">{{W_DESK_REFUSE_WHY}}</label>
<input id="refuse-words" name="words" maxlength="2000" required autocomplete="off"></div>
<button class="danger" name="deed" value="refuse">{{W_DESK_REFUSE_BUTTON}}</button>
</form>
</details>
{{/CAN_REFUSE}}
{{#CAN_HAND}}
<details class="confirm">
<summary>{{W_DESK_HAND}}</summary>
<form method="post" action="{{LEAD_URL}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{STAMP}}">
<p>{{W_DESK_HAND_TEXT}}</p>
<div class="row">
<div class="field"><label for="seller">{{W_FILTER_OWNER}}</label>
<select id="seller" name="seller">{{#SELLER}}<option value="{{SELLER_KEY}}">{{SELLER_NAME}}</option>{{/SELLER}}</select></div>
<div class="field"><label for="hand-words">{{W_DESK_REASON}}</label>
<input id="hand-words" name="words" maxlength="2000" required autocomplete="off"></div>
<button name="deed" value="hand">{{W_DESK_HAND_BUTTON}}</button>
</div>
</form>
</details>
{{/CAN_HAND}}
</section>
{{/CAN_ACT}}
{{#BANT}}
<section class="card" aria-labelledby="bant">
<h2 id="bant">{{W_DESK_BANT}}</h2>
<p>{{VERDICT}}</p>
{{#CAN_ASK}}
<form class="deed" method="post" action="{{LEAD_URL}}" data-keep="bant">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{STAMP}}">
<div class="pair">
{{#TOPIC}}
<div class="field"><label for="bant-{{TOPIC_KEY}}">{{TOPIC_NAME}}</label>
<p class="hint" id="bant-{{TOPIC_KEY}}-hint">{{TOPIC_HINT}}{{#TOPIC_AUTHOR}} · {{TOPIC_AUTHOR}}{{/TOPIC_AUTHOR}}</p>
<input id="bant-{{TOPIC_KEY}}" name="{{TOPIC_KEY}}" value="{{TOPIC_VALUE}}" maxlength="64" autocomplete="off" aria-describedby="bant-{{TOPIC_KEY}}-hint"></div>
{{/TOPIC}}
</div>
<div class="field"><label for="bant-words">{{W_DESK_NOTE_OPTIONAL}}</label>
<input id="bant-words" name="words" maxlength="2000" autocomplete="off"></div>
<p class="soft small">{{W_DESK_BANT_HINT}}</p>
<button class="second" name="deed" value="bant">{{W_DESK_BANT_BUTTON}}</button>
</form>
{{/CAN_ASK}}
{{#CANT_ASK}}
<dl class="facts">
{{#TOPIC}}
<dt>{{TOPIC_NAME}}</dt><dd>{{TOPIC_VALUE}}{{#TOPIC_NONE}}{{W_NONE}}{{/TOPIC_NONE}}</dd>
{{/TOPIC}}
</dl>
{{/CANT_ASK}}
{{#CAN_TAKE}}
<form class="deed" method="post" action="{{LEAD_URL}}" data-keep="take">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{STAMP}}">
<h3>{{W_DESK_TAKE}}</h3>
<div class="row">
<div class="field"><label for="take-words">{{W_DESK_NEXT}}</label>
<input id="take-words" name="words" maxlength="2000" required autocomplete="off"></div>
<div class="field"><label for="take-due">{{W_DESK_DUE}}</label>
<input type="date" id="take-due" name="due" required></div>
<button name="deed" value="take">{{W_DESK_TAKE_BUTTON}}</button>
</div>
</form>
{{/CAN_TAKE}}
</section>
{{/BANT}}
</div>
</div>
<div class="halves">
{{#SCORING}}
<section class="card" aria-labelledby="score">
<h2 id="score">{{W_DESK_SCORE}}</h2>
<form class="row" method="get" action="{{LEAD_URL}}#score">
<div class="field"><label for="at">{{W_DESK_SCORE_AT}}</label>
<input type="date" id="at" name="at" value="{{SCORE_DAY}}"></div>
<button class="second">{{W_DESK_SCORE_SHOW}}</button>
</form>
{{#NO_SCORE}}
<p>{{W_DESK_SCORE_NONE}}</p>
{{/NO_SCORE}}
{{#SCORE_SUM}}
<p>{{SCORE_SUM}}</p>
{{/SCORE_SUM}}
{{#SHARES}}
<table class="tight">
<caption class="hidden">{{W_DESK_SCORE}}</caption>
<thead><tr><th scope="col">{{W_DESK_SCORE_RULE}}</th><th scope="col" class="number">{{W_DESK_SCORE_POINTS}}</th><th scope="col">{{W_DESK_SCORE_WHY}}</th></tr></thead>
<tbody>
{{#SHARE}}
<tr><th scope="row" class="free">{{SHARE_RULE}}</th><td class="number">{{SHARE_POINTS}}</td><td class="free">{{SHARE_WHY}}</td></tr>
{{/SHARE}}
</tbody>
</table>
{{/SHARES}}
</section>
{{/SCORING}}
{{#WHY}}
<section class="card" aria-labelledby="why">
<h2 id="why">{{W_DESK_WHY}}</h2>
<table class="tight">
<caption class="hidden">{{W_DESK_WHY}}</caption>
<thead><tr><th scope="col">{{W_FILTER_OWNER}}</th><th scope="col" class="number wide">{{W_DESK_WHY_WEIGHT}}</th><th scope="col" class="number">{{W_DESK_WHY_DEFICIT}}</th><th scope="col" class="number wide">{{W_DESK_WHY_OPEN}}</th><th scope="col">{{W_DESK_WHY_OUT}}</th></tr></thead>
<tbody>
{{#WHY_ROW}}
<tr><th scope="row" class="free">{{WHY_SELLER}}{{#WHY_CHOSEN}} <span class="tag good">{{W_DESK_WHY_CHOSEN}}</span>{{/WHY_CHOSEN}}</th><td class="number wide">{{WHY_WEIGHT}}</td><td class="number">{{WHY_DEFICIT}}</td><td class="number wide">{{WHY_OPEN}}</td><td>{{WHY_OUT}}</td></tr>
{{/WHY_ROW}}
</tbody>
</table>
</section>
{{/WHY}}
{{#NO_WHY}}
<section class="card"><h2>{{W_DESK_WHY}}</h2><p>{{W_DESK_WHY_NONE}}</p></section>
{{/NO_WHY}}
<section class="card" aria-labelledby="waits">
<h2 id="waits">{{W_DESK_WAITS}}</h2>
{{#NO_WAITS}}
<p>{{W_DESK_WAITS_NONE}}</p>
{{/NO_WAITS}}
{{#WAITS}}
<table class="tight">
<caption class="hidden">{{W_DESK_WAITS}}</caption>
<thead><tr><th scope="col">{{W_DESK_WAIT_STEP}}</th><th scope="col" class="wide">{{W_DESK_WAIT_SINCE}}</th><th scope="col">{{W_DESK_WAIT_DUE}}</th><th scope="col">{{W_DESK_WAIT_ENDED}}</th></tr></thead>
<tbody>
{{#WAIT}}
<tr><th scope="row">{{WAIT_STEP}}</th><td class="moment wide">{{WAIT_SINCE}}</td><td class="moment">{{WAIT_DUE}}</td><td class="moment">{{WAIT_ENDED}}{{#WAIT_WAITS}}<span class="tag">{{W_DESK_WAIT_WAITS}}</span>{{/WAIT_WAITS}}{{#WAIT_BROKEN}} <span class="tag bad">{{W_DESK_WAIT_BROKEN}}</span>{{/WAIT_BROKEN}}</td></tr>
{{/WAIT}}
</tbody>
</table>
{{/WAITS}}
</section>
<section class="card" aria-labelledby="consents">
<h2 id="consents">{{W_CONSENTS_TITLE}}</h2>
{{#NO_CONSENTS}}
<p>{{W_CONSENTS_NONE}}</p>
{{/NO_CONSENTS}}
{{#CONSENTS}}
<table class="tight">
<caption class="hidden">{{W_CONSENTS_TITLE}}</caption>
<thead><tr><th scope="col">{{W_CONSENT_PURPOSE}}</th><th scope="col">{{W_CONSENT_CHANNEL}}</th><th scope="col" class="wide">{{W_CONSENT_SAID}}</th><th scope="col">{{W_CONSENT_MAY}}</th></tr></thead>
<tbody>
{{#CONSENT}}
<tr><th scope="row" class="free">{{CONSENT_PURPOSE}}<br><span class="soft small">{{CONSENT_RECIPIENT}}</span></th><td>{{CONSENT_CHANNEL}}</td><td class="wide">{{CONSENT_SAID}} <span class="soft small">{{CONSENT_AT}}</span></td><td>{{#CONSENT_YES}}<span class="tag good">{{W_CONSENT_YES}}</span>{{/CONSENT_YES}}{{#CONSENT_NO}}<span class="tag bad">{{W_CONSENT_NO}}</span>{{/CONSENT_NO}}</td></tr>
{{/CONSENT}}
</tbody>
</table>
{{/CONSENTS}}
</section>
</div>
<section class="card" aria-labelledby="story">
<h2 id="story">{{W_STORY_TITLE}}</h2>
{{#NO_STORY}}
<p>{{W_STORY_NONE}}</p>
{{/NO_STORY}}
{{#STORY}}
<table class="tight">
<caption class="hidden">{{W_STORY_TITLE}}</caption>
<thead><tr><th scope="col">{{W_STORY_AT}}</th><th scope="col">{{W_STORY_WHAT}}</th><th scope="col" class="wide">{{W_STORY_DETAIL}}</th><th scope="col" class="wide">{{W_DESK_WORDS}}</th></tr></thead>
<tbody>
{{#EVENT}}
<tr><td class="moment">{{EVENT_AT}}</td><td class="free">{{EVENT_WHAT}}{{#EVENT_SUBJECT}} <strong>{{EVENT_SUBJECT}}</strong>{{/EVENT_SUBJECT}}{{#EVENT_WORDS}}<span class="slim soft small">{{EVENT_WORDS}}</span>{{/EVENT_WORDS}}</td><td class="wide free">{{EVENT_DETAIL}}</td><td class="wide free">{{EVENT_REASON}} {{EVENT_WORDS}}</td></tr>
{{/EVENT}}
</tbody>
</table>
{{/STORY}}
</section>
</main>
</body>
</html>
