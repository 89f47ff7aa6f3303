// Giving a run's icons away, and the consents that this rests on, which can be taken back.

import { get, saveAnswer, send } from './api.js';
import { $, fill, h } from './elements.js';
import { t } from './language.js';
import { confirm } from './steering.js';
import { figure, moment, said } from './words.js';

const day = text => text.slice(0, 10);

const terms = ({ artist, licence, scope }) => [artist, licence, scope].filter(Boolean).join(', ');

function open(dialog, signal) {
  if (dialog.open) return;
  const close = () => dialog.close();
  signal.addEventListener('abort', close);
  dialog.addEventListener('close', () => { signal.removeEventListener('abort', close); dialog.replaceChildren(); }, { once: true });
  dialog.showModal();
}

/** Opens the dialog: what would be published, and under whose consent, before anything is.  @param signal ends it with the sign-in */
export async function openPublication(run, signal) {
  const offer = await get(`/api/runs/${run}/publication`, signal);
  const dialog = $('publication');
  const say = (text, isBad = false) => { [$('publication-answer').textContent, $('publication-answer').className] = [text, isBad ? 'bad' : 'soft']; };

  async function publish() {
    $('publish').disabled = true;
    say(t`Making the folder …`);
    try {
      await saveAnswer(`/api/runs/${run}/publication`, { count: Number($('publish-count').value), watermark: $('watermark').checked, withoutConsent: $('without-consent')?.checked ?? false }, `${run}.zip`, signal);
      say(t`The folder is saved as a ZIP file. Each picture in it says that it was made by a program, by which run, and under whose consent.`);
    } catch (error) {
      if (!signal.aborted) say(error.message, true);
    } finally {
      $('publish').disabled = false;
    }
  }

  fill(dialog, h('h2', { id: 'publication-title' }, t`Publish run ${run}`), h('p', {}, said(offer.verdict)),
    h('p', { class: offer.consent ? null : 'bad' }, offer.consent ? t`Under the consent of ${terms(offer.consent)} (record ${offer.record}).` : t`Nobody’s consent for the training icons is on record.`),
    h('p', {}, t`${offer.icons} icons are no copies and can be published; ${offer.leftOut.length} are copies and are left out.`),
    offer.leftOut.length ? h('details', { 'data-key': `copies of ${run}` }, h('summary', {}, t`The copies`), h('ul', {}, offer.leftOut.map(each =>
      h('li', {}, each.mirrored ? t`Icon ${each.icon} is a mirrored copy of ${each.source}: distance ${figure(each.distance)}` : t`Icon ${each.icon} is a copy of ${each.source}: distance ${figure(each.distance)}`)))) : null,
    offer.icons ? h('form', { 'data-key': `publish ${run}`, submit: event => { event.preventDefault(); publish(); } },
      h('p', {}, h('label', {}, t`Icons`, ' ', h('input', { id: 'publish-count', type: 'number', min: 1, max: offer.icons, step: 1, value: offer.icons, required: '' }))),
      h('p', {}, h('label', {}, h('input', { id: 'watermark', type: 'checkbox' }), ' ', t`Mark every icon with a small “AI”`)),
      offer.consent ? null : h('p', {}, h('label', {}, h('input', { id: 'without-consent', type: 'checkbox', required: '' }), ' ', t`Publish without anybody’s consent on record, which the cards then say first`)),
      h('p', {}, h('button', { id: 'publish' }, t`Make the folder`))) : null,
    h('p', { id: 'publication-answer', role: 'status', 'data-key': `answer of ${run}` }),
    h('p', { class: 'choices' }, h('button', { type: 'button', click: () => dialog.close(), 'data-key': `close ${run}` }, t`Close`)));
  open(dialog, signal);
}

// Until when it holds, as 'icon consent list' says it.
function standing({ expiry }, revocation) {
  if (revocation) return revocation.reason ? t`revoked on ${day(revocation.at)}: ${revocation.reason}` : t`revoked on ${day(revocation.at)}`;
  if (!expiry) return t`holds`;
  return new Date(`${expiry}T23:59:59`) < new Date() ? t`ended on ${day(expiry)}` : t`holds until ${day(expiry)}`;
}

/** Opens the dialog.  @param mayRevoke whether the token may  @param signal ends it with the sign-in */
export async function openConsents(mayRevoke, signal) {
  const entries = await get('/api/consents', signal);
  const dialog = $('consents');

  async function revoke({ id, artist }, reason) {
    if (!await confirm(t`Take the consent of ${artist} back for good? Nothing is trained, drawn or published on it any more. What there is stays.`, t`Revoke it`, t`Keep it`)) return;
    try {
      await send('POST', `/api/consents/${id}/revoke`, { reason: reason.trim() || null }, signal);
      await openConsents(mayRevoke, signal);
    } catch (error) {
      if (!signal.aborted) $('consents-answer').textContent = error.message;
    }
  }

  fill(dialog, h('h2', { id: 'consents-title' }, t`Consents`), h('p', { class: 'soft' }, t`Whose pictures the data sets hold, and under which terms they may be used.`),
    h('ul', { id: 'consent-list', 'data-key': 'consents' }, entries.length ? entries.map(({ consent: { id, consent, revocation, datasets, runs }, mayRevoke: may }) => h('li', {},
      h('strong', {}, consent.artist), h('br'), `${consent.licence}${consent.scope ? `, ${consent.scope}` : ''}`, h('br'),
      h('span', { class: revocation ? 'bad' : null }, standing(consent, revocation)), h('br'), h('small', {}, [t`record ${id}`, datasets[0] ? t`${datasets.length} data set(s) since ${moment(datasets[0].recorded)}` : t`no data sets`, runs.length ? t`runs ${runs.join(', ')}` : t`no runs`].join(' · ')),
      mayRevoke && may ? h('form', { class: 'steering', 'data-key': `revoke ${id}`, submit: event => { event.preventDefault(); revoke({ id, artist: consent.artist }, event.target.elements.reason.value); } },
        h('label', {}, t`Reason, for the record`, ' ', h('input', { name: 'reason' })), h('button', { class: 'weighty' }, t`Revoke`)) : null)) : h('li', { class: 'soft' }, t`No consent is on record.`)),
    h('p', { id: 'consents-answer', class: 'bad', role: 'alert', 'data-key': 'consents-answer' }),
    h('p', { class: 'choices' }, h('button', { type: 'button', click: () => dialog.close(), 'data-key': 'close consents' }, t`Close`)));
  open(dialog, signal);
}
