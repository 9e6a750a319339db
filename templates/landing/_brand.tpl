<p class="brand"><img src="{{STATIC_URL}}/favicon.svg" alt="" width="32" height="32">{{#BRAND}}<span>{{BRAND}}</span>{{/BRAND}}</p>
