// Chosen runs side by side: their losses over one another, their icons of the same numbers below one another, their figures with intervals.

import { get, iconFile, picture } from './api.js';
import { $, fill, h } from './elements.js';
import { figures } from './kinds.js';
import { t } from './language.js';
import { lossCurves, means } from './run.js';
import { figure, said } from './words.js';

/** As many colours as there are. */
export const most = 6;

const icons = 12;

const orNothing = promise => promise.catch(error => error.status === 404 ? null : Promise.reject(error));

async function read({ runId, label }, signal) {
  const [run, log, place] = await Promise.all([`/api/runs/${runId}`, `/api/runs/${runId}/log?last=10000`, `/api/runs/${runId}/gallery`].map(path => orNothing(get(path, signal))));
  const novelty = place && await orNothing(get(`/api/runs/${runId}/files/${place.results}/novelty.json`, signal));
  return { runId, label, seed: run?.spec.seed, losses: log?.losses ?? [], samples: place?.samples, novelty };
}

/** Opens the dialog.  @param cells of an experiment's status, two to six  @param signal ends it with what it is about */
export async function openComparison(cells, signal) {
  const runs = await Promise.all(cells.map(cell => read(cell, signal)));
  const [dialog, stop] = [$('comparison'), new AbortController()];
  const ends = AbortSignal.any([signal, stop.signal]);
  ends.addEventListener('abort', () => dialog.close());
  dialog.addEventListener('close', () => { stop.abort(); dialog.replaceChildren(); }, { once: true });
  const key = runs.map(run => run.runId).join(' ');
  fill(dialog, h('p', { class: 'bar' }, h('strong', { id: 'comparison-title' }, t`${runs.length} runs side by side`), h('button', { click: () => dialog.close(), 'data-key': `close ${key}` }, t`Close`)),
    h('ul', { class: 'legend', 'aria-label': t`Runs` }, runs.map((run, i) => h('li', { class: `p${i}` }, `${run.label}${run.seed === undefined ? '' : t`, seed ${run.seed}`}`))),
    lossCurves(runs.map(run => means(run.losses)), () => t`Losses of ${runs.map(run => run.label).join(', ')}`, t`; losses of different methods compare in nothing`),
    h('h3', {}, t`Icons`),
    h('p', { class: 'soft' }, new Set(runs.map(run => run.seed)).size === 1 ? t`Icons of one number are drawn from the same latents.` : t`The seeds differ, so icons of one number are drawn from different latents.`),
    h('div', { class: 'cells', tabindex: 0, role: 'region', 'aria-label': t`Icons`, 'data-key': `icons ${key}` }, h('table', { class: 'pictures' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t`run`), Array.from({ length: icons }, (_, i) => h('th', { scope: 'col' }, `${i}`)))),
      h('tbody', {}, runs.map(run => h('tr', {}, h('th', { scope: 'row' }, run.label),
        Array.from({ length: icons }, (_, i) => h('td', {}, image(run, i, ends)))))))),
    h('h3', {}, t`Figures, with their 95 % intervals`), table(runs, key));
  dialog.showModal();
}

// Its place stays empty where the icon is not drawn yet.
function image(run, i, signal) {
  if (!run.samples) return null;
  const element = h('img', { alt: t`icon ${i} of ${run.label}`, class: run.novelty?.icons[i]?.isCopy ? 'copy' : null, load: event => URL.revokeObjectURL(event.target.src) });
  picture(`/api/runs/${run.runId}/files/${iconFile(run.samples, i)}`, signal).then(address => { element.src = address; }, () => element.remove());
  return element;
}

function table(runs, key) {
  const scored = runs.filter(run => run.novelty);
  if (!scored.length) return h('p', { class: 'soft' }, t`None of them is scored yet.`);
  const of = ({ novelty }, name) => novelty?.rows[0].figures.find(each => each.key === name);
  const network = run => run.novelty?.features;
  const mixed = new Set(scored.map(network)).size > 1;
  return h('div', { class: 'cells', tabindex: 0, role: 'region', 'aria-label': t`Figures`, 'data-key': `figures ${key}` }, h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t`figure`), runs.map((run, i) => h('th', { scope: 'col', class: `number p${i}` }, run.label)))),
    h('tbody', {}, Object.entries(figures).filter(([name]) => scored.some(run => of(run, name))).map(([name, { label, unit, ofFeatures, definition }]) => h('tr', {},
      h('th', { scope: 'row', title: said(definition) }, said(label), unit ? h('small', {}, ` ${said(unit)}`) : null, mixed && ofFeatures ? [' ', h('small', { class: 'bad' }, t`networks differ: not comparable`)] : null),
      runs.map(run => {
        const found = of(run, name);
        return h('td', { class: 'number', title: found?.note }, found ? figure(found.value) : '–', typeof found?.low === 'number' && found.low !== found.high ? h('small', {}, t` ${figure(found.low)} to ${figure(found.high)}`) : null);
      }))))));
}
