// What is on the page, made anew from what the API says.

import { active, bytes, duration, figure, left, moment, seconds, word, words } from './words.js';

const $ = id => document.getElementById(id);

// An element with attributes, listeners (attributes that are functions) and children; text is text, never markup.
function h(tag, attributes, ...children) {
  const element = ['svg', 'polyline', 'line', 'rect'].includes(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {}))
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ''));
  return element;
}

// Brings a container to what it should hold. What stays is left alone: who listens to the page or scrolls in it keeps the place, the keyboard its focus.
function fill(container, ...children) {
  const focus = container.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  bringChildren(container, children.flat().filter(child => child));
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

const pill = state => h('span', { class: `state ${active(state) ? 'running' : state}` }, word(state));
const bar = (value, max, label) => h('progress', { value, max, 'aria-label': label });

export function drawExperiments(summaries, chosen) {
  fill($('experiments'), summaries.length ? summaries.map(each => h('li', {},
    h('a', { href: `#${each.id}`, 'data-key': each.id, 'aria-current': each.id === chosen ? 'true' : null },
      each.name, ' ', pill(each.state), bar(each.done, each.cells, 'cells done'),
      h('small', {}, `${each.done} of ${each.cells} done${each.failed ? `, ${each.failed} failed` : ''} · ${moment(each.submittedAt)}`))))
    : h('li', { class: 'soft' }, 'None yet. In a terminal: ', h('code', {}, 'icon submit grids/quickstart.json')));
}

export function drawDevices(devices) {
  fill($('devices'), devices.map(({ silo, device, work, silent }) => h('li', {},
    device.name, h('br'), h('small', {}, `${silo} · ${device.id} · ${bytes(device.freeMemoryBytes)} of ${bytes(device.memoryBytes)} free`), h('br'),
    seconds(silent) > 5 ? h('small', { class: 'bad' }, `not heard of for ${duration(seconds(silent))}`) : h('small', {}, work ? `works on ${work}` : 'idle'))));
}

// The report that is there, and what becomes of the next one.
function drawReport({ report }, onReport) {
  if (!report) return null;
  const { state, progress, summary } = report;
  const next = state === 'running' ? `${words.report} ${progress ? `${Math.floor(100 * progress.done / progress.total)} %` : ''}`
    : state === 'waiting' ? `the next report waits${report.waitsFor ? `: ${report.waitsFor}` : ''}` : state === 'failed' ? `no report: ${report.error}` : null;
  return h('p', {},
    summary ? h('button', { click: onReport, 'data-key': 'report' }, 'Save the report') : null, ' ',
    next ? h('small', { class: state === 'failed' ? 'bad' : null }, next) : null,
    summary?.missing.length ? h('details', {}, h('summary', {}, `${summary.missing.length} not in it`), h('ul', {}, summary.missing.map(each => h('li', {}, each)))) : null);
}

/** @param shown the run whose details are shown  @param onRun called with the id of a run that is clicked  @param onReport called when the report is */
export function drawExperiment(status, shown, onRun, onReport) {
  const count = status.cells.filter(cell => cell.state === 'done').length;
  const columns = figuresOf(status.cells);
  const rest = status.state === 'running' && status.timeLeft ? `, about ${duration(seconds(status.timeLeft))} left` : '';
  fill($('experiment'),
    h('h2', {}, status.name, ' ', pill(status.state)),
    h('p', { class: 'soft' }, `${count} of ${status.cells.length} done${rest} · ${status.id}`),
    bar(count, status.cells.length, 'cells done'), drawReport(status, onReport),
    h('div', { class: 'cells' }, h('table', {},
      h('thead', {}, h('tr', {}, ['run', 'state', 'progress', 'steps/s', 'loss', ...columns.map(column => column.head)].map((name, i) => h('th', { scope: 'col', class: i > 2 ? 'number' : null }, name)))),
      h('tbody', {}, status.cells.map(cell => drawCell(cell, columns, shown, onRun))))),
    $('run') ?? h('section', { id: 'run', class: 'run', 'aria-label': 'Run', hidden: '' }));
  document.title = `${count} of ${status.cells.length} · ${status.name} · IconDiffusion`;
}

// FID and NWI have a column for each feature network, so that nothing stands below a figure of another one.
function figuresOf(cells) {
  const networks = [...new Set(cells.filter(cell => cell.scores).map(cell => cell.scores.network))];
  const each = (name, head) => networks.length ? networks.map(network => ({ name, network, head: `${head} (${network})` })) : [{ name, network: null, head }];
  return [...each('fid', 'FID'), { name: 'mae', network: null, head: 'MAE' }, ...each('nwi', 'NWI')];
}

function drawCell(cell, columns, shown, onRun) {
  const { progress, scores, state } = cell;
  const going = active(state) && progress;
  const share = going && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  const time = going ? left(cell) : null;
  const remarks = [
    going && progress.window ? progress.window.text : null, going && progress.step ? `step ${progress.step}` : null, share === null ? null : `${Math.floor(share * 100)} %`, time === null ? null : `${duration(time)} left`,
    active(state) ? cell.where : null, going && progress.memoryBytes ? bytes(progress.memoryBytes) : null, active(state) && cell.attempts > 1 ? `attempt ${cell.attempts}` : null,
    state === 'waiting' ? cell.waitsFor : null,
  ].filter(Boolean).join(' · ');
  return h('tr', { 'aria-current': cell.runId === shown ? 'true' : null },
    h('td', {}, h('button', { click: () => onRun(cell.runId), 'data-key': cell.runId, 'aria-controls': 'run' }, cell.label)),
    h('td', {}, pill(state)),
    h('td', { class: 'stage' }, share === null ? null : bar(share, 1, word(state)), h('small', {}, remarks),
      cell.error && state !== 'done' ? h('small', { class: 'bad' }, state === 'failed' ? cell.error : ` before: ${cell.error}`) : null),
    h('td', { class: 'number' }, going && progress.stepsPerSecond ? figure(progress.stepsPerSecond) : ''),
    h('td', { class: 'number' }, going && progress.loss !== null ? figure(progress.loss) : ''),
    columns.map(({ name, network }) => h('td', { class: 'number', title: scores?.notComparable?.join('; ') },
      !scores ? '' : network && network !== scores.network ? '–' : figure(scores[name]))));
}

// Means of at most 300 pieces of the log, on a logarithmic axis: what a step's loss jumps by hides how it falls.
function curve(losses) {
  const all = losses.filter(each => typeof each.loss === 'number' && each.loss > 0);
  const size = Math.max(1, Math.ceil(all.length / 300));
  const means = [];
  for (let i = 0; i + size <= all.length; i += size)
    means.push([all[i + size - 1].step, all.slice(i, i + size).reduce((sum, each) => sum + each.loss, 0) / size]);
  if (means.length < 2) return h('p', { class: 'soft' }, 'No losses yet.');
  const logs = means.map(([, loss]) => Math.log(loss));
  const [low, high, first, last] = [Math.min(...logs), Math.max(...logs), means[0][0], means.at(-1)[0]];
  const points = means.map(([step], i) => `${(step - first) / (last - first) * 640},${156 - (logs[i] - low) / (high - low || 1) * 150}`);
  return h('figure', {},
    h('svg', { class: 'curve', viewBox: '0 0 640 160', preserveAspectRatio: 'none', role: 'img', 'aria-label': `Loss from ${figure(means[0][1])} to ${figure(means.at(-1)[1])}` },
      h('line', { x1: 0, x2: 640, y1: 159, y2: 159 }), h('polyline', { points: points.join(' ') })),
    h('figcaption', { class: 'soft' }, `loss, steps ${first} to ${last}: ${figure(Math.exp(low))} to ${figure(Math.exp(high))}, logarithmic`));
}

// Copying (0 to 100 %) and quality (0 to the largest distance) against the logarithm of the step, the safe window shaded.
function windowCurves(points, window) {
  if (points.length < 2 || !window) return null;
  const [first, last] = [points[0].step, points.at(-1).step];
  const x = step => Math.log(Math.min(Math.max(step, first), last) / first) / Math.log(last / first) * 640;
  const distance = point => (point.heldOut ?? point.training).frechet;
  const most = Math.max(...points.map(distance));
  const line = (kind, share) => h('polyline', { class: kind, points: points.map(point => `${x(point.step)},${156 - share(point) * 150}`).join(' ') });
  const [from, to] = window.quality ? [x(window.quality.by), x(window.copying?.by ?? last)] : [0, 0];
  const newest = points.at(-1);
  return h('figure', {},
    h('svg', { class: 'curve', viewBox: '0 0 640 160', preserveAspectRatio: 'none', role: 'img', 'aria-label': window.text },
      h('rect', { class: 'safe', x: from, y: 0, width: Math.max(0, to - from), height: 160 }), h('line', { x1: 0, x2: 640, y1: 159, y2: 159 }),
      line('copying', point => point.copies / point.icons), line('quality', point => distance(point) / most)),
    h('figcaption', { class: 'soft' }, h('span', { class: 'copying' }, `copies, 0 to 100 %: now ${newest.copies} of ${newest.icons}`), ' · ',
      h('span', { class: 'quality' }, `Fréchet distance to ${newest.heldOut ? 'held-out' : 'training'} icons, 0 to ${figure(most)}: now ${figure(distance(newest))}`),
      ` · looks at steps ${first} to ${last}, logarithmic; the safe window is shaded`), h('p', {}, window.text));
}

/** @param points the looks while it trained  @param window their verdict; null: there is none  @param pictures [address, caption] of each  @param sentence the verdict of the novelty report; null: not there yet */
export function drawRun(id, log, points, window, pictures, sentence) {
  const panel = $('run');
  panel.hidden = false;
  fill(panel, h('h3', {}, `Run ${id}`), sentence ? h('p', {}, sentence) : null, curve(log.losses), windowCurves(points, window),
    pictures.map(([address, caption]) => h('figure', {},
      h('figcaption', { class: 'soft' }, caption), h('img', { src: address, alt: caption, load: event => URL.revokeObjectURL(event.target.src) }))),
    h('h3', {}, 'Events'), h('ul', { class: 'events', tabindex: 0, 'aria-label': 'Events, newest first', 'data-key': 'events' }, log.events.slice(-100).reverse().map(each =>
      h('li', { class: ['failed', 'warning'].includes(each.kind) ? 'bad' : null }, `${moment(each.at)} · ${each.message}`))));
}
