// The lists of experiments and devices, and the experiment that is looked at, made anew from what the API says.

import { $, bar, fill, h, pill } from './elements.js';
import { drawCells } from './cells.js';
import { most } from './compare.js';
import { t } from './language.js';
import { drawSteering } from './steering.js';
import { bytes, duration, moment, said, seconds, words } from './words.js';

export function drawExperiments(summaries, chosen) {
  fill($('experiments'), summaries.length ? summaries.map(each => h('li', {},
    h('a', { href: `#${each.id}`, 'data-key': each.id, 'aria-current': each.id === chosen ? 'true' : null },
      each.name, ' ', pill(each.state), bar(each.done, each.cells, t`cells done`),
      h('small', {}, [t`${each.done} of ${each.cells} done`, each.failed ? t`${each.failed} failed` : null, moment(each.submittedAt)].filter(Boolean).join(' · ')))))
    : h('li', { class: 'soft' }, t`None yet. In a terminal:`, ' ', h('code', {}, 'icon submit grids/quickstart.json')));
}

export function drawDevices(devices) {
  fill($('devices'), devices.map(({ silo, device, work, silent }) => h('li', {},
    device.name, h('br'), h('small', {}, [silo, device.id, t`${bytes(device.freeMemoryBytes)} of ${bytes(device.memoryBytes)} free`, typeof device.temperature === 'number' ? `${device.temperature} °C` : null].filter(Boolean).join(' · ')), h('br'),
    seconds(silent) > 5 ? h('small', { class: 'bad' }, t`not heard of for ${duration(seconds(silent))}`) : h('small', {}, work ? t`works on ${work}` : t`idle`))));
}

// The report that is there, and what becomes of the next one.
function drawReport({ report }, onReport) {
  if (!report) return null;
  const { state, progress, summary } = report;
  const next = state === 'running' ? `${words.report} ${progress ? `${Math.floor(100 * progress.done / progress.total)} %` : ''}`
    : state === 'waiting' ? report.waitsFor ? t`the next report waits: ${said(report.waitsFor)}` : t`the next report waits` : state === 'failed' ? t`no report: ${report.error}` : null;
  return h('p', {},
    summary ? [h('button', { click: () => onReport('read'), 'data-key': 'read' }, t`Read the report`), ' ', h('button', { click: () => onReport('save'), 'data-key': 'save' }, t`Save the report`)] : null, ' ',
    next ? h('small', { class: state === 'failed' ? 'bad' : null }, next) : null,
    summary?.missing.length ? h('details', {}, h('summary', {}, t`${summary.missing.length} not in it`), h('ul', {}, summary.missing.map(each => h('li', {}, each)))) : null);
}

/**
 * @param shown the run whose details are shown  @param onRun called with the id of a run that is clicked  @param onReport called with read or save  @param onCompare called with cells
 * @param onCommand as drawSteering has it; null: the token may do nothing
 */
export function drawExperiment(status, shown, { onRun, onReport, onCompare, onCommand }) {
  const count = status.cells.filter(cell => cell.state === 'done').length;
  const rest = status.state === 'running' && status.timeLeft ? t`about ${duration(seconds(status.timeLeft))} left` : null;
  fill($('experiment'),
    h('h2', {}, status.name, ' ', pill(status.state)),
    h('p', { class: 'soft' }, [t`${count} of ${status.cells.length} done`, rest, status.id].filter(Boolean).join(' · ')),
    bar(count, status.cells.length, t`cells done`), onCommand ? drawSteering(status, onCommand) : null, drawReport(status, onReport),
    $('cells') ?? h('div', { id: 'cells', 'data-key': 'cells' }),
    $('run') ?? h('section', { id: 'run', class: 'run', 'aria-label': t`Run`, hidden: '' }));
  drawCells($('cells'), status, shown, most, onRun, onCompare);
  document.title = t`${count} of ${status.cells.length} · ${status.name} · IconDiffusion`;
}
