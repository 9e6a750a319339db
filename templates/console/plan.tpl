{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<p>{{W_PLAN_TEXT}}</p>
<form class="card" method="get">
<div class="pair">
<div class="field">
<label for="baseline">{{W_PLAN_BASELINE}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<p class="hint" id="baseline-hint">{{W_PLAN_BASELINE_HINT}}</p>
<input id="baseline" name="baseline" inputmode="decimal" maxlength="16" value="{{BASELINE}}" autocomplete="off" aria-describedby="baseline-hint"{{#BASELINE_BAD}} aria-invalid="true"{{/BASELINE_BAD}}>
</div>
<div class="field">
<label for="mde">{{W_PLAN_MDE}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<p class="hint" id="mde-hint">{{W_PLAN_MDE_HINT}}</p>
<input id="mde" name="mde" inputmode="decimal" maxlength="16" value="{{MDE}}" autocomplete="off" aria-describedby="mde-hint"{{#MDE_BAD}} aria-invalid="true"{{/MDE_BAD}}>
</div>
<div class="field">
<label for="power">{{W_PLAN_POWER}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<p class="hint" id="power-hint">{{W_PLAN_POWER_HINT}}</p>
<input id="power" name="power" inputmode="decimal" maxlength="16" value="{{POWER}}" autocomplete="off" aria-describedby="power-hint"{{#POWER_BAD}} aria-invalid="true"{{/POWER_BAD}}>
</div>
</div>
<p class="actions"><button>{{W_PLAN_BUTTON}}</button></p>
</form>
<dl class="facts">
<dt>{{W_PLAN_PAST}}</dt><dd>{{PAST}}</dd>
{{#PLAN}}
<dt>{{W_PLAN_ASSUMED}}</dt><dd>{{ASSUMED}}</dd>
<dt>{{W_PLAN_DAILY}}</dt><dd>{{DAILY}}</dd>
{{/PLAN}}
{{#CAN_FIND}}
<dt>{{W_PLAN_CAN_FIND}}</dt><dd>{{CAN_FIND}}</dd>
{{/CAN_FIND}}
</dl>
{{#PLAN}}
{{#LONG}}
<p class="notice warn">{{LONG}}</p>
{{/LONG}}
<div class="scroll" tabindex="0" role="region" aria-label="{{W_LAB_PLAN}}">
<table>
<thead><tr><th scope="col">{{W_PLAN_HOW}}</th><th scope="col" class="number">{{W_PLAN_ARMS}}</th><th scope="col" class="number">{{W_PLAN_ALL}}</th><th scope="col" class="number">{{W_PLAN_WEEKS}}</th></tr></thead>
<tbody>
{{#PLAN_ROW}}
<tr><th scope="row">{{PLAN_HOW}}</th><td class="number">{{PLAN_ARMS}}</td><td class="number">{{PLAN_ALL}}</td><td class="number">{{PLAN_WEEKS}}</td></tr>
{{/PLAN_ROW}}
</tbody>
</table>
</div>
<p class="soft small">{{W_PLAN_EVERY_DAY_HINT}}</p>
{{/PLAN}}
</main>
</body>
</html>
