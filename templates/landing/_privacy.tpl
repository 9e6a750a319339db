<dl>
<div><dt>{{PRIVACY_WHO_TITLE}}</dt><dd>{{PRIVACY_WHO:p}}</dd></div>
<div><dt>{{PRIVACY_WHY_TITLE}}</dt><dd>{{PRIVACY_WHY:p}}</dd></div>
<div><dt>{{PRIVACY_BASIS_TITLE}}</dt><dd>{{PRIVACY_BASIS:p}}</dd></div>
<div><dt>{{PRIVACY_RECIPIENTS_TITLE}}</dt><dd>{{PRIVACY_RECIPIENTS:p}}</dd></div>
<div><dt>{{PRIVACY_KEEP_TITLE}}</dt><dd>{{PRIVACY_KEEP:p}}</dd></div>
<div><dt>{{PRIVACY_COOKIE_TITLE}}</dt><dd>{{PRIVACY_COOKIE:p}}{{#MEASURE_URL}} <a href="{{MEASURE_URL}}">{{WORD_MEASURE}}</a>{{/MEASURE_URL}}</dd></div>
<div class="all"><dt>{{PRIVACY_RIGHTS_TITLE}}</dt><dd>{{PRIVACY_RIGHTS:p}}</dd></div>
</dl>
