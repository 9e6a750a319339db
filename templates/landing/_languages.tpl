{{#LANGUAGE_LIST}}
<nav class="languages" aria-label="{{WORD_LANGUAGES}}">
<ul>
{{#LANGUAGE}}
<li>{{#LANGUAGE_CURRENT}}<span lang="{{LANGUAGE_CODE}}" aria-current="true">{{LANGUAGE_NAME}}</span>{{/LANGUAGE_CURRENT}}{{#LANGUAGE_OTHER}}<a href="{{LANGUAGE_OTHER}}" lang="{{LANGUAGE_CODE}}" hreflang="{{LANGUAGE_CODE}}">{{LANGUAGE_NAME}}</a>{{/LANGUAGE_OTHER}}</li>
{{/LANGUAGE}}
</ul>
</nav>
{{/LANGUAGE_LIST}}
