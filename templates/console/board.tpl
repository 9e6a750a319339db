{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
{{#CAN_CHOOSE}}
<form class="card dense row" method="get" action="/console/board">
<div class="field">
<label for="seller">{{W_BOARD_SELLER}}</label>
<select id="seller" name="seller">
{{#SELLER}}
<option value="{{SELLER_KEY}}"{{#SELLER_CHOSEN}} selected{{/SELLER_CHOSEN}}>{{SELLER_NAME}}</option>
{{/SELLER}}
</select>
</div>
<button class="second">{{W_BOARD_SHOW}}</button>
</form>
{{/CAN_CHOOSE}}
{{#NO_SELLER}}
<div class="empty"><p>{{W_LEADS_NO_SELLER}}</p></div>
{{/NO_SELLER}}
{{#NOBODY}}
<div class="empty"><p>{{W_BOARD_NOBODY}}</p></div>
{{/NOBODY}}
{{#BOARD}}
<div class="board">
{{#COLUMN}}
<section aria-labelledby="column-{{COLUMN_KEY}}">
<h2 id="column-{{COLUMN_KEY}}">{{COLUMN_NAME}} <span class="tag">{{COLUMN_COUNT}}</span></h2>
{{#COLUMN_EMPTY}}
<p class="soft small">{{W_BOARD_EMPTY}}</p>
{{/COLUMN_EMPTY}}
<ul>
{{#CARD}}
<li class="card"{{#CARD_LATE}} data-late{{/CARD_LATE}}>
<h3><a href="{{CARD_URL}}">{{CARD_NAME}}</a></h3>
<p class="small soft">{{#CARD_COMPANY}}{{CARD_COMPANY}} · {{/CARD_COMPANY}}{{CARD_OFFER}}</p>
<p class="small">{{#CARD_LATE}}<span class="tag bad">{{W_DESK_LATE}}</span> {{/CARD_LATE}}{{#CARD_GRADE}}<span class="tag grade-{{CARD_GRADE_CLASS}}">{{CARD_GRADE}}{{#CARD_SCORE}} {{CARD_SCORE}}{{/CARD_SCORE}}</span>{{/CARD_GRADE}}</p>
{{#CARD_ACTION}}
<p class="small"><strong>{{CARD_DUE}}</strong> {{CARD_ACTION}}</p>
{{/CARD_ACTION}}
{{#CARD_ACCEPT_BY}}
<p class="small">{{CARD_ACCEPT_BY}}</p>
{{/CARD_ACCEPT_BY}}
{{#CARD_CONTACT_BY}}
<p class="small">{{CARD_CONTACT_BY}}</p>
{{/CARD_CONTACT_BY}}
{{#CAN_MOVE}}
<form class="inline" method="post" action="{{CARD_URL}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="stamp" value="{{CARD_STAMP}}">
<input type="hidden" name="back" value="1">
<input type="hidden" name="board" value="{{BOARD_SELLER}}">
<select name="to" aria-label="{{MOVE_LABEL}}">
{{#MOVE}}
<option value="{{MOVE_KEY}}">{{MOVE_NAME}}</option>
{{/MOVE}}
</select>
<button class="second" name="deed" value="move">{{W_DESK_MOVE_BUTTON}}</button>
</form>
{{/CAN_MOVE}}
</li>
{{/CARD}}
</ul>
{{#COLUMN_MOST}}
<p class="soft small">{{COLUMN_MOST}}</p>
{{/COLUMN_MOST}}
</section>
{{/COLUMN}}
</div>
{{/BOARD}}
</main>
</body>
</html>
