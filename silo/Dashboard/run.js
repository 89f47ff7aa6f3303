// The run that is looked at: its losses, its looks, its pictures, its events.

import { $, fill, h } from './elements.js';
import { t } from './language.js';
import { figure, moment, said } from './words.js';

/** Means of at most 300 pieces of the log, [step, loss] each: what a step's loss jumps by hides how it falls. */
export function means(losses) {
  const all = losses.filter(each => typeof each.loss === 'number' && each.loss > 0);
  const size = Math.max(1, Math.ceil(all.length / 300));
  const pieces = [];
  for (let i = 0; i + size <= all.length; i += size)
    pieces.push([all[i + size - 1].step, all.slice(i, i + size).reduce((sum, each) => sum + each.loss, 0) / size]);
  return pieces;
}

/**
 * Losses on a logarithmic axis, those of several runs over one another.
 * @param lines for each run its points, see means  @param name tells who cannot see it what it shows  @param remark what is said below it beside the range
 */
export function lossCurves(lines, name, remark = '') {
  const all = lines.flat();
  if (all.length < 2) return h('p', { class: 'soft' }, t`No losses yet.`);
  const steps = all.map(([step]) => step);
  const logs = all.map(([, loss]) => Math.log(loss));
  const [first, last, low, high] = [Math.min(...steps), Math.max(...steps), Math.min(...logs), Math.max(...logs)];
  const points = line => line.map(([step, loss]) => `${(step - first) / (last - first || 1) * 640},${156 - (Math.log(loss) - low) / (high - low || 1) * 150}`).join(' ');
  const several = lines.length > 1;
  return h('figure', {},
    h('svg', { class: several ? 'curve compared' : 'curve', viewBox: '0 0 640 160', preserveAspectRatio: 'none', role: 'img', 'aria-label': name() },
      h('line', { x1: 0, x2: 640, y1: 159, y2: 159 }), lines.map((line, i) => line.length < 2 ? null : h('polyline', { class: several ? `p${i}` : null, points: points(line) }))),
    h('figcaption', { class: 'soft' }, t`loss, steps ${first} to ${last}: ${figure(Math.exp(low))} to ${figure(Math.exp(high))}, logarithmic` + remark));
}

function curve(losses) {
  const line = means(losses);
  return lossCurves([line], () => t`Loss from ${figure(line[0][1])} to ${figure(line.at(-1)[1])}`);
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
    h('svg', { class: 'curve', viewBox: '0 0 640 160', preserveAspectRatio: 'none', role: 'img', 'aria-label': said(window.text) },
      h('rect', { class: 'safe', x: from, y: 0, width: Math.max(0, to - from), height: 160 }), h('line', { x1: 0, x2: 640, y1: 159, y2: 159 }),
      line('copying', point => point.copies / point.icons), line('quality', point => distance(point) / most)),
    h('figcaption', { class: 'soft' }, h('span', { class: 'copying' }, t`copies, 0 to 100 %: now ${newest.copies} of ${newest.icons}`), ' · ',
      h('span', { class: 'quality' }, newest.heldOut ? t`Fréchet distance to held-out icons, 0 to ${figure(most)}: now ${figure(distance(newest))}` : t`Fréchet distance to training icons, 0 to ${figure(most)}: now ${figure(distance(newest))}`),
      ' · ', t`looks at steps ${first} to ${last}, logarithmic; the safe window is shaded`), h('p', {}, said(window.text)));
}

/** @param points the looks while it trained  @param window their verdict; null: there is none  @param pictures [address, caption] of each  @param sentence the verdict of the novelty report; null: not there yet  @param commands what can be done with it, [text, called for it] each */
export function drawRun(id, log, points, window, pictures, sentence, commands) {
  const panel = $('run');
  panel.hidden = false;
  fill(panel, h('h3', {}, t`Run ${id}`), sentence ? h('p', {}, sentence) : null,
    commands.length ? h('p', { class: 'steering' }, commands.map(([text, click]) => h('button', { click, 'data-key': `${text} ${id}` }, text))) : null, curve(log.losses), windowCurves(points, window),
    pictures.map(([address, caption]) => h('figure', {},
      h('figcaption', { class: 'soft' }, caption), h('img', { src: address, alt: caption, load: event => URL.revokeObjectURL(event.target.src) }))),
    h('h3', {}, t`Events`), h('ul', { class: 'events', tabindex: 0, 'aria-label': t`Events, newest first`, 'data-key': 'events' }, log.events.slice(-100).reverse().map(each =>
      h('li', { class: ['failed', 'warning'].includes(each.kind) ? 'bad' : null }, `${moment(each.at)} · ${each.message}`))));
}
