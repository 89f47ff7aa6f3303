// Submitting: an experiment file or a folder of pictures is dropped or chosen, its plan is shown, and a button starts it.

import { SignedOut, send, sendForm } from './api.js';
import { $, fill, h } from './elements.js';
import { t } from './language.js';
import { bytes, duration, said, seconds } from './words.js';

const bases = { measured: t`as steps were measured`, 'finished-runs': t`as finished runs of the same model and size took`, estimate: t`a rough estimate from the model’s arithmetic` };
const budgets = [['00:06:00', t`6 minutes: a first impression`], ['01:00:00', t`1 hour`], ['04:00:00', t`4 hours`], ['12:00:00', t`12 hours`], ['1.00:00:00', t`a day`]];

let stop = new AbortController();   // ends what the dialog has going
let onStarted = () => {};

/** Opens the dialog.  @param started called with the status of an experiment once it is submitted */
export function openSubmission(started, things = null) {
  onStarted = started;
  stop = new AbortController();
  showChoice();
  if (!$('submission').open) $('submission').showModal();
  if (things) take(things);
}

export function closeSubmission() {
  stop.abort();
  $('submission').close();
}

/** What was dropped: [{ file, path }], folders read to their ends. */
export async function dropped(transfer) {
  const things = [];
  async function walk(entry, path) {
    if (entry.isFile) return things.push({ file: await new Promise((done, failed) => entry.file(done, failed)), path });
    const reader = entry.createReader();
    for (;;) {  // told a hundred at a time
      const entries = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!entries.length) return;
      for (const each of entries) await walk(each, `${path}/${each.name}`);
    }
  }
  // Asked for all at once: the browser forgets them. What is no file of a disk has no entry.
  for (const { entry, file } of [...transfer.items].filter(item => item.kind === 'file').map(item => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))) {
    if (entry) await walk(entry, entry.name);
    else things.push({ file, path: file.name });
  }
  return things;
}

const files = input => [...input.files].map(file => ({ file, path: file.webkitRelativePath || file.name }));
const show = (title, ...parts) => fill($('submission'), h('h2', { id: 'submission-title' }, title), parts,
  h('p', { id: 'submission-answer', role: 'alert', class: 'bad', 'data-key': title }),
  h('p', { class: 'choices' }, h('button', { type: 'button', click: closeSubmission, 'data-key': 'close' }, t`Close`)));
const say = text => { $('submission-answer').textContent = text; };

async function attempt(action) {
  const { signal } = stop;
  try {
    say('');
    await action(signal);
  } catch (error) {
    if (error instanceof SignedOut) closeSubmission();
    if (!signal.aborted) say(error.message);
  }
}

function showChoice() {
  show(t`New experiment`,
    h('p', {}, t`Drop an experiment file or a folder of pictures onto this page, or choose one. Nothing starts before you have seen what it takes.`),
    h('p', { class: 'pair' }, h('label', { for: 'choose-file' }, t`Experiment file`), h('input', { id: 'choose-file', type: 'file', accept: '.json,.jsonc', 'data-key': 'choose-file', change: event => take(files(event.target)) })),
    h('p', { class: 'pair' }, h('label', { for: 'choose-folder' }, t`Folder of pictures`), h('input', { id: 'choose-folder', type: 'file', webkitdirectory: '', 'data-key': 'choose-folder', change: event => take(files(event.target)) })));
}

function take(things) {
  if (!things.length) return say(t`That holds no file.`);
  if (things.length === 1 && !things[0].path.includes('/') && /\.jsonc?$/i.test(things[0].path)) return takeFile(things[0].file);
  askAboutPictures(folderOf(things));
}

// Files beside one another, without a folder around them, are one too.
function folderOf(things) {
  const first = things[0].path.split('/')[0];
  const isOne = things.every(({ path }) => path.startsWith(`${first}/`));
  return { name: isOne ? first : 'pictures', files: things.map(({ file, path }) => ({ file, label: isOne ? path.slice(first.length + 1) : path })) };
}

const formOf = ({ name, files }, order) => {
  const form = new FormData();
  form.append('order', new Blob([JSON.stringify({ ...order, name, files: files.map(({ label }) => label) })], { type: 'application/json' }));
  files.forEach(({ file }, i) => form.append(`${i}`, file, `${i}`));
  return form;
};

function upload(path, folder, order, signal) {
  const progress = h('progress', { max: 1, value: 0, 'aria-label': t`sent` });
  fill($('sending'), h('span', {}, t`Sending ${folder.files.length} file(s), which the silo checks …`), progress);
  return sendForm(path, formOf(folder, order), share => { progress.value = share; }, signal).finally(() => fill($('sending')));
}

// An experiment file, and the folders that it names, which are not where the silo is.
const takeFile = file => attempt(async signal => {
  const planned = await send('POST', '/api/plans', { text: await file.text(), source: file.name }, signal);
  const fingerprints = planned.experiment.runs.map(() => null);
  const warnings = [];
  const missing = Map.groupBy(planned.folders, ({ dataset }) => dataset.path);
  const draw = () => showPlan(planned.plan, {
    warnings,
    missing: [...missing].map(([path, wanted]) => ({
      path, choose: folder => attempt(async inner => {
        const prepared = await upload('/api/folders', folder, { datasets: wanted.map(({ dataset }) => dataset) }, inner);
        wanted.forEach(({ runs }, i) => { for (const run of runs) fingerprints[run] = prepared.fingerprints[i]; });
        warnings.push(...prepared.warnings);
        missing.delete(path);
        draw();
      }),
    })),
    submission: () => ({ experiment: planned.experiment, fingerprints }),
  });
  draw();
});

function askAboutPictures(folder) {
  const own = folder.files.some(({ label }) => label === 'consent.json');
  const consent = own ? [h('p', {}, t`The folder’s own consent.json says who allows that its pictures are used.`)] : [
    h('p', {}, t`Who allows that these pictures are used? It is you who states this; keep what the artist signed.`),
    h('p', { class: 'pair' }, h('label', { for: 'artist' }, t`Artist`), h('input', { id: 'artist', autocomplete: 'off' })),
    h('p', { class: 'pair' }, h('label', { for: 'licence' }, t`Licence`), h('input', { id: 'licence', autocomplete: 'off', placeholder: t`CC BY 4.0, or a contract’s name` })),
    h('p', {}, h('label', {}, h('input', { id: 'no-consent', type: 'checkbox' }), ' ', t`Nobody’s consent is on record: results say so, and publishing refuses.`)),
  ];
  show(t`Pictures: ${folder.name}`, h('form', {
    'data-key': `pictures ${folder.name} ${folder.files.length}`,
    submit: event => {
      event.preventDefault();
      attempt(async signal => {
        const [artist, licence] = ['artist', 'licence'].map(id => $(id)?.value.trim() ?? '');
        const proposed = await upload('/api/proposals', folder, {
          budget: $('budget').value, noConsent: $('no-consent')?.checked ?? false, consent: artist || licence ? { artist, licence } : null,
        }, signal);
        showPlan(proposed.plan, {
          heading: [t`${proposed.report.icons} icons to train on`, proposed.report.heldOut ? t`${proposed.report.heldOut} held out` : null,
            proposed.report.consent ? `${proposed.report.consent.artist}, ${proposed.report.consent.licence}` : t`nobody’s consent is on record`].filter(Boolean).join(' · '),
          time: proposed.time, warnings: [...proposed.warnings, ...(proposed.remark ? [proposed.remark] : [])], missing: [],
          submission: () => ({ experiment: proposed.experiment, fingerprints: proposed.experiment.runs.map(() => proposed.fingerprint) }),
        });
      });
    },
  }, consent,
  h('p', { class: 'pair' }, h('label', { for: 'budget' }, t`Time for everything`), h('select', { id: 'budget' }, budgets.map(([value, text]) => h('option', { value, selected: value === '12:00:00' ? '' : null }, text)))),
  h('p', {}, h('button', {}, t`Send and plan`)), h('div', { id: 'sending', role: 'status' })));
}

function showPlan(plan, { heading = null, time = plan.time, warnings, missing, submission }) {
  const how = [...new Set(plan.runs.map(run => bases[run.basis]))].join('; ');
  show(t`Plan: ${plan.name}`, heading ? h('p', {}, heading) : null,
    h('p', {}, h('strong', {}, t`${plan.runs.length} run(s), about ${duration(seconds(time))} on ${plan.device}`), plan.gpu ? t`; the file asks for ${plan.gpu}` : '', h('br'), h('small', {}, t`times: ${how}`)),
    warnings.length ? h('ul', { class: 'bad', 'aria-label': t`What training does not see` }, warnings.map(each => h('li', {}, each))) : null,
    h('div', { class: 'cells', tabindex: 0, role: 'region', 'aria-label': t`Runs`, 'data-key': 'planned runs' }, h('table', {},
      h('thead', {}, h('tr', {}, [t`run`, t`seed`, t`icons`, t`memory`, t`steps`, t`training`, t`drawing`].map(head => h('th', { scope: 'col' }, head)))),
      h('tbody', {}, plan.runs.slice(0, 200).map(run => h('tr', {}, [
        run.label, run.spec.seed, `${run.spec.dataset.count ?? t`all`} × ${run.spec.dataset.imageSize} px`, `≈ ${bytes(run.memoryBytes)}`, `${run.endedByBudget ? '≈ ' : ''}${run.steps}`,
        seconds(run.trainingTime) ? `≈ ${duration(seconds(run.trainingTime))}` : '–', `≈ ${duration(seconds(run.samplingTime))}`,
      ].map(text => h('td', {}, `${text}`))))))),
    plan.runs.length > 200 ? h('p', { class: 'soft' }, t`and ${plan.runs.length - 200} more`) : null,
    plan.runs.filter(run => run.window).slice(0, 20).map(run => h('p', { class: 'soft' }, t`${run.label}, seed ${run.spec.seed}: ${said(run.window.text)}`)),
    missing.map(({ path, choose }, i) => h('p', { class: 'pair' }, h('label', { for: `folder-${i}` }, t`The folder '${path}', which the silo does not see`),
      h('input', { id: `folder-${i}`, type: 'file', webkitdirectory: '', 'data-key': `folder ${path}`, change: event => choose(folderOf(files(event.target))) }))),
    h('div', { id: 'sending', role: 'status' }),
    missing.length ? null : h('form', {
      class: 'steering', 'data-key': `start ${plan.name}`,
      submit: event => {
        event.preventDefault();
        attempt(async signal => {
          const status = await send('POST', '/api/experiments', { ...submission(), priority: Number($('first-priority').value) }, signal);
          closeSubmission();
          onStarted(status);
        });
      },
    }, h('button', {}, t`Start`), h('label', { for: 'first-priority' }, t`Priority`, ' ', h('input', { id: 'first-priority', type: 'number', step: 1, value: 0, required: '' }))));
}
