{{#TRAIL_LIST}}
<nav class="trail" aria-label="{{W_TRAIL}}">
<ol>
{{#TRAIL}}
<li><a href="{{TRAIL_URL}}">{{TRAIL_NAME}}</a></li>
{{/TRAIL}}
</ol>
</nav>
{{/TRAIL_LIST}}
<h1>{{TITLE}}</h1>
{{#NOTICE}}
<div class="notice{{#NOTICE_GOOD}} good{{/NOTICE_GOOD}}{{#NOTICE_BAD}} bad{{/NOTICE_BAD}}" {{#NOTICE_BAD}}role="alert"{{/NOTICE_BAD}}{{#NOTICE_GOOD}}role="status"{{/NOTICE_GOOD}}>
<p>{{#NOTICE_BAD}}<strong>{{W_NOTICE_BAD}}</strong> {{/NOTICE_BAD}}{{#NOTICE_GOOD}}<strong>{{W_NOTICE_GOOD}}</strong> {{/NOTICE_GOOD}}{{NOTICE_TEXT}}</p>
</div>
{{/NOTICE}}
