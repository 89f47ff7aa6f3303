// More icons of a trained run, or a film between icons: asked for, waited for, shown.

import { get, iconFile, picture, send } from './api.js';
import { $, bar, fill, h } from './elements.js';
import { t } from './language.js';
import { said, words } from './words.js';

const most = 10000;
const pause = 1000;

/** Opens the dialog.  @param signal ends it with the sign-in */
export async function openDrawing(run, signal) {
  const offer = await get(`/api/runs/${run}/drawings`, signal);
  const [dialog, stop] = [$('drawing'), new AbortController()];
  const ends = AbortSignal.any([signal, stop.signal]);
  ends.addEventListener('abort', () => dialog.close());
  dialog.addEventListener('close', () => { stop.abort(); dialog.replaceChildren(); }, { once: true });
  const say = (text, isBad = false) => { [$('drawing-answer').textContent, $('drawing-answer').className] = [text, isBad ? 'bad' : 'soft']; };

  async function draw(order) {
    $('draw').disabled = $('draw-film').disabled = true;
    fill($('drawn'));
    try {
      const { name } = await send('POST', `/api/runs/${run}/drawings`, { ...order, ...asked(offer) }, ends);
      const { done, error } = await end(name);
      if (error) return say(error, true);
      say(done.film ? t`The film is drawn.` : t`${done.icons} icons are there.`);
      fill($('drawn'), done.film ? h('img', { src: await picture(`/api/runs/${run}/files/${done.film}`, ends), class: 'film', alt: t`The film`, load: forget }) : icons(done));
    } catch (error) {
      if (!ends.aborted) say(error.message, true);
    } finally {
      $('draw').disabled = $('draw-film').disabled = false;
    }
  }

  // Until it is drawn, or cannot be.
  async function end(name) {
    for (;;) {
      const status = await get(`/api/runs/${run}/drawings/${name}`, ends);
      if (['done', 'failed'].includes(status.phase)) return fill($('drawing-progress')), status;
      const { progress } = status;
      say(progress ? `${words.drawing} …` : status.waitsFor ? t`It waits: ${said(status.waitsFor)}.` : t`It waits for a device.`);
      fill($('drawing-progress'), progress ? bar(progress.done, progress.total, words.drawing) : null);
      await new Promise(done => setTimeout(done, pause));
    }
  }

  // The newest first, as those are what was asked for; fetched once they come into sight.
  function icons({ icons: count, samples }) {
    const seen = new IntersectionObserver(entries => entries.filter(each => each.isIntersecting).forEach(({ target }) => {
      seen.unobserve(target);
      picture(`/api/runs/${run}/files/${iconFile(samples, target.dataset.icon)}`, ends).then(address => { target.src = address; }, () => {});
    }), { rootMargin: '200px' });
    return h('ul', { class: 'sheet', 'aria-label': t`Icons, the newest first` }, Array.from({ length: count }, (_, i) => count - 1 - i).map(icon => {
      const image = h('img', { alt: t`icon ${icon}`, 'data-icon': icon, load: forget });
      seen.observe(image);
      return h('li', {}, image);
    }));
  }

  fill(dialog, h('h2', { id: 'drawing-title' }, t`Draw icons of run ${run}`),
    h('p', { class: 'soft' }, t`Icon 7 is always the same icon, so more icons only add. They are not compared with the training icons; publishing takes those of the report alone.`),
    choices(offer, run),
    h('form', { class: 'steering', 'data-key': `draw ${run}`, submit: event => { event.preventDefault(); draw({ count: Number($('icons-wanted').value) }); } },
      h('label', {}, t`Icons in all`, ' ', h('input', { id: 'icons-wanted', type: 'number', min: 1, max: most, step: 1, value: Math.min(most, offer.count + 16), required: '' })), h('button', { id: 'draw' }, t`Draw them`)),
    h('form', { class: 'steering', 'data-key': `film ${run}`, submit: event => { event.preventDefault(); draw({ film: $('film').value.split(',').map(Number) }); } },
      h('label', {}, t`A film through icons`, ' ', h('input', { id: 'film', value: '0,1,2', pattern: ' *\\d+ *(, *\\d+ *)+', title: t`Numbers of icons with commas between them, such as 0,5,17`, required: '' })), h('button', { id: 'draw-film' }, t`Draw the film`)),
    h('p', { id: 'drawing-answer', role: 'status', 'data-key': `answer of ${run}` }), h('div', { id: 'drawing-progress', 'data-key': `progress of ${run}` }), h('div', { id: 'drawn', 'data-key': `drawn of ${run}` }),
    h('p', { class: 'choices' }, h('button', { type: 'button', click: () => dialog.close(), 'data-key': `close ${run}` }, t`Close`)));
  dialog.showModal();
}

const forget = ({ target }) => URL.revokeObjectURL(target.src);

const isThere = number => typeof number === 'number';

// What a model lets somebody ask for beside a number.
function choices({ tags, guidance, truncation }, run) {
  return [
    tags ? h('fieldset', { 'data-key': `tags of ${run}` }, h('legend', {}, t`Tags of every icon; none: each has those of a training icon`), h('ul', { id: 'tags' }, tags.map(tag =>
      h('li', {}, h('label', {}, h('input', { type: 'checkbox', value: tag }), ` ${tag}`))))) : null,
    isThere(guidance) ? h('p', { 'data-key': `guidance of ${run}` }, h('label', {}, t`Guidance: how much the tags count, 1 as trained`, ' ', h('input', { id: 'guidance', type: 'number', min: 0, max: 100, step: 'any', value: guidance }))) : null,
    isThere(truncation) ? h('p', { 'data-key': `truncation of ${run}` }, h('label', {}, t`Truncation ψ: 1 as trained, less for fewer oddities and less variety`, ' ', h('input', { id: 'truncation', type: 'number', step: 'any', value: truncation }))) : null,
  ];
}

// The same as the experiment's says is not asked for: its icons are there already.
function asked({ guidance, truncation }) {
  const number = (id, usual) => $(id)?.value && Number($(id).value) !== usual ? Number($(id).value) : undefined;
  const tags = [...document.querySelectorAll('#tags input:checked')].map(each => each.value);
  return { with: tags.length ? tags : undefined, guidance: number('guidance', guidance), truncation: number('truncation', truncation) };
}
