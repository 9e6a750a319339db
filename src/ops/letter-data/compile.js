// Compiles an MJML letter into a template of ours:  compile.js IN OUT
// Fonts are whatever the reader has: fetching one would tell who reads.
'use strict';
const fs = require('fs');
const mjml = require(require.resolve('mjml', { paths: [process.cwd()] }));

const [from, to] = process.argv.slice(2);
const made = mjml(fs.readFileSync(from, 'utf8'),
  { validationLevel: 'strict', keepComments: false, fonts: {} });
fs.writeFileSync(to, '{{%AUTOESCAPE context="HTML"}}\n' + made.html);
