// Elements of the page, and how a container is brought to what it should hold.

import { active, word } from './words.js';

export const $ = id => document.getElementById(id);

// An element with attributes, listeners (attributes that are functions) and children; text is text, never markup.
export function h(tag, attributes, ...children) {
  const element = ['svg', 'path', 'polyline', 'line', 'rect'].includes(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {}))
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== ''));
  return element;
}

// Brings a container to what it should hold. What stays is left alone: who listens to the page or scrolls in it keeps the place, the keyboard its focus.
export function fill(container, ...children) {
  const focus = container.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  bringChildren(container, children.flat(Infinity).filter(child => child));
  if (focus && !container.contains(document.activeElement)) container.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
}

function bringChildren(element, wanted) {
  wanted.forEach((child, i) => element.childNodes[i] ? bring(element.childNodes[i], child) : element.append(child));
  while (element.childNodes.length > wanted.length) element.lastChild.remove();
}

// Elements that listen have a data-key: one of another key is another element.
function bring(node, wanted) {
  if (node.isEqualNode(wanted)) return;
  if (node.nodeName !== wanted.nodeName || node.dataset?.key !== wanted.dataset?.key) return node.replaceWith(wanted);
  if (node.nodeType === Node.TEXT_NODE) { node.data = wanted.data; return; }
  for (const { name } of [...node.attributes]) if (name !== 'open' && !wanted.hasAttribute(name)) node.removeAttribute(name);  // what a reader has opened stays open
  for (const { name, value } of wanted.attributes) if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  bringChildren(node, [...wanted.childNodes]);
}

export const pill = state => h('span', { class: `state ${active(state) ? 'running' : state}` }, word(state));
export const bar = (value, max, label) => h('progress', { value, max, 'aria-label': label });
