{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<form class="card" method="get" action="/console/journal" role="search">
<div class="field">
<label for="who">{{W_JOURNAL_WHO}}</label>
<input id="who" name="who" maxlength="254" value="{{WHO_TYPED}}" autocomplete="off">
</div>
<div class="field">
<label for="of">{{W_JOURNAL_OF}}</label>
<input id="of" name="of" maxlength="400" value="{{OF_TYPED}}" autocomplete="off">
</div>
<button>{{W_JOURNAL_SEARCH}}</button>
</form>
{{#NO_ROWS}}
<div class="empty" role="status"><p>{{W_JOURNAL_NONE}}</p></div>
{{/NO_ROWS}}
{{#ROWS}}
<div class="scroll" tabindex="0" role="region" aria-label="{{W_NAV_JOURNAL}}">
<table>
<thead><tr><th scope="col">{{W_JOURNAL_AT}}</th><th scope="col">{{W_JOURNAL_WHO}}</th><th scope="col">{{W_JOURNAL_WHAT}}</th><th scope="col">{{W_JOURNAL_OF}}</th><th scope="col">{{W_JOURNAL_WAS}}</th><th scope="col">{{W_JOURNAL_IS}}</th></tr></thead>
<tbody>
{{#ROW}}
<tr><th scope="row" class="when">{{ROW_AT}}</th><td>{{ROW_WHO}}</td><td>{{ROW_WHAT}}</td><td>{{ROW_OF}}</td><td>{{ROW_WAS}}</td><td>{{ROW_IS}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
<p><a href="{{CSV_URL}}">{{W_JOURNAL_CSV}}</a>{{#OLDER_URL}} · <a href="{{OLDER_URL}}">{{W_JOURNAL_OLDER}}</a>{{/OLDER_URL}}</p>
{{/ROWS}}
</main>
</body>
</html>
