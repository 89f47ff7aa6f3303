// The table of an experiment's runs: sorted by any column, filtered by words, as many as there are.

import { $, bar, fill, h, pill } from './elements.js';
import { language, t } from './language.js';
import { active, bytes, duration, figure, left, said, word } from './words.js';

const view = { id: null, words: '', column: null, down: false, compared: new Set() };
let rows = new Map();       // by run: what a row was made of, and the row
let redraw = () => {};

const fixed = [
  { head: t`run`, value: cell => cell.label },
  { head: t`state`, value: cell => cell.state },
  { head: t`progress`, value: cell => active(cell.state) && cell.progress?.total > 0 ? cell.progress.done / cell.progress.total : cell.state === 'done' ? 1 : 0 },
  { head: t`steps/s`, value: cell => active(cell.state) ? cell.progress?.stepsPerSecond : null },
  { head: t`loss`, value: cell => active(cell.state) ? cell.progress?.loss : null },
];

// FID and NWI have a column for each feature network, so that nothing stands below a figure of another one.
function scoresOf(cells) {
  const networks = [...new Set(cells.filter(cell => cell.scores).map(cell => cell.scores.network))];
  const each = (name, head) => networks.length ? networks.map(network => ({ name, network, head: `${head} (${network})` })) : [{ name, network: null, head }];
  return [...each('fid', 'FID'), { name: 'mae', network: null, head: 'MAE' }, ...each('nwi', 'NWI')]
    .map(column => ({ ...column, value: ({ scores }) => scores && (!column.network || column.network === scores.network) ? scores[column.name] : null }));
}

/** Brings the table to a status.  @param shown the run whose details are shown  @param onCompare called with cells; see compare.js for how many */
export function drawCells(container, { id, cells }, shown, most, onRun, onCompare) {
  if (view.id !== id || !container.firstChild) {
    Object.assign(view, { id, words: '', column: null, down: false });
    view.compared.clear();
    rows = new Map();
    fill(container,
      h('p', { class: 'steering' },
        h('label', {}, t`Show`, ' ', h('input', { id: 'words', type: 'search', placeholder: t`words of a run or state`, 'data-key': `words ${id}`, input: event => { view.words = event.target.value.trim().toLowerCase(); redraw(); } })),
        h('span', { id: 'shown-cells', class: 'soft', role: 'status' }), h('button', { id: 'compare', 'data-key': `compare ${id}` }, t`Compare`)),
      h('div', { class: 'cells', tabindex: 0, role: 'region', 'aria-label': t`Runs`, 'data-key': `cells ${id}` }, h('table', { role: 'table' }, h('thead', { role: 'rowgroup' }), h('tbody', { id: 'rows', role: 'rowgroup' }))));
  }
  const scores = scoresOf(cells);
  const columns = [...fixed, ...scores];
  const longest = Math.max(...cells.map(({ label }) => letters(label)));
  container.querySelector('table').style.setProperty('--columns',
    `24px minmax(${Math.min(longest, 20)}ch, ${longest}ch) 7rem minmax(11rem, 1fr) ${columns.slice(3).map(({ head }) => `${Math.max(7, letters(head) + 2)}ch`).join(' ')}`);
  redraw = () => {
    fill(container.querySelector('thead'), h('tr', { role: 'row' }, h('th', { scope: 'col', role: 'columnheader' }, h('span', { class: 'hidden' }, t`compare`)), columns.map(({ head }, i) =>
      h('th', { scope: 'col', role: 'columnheader', class: i > 2 ? 'number' : null, 'aria-sort': view.column === head ? (view.down ? 'descending' : 'ascending') : null },
        h('button', { 'data-key': `sort ${head}`, click: () => { [view.down, view.column] = [view.column === head && !view.down, head]; redraw(); } }, head)))));
    const by = columns.find(({ head }) => head === view.column)?.value;
    const wanted = cells.filter(cell => view.words.split(/\s+/).every(each => `${cell.label} ${word(cell.state)} ${cell.state}`.toLowerCase().includes(each)));
    if (by) wanted.sort((a, b) => compared(by(a), by(b)) * (view.down ? -1 : 1) || a.cell - b.cell);
    place($('rows'), wanted.map(cell => rowOf(cell, scores, cell.runId === shown, most, onRun)));
    $('rows').classList.toggle('many', cells.length > many);
    $('shown-cells').textContent = wanted.length === cells.length ? t`${cells.length} run(s)` : t`${wanted.length} of ${cells.length} runs`;
    const chosen = cells.filter(cell => view.compared.has(cell.runId));
    Object.assign($('compare'), { disabled: chosen.length < 2 || chosen.length > most, textContent: chosen.length > most ? t`Compare: at most ${most}` : chosen.length ? t`Compare ${chosen.length}` : t`Compare`, onclick: () => onCompare(chosen) });
  };
  redraw();
}

// Of more rows those out of sight are not laid out; screen readers are told their names alone until they go there.
const many = 100;

// How many digits are about as wide as a text.
const letters = text => text.replace(/[\u2e80-\uffff]/g, '  ').length;

const collator = new Intl.Collator(language, { numeric: true });

// What is not there comes last in either order.
function compared(a, b) {
  const missing = value => value === null || value === undefined || Number.isNaN(value);
  if (missing(a) || missing(b)) return (missing(a) - missing(b)) * (view.down ? -1 : 1);
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(a, b);
}

// Rows stay the elements that they are, so that the keyboard keeps its focus and a thousand of them cost nothing.
function place(body, wanted) {
  if (wanted.length === body.children.length && wanted.every((row, i) => body.children[i] === row)) return;
  const focus = body.contains(document.activeElement) ? document.activeElement : null;
  body.replaceChildren(...wanted);
  if (focus?.isConnected) focus.focus();
}

function rowOf(cell, scores, isShown, most, onRun) {
  const key = JSON.stringify([cell, isShown, scores.map(({ head }) => head)]);
  const known = rows.get(cell.cell);
  if (known?.key === key) return known.row;
  const row = known?.row ?? h('tr', { role: 'row' });
  if (isShown) row.setAttribute('aria-current', 'true');
  else row.removeAttribute('aria-current');
  row.setAttribute('aria-label', `${cell.label}, ${word(cell.state)}`);
  fill(row, contents(cell, scores, onRun));
  rows.set(cell.cell, { key, row });
  return row;
}

function contents(cell, scores, onRun) {
  const { progress, state } = cell;
  const going = active(state) && progress;
  const share = going && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  const time = going ? left(cell) : null;
  const remarks = [
    going && progress.window ? said(progress.window.text) : null, going && progress.step ? t`step ${progress.step}` : null, share === null ? null : `${Math.floor(share * 100)} %`, time === null ? null : t`${duration(time)} left`,
    active(state) ? cell.where : null, going && progress.memoryBytes ? bytes(progress.memoryBytes) : null, active(state) && cell.attempts > 1 ? t`attempt ${cell.attempts}` : null,
    state === 'waiting' ? said(cell.waitsFor ?? '') : null,
  ].filter(Boolean).join(' · ');
  return [
    h('td', { role: 'cell' }, h('input', { type: 'checkbox', 'aria-label': t`Compare ${cell.label}`, 'data-key': `compared ${cell.runId}`, change: ({ target }) => { view.compared[target.checked ? 'add' : 'delete'](cell.runId); redraw(); } })),
    h('td', { role: 'cell' }, h('button', { click: () => onRun(cell.runId), 'data-key': cell.runId, 'aria-controls': 'run' }, cell.label)),
    h('td', { role: 'cell' }, pill(state)),
    h('td', { role: 'cell', class: 'stage' }, share === null ? null : bar(share, 1, word(state)), h('small', {}, remarks),
      cell.error && state !== 'done' ? h('small', { class: 'bad' }, state === 'failed' ? cell.error : t`before: ${cell.error}`) : null),
    h('td', { role: 'cell', class: 'number' }, going && progress.stepsPerSecond ? figure(progress.stepsPerSecond) : ''),
    h('td', { role: 'cell', class: 'number' }, going && progress.loss !== null ? figure(progress.loss) : ''),
    scores.map(({ name, network }) => h('td', { role: 'cell', class: 'number', title: cell.scores?.notComparable?.join('; ') },
      !cell.scores ? '' : network && network !== cell.scores.network ? '–' : figure(cell.scores[name]))),
  ];
}
