// All icons of a run, each with the training icon nearest to it, and one icon with all that was found about it.

import { get, iconFile, picture } from './api.js';
import { $, fill, h } from './elements.js';
import { t } from './language.js';
import { figure, said } from './words.js';

const names = { pixel: t`pixels`, aligned: t`aligned`, feature: t`features`, descriptor: t`descriptor` };
const closest = icon => icon.nearest.find(each => each.space === 'aligned') ?? icon.nearest[0];
const distance = icon => closest(icon).distance;
const orders = {
  number: [t`in order`, (a, b) => a.icon - b.icon],
  near: [t`nearest to a training icon first`, (a, b) => distance(a) - distance(b)],
  far: [t`farthest first`, (a, b) => distance(b) - distance(a)],
};

/** Opens the dialog.  @param signal ends it with the sign-in */
export async function openGallery(run, signal) {
  const { samples, results } = await get(`/api/runs/${run}/gallery`, signal);
  const novelty = await get(`/api/runs/${run}/files/${results}/novelty.json`, signal);
  const stop = new AbortController();
  const dialog = $('gallery');
  const ends = AbortSignal.any([signal, stop.signal]);
  ends.addEventListener('abort', () => dialog.close());
  dialog.addEventListener('close', () => { stop.abort(); dialog.replaceChildren(); for (const address of addresses.values()) address.then(URL.revokeObjectURL, () => {}); }, { once: true });

  // Fetched once they come into sight, and once each.
  const addresses = new Map();
  const address = path => {
    if (!addresses.has(path)) addresses.set(path, picture(`/api/runs/${run}/${path}`, ends));
    return addresses.get(path);
  };
  const show = async image => { image.src = await address(image.dataset.path).catch(() => ''); };
  const seen = new IntersectionObserver(entries => entries.filter(each => each.isIntersecting).forEach(({ target }) => { seen.unobserve(target); show(target); }), { rootMargin: '200px' });
  const image = (path, alt, attributes = {}) => {
    const element = h('img', { alt, 'data-path': path, ...attributes });
    seen.observe(element);
    return element;
  };
  const own = (icon, alt) => image(`files/${iconFile(samples, icon)}`, alt);
  const training = (nearest, alt) => image(`training/${nearest.index}`, alt, { class: nearest.mirrored ? 'mirrored' : null });

  const list = () => {
    const wanted = novelty.icons.filter(icon => !$('copies-alone').checked || icon.isCopy).sort(orders[$('gallery-order').value][1]);
    $('icons').replaceChildren(...wanted.map(icon => {
      const nearest = closest(icon);
      return h('li', { class: icon.isCopy ? 'copy' : null }, h('button', { click: () => look(icon) }, own(icon.icon, ''), training(nearest, ''),
        h('span', {}, icon.isCopy ? t`${icon.icon} copy` : `${icon.icon}`), h('span', { class: 'hidden' }, ` ${t`beside ${nearest.name}`} `), h('span', {}, figure(nearest.distance))));
    }));
    $('gallery-count').textContent = t`${wanted.length} of ${novelty.icons.length} icons`;
  };

  function look(icon) {
    const { map } = icon.sources;
    $('icon').replaceChildren(h('h3', {}, icon.isCopy ? t`Icon ${icon.icon}: a copy by the rule` : t`Icon ${icon.icon}`),
      h('div', { class: 'near' }, h('figure', {}, own(icon.icon, t`icon ${icon.icon}`), h('figcaption', {}, t`the icon`)),
        icon.nearest.map(each => h('figure', {}, training(each, each.name), h('figcaption', {}, `${names[each.space]}: ${figure(each.distance)}${each.percentile === null ? '' : `, ${figure(each.percentile)} %`}`, h('br'), each.name))),
        map ? h('figure', {}, h('div', { class: 'over' }, own(icon.icon, ''), overlay(map, icon)), h('figcaption', {}, t`patches of ${icon.sources.distinct} training icon(s)`)) : null),
      map ? legend(map, training) : h('p', { class: 'soft' }, t`No patch map was kept for this icon.`));
    $('icon').focus();
  }

  fill(dialog, h('h2', { id: 'gallery-title' }, t`Icons of run ${run}`), h('p', {}, said(novelty.verdict.sentence)),
    h('p', { class: 'steering' }, h('label', { for: 'gallery-order' }, t`Order`, ' ', h('select', { id: 'gallery-order', change: list, 'data-key': `order of ${run}` }, Object.entries(orders).map(([value, [text]]) => h('option', { value }, text)))),
      h('label', {}, h('input', { id: 'copies-alone', type: 'checkbox', change: list, 'data-key': `copies of ${run}` }), ' ', t`copies alone`), h('span', { id: 'gallery-count', class: 'soft', role: 'status' }),
      h('button', { click: () => dialog.close(), 'data-key': `close ${run}` }, t`Close`)),
    h('div', { id: 'icon', tabindex: -1, role: 'region', 'aria-label': t`One icon`, 'data-key': `icon of ${run}` }),
    h('p', { class: 'soft' }, t`Each icon beside the training icon nearest to it, with their aligned distance, 0 to 255; copies by the rule are framed.`),
    h('ul', { id: 'icons', 'data-key': `icons of ${run}` }));
  list();
  dialog.showModal();
}

// The most frequent sources have colours of their own, the others share one; as in the report.
function ranked(map) {
  const counts = new Map();
  for (const source of map.icons) if (source >= 0) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

function overlay(map, icon) {
  const colours = new Map(ranked(map).slice(0, 6).map(([source], i) => [source, i]));
  return h('svg', { viewBox: `0 0 ${map.side} ${map.side}`, role: 'img', 'aria-label': t`Patch sources of icon ${icon.icon}: ${icon.sources.distinct} training icons` },
    map.icons.map((source, i) => source < 0 ? null : h('rect', {
      class: `p${colours.get(source) ?? 'x'}`, x: i % map.side, y: Math.floor(i / map.side), width: 1, height: 1, 'fill-opacity': (0.72 - 0.52 * Math.min(map.distances[i] / 40, 1)).toFixed(2),
    })));
}

function legend(map, training) {
  const sources = ranked(map);
  const total = sources.reduce((sum, [, count]) => sum + count, 0);
  return h('ul', { class: 'legend', 'aria-label': t`Where its patches come from` }, sources.slice(0, 6).map(([index, count], i) =>
    h('li', { class: `p${i}` }, training({ index }, t`training icon ${index}`), `${Math.round(100 * count / total)} %`)));
}
