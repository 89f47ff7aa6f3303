// The lists of experiments and devices, and the experiment that is looked at, made anew from what the API says.

import { $, bar, fill, h, pill } from './elements.js';
import { drawCells } from './cells.js';
import { most } from './compare.js';
import { drawSteering } from './steering.js';
import { bytes, duration, moment, seconds, words } from './words.js';

export function drawExperiments(summaries, chosen) {
  fill($('experiments'), summaries.length ? summaries.map(each => h('li', {},
    h('a', { href: `#${each.id}`, 'data-key': each.id, 'aria-current': each.id === chosen ? 'true' : null },
      each.name, ' ', pill(each.state), bar(each.done, each.cells, 'cells done'),
      h('small', {}, `${each.done} of ${each.cells} done${each.failed ? `, ${each.failed} failed` : ''} · ${moment(each.submittedAt)}`))))
    : h('li', { class: 'soft' }, 'None yet. In a terminal: ', h('code', {}, 'icon submit grids/quickstart.json')));
}

export function drawDevices(devices) {
  fill($('devices'), devices.map(({ silo, device, work, silent }) => h('li', {},
    device.name, h('br'), h('small', {}, [silo, device.id, `${bytes(device.freeMemoryBytes)} of ${bytes(device.memoryBytes)} free`, typeof device.temperature === 'number' ? `${device.temperature} °C` : null].filter(Boolean).join(' · ')), h('br'),
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
 * @param shown the run whose details are shown  @param onRun called with the id of a run that is clicked  @param onReport called with read or save  @param onCompare called with cells
 * @param onCommand as drawSteering has it; null: the token may do nothing
 */
export function drawExperiment(status, shown, { onRun, onReport, onCompare, onCommand }) {
  const count = status.cells.filter(cell => cell.state === 'done').length;
  const rest = status.state === 'running' && status.timeLeft ? `, about ${duration(seconds(status.timeLeft))} left` : '';
  fill($('experiment'),
    h('h2', {}, status.name, ' ', pill(status.state)),
    h('p', { class: 'soft' }, `${count} of ${status.cells.length} done${rest} · ${status.id}`),
    bar(count, status.cells.length, 'cells done'), onCommand ? drawSteering(status, onCommand) : null, drawReport(status, onReport),
    $('cells') ?? h('div', { id: 'cells', 'data-key': 'cells' }),
    $('run') ?? h('section', { id: 'run', class: 'run', 'aria-label': 'Run', hidden: '' }));
  drawCells($('cells'), status, shown, most, onRun, onCompare);
  document.title = `${count} of ${status.cells.length} · ${status.name} · IconDiffusion`;
}
