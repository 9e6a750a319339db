{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<p>{{W_LAB_TEXT}}</p>
{{#EMPTY}}
<div class="empty"><p>{{W_LAB_NONE}}</p></div>
{{/EMPTY}}
{{#ROWS}}
<div class="scroll" tabindex="0" role="region" aria-label="{{W_LAB_TITLE}}">
<table>
<thead><tr><th scope="col">{{W_LAB_KEY}}</th><th scope="col">{{W_LAB_STATE}}</th><th scope="col">{{W_LAB_LAST}}</th><th scope="col">{{W_LAB_PAGE}}</th><th scope="col">{{W_LAB_GOAL}}</th><th scope="col">{{W_LAB_SINCE}}</th><th scope="col" class="number">{{W_LAB_EXPOSURES}}</th></tr></thead>
<tbody>
{{#ROW}}
<tr><th scope="row"><a href="{{ROW_URL}}">{{ROW_KEY}}</a></th><td><span class="tag{{#ROW_RUNS}} good{{/ROW_RUNS}}">{{ROW_STATE}}</span></td><td>{{ROW_VERDICT}}</td><td>{{ROW_PAGE}}</td><td>{{ROW_GOAL}}</td><td class="when">{{ROW_SINCE}}</td><td class="number">{{ROW_VISITORS}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
{{/ROWS}}
</main>
</body>
</html>
