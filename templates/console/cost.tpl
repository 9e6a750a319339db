{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<dl class="facts">
<dt>{{W_COST_CAMPAIGN}}</dt><dd>{{CAMPAIGN}}</dd>
<dt>{{W_COST_KIND}}</dt><dd>{{KIND}}</dd>
<dt>{{W_COST_DAYS}}</dt><dd>{{DAYS}}</dd>
<dt>{{W_COST_AMOUNT}}</dt><dd>{{AMOUNT}} {{CURRENCY_OF}}</dd>
<dt>{{W_COST_SUPPLIER}}</dt><dd>{{SUPPLIER_OF}} {{REFERENCE_OF}}</dd>
<dt>{{W_COST_WHO}}</dt><dd>{{WHO}}</dd>
</dl>
{{#OPEN}}
<form class="card" method="post" action="{{OPEN}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<p>{{W_COST_COUNTER_TEXT}}</p>
<div class="field">
<label for="amount">{{W_COST_RIGHT}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<p class="hint" id="amount-hint">{{W_COST_RIGHT_HINT}}</p>
<input id="amount" name="amount" inputmode="decimal" maxlength="20" value="{{SUM}}" autocomplete="off" aria-describedby="amount-hint">
</div>
<div class="field">
<label for="why">{{W_COST_WHY}}</label>
<input id="why" name="why" required maxlength="500" value="{{WHY}}" autocomplete="off">
</div>
<p class="actions"><button class="danger">{{W_COST_CORRECT}}</button> <a href="/console/costs">{{W_DEED_BACK}}</a></p>
</form>
{{/OPEN}}
</main>
</body>
</html>
