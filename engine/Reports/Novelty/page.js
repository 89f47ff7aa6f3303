'use strict';
const root = document.documentElement;

// The theme: the reader's system's, until the button says otherwise.
const theme = document.getElementById('theme');
const dark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
const show = () => { theme.textContent = dark() ? 'Light' : 'Dark'; };
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
