<section class="panel" id="form" aria-labelledby="form-title">
<h2 id="form-title">{{FORM_TITLE}}</h2>
{{#FORM_LEAD}}
<p class="soft">{{FORM_LEAD:p}}</p>
{{/FORM_LEAD}}
{{#ERRORS}}
<div class="summary" role="alert" tabindex="-1" autofocus>
<h3>{{WORD_ERRORS}}</h3>
{{#NOTICE}}
<p>{{NOTICE}}</p>
{{/NOTICE}}
<ul>
{{#ERROR}}
<li><a href="#{{ERROR_ID}}">{{#ERROR_LABEL}}{{ERROR_LABEL}}{{ERROR_BETWEEN}}{{/ERROR_LABEL}}{{ERROR_TEXT}}</a></li>
{{/ERROR}}
</ul>
</div>
{{/ERRORS}}
{{#NOTICE_ALONE}}
<p class="summary" role="alert" tabindex="-1" autofocus>{{NOTICE_ALONE}}</p>
{{/NOTICE_ALONE}}
<form method="post" action="{{ACTION}}"{{#FILES}} enctype="multipart/form-data"{{/FILES}} novalidate>
<input type="hidden" name="{{TOKEN_NAME}}" value="{{TOKEN}}">
{{#STAGE}}
<input type="hidden" name="{{STAGE_NAME}}" value="{{STAGE}}">
{{/STAGE}}
{{#HIDDEN}}
<input type="hidden" name="{{HIDDEN_NAME}}" value="{{HIDDEN_VALUE:p}}">
{{/HIDDEN}}
<div class="trap" aria-hidden="true">
<label for="{{TRAP_NAME}}">{{WORD_TRAP}}</label>
<input id="{{TRAP_NAME}}" name="{{TRAP_NAME}}" type="text" tabindex="-1" autocomplete="off">
</div>
{{#STEP}}
<h3 class="step"{{#STEP_ENTERED}} tabindex="-1" autofocus{{/STEP_ENTERED}}><span class="progress">{{STEP}}</span> {{STEP_TITLE}}</h3>
{{/STEP}}
<div class="fields">
{{#FIELD}}
<div class="field field-{{FIELD_KIND}}{{#FIELD_ERROR}} is-wrong{{/FIELD_ERROR}}{{#FIELD_DOUBT}} is-doubtful{{/FIELD_DOUBT}}">
{{#CHECKBOX}}
<p class="choice">
<input id="{{FIELD_ID}}" name="{{FIELD_NAME}}" type="checkbox" value="1"{{#FIELD_VALUE}} checked{{/FIELD_VALUE}}{{#FIELD_REQUIRED}} required{{/FIELD_REQUIRED}}{{#FIELD_DESCRIBEDBY}} aria-describedby="{{FIELD_DESCRIBEDBY}}"{{/FIELD_DESCRIBEDBY}}{{#FIELD_ERROR}} aria-invalid="true"{{/FIELD_ERROR}}>
{{/CHECKBOX}}
{{#CHOICES}}
<fieldset class="group"{{#FIELD_DESCRIBEDBY}} aria-describedby="{{FIELD_DESCRIBEDBY}}"{{/FIELD_DESCRIBEDBY}}>
<legend>{{FIELD_LABEL}} <span class="need">({{#FIELD_REQUIRED}}{{WORD_REQUIRED}}{{/FIELD_REQUIRED}}{{#FIELD_OPTIONAL}}{{WORD_OPTIONAL}}{{/FIELD_OPTIONAL}}{{#FIELD_DEPENDS}}{{WORD_DEPENDS}}{{/FIELD_DEPENDS}})</span></legend>
{{/CHOICES}}
{{#LABEL}}
<label for="{{FIELD_ID}}">{{FIELD_LABEL}} <span class="need">({{#FIELD_REQUIRED}}{{WORD_REQUIRED}}{{/FIELD_REQUIRED}}{{#FIELD_OPTIONAL}}{{WORD_OPTIONAL}}{{/FIELD_OPTIONAL}}{{#FIELD_DEPENDS}}{{WORD_DEPENDS}}{{/FIELD_DEPENDS}})</span></label>
{{/LABEL}}
{{#CHECKBOX}}
</p>
{{/CHECKBOX}}
{{#FIELD_HINT}}
<p class="hint" id="{{FIELD_ID}}-hint">{{FIELD_HINT}}</p>
{{/FIELD_HINT}}
{{#FIELD_NOTE}}
<p class="hint" id="{{FIELD_ID}}-note">{{FIELD_NOTE}}</p>
{{/FIELD_NOTE}}
{{#FIELD_ERROR}}
<p class="error" id="{{FIELD_ID}}-error">{{FIELD_ERROR}}</p>
{{/FIELD_ERROR}}
{{#INPUT}}
<input id="{{FIELD_ID}}" name="{{FIELD_NAME}}" type="{{FIELD_TYPE}}" value="{{FIELD_VALUE:p}}"{{#FIELD_MAX}} maxlength="{{FIELD_MAX}}"{{/FIELD_MAX}}{{#FIELD_LOWEST}} min="{{FIELD_LOWEST}}"{{/FIELD_LOWEST}}{{#FIELD_HIGHEST}} max="{{FIELD_HIGHEST}}"{{/FIELD_HIGHEST}}{{#FIELD_AUTOCOMPLETE}} autocomplete="{{FIELD_AUTOCOMPLETE}}"{{/FIELD_AUTOCOMPLETE}}{{#FIELD_INPUTMODE}} inputmode="{{FIELD_INPUTMODE}}"{{/FIELD_INPUTMODE}}{{#FIELD_REQUIRED}} required{{/FIELD_REQUIRED}}{{#FIELD_DESCRIBEDBY}} aria-describedby="{{FIELD_DESCRIBEDBY}}"{{/FIELD_DESCRIBEDBY}}{{#FIELD_ERROR}} aria-invalid="true"{{/FIELD_ERROR}}>
{{/INPUT}}
{{#TEXTAREA}}
<textarea id="{{FIELD_ID}}" name="{{FIELD_NAME}}" rows="{{FIELD_ROWS}}" maxlength="{{FIELD_MAX}}"{{#FIELD_REQUIRED}} required{{/FIELD_REQUIRED}}{{#FIELD_DESCRIBEDBY}} aria-describedby="{{FIELD_DESCRIBEDBY}}"{{/FIELD_DESCRIBEDBY}}{{#FIELD_ERROR}} aria-invalid="true"{{/FIELD_ERROR}}>
{{FIELD_VALUE:p}}</textarea>
{{/TEXTAREA}}
{{#SELECT}}
<select id="{{FIELD_ID}}" name="{{FIELD_NAME}}"{{#FIELD_AUTOCOMPLETE}} autocomplete="{{FIELD_AUTOCOMPLETE}}"{{/FIELD_AUTOCOMPLETE}}{{#FIELD_REQUIRED}} required{{/FIELD_REQUIRED}}{{#FIELD_DESCRIBEDBY}} aria-describedby="{{FIELD_DESCRIBEDBY}}"{{/FIELD_DESCRIBEDBY}}{{#FIELD_ERROR}} aria-invalid="true"{{/FIELD_ERROR}}>
<option value="">{{WORD_CHOOSE}}</option>
{{#OPTION}}
<option value="{{OPTION_VALUE}}"{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_LABEL}}</option>
{{/OPTION}}
</select>
{{/SELECT}}
{{#FILE}}
<input id="{{FIELD_ID}}" name="{{FIELD_NAME}}" type="file" accept="{{FIELD_ACCEPT}}"{{#FIELD_REQUIRED}} required{{/FIELD_REQUIRED}}{{#FIELD_DESCRIBEDBY}} aria-describedby="{{FIELD_DESCRIBEDBY}}"{{/FIELD_DESCRIBEDBY}}{{#FIELD_ERROR}} aria-invalid="true"{{/FIELD_ERROR}}>
{{/FILE}}
{{#CHOICES}}
{{#OPTION}}
<p class="choice">
<input id="{{OPTION_ID}}" name="{{FIELD_NAME}}" type="checkbox" value="{{OPTION_VALUE}}"{{#OPTION_CHOSEN}} checked{{/OPTION_CHOSEN}}{{#FIELD_ERROR}} aria-invalid="true"{{/FIELD_ERROR}}>
<label for="{{OPTION_ID}}">{{OPTION_LABEL}}</label>
</p>
{{/OPTION}}
</fieldset>
{{/CHOICES}}
</div>
{{/FIELD}}
</div>
{{#CONSENTS}}
<fieldset>
<legend>{{WORD_CONSENTS}}</legend>
{{#CONSENT}}
{{#CONSENT_ERROR}}
<p class="error" id="{{CONSENT_ID}}-error">{{CONSENT_ERROR}}</p>
{{/CONSENT_ERROR}}
<p class="choice">
<input id="{{CONSENT_ID}}" name="{{CONSENT_NAME}}" type="checkbox" value="1"{{#CONSENT_GRANTED}} checked{{/CONSENT_GRANTED}}{{#CONSENT_REQUIRED}} required{{/CONSENT_REQUIRED}}{{#CONSENT_ERROR}} aria-invalid="true" aria-describedby="{{CONSENT_ID}}-error"{{/CONSENT_ERROR}}>
<label for="{{CONSENT_ID}}">{{CONSENT_TEXT:p}} <span class="need">({{#CONSENT_REQUIRED}}{{WORD_REQUIRED}}{{/CONSENT_REQUIRED}}{{#CONSENT_OPTIONAL}}{{WORD_OPTIONAL}}{{/CONSENT_OPTIONAL}})</span></label>
</p>
{{/CONSENT}}
</fieldset>
{{/CONSENTS}}
{{#KEEP_TEXT}}
<p class="choice keep">
<input id="keep" name="{{KEEP_NAME}}" type="checkbox" value="1"{{#KEEP_TICKED}} checked{{/KEEP_TICKED}}>
<label for="keep">{{KEEP_TEXT:p}} <span class="need">({{WORD_OPTIONAL}})</span></label>
</p>
{{/KEEP_TEXT}}
{{#CHALLENGE}}
<link rel="stylesheet" href="{{STATIC_URL}}/altcha/altcha.css">
<script type="module" src="{{STATIC_URL}}/work.js"></script>
<altcha-widget name="{{WORK_NAME}}" language="{{LANG}}" challenge="{{CHALLENGE}}" auto="onload" configuration='{"hideFooter":true,"hideLogo":true,"humanInteractionSignature":false}'></altcha-widget>
<noscript>
<p class="note">{{WORD_WORK}}</p>
</noscript>
{{/CHALLENGE}}
<button type="submit">{{#STEP_NEXT}}{{STEP_NEXT}}{{/STEP_NEXT}}{{#STEP_SEND}}{{BUTTON}}{{/STEP_SEND}}</button>
{{#STEP_BACK}}
<button class="back" type="submit" name="{{STEP_BACK_NAME}}" value="1">{{STEP_BACK}}</button>
{{/STEP_BACK}}
<p class="note">{{FORM_NOTE}} <a href="#privacy">{{WORD_PRIVACY}}</a></p>
</form>
</section>
