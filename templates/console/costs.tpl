{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<p>{{W_COST_TEXT}}</p>
<section>
<h2 id="ledger">{{W_COST_LEDGER}}</h2>
{{#EMPTY}}
<div class="empty"><p>{{W_COST_EMPTY}}</p></div>
{{/EMPTY}}
{{#ROWS}}
<div class="scroll" tabindex="0" role="region" aria-labelledby="ledger">
<table class="dense">
<thead><tr><th scope="col">{{W_COST_ID}}</th><th scope="col">{{W_COST_CAMPAIGN}}</th><th scope="col">{{W_COST_KIND}}</th><th scope="col">{{W_COST_DAYS}}</th><th scope="col" class="number">{{W_COST_AMOUNT}}</th><th scope="col">{{W_COST_SUPPLIER}}</th><th scope="col">{{W_COST_WHO}}</th><th scope="col">{{W_COST_NOTE}}</th></tr></thead>
<tbody>
{{#ROW}}
<tr><th scope="row">{{ID}}</th><td>{{CAMPAIGN}}{{#SHARED}} <span class="soft">({{SHARED}})</span>{{/SHARED}}</td><td>{{KIND}}</td><td class="when">{{DAYS}}</td><td class="number">{{AMOUNT}} {{CURRENCY_OF}}</td><td>{{SUPPLIER_OF}}{{#REFERENCE_OF}} <span class="soft">{{REFERENCE_OF}}</span>{{/REFERENCE_OF}}</td><td>{{WHO}}</td><td>{{#OPEN}}<a href="{{OPEN}}">{{W_COST_CORRECT}}<span class="hidden"> {{ID}}</span></a>{{/OPEN}}{{#CORRECTS}}→ {{CORRECTS}}{{/CORRECTS}}{{#WHY_OF}} <span class="soft">{{WHY_OF}}</span>{{/WHY_OF}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
{{#OLDER_URL}}
<p><a href="{{OLDER_URL}}">{{W_COST_OLDER}}</a></p>
{{/OLDER_URL}}
{{/ROWS}}
</section>
{{#FORMS}}
<div class="twin">
<section class="card" aria-labelledby="add">
<h2 id="add">{{W_COST_ADD}}</h2>
<form method="post" action="/console/costs" data-keep="cost">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="pair">
<div class="field">
<label for="campaign">{{W_COST_CAMPAIGN}}</label>
<select id="campaign" name="campaign">
<option value="">{{W_COST_OVERHEAD}}</option>
{{#CHOICE}}
<option{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION}}</option>
{{/CHOICE}}
</select>
</div>
<div class="field">
<label for="kind">{{W_COST_KIND}}</label>
<select id="kind" name="kind">
{{#KIND_OPTION}}
<option value="{{OPTION}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_NAME}}</option>
{{/KIND_OPTION}}
</select>
</div>
<div class="field">
<label for="amount">{{W_COST_AMOUNT}}</label>
<input id="amount" name="amount" inputmode="decimal" required maxlength="20" value="{{SUM}}" autocomplete="off">
</div>
<div class="field">
<label for="currency">{{W_COST_CURRENCY}}</label>
<input id="currency" name="currency" required maxlength="3" value="{{CURRENCY}}" autocomplete="off" autocapitalize="characters">
</div>
<div class="field">
<label for="from">{{W_COST_FROM}}</label>
<input type="date" id="from" name="from" required value="{{FROM}}">
</div>
<div class="field">
<label for="to">{{W_COST_TO}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<input type="date" id="to" name="to" value="{{TO}}">
</div>
<div class="field">
<label for="supplier">{{W_COST_SUPPLIER}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<input id="supplier" name="supplier" maxlength="200" value="{{SUPPLIER}}" autocomplete="off">
</div>
<div class="field">
<label for="reference">{{W_COST_REFERENCE}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<input id="reference" name="reference" maxlength="100" value="{{REFERENCE}}" autocomplete="off">
</div>
</div>
<div class="field">
<label for="shared">{{W_COST_SHARED}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<p class="hint" id="shared-hint">{{W_COST_SHARED_HINT}}</p>
<select id="shared" name="shared_by" aria-describedby="shared-hint">
<option value="">{{W_NONE}}</option>
{{#SHARE_OPTION}}
<option value="{{OPTION}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_NAME}}</option>
{{/SHARE_OPTION}}
</select>
</div>
<div class="choice"><input type="checkbox" id="anyway" name="anyway" value="1"><label for="anyway">{{W_COST_ANYWAY}}</label></div>
{{#KNOWN}}
<div class="choice"><input type="checkbox" id="again" name="again" value="1"><label for="again">{{W_COST_AGAIN}}</label></div>
{{/KNOWN}}
<p class="actions"><button>{{W_COST_BUTTON}}</button></p>
</form>
</section>
<section class="card" aria-labelledby="file-head">
<h2 id="file-head">{{W_COST_FILE}}</h2>
<form method="post" action="/console/costs/file" enctype="multipart/form-data">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="field">
<label for="file">{{W_IMPORT_FILE}}</label>
<p class="hint" id="file-hint">{{W_COST_FILE_HINT}}</p>
<input type="file" id="file" name="file" accept=".csv,.txt,text/csv" required aria-describedby="file-hint">
</div>
<p class="actions"><button class="second">{{W_COST_FILE_CHECK}}</button></p>
</form>
</section>
</div>
{{/FORMS}}
<section>
<h2 id="budgets">{{W_COST_BUDGETS}}</h2>
{{#NO_BUDGETS}}
<div class="empty"><p>{{W_COST_NO_BUDGETS}}</p></div>
{{/NO_BUDGETS}}
{{#BUDGETS}}
<div class="scroll" tabindex="0" role="region" aria-labelledby="budgets">
<table class="dense">
<thead><tr><th scope="col">{{W_COST_CAMPAIGN}}</th><th scope="col">{{W_COST_DAYS}}</th><th scope="col" class="number">{{W_COST_AMOUNT}}</th><th scope="col" class="number">{{W_COST_SPENT}}</th><th scope="col" class="number">{{W_COST_LEFT}}</th></tr></thead>
<tbody>
{{#BUDGET}}
<tr><th scope="row">{{CAMPAIGN}}</th><td class="when">{{DAYS}}</td><td class="number">{{AMOUNT}} {{CURRENCY_OF}}</td><td class="number">{{SPENT}} {{CURRENCY_OF}}</td><td class="number">{{LEFT}} {{CURRENCY_OF}}{{#OVER}} <span class="tag bad">{{W_COST_OVER}}</span>{{/OVER}}</td></tr>
{{/BUDGET}}
</tbody>
</table>
</div>
{{/BUDGETS}}
{{#FORMS}}
<form class="card" method="post" action="/console/costs/budgets" aria-labelledby="budget-head">
<h3 id="budget-head">{{W_COST_BUDGET_ADD}}</h3>
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="pair">
<div class="field">
<label for="b-campaign">{{W_COST_CAMPAIGN}}</label>
<select id="b-campaign" name="campaign" required>
{{#CHOICE}}
<option>{{OPTION}}</option>
{{/CHOICE}}
</select>
</div>
<div class="field">
<label for="b-amount">{{W_COST_AMOUNT}}</label>
<p class="hint" id="b-hint">{{W_COST_BUDGET_HINT}}</p>
<input id="b-amount" name="amount" inputmode="decimal" required maxlength="20" autocomplete="off" aria-describedby="b-hint">
</div>
<div class="field">
<label for="b-currency">{{W_COST_CURRENCY}}</label>
<input id="b-currency" name="currency" required maxlength="3" value="{{CURRENCY}}" autocomplete="off" autocapitalize="characters">
</div>
<div class="field">
<label for="b-from">{{W_COST_FROM}}</label>
<input type="date" id="b-from" name="from" required>
</div>
<div class="field">
<label for="b-to">{{W_COST_TO}}</label>
<input type="date" id="b-to" name="to" required>
</div>
</div>
<p class="actions"><button>{{W_COST_BUDGET_BUTTON}}</button></p>
</form>
{{/FORMS}}
</section>
</main>
</body>
</html>
