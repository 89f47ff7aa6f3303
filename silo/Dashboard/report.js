// The report of an experiment, read in a frame of its own: it has no token, no way to the API, and its own policy.

import { send } from './api.js';
import { $, fill, h } from './elements.js';
import { t } from './language.js';

/** Opens the dialog.  @param signal ends it with what it is read beside */
export async function readReport({ id, name }, signal) {
  const { path } = await send('POST', `/api/experiments/${id}/report/ticket`, undefined, signal);
  const dialog = $('report');
  const close = () => dialog.close();
  fill(dialog, h('p', { class: 'bar' }, h('strong', { id: 'report-title' }, t`Report of ${name}`), h('button', { click: close, 'data-key': `close ${path}` }, t`Close`)),
    h('iframe', { src: path, title: t`Report of ${name}`, sandbox: 'allow-scripts', referrerpolicy: 'no-referrer', 'data-key': path }));
  signal.addEventListener('abort', close);
  dialog.addEventListener('close', () => { signal.removeEventListener('abort', close); dialog.replaceChildren(); }, { once: true });
  dialog.showModal();
}
