{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<section class="card">
<h2>{{W_DESIGN_COLOURS}}</h2>
<ul class="swatches">
<li><span class="swatch-ink"></span>ink</li>
<li><span class="swatch-paper"></span>paper</li>
<li><span class="swatch-tint"></span>tint</li>
<li><span class="swatch-brand"></span>brand</li>
<li><span class="swatch-bad"></span>bad</li>
<li><span class="swatch-warn"></span>warn</li>
</ul>
</section>
<section class="card">
<h2>{{W_DESIGN_BUTTONS}}</h2>
<p class="actions">
<button type="button">{{W_DESIGN_MAIN}}</button>
<button type="button" class="second">{{W_DESIGN_SECOND}}</button>
<button type="button" class="danger">{{W_DESIGN_DANGER}}</button>
<button type="button" class="quiet">{{W_DESIGN_QUIET}}</button>
<span class="tag">tag</span> <span class="tag good">good</span> <span class="tag bad">bad</span>
</p>
</section>
<section class="card">
<h2>{{W_DESIGN_FORMS}}</h2>
<form method="get" action="/console/design">
<div class="pair">
<div class="field">
<label for="field">{{W_DESIGN_FIELD}}</label>
<p class="hint" id="field-hint">{{W_DESIGN_HINT}}</p>
<input id="field" name="field" aria-describedby="field-hint">
</div>
<div class="field">
<label for="wrong">{{W_DESIGN_WRONG}}</label>
<p class="error" id="wrong-error">{{W_DESIGN_ERROR}}</p>
<input id="wrong" name="wrong" value="31/12" aria-invalid="true" aria-describedby="wrong-error">
</div>
<div class="field">
<label for="list">{{W_DESIGN_LIST}}</label>
<select id="list" name="list"><option>1</option><option>2</option></select>
</div>
</div>
<div class="choice"><input type="checkbox" id="box" name="box"><label for="box">{{W_DESIGN_BOX}}</label></div>
<p class="actions"><button>{{W_DESIGN_MAIN}}</button></p>
</form>
<details class="confirm">
<summary>{{W_DESIGN_CONFIRM}}</summary>
<div>
<p>{{W_DESIGN_CONFIRM_TEXT}}</p>
<p class="actions"><button type="button" class="danger">{{W_DESIGN_DANGER}}</button></p>
</div>
</details>
</section>
<section>
<h2>{{W_DESIGN_TABLES}}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="table">
<table>
<caption id="table">{{W_DESIGN_TABLE}}</caption>
<thead><tr><th scope="col">A</th><th scope="col" class="number">B</th></tr></thead>
<tbody>
<tr><th scope="row">a</th><td class="number">1</td></tr>
<tr><th scope="row">b</th><td class="number">12</td></tr>
</tbody>
</table>
</div>
<div class="card"><dl class="facts"><dt>A</dt><dd>1</dd><dt>B</dt><dd>12</dd></dl></div>
<div class="empty"><p>{{W_DESIGN_EMPTY}}</p><p><a class="button" href="/console">{{W_NAV_HOME}}</a></p></div>
</section>
</main>
</body>
</html>
