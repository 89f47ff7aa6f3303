// The lists of experiments and devices, and the experiment that is looked at, made anew from what the API says.

import { $, bar, fill, h, pill } from './elements.js';
import { drawSteering } from './steering.js';
import { active, bytes, duration, figure, left, moment, seconds, word, words } from './words.js';

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
    summary ? [h('button', { click: () => onReport('read'), 'data-key': 'read' }, 'Read the report'), ' ', h('button', { click: () => onReport('save'), 'data-key': 'save' }, 'Save the report')] : null, ' ',
    next ? h('small', { class: state === 'failed' ? 'bad' : null }, next) : null,
    summary?.missing.length ? h('details', {}, h('summary', {}, `${summary.missing.length} not in it`), h('ul', {}, summary.missing.map(each => h('li', {}, each)))) : null);
}

/**
 * @param shown the run whose details are shown  @param onRun called with the id of a run that is clicked  @param onReport called with read or save
 * @param onCommand as drawSteering has it; null: the token may do nothing
 */
export function drawExperiment(status, shown, { onRun, onReport, onCommand }) {
  const count = status.cells.filter(cell => cell.state === 'done').length;
  const columns = figuresOf(status.cells);
  const rest = status.state === 'running' && status.timeLeft ? `, about ${duration(seconds(status.timeLeft))} left` : '';
  fill($('experiment'),
    h('h2', {}, status.name, ' ', pill(status.state)),
    h('p', { class: 'soft' }, `${count} of ${status.cells.length} done${rest} · ${status.id}`),
    bar(count, status.cells.length, 'cells done'), onCommand ? drawSteering(status, onCommand) : null, drawReport(status, onReport),
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
