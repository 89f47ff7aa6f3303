// The cluster, live: experiments, their cells as they train, draw and are scored, and the devices.

import { SignedOut, events, get, lines, picture, save, send, use } from './api.js';
import { openComparison } from './compare.js';
import { openDrawing } from './draw.js';
import { $ } from './elements.js';
import { drawDevices, drawExperiment, drawExperiments } from './experiment.js';
import { openGallery } from './gallery.js';
import { t } from './language.js';
import { openConsents, openPublication } from './publish.js';
import { readReport } from './report.js';
import { drawRun } from './run.js';
import { confirm } from './steering.js';
import { closeSubmission, dropped, openSubmission } from './submit.js';
import { active, said, word } from './words.js';

const storage = 'icondiffusion-token';
const sleep = time => new Promise(done => setTimeout(done, time));

let chosen = null;          // id of the experiment that is shown
let run = null;             // id of the run whose details are shown
let summaries = [];
let role = null;            // what the token may do, once it is known
let stop = new AbortController();   // ends everything that the present sign-in has going

// Once: a screen reader would read the same sentence again with every try.
function say(text) {
  if ($('notice').textContent !== text) $('notice').textContent = text;
}

function fail(error) {
  if (error instanceof SignedOut) signOut(error.message);
  else if (error.name !== 'AbortError') say(error.status ? error.message : t`The silo does not answer, trying again (${error.message})`);
}

// Does something again and again until it is no longer wanted. False: the silo was not asked, so nothing is known of it.
async function repeat(pause, signal, action) {
  while (!signal.aborted) {
    try {
      if (!document.hidden && await action() !== false) say('');
    } catch (error) {
      fail(error);
    }
    await sleep(pause);
  }
}

async function look(signal) {
  const [experiments, devices] = await Promise.all([get('/api/experiments', signal), get('/api/devices', signal)]);
  role ??= (await get('/api/role', signal)).role;
  $('new').hidden = role === 'watch';
  summaries = experiments;  // newest first
  if (!summaries.some(each => each.id === chosen)) choose((summaries.find(each => each.state === 'running') ?? summaries[0])?.id ?? null);
  drawExperiments(summaries, chosen);
  drawDevices(devices);
}

let watching = new AbortController();

function choose(id) {
  watching.abort();
  watching = new AbortController();
  [chosen, run] = [id, null];
  answer('');
  $('experiment').replaceChildren();
  drawExperiments(summaries, chosen);
  if (!id) return;
  const signal = AbortSignal.any([watching.signal, stop.signal]);
  let ended = false;
  repeat(1000, signal, async () => {
    // The stream of an experiment ends with it; submitted again, it goes on, and its report comes after it.
    if (ended && summaries.find(each => each.id === id)?.state !== 'running') return false;
    role ??= (await get('/api/role', signal)).role;
    for await (const status of events(`/api/experiments/${id}/events`, signal)) {
      say('');
      drawExperiment(status, run, {
        onRun: showRun, onCompare: cells => openComparison(cells, signal).catch(refused),
        onReport: what => (what === 'read' ? readReport(status, signal) : save(`/api/experiments/${id}/report`, `${id}.html`, signal)).catch(refused),
        onCommand: role === 'watch' ? null : (name, value) => command(status, name, value, signal),
      });
      if (!run && status.cells.length) showRun((status.cells.find(cell => active(cell.state)) ?? status.cells.find(cell => cell.state === 'done') ?? status.cells[0]).runId);
      ended = ['finished', 'cancelled'].includes(status.state) && !['waiting', 'running'].includes(status.report?.state);
    }
  });
}

// What the silo says to it, and why not, is read out at once.
async function command({ id, name: experiment }, name, value, signal) {
  if (name === 'cancel' && !await confirm(t`Cancel ${experiment}? What runs is stopped after a checkpoint.`, t`Cancel it`, t`Keep it`)) return;
  const path = `/api/experiments/${id}`;
  try {
    const done = name === 'priority' ? await send('PUT', `${path}/priority`, { priority: value }, signal)
      : name === 'submit' ? await send('POST', '/api/experiments', await get(`${path}/submission`, signal), signal)
      : await send('POST', `${path}/${name}`, undefined, signal);
    answer(name === 'retry' ? t`Retried: ${done.cells} run(s).` : name === 'priority' ? t`Priority ${done.priority}.` : t`${experiment}: ${word(done.state)}.`);
    await look(signal);
  } catch (error) {
    refused(error);
  }
}

function refused(error) {
  if (error.status && !(error instanceof SignedOut)) answer(error.message, true);
  else fail(error);
}

function answer(text, isBad = false) {
  [$('answer').textContent, $('answer').className] = [text, isBad ? 'bad' : 'soft'];
}

let looking = new AbortController();

function showRun(id) {
  looking.abort();
  looking = new AbortController();
  run = id;
  const signal = AbortSignal.any([looking.signal, watching.signal, stop.signal]);
  let shown = null;
  repeat(5000, signal, async () => {
    // A run that has not begun has no folder.
    const files = await get(`/api/runs/${id}/files`, signal).catch(error => error.status === 404 ? [] : Promise.reject(error));
    const newest = pattern => files.filter(file => pattern.test(file.path)).at(-1);
    const pictures = [
      [newest(/^looks\/.*\.png$/), t`The newest look: icons above the training icons nearest to them, with their distance; copies are framed`],
      [newest(/^strips\/.*\.png$/), t`Icons from the same latents while it trained, the newest ones`],
      [newest(/^results\/.*\/gallery\.png$/), t`Icons above the training icons nearest to them`],
      [newest(/^results\/.*\/contact-sheet\.png$/), t`Icons`],
    ].filter(([file]) => file);
    const verdict = newest(/^results\/.*\/novelty\.json$/);
    const looks = newest(/^window\.jsonl$/);
    const key = JSON.stringify([newest(/^loss\.jsonl$/), newest(/^weights\.safetensors$/), looks, newest(/^events\.jsonl$/), verdict, ...pictures.map(([file]) => file)].map(file => [file?.path, file?.bytes]));
    if (key === shown) return;
    const log = await get(`/api/runs/${id}/log?last=10000`, signal);
    const status = looks ? await get(`/api/runs/${id}`, signal).catch(error => error.status === 404 ? null : Promise.reject(error)) : null;
    const points = looks ? await lines(`/api/runs/${id}/files/${looks.path}`, signal) : [];
    const sentence = verdict ? said((await get(`/api/runs/${id}/files/${verdict.path}`, signal)).verdict.sentence) : null;
    const addresses = await Promise.all(pictures.map(([file]) => picture(`/api/runs/${id}/files/${file.path}`, signal)));
    shown = key;
    drawRun(id, log, points, status?.training?.window ?? status?.progress?.window ?? null, pictures.map(([, caption], i) => [addresses[i], caption]), sentence,
      [
        verdict ? [t`All icons, with what they are nearest to`, () => openGallery(id, signal).catch(refused)] : null,
        newest(/^weights\.safetensors$/) && role !== 'watch' ? [t`Draw icons`, () => openDrawing(id, signal).catch(refused)] : null,
        verdict && role === 'own' ? [t`Publish`, () => openPublication(id, signal).catch(refused)] : null,
      ].filter(Boolean));
  });
}

// Submitting.

const started = status => {
  choose(status.id);
  answer(t`${status.name} is submitted.`);
};
const mayDrop = event => !$('new').hidden && !$('cluster').hidden && event.dataTransfer?.types.includes('Files');
$('new').addEventListener('click', () => openSubmission(started));
$('show-consents').addEventListener('click', () => openConsents(role === 'own', stop.signal).catch(refused));
addEventListener('dragover', event => { if (mayDrop(event)) event.preventDefault(); });
addEventListener('drop', async event => {
  if (!mayDrop(event)) return;
  event.preventDefault();
  openSubmission(started, await dropped(event.dataTransfer));
});

// Signing in and out.

function signOut(reason) {
  stop.abort();
  closeSubmission();
  sessionStorage.removeItem(storage);
  [$('cluster').hidden, $('sign-out').hidden, $('sign-in').hidden] = [true, true, false];
  $('refused').textContent = reason ?? '';
  for (const id of ['silo', 'notice', 'answer']) $(id).textContent = '';
  for (const id of ['experiments', 'devices', 'experiment']) $(id).replaceChildren();
  document.title = 'IconDiffusion';
  $('token').focus();
}

async function signIn(token) {
  use(token);
  role = null;
  stop = new AbortController();
  const { signal } = stop;
  try {
    const silo = await get('/api/silo', signal);
    $('silo').textContent = t`${silo.name} · actors by ${silo.runtime} · ${silo.data}`;
  } catch (error) {
    if (error instanceof SignedOut) return signOut(error.message);
    fail(error);
  }
  sessionStorage.setItem(storage, token);
  [$('cluster').hidden, $('sign-out').hidden, $('sign-in').hidden] = [false, false, true];
  choose(chosen);
  repeat(2000, signal, () => look(signal));
}

function follow() {
  const text = decodeURIComponent(location.hash.slice(1));
  if (text.startsWith('token=')) {
    history.replaceState(null, '', location.pathname);  // not for bookmarks, nor for those who look over a shoulder
    return signIn(text.slice('token='.length));
  }
  if (text && text !== chosen) choose(text);
}

$('sign-in').addEventListener('submit', event => {
  event.preventDefault();
  const token = $('token').value.trim();
  $('token').value = '';
  signIn(token);
});
$('sign-out').addEventListener('click', () => signOut());
addEventListener('hashchange', follow);

if (location.hash.startsWith('#token=')) follow();
else {
  chosen = decodeURIComponent(location.hash.slice(1)) || null;
  const token = sessionStorage.getItem(storage);
  if (token) signIn(token);
  else signOut();
}
