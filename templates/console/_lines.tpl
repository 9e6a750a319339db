{{#LINES}}
<div class="scroll fit" tabindex="0" role="region" aria-labelledby="lines">
<table>
<caption id="lines">{{W_IMPORT_REFUSED}}</caption>
<thead><tr><th scope="col" class="number">{{W_IMPORT_LINE}}</th><th scope="col">{{W_IMPORT_WHERE}}</th><th scope="col">{{W_IMPORT_WHY}}</th></tr></thead>
<tbody>
{{#LINE}}
<tr><td class="number">{{LINE_NUMBER}}</td><td>{{LINE_WHERE}}</td><td class="said">{{LINE_WHY}}</td></tr>
{{/LINE}}
</tbody>
</table>
</div>
{{/LINES}}
{{#MORE_REFUSED}}
<p class="soft">{{MORE_REFUSED}}</p>
{{/MORE_REFUSED}}
