const root = document.documentElement;

// The language: the reader's browser's, until the button says otherwise. What is not known in Japanese, such as a name, stays as it is.
const say = translator(JSON.parse(document.getElementById('texts').textContent));
const button = document.getElementById('language');
let japanese = navigator.languages.map(each => each.split('-')[0]).find(each => ['en', 'ja'].includes(each)) === 'ja';
const said = english => japanese ? english.replace(/\S(?:[\s\S]*\S)?/, text => say(text.replace(/\s+/g, ' '))) : english;
const texts = [];  // each: what it is in English, and how it is said
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, node => node.parentElement.closest('script, #language') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  if (/[A-Za-z]/.test(node.data)) texts.push([node.data, text => { node.data = text; }]);
}
for (const name of ['aria-label', 'alt'])
  for (const element of document.querySelectorAll(`[${name}]`)) texts.push([element.getAttribute(name), text => element.setAttribute(name, text)]);
function speak() {
  root.lang = japanese ? 'ja' : 'en';
  [button.textContent, button.lang] = japanese ? ['English', 'en'] : ['日本語', 'ja'];
  for (const [english, set] of texts) set(said(english));
}
button.hidden = false;
button.addEventListener('click', () => { japanese = !japanese; speak(); show(); });
if (japanese) speak();

// The theme: the reader's system's, until the button says otherwise.
const theme = document.getElementById('theme');
const dark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
const show = () => { theme.textContent = said(dark() ? 'Light' : 'Dark'); };
theme.hidden = false;
theme.addEventListener('click', () => { root.dataset.theme = dark() ? 'light' : 'dark'; show(); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
show();

// A link into a closed part opens it.
const open = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target?.tagName === 'DETAILS') { target.open = true; target.scrollIntoView(); }
};
addEventListener('hashchange', open);
open();

// Paper has no buttons: everything is open on it.
let closed = [];
addEventListener('beforeprint', () => {
  closed = [...document.querySelectorAll('details:not([open])')];
  closed.forEach(part => { part.open = true; });
});
addEventListener('afterprint', () => closed.forEach(part => { part.open = false; }));
