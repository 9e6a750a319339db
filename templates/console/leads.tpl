{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
{{#VIEWS}}
<nav class="chips" aria-label="{{W_VIEWS}}">
<ul>
{{#VIEW}}
<li><a href="{{VIEW_URL}}"{{#VIEW_HERE}} aria-current="page"{{/VIEW_HERE}}>{{VIEW_NAME}}</a></li>
{{/VIEW}}
</ul>
</nav>
{{/VIEWS}}
<form class="card dense" method="get" action="/console/leads" role="search">
<div class="search">
<div class="field">
<label for="q">{{W_FILTER_TEXT}}</label>
<input id="q" name="q" type="search" maxlength="200" value="{{TEXT}}" autocomplete="off" spellcheck="false"{{#TEXT_ERROR}} aria-invalid="true"{{/TEXT_ERROR}}>
</div>
<button>{{W_FILTER_BUTTON}}</button>
{{#IS_FILTERED}}
<a class="button second" href="/console/leads">{{W_FILTER_CLEAR}}</a>
{{/IS_FILTERED}}
</div>
<details class="more"{{#MORE_OPEN}} open{{/MORE_OPEN}}>
<summary>{{W_FILTER_MORE}}{{#MORE_OPEN}} <span class="tag">{{MORE_OPEN}}</span>{{/MORE_OPEN}}</summary>
<div class="grid">
<div class="field"><label for="stage">{{W_LEAD_STAGE}}</label>
<select id="stage" name="stage"{{#STAGE_ERROR}} aria-invalid="true"{{/STAGE_ERROR}}><option value="">{{W_FILTER_ANY}}</option>{{#STAGES}}<option value="{{OPTION_KEY}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_NAME}}</option>{{/STAGES}}</select></div>
<div class="field"><label for="grade">{{W_LEAD_GRADE}}</label>
<select id="grade" name="grade"{{#GRADE_ERROR}} aria-invalid="true"{{/GRADE_ERROR}}><option value="">{{W_FILTER_ANY}}</option>{{#GRADES}}<option value="{{OPTION_KEY}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_NAME}}</option>{{/GRADES}}</select></div>
{{#CAN_OWNER}}
<div class="field"><label for="owner">{{W_FILTER_OWNER}}</label>
<select id="owner" name="owner"><option value="">{{W_FILTER_ANY}}</option>{{#OWNERS}}<option value="{{OPTION_KEY}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_NAME}}</option>{{/OWNERS}}</select></div>
{{/CAN_OWNER}}
<div class="field"><label for="offer">{{W_LEAD_OFFER}}</label>
<select id="offer" name="offer"><option value="">{{W_FILTER_ANY}}</option>{{#OFFERS}}<option value="{{OPTION_KEY}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_NAME}}</option>{{/OFFERS}}</select></div>
<div class="field"><label for="page">{{W_FILTER_PAGE}}</label>
<input id="page" name="page" list="pages" maxlength="200" value="{{PAGE}}" autocomplete="off"{{#PAGE_ERROR}} aria-invalid="true"{{/PAGE_ERROR}}><datalist id="pages">{{#PAGES}}<option value="{{OPTION_KEY}}"></option>{{/PAGES}}</datalist></div>
<div class="field"><label for="variant">{{W_FILTER_VARIANT}}</label>
<input id="variant" name="variant" maxlength="200" value="{{VARIANT}}" autocomplete="off"{{#VARIANT_ERROR}} aria-invalid="true"{{/VARIANT_ERROR}}></div>
<div class="field"><label for="campaign">{{W_FILTER_CAMPAIGN}}</label>
<input id="campaign" name="campaign" list="campaigns" maxlength="200" value="{{CAMPAIGN}}" autocomplete="off"{{#CAMPAIGN_ERROR}} aria-invalid="true"{{/CAMPAIGN_ERROR}}><datalist id="campaigns">{{#CAMPAIGNS}}<option value="{{OPTION_KEY}}"></option>{{/CAMPAIGNS}}</datalist></div>
<div class="field"><label for="country">{{W_FILTER_COUNTRY}}</label>
<input id="country" name="country" maxlength="2" value="{{COUNTRY}}" autocomplete="off" placeholder="FR"{{#COUNTRY_ERROR}} aria-invalid="true"{{/COUNTRY_ERROR}}></div>
<div class="field"><label for="outcome">{{W_FILTER_OUTCOME}}</label>
<select id="outcome" name="outcome"{{#OUTCOME_ERROR}} aria-invalid="true"{{/OUTCOME_ERROR}}><option value="">{{W_FILTER_ANY}}</option>{{#OUTCOMES}}<option value="{{OPTION_KEY}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_NAME}}</option>{{/OUTCOMES}}</select></div>
<div class="field"><label for="from">{{W_FILTER_FROM}}</label>
<input type="date" id="from" name="from" value="{{FROM}}"{{#FROM_ERROR}} aria-invalid="true"{{/FROM_ERROR}}></div>
<div class="field"><label for="to">{{W_FILTER_TO}}</label>
<input type="date" id="to" name="to" value="{{TO}}"{{#TO_ERROR}} aria-invalid="true"{{/TO_ERROR}}></div>
</div>
</details>
</form>
{{#OWN_ONLY}}
<p class="soft small">{{W_LEADS_OWN}} <a href="/console/board">{{W_NAV_BOARD}}</a></p>
{{/OWN_ONLY}}
{{#MASKED}}
<p class="soft small">{{W_LEADS_MASKED}}</p>
{{/MASKED}}
{{#NONE_FOUND}}
<div class="empty" role="status"><p>{{W_LEADS_NONE_FOUND}}</p><p><a href="/console/leads">{{W_FILTER_CLEAR}}</a></p></div>
{{/NONE_FOUND}}
{{#NO_SELLER}}
<div class="empty" role="status"><p>{{W_LEADS_NO_SELLER}}</p></div>
{{/NO_SELLER}}
{{#NO_LEADS}}
<div class="empty" role="status"><p>{{W_LEADS_NONE}}</p></div>
{{/NO_LEADS}}
{{#ROWS}}
<div class="scroll" tabindex="0" role="region" aria-label="{{W_NAV_LEADS}}">
<table class="list">
<thead><tr><th scope="col">{{W_PERSON_NAME}}</th><th scope="col">{{W_LEAD_STAGE}}</th><th scope="col" class="wide">{{W_LEAD_GRADE}}</th><th scope="col" class="wide">{{W_LEAD_OFFER}}</th><th scope="col" class="wide">{{W_FILTER_PAGE}}</th><th scope="col" class="wide">{{W_FILTER_CAMPAIGN}}</th><th scope="col" class="wide">{{W_FILTER_OWNER}}</th><th scope="col">{{W_LEADS_AT}}</th></tr></thead>
<tbody>
{{#ROW}}
<tr><th scope="row"><a href="{{ROW_URL}}">{{ROW_NAME}}</a><br><span class="soft small">{{#ROW_COMPANY}}{{ROW_COMPANY}} · {{/ROW_COMPANY}}{{ROW_EMAIL}}</span></th>
<td>{{ROW_STAGE}}{{#ROW_GRADE}}<br><span class="slim tag grade-{{ROW_GRADE_CLASS}}">{{ROW_GRADE}}</span>{{/ROW_GRADE}}</td>
<td class="wide">{{#ROW_GRADE}}<span class="tag grade-{{ROW_GRADE_CLASS}}">{{ROW_GRADE}}{{#ROW_SCORE}} {{ROW_SCORE}}{{/ROW_SCORE}}</span>{{/ROW_GRADE}}</td><td class="wide">{{ROW_OFFER}}{{#ROW_SYNTHETIC}} <span class="soft small">({{W_LEADS_SYNTHETIC}})</span>{{/ROW_SYNTHETIC}}</td>
<td class="wide">{{ROW_PAGE}}<br><span class="soft small">{{#ROW_VARIANT}}{{ROW_VARIANT}} · {{/ROW_VARIANT}}{{ROW_OUTCOME}}</span></td>
<td class="wide">{{ROW_CAMPAIGN}}{{#ROW_COUNTRY}}<br><span class="soft small">{{ROW_COUNTRY}}</span>{{/ROW_COUNTRY}}</td><td class="wide">{{ROW_OWNER}}</td><td class="moment">{{ROW_DAY}}<span class="wide"> {{ROW_TIME}}</span></td></tr>
{{/ROW}}
</tbody>
</table>
</div>
{{#WAYS}}
<nav class="actions" aria-label="{{W_LEADS_PAGES}}">
{{#NEWER_URL}}
<a class="button second" rel="prev" href="{{NEWER_URL}}">{{W_LEADS_NEWER}}</a>
{{/NEWER_URL}}
{{#OLDER_URL}}
<a class="button second" rel="next" href="{{OLDER_URL}}">{{W_LEADS_OLDER}}</a>
{{/OLDER_URL}}
</nav>
{{/WAYS}}
<p class="small"><a href="{{CSV_URL}}">{{W_LEADS_CSV}}</a> <span class="soft">{{W_LEADS_CSV_HINT}}</span></p>
{{/ROWS}}
{{#CAN_KEEP}}
<details class="confirm card">
<summary>{{W_VIEW_KEEP}}</summary>
<form class="search" method="post" action="/console/leads/views">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="query" value="{{HERE_QUERY}}">
<div class="field">
<label for="view-name">{{W_VIEW_NAME}}</label>
<p class="hint" id="view-hint">{{W_VIEW_HINT}}</p>
<input id="view-name" name="name" maxlength="100" required aria-describedby="view-hint">
</div>
<button>{{W_VIEW_BUTTON}}</button>
</form>
</details>
{{/CAN_KEEP}}
{{#VIEWS}}
<details class="confirm card">
<summary>{{W_VIEW_DROP}}</summary>
<form class="actions" method="post" action="/console/leads/views">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="query" value="{{HERE_QUERY}}">
{{#VIEW}}
<button class="second" name="drop" value="{{VIEW_ID}}">{{W_VIEW_DROP_ONE}} {{VIEW_NAME}}</button>
{{/VIEW}}
</form>
</details>
{{/VIEWS}}
</main>
</body>
</html>
