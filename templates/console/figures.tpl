{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<form class="choices" method="get" action="/console/figures">
<div class="field">
<label for="from">{{W_DASH_FROM}}</label>
<input type="date" id="from" name="from" value="{{FROM}}"{{#FROM_BAD}} aria-invalid="true"{{/FROM_BAD}}>
</div>
<div class="field">
<label for="to">{{W_DASH_TO}}</label>
<input type="date" id="to" name="to" value="{{TO}}"{{#TO_BAD}} aria-invalid="true"{{/TO_BAD}}>
</div>
<div class="field">
<label for="by">{{W_DASH_BY}}</label>
<select id="by" name="by"{{#SPLIT_BAD}} aria-invalid="true"{{/SPLIT_BAD}}>
{{#SPLIT}}
<option value="{{SPLIT_KEY}}"{{#SPLIT_CHOSEN}} selected{{/SPLIT_CHOSEN}}>{{SPLIT_NAME}}</option>
{{/SPLIT}}
</select>
</div>
<div class="field">
<label for="of">{{W_DASH_OF}}</label>
<select id="of" name="of">
<option value="real"{{#OF_REAL}} selected{{/OF_REAL}}>{{W_DASH_REAL}}</option>
<option value="synthetic"{{#OF_SYNTHETIC}} selected{{/OF_SYNTHETIC}}>{{W_DASH_SYNTHETIC}}</option>
</select>
</div>
<div class="field">
<label for="compare">{{W_DASH_COMPARE}}</label>
<select id="compare" name="compare">
<option value="1"{{#COMPARE}} selected{{/COMPARE}}>{{W_DASH_COMPARE_YES}}</option>
<option value="0"{{#NO_COMPARE}} selected{{/NO_COMPARE}}>{{W_DASH_COMPARE_NO}}</option>
</select>
</div>
<div class="field short">
<label for="currency">{{W_DASH_CURRENCY}}</label>
<input id="currency" name="currency" value="{{CURRENCY}}" maxlength="3" autocomplete="off" autocapitalize="characters"{{#CURRENCY_BAD}} aria-invalid="true"{{/CURRENCY_BAD}}>
</div>
<button>{{W_DASH_SHOW}}</button>
</form>
{{#EMPTY}}
<div class="empty"><p>{{W_DASH_EMPTY}}</p></div>
{{/EMPTY}}
{{#EMPTY_REAL}}
<div class="empty"><p>{{W_DASH_EMPTY_REAL}}</p></div>
{{/EMPTY_REAL}}
{{#FIGURES}}
<div class="cards tiles">
{{#CARD}}
<section class="card" aria-label="{{FIGURE_NAME}}">
<h2>{{FIGURE_NAME}}</h2>
<p class="figure{{#FIGURE_YOUNG}} faint{{/FIGURE_YOUNG}}">{{FIGURE_NOW}}{{#FIGURE_YOUNG}} ~{{/FIGURE_YOUNG}}</p>
<p class="soft small">{{FIGURE_BETWEEN}}{{#FIGURE_BEFORE}}{{#FIGURE_BETWEEN}}<br>{{/FIGURE_BETWEEN}}{{FIGURE_CHANGE}} ({{W_DASH_EARLIER}} {{FIGURE_BEFORE}}){{/FIGURE_BEFORE}}</p>
<p class="soft fine">{{FIGURE_TEXT}}</p>
</section>
{{/CARD}}
</div>
<div class="thirds">
<div class="card"><!--picture:leads--></div>
<div class="card"><!--picture:conversion--></div>
<div class="card"><!--picture:funnel--></div>
</div>
<p class="soft small">{{YOUNG_NOTE}}{{#BEFORE}} {{BEFORE}}{{/BEFORE}}{{#ROBOTS}} {{ROBOTS}}{{/ROBOTS}}{{#ASIDE}} {{ASIDE}}{{/ASIDE}}{{#OTHER_CURRENCIES}} {{OTHER_CURRENCIES}}{{/OTHER_CURRENCIES}}{{#WAITING}} <strong>{{WAITING}}</strong>{{/WAITING}}</p>
{{#TABLE}}
<div class="scroll" tabindex="0" role="region" aria-label="{{TABLE_TITLE}}">
<table class="dense">
<caption>{{TABLE_TITLE}}</caption>
<thead><tr><th scope="col">{{TABLE_BY}}</th>{{#COLUMN}}<th scope="col" class="number" title="{{COLUMN_TEXT}}">{{COLUMN_NAME}}</th>{{/COLUMN}}</tr></thead>
<tbody>
{{#ROW}}
<tr><th scope="row">{{ROW_NAME}}</th>{{#CELL}}<td class="number">{{#CELL_YOUNG}}<span class="faint">{{/CELL_YOUNG}}{{CELL_VALUE}}{{#CELL_YOUNG}}&nbsp;~</span>{{/CELL_YOUNG}}</td>{{/CELL}}</tr>
{{/ROW}}
</tbody>
</table>
</div>
{{/TABLE}}
<details class="confirm" id="all">
<summary>{{W_DASH_FIGURES}}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="{{W_DASH_FIGURES}}">
<table class="dense">
<thead><tr><th scope="col">{{W_DASH_FIGURE}}</th><th scope="col" class="number">{{W_DASH_NOW}}</th><th scope="col" class="number">{{W_DASH_BETWEEN}}</th>{{#COMPARE}}<th scope="col" class="number">{{W_DASH_EARLIER}}</th><th scope="col" class="number">{{W_DASH_CHANGE}}</th>{{/COMPARE}}<th scope="col">{{W_DASH_DEFINITION}}</th></tr></thead>
<tbody>
{{#ALL_ROW}}
<tr><th scope="row">{{FIGURE_NAME}}</th><td class="number">{{#FIGURE_YOUNG}}<span class="faint">{{/FIGURE_YOUNG}}{{FIGURE_NOW}}{{#FIGURE_YOUNG}}&nbsp;~</span>{{/FIGURE_YOUNG}}</td><td class="number">{{FIGURE_BETWEEN}}</td>{{#COMPARE}}<td class="number">{{FIGURE_BEFORE}}</td><td class="number">{{FIGURE_CHANGE}}</td>{{/COMPARE}}<td>{{FIGURE_TEXT}}</td></tr>
{{/ALL_ROW}}
</tbody>
</table>
</div>
</details>
<p class="small"><a href="{{CSV_URL}}">{{W_DASH_CSV}}</a> · <a href="{{COHORTS_URL}}">{{W_DASH_COHORTS}}</a> · {{W_DASH_SHARE}}</p>
{{/FIGURES}}
</main>
</body>
</html>
