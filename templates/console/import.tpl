{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<p>{{W_IMPORT_TEXT}}</p>
{{#HAS_PAGES}}
<form class="card" method="post" action="/console/import" enctype="multipart/form-data" data-keep="import">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="field">
<label for="file">{{W_IMPORT_FILE}}</label>
<p class="hint" id="file-hint">{{W_IMPORT_FILE_HINT}}</p>
{{#FILE_ERROR}}<p class="error" id="file-error">{{FILE_ERROR}}</p>{{/FILE_ERROR}}
<input type="file" id="file" name="file" accept=".csv,.txt,text/csv" required aria-describedby="file-hint"{{#FILE_ERROR}} aria-invalid="true"{{/FILE_ERROR}}>
</div>
<div class="pair">
<div class="field">
<label for="page">{{W_IMPORT_PAGE}}</label>
<p class="hint" id="page-hint">{{W_IMPORT_PAGE_HINT}}</p>
{{#PAGE_ERROR}}<p class="error" id="page-error">{{PAGE_ERROR}}</p>{{/PAGE_ERROR}}
<select id="page" name="page" required aria-describedby="page-hint"{{#PAGE_ERROR}} aria-invalid="true"{{/PAGE_ERROR}}>
{{#PAGE}}
<option value="{{PAGE_KEY}}"{{#PAGE_CHOSEN}} selected{{/PAGE_CHOSEN}}>{{PAGE_KEY}} ({{PAGE_CAMPAIGN}})</option>
{{/PAGE}}
</select>
</div>
<div class="field">
<label for="source">{{W_IMPORT_SOURCE}}</label>
<p class="hint" id="source-hint">{{W_IMPORT_SOURCE_HINT}}</p>
{{#SOURCE_ERROR}}<p class="error" id="source-error">{{SOURCE_ERROR}}</p>{{/SOURCE_ERROR}}
<input id="source" name="source" value="{{SOURCE}}" required maxlength="200" aria-describedby="source-hint{{#SOURCE_ERROR}} source-error{{/SOURCE_ERROR}}"{{#SOURCE_ERROR}} aria-invalid="true"{{/SOURCE_ERROR}}>
</div>
<div class="field">
<label for="basis">{{W_IMPORT_BASIS}}</label>
<p class="hint" id="basis-hint">{{W_IMPORT_BASIS_HINT}}</p>
{{#BASIS_ERROR}}<p class="error" id="basis-error">{{BASIS_ERROR}}</p>{{/BASIS_ERROR}}
<select id="basis" name="basis" required aria-describedby="basis-hint{{#BASIS_ERROR}} basis-error{{/BASIS_ERROR}}"{{#BASIS_ERROR}} aria-invalid="true"{{/BASIS_ERROR}}>
<option value="">{{W_NONE}}</option>
{{#BASIS}}
<option value="{{BASIS_KEY}}"{{#BASIS_CHOSEN}} selected{{/BASIS_CHOSEN}}>{{BASIS_NAME}}</option>
{{/BASIS}}
</select>
</div>
<div class="field">
<label for="date">{{W_IMPORT_DATE}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
{{#DATE_ERROR}}<p class="error" id="date-error">{{DATE_ERROR}}</p>{{/DATE_ERROR}}
<input type="date" id="date" name="date" value="{{DATE}}"{{#DATE_ERROR}} aria-invalid="true" aria-describedby="date-error"{{/DATE_ERROR}}>
</div>
</div>
{{#HAS_CONSENTS}}
<fieldset aria-describedby="consent-hint">
<legend>{{W_IMPORT_CONSENTS}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></legend>
<p class="hint" id="consent-hint">{{W_IMPORT_CONSENTS_HINT}}</p>
{{#CONSENT_ERROR}}<p class="error">{{CONSENT_ERROR}}</p>{{/CONSENT_ERROR}}
{{#CONSENT}}
<div class="choice"><input type="checkbox" id="{{CONSENT_ID}}" name="consent" value="{{CONSENT_KEY}}"{{#CONSENT_TICKED}} checked{{/CONSENT_TICKED}}><label for="{{CONSENT_ID}}">{{CONSENT_TEXT}} <span class="need">({{CONSENT_KEY}})</span></label></div>
{{/CONSENT}}
</fieldset>
{{/HAS_CONSENTS}}
<div class="pair">
<div class="field">
<label for="supplier">{{W_IMPORT_SUPPLIER}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
{{#SUPPLIER_ERROR}}<p class="error" id="supplier-error">{{SUPPLIER_ERROR}}</p>{{/SUPPLIER_ERROR}}
<input id="supplier" name="supplier" value="{{SUPPLIER}}" maxlength="200"{{#SUPPLIER_ERROR}} aria-invalid="true" aria-describedby="supplier-error"{{/SUPPLIER_ERROR}}>
</div>
<div class="field">
<label for="cost">{{W_IMPORT_COST}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
{{#COST_ERROR}}<p class="error" id="cost-error">{{COST_ERROR}}</p>{{/COST_ERROR}}
<input id="cost" name="cost" value="{{COST}}" inputmode="decimal"{{#COST_ERROR}} aria-invalid="true" aria-describedby="cost-error"{{/COST_ERROR}}>
</div>
<div class="field">
<label for="currency">{{W_IMPORT_CURRENCY}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
<input id="currency" name="currency" value="{{CURRENCY}}" maxlength="3" autocapitalize="characters"{{#COST_ERROR}} aria-invalid="true" aria-describedby="cost-error"{{/COST_ERROR}}>
</div>
<div class="field">
<label for="valid_until">{{W_IMPORT_VALID}} <span class="need">{{W_IMPORT_OPTIONAL}}</span></label>
{{#VALID_ERROR}}<p class="error" id="valid-error">{{VALID_ERROR}}</p>{{/VALID_ERROR}}
<input type="date" id="valid_until" name="valid_until" value="{{VALID}}"{{#VALID_ERROR}} aria-invalid="true" aria-describedby="valid-error"{{/VALID_ERROR}}>
</div>
</div>
<p class="actions"><button>{{W_IMPORT_NEXT}}</button></p>
</form>
<section>
<h2 id="latest">{{W_IMPORT_LATEST}}</h2>
{{#NO_LATEST}}
<div class="empty"><p>{{W_IMPORT_LATEST_NONE}}</p></div>
{{/NO_LATEST}}
{{#LATEST}}
<div class="scroll" tabindex="0" role="region" aria-labelledby="latest">
<table>
<thead><tr><th scope="col">{{W_IMPORT_NAME}}</th><th scope="col">{{W_IMPORT_AT}}</th><th scope="col">{{W_IMPORT_STATE}}</th></tr></thead>
<tbody>
{{#FILE}}
<tr><th scope="row"><a href="{{FILE_URL}}">{{FILE_NAME}}</a></th><td class="when">{{FILE_AT}}</td><td>{{#FILE_DONE}}<span class="tag good">{{W_IMPORT_IS_DONE}}</span>{{/FILE_DONE}}{{#FILE_WAITS}}<span class="tag">{{W_IMPORT_WAITS}}</span>{{/FILE_WAITS}}</td></tr>
{{/FILE}}
</tbody>
</table>
</div>
{{/LATEST}}
</section>
{{/HAS_PAGES}}
{{#NO_PAGES}}
<div class="empty"><p>{{W_IMPORT_NOWHERE}}</p></div>
{{/NO_PAGES}}
</main>
</body>
</html>
