// The cluster, live: experiments, their cells as they train, draw and are scored, and the devices. Reads the API that the console reads.
const $ = id => document.getElementById(id);
const storage = 'icondiffusion-token';
const active = state => ['training', 'sampling', 'evaluating'].includes(state);
const sleep = time => new Promise(done => setTimeout(done, time));

let token = sessionStorage.getItem(storage);
let chosen = null;          // id of the experiment that is shown
let run = null;             // id of the run whose details are shown
let summaries = [];
let stop = new AbortController();   // ends everything that the present sign-in and choice has going

// ---- The API

class SignedOut extends Error {}

async function request(path, signal) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token}` }, signal, cache: 'no-store' });
  if (answer.status === 401) throw new SignedOut('The silo does not know this token.');
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.detail ?? `${answer.status} ${answer.statusText}`);
  return answer;
}

const get = async (path, signal) => (await request(path, signal)).json();

// Server-sent events; EventSource cannot send the token.
async function* events(path, signal) {
  const reader = (await request(path, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = '';;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (text + value).split('\n\n');
    text = parts.pop();
    for (const part of parts) {
      const data = part.split('\n').filter(line => line.startsWith('data: ')).map(line => line.slice(6)).join('\n');
      if (data) yield JSON.parse(data);
    }
  }
}

// ---- Words

const word = state => state === 'evaluating' ? 'scoring' : state;

function figure(value) {
  if (typeof value !== 'number') return value ?? '–';  // 'NaN' and 'Infinity' come as words
  const size = Math.abs(value);
  const text = size === 0 ? '0' : size >= 1000 || size < 0.001 ? value.toPrecision(3) : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4);
  return text.replace('-', '−');
}

const bytes = value => value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${Math.round(value / 1e6)} MB`;

const moment = text => new Date(text).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' });

// hours:minutes:seconds
function seconds(text) {
  const [hours, minutes, rest] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + rest;
}

function duration(time) {
  const [h, m, s] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, Math.floor(time) % 60];
  return h > 0 ? `${h} h ${m} min` : m > 0 ? `${m} min ${s} s` : `${s} s`;
}

function left({ progress }) {
  const worked = progress ? seconds(progress.worked) : 0;
  return worked > 0 && progress.done > 0 ? worked * Math.max(0, (progress.total - progress.done) / progress.done) : null;
}

// ---- Drawing

function h(tag, attributes, ...children) {
  const element = tag === 'svg' || tag === 'polyline' || tag === 'line' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {}))
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ''));
  return element;
}

// What has the focus keeps it: a keyboard's user must not be thrown out twice a second.
function fill(container, ...children) {
  const focus = container.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  container.replaceChildren(...children.flat().filter(child => child));
  if (focus) container.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
}

const pill = state => h('span', { class: `state ${state}` }, word(state));
const bar = (value, max, label) => h('progress', { value, max, 'aria-label': label });

function drawExperiments() {
  fill($('experiments'), summaries.length ? summaries.map(each => h('li', {},
    h('a', { href: `#${each.id}`, 'data-key': each.id, 'aria-current': each.id === chosen ? 'true' : null },
      each.name, ' ', pill(each.state), bar(each.done, each.cells, 'cells done'),
      h('small', {}, `${each.done} of ${each.cells} done${each.failed ? `, ${each.failed} failed` : ''} · ${moment(each.submittedAt)}`))))
    : h('li', { class: 'soft' }, 'None yet. In a terminal: ', h('code', {}, 'icon submit grids/quickstart.json')));
}

function drawDevices(devices) {
  fill($('devices'), devices.map(({ silo, device, work, silent }) => h('li', {},
    device.name, h('br'), h('small', {}, `${silo} · ${device.id} · ${bytes(device.freeMemoryBytes)} of ${bytes(device.memoryBytes)} free`), h('br'),
    seconds(silent) > 5 ? h('small', { class: 'bad' }, `not heard of for ${duration(seconds(silent))}`) : h('small', {}, work ? `works on ${work}` : 'idle'))));
}

function drawExperiment(status) {
  const count = status.cells.filter(cell => cell.state === 'done').length;
  const rest = status.state === 'running' && status.timeLeft ? `, about ${duration(seconds(status.timeLeft))} left` : '';
  fill($('experiment'),
    h('h2', {}, status.name, ' ', pill(status.state)),
    h('p', { class: 'soft' }, `${count} of ${status.cells.length} done${rest} · ${status.id}`),
    bar(count, status.cells.length, 'cells done'),
    h('div', { class: 'cells' }, h('table', {},
      h('thead', {}, h('tr', {}, ['run', 'state', 'progress', 'steps/s', 'loss', 'FID', 'MAE', 'NWI'].map((name, i) => h('th', { scope: 'col', class: i > 2 ? 'number' : null }, name)))),
      h('tbody', {}, status.cells.map(drawCell)))),
    $('run') ?? h('section', { id: 'run', class: 'run', 'aria-label': 'Run', hidden: '' }));
  if (!run && status.cells.length) showRun((status.cells.find(cell => active(cell.state)) ?? status.cells.find(cell => cell.state === 'done') ?? status.cells[0]).runId);
  document.title = `${count} of ${status.cells.length} · ${status.name} · IconDiffusion`;
}

function drawCell(cell) {
  const { progress, scores, state } = cell;
  const going = active(state) && progress;
  const share = going && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  const time = going ? left(cell) : null;
  const remarks = [
    going && progress.step ? `step ${progress.step}` : null, share === null ? null : `${Math.floor(share * 100)} %`, time === null ? null : `${duration(time)} left`,
    active(state) ? cell.where : null, going && progress.memoryBytes ? bytes(progress.memoryBytes) : null, active(state) && cell.attempts > 1 ? `attempt ${cell.attempts}` : null,
    state === 'waiting' ? cell.waitsFor : null,
  ].filter(Boolean).join(' · ');
  return h('tr', { 'aria-current': cell.runId === run ? 'true' : null },
    h('td', {}, h('button', { click: () => showRun(cell.runId), 'data-key': cell.runId, 'aria-controls': 'run' }, cell.label)),
    h('td', {}, pill(state)),
    h('td', { class: 'stage' }, share === null ? null : bar(share, 1, word(state)), h('small', {}, remarks),
      cell.error && state !== 'done' ? h('small', { class: 'bad' }, state === 'failed' ? cell.error : ` before: ${cell.error}`) : null),
    h('td', { class: 'number' }, going && progress.stepsPerSecond ? figure(progress.stepsPerSecond) : ''),
    h('td', { class: 'number' }, going && progress.loss !== null ? figure(progress.loss) : ''),
    ['fid', 'mae', 'nwi'].map(name => h('td', { class: 'number', title: scores?.notComparable?.join('; ') }, scores ? figure(scores[name]) : '')));
}

// Means of at most 300 pieces of the log, on a logarithmic axis: what a step's loss jumps by hides how it falls.
function curve(losses) {
  const all = losses.filter(each => typeof each.loss === 'number' && each.loss > 0);
  const size = Math.max(1, Math.ceil(all.length / 300));
  const means = [];
  for (let i = 0; i + size <= all.length; i += size)
    means.push([all[i + size - 1].step, all.slice(i, i + size).reduce((sum, each) => sum + each.loss, 0) / size]);
  if (means.length < 2) return h('p', { class: 'soft' }, 'No losses yet.');
  const logs = means.map(([, loss]) => Math.log(loss));
  const [low, high, first, last] = [Math.min(...logs), Math.max(...logs), means[0][0], means.at(-1)[0]];
  const points = means.map(([step], i) => `${(step - first) / (last - first) * 640},${156 - (logs[i] - low) / (high - low || 1) * 150}`);
  return h('figure', {},
    h('svg', { class: 'curve', viewBox: '0 0 640 160', preserveAspectRatio: 'none', role: 'img', 'aria-label': `Loss from ${figure(means[0][1])} to ${figure(means.at(-1)[1])}` },
      h('line', { x1: 0, x2: 640, y1: 159, y2: 159 }), h('polyline', { points: points.join(' ') })),
    h('figcaption', { class: 'soft' }, `loss, steps ${first} to ${last}: ${figure(Math.exp(low))} to ${figure(Math.exp(high))}, logarithmic`));
}

async function picture(path, caption, signal) {
  const url = URL.createObjectURL(await (await request(path, signal)).blob());
  const image = h('img', { src: url, alt: caption, load: () => URL.revokeObjectURL(url) });
  return h('figure', {}, h('figcaption', { class: 'soft' }, caption), image);
}

// ---- What goes on

function fail(error) {
  if (error instanceof SignedOut) signOut(error.message);
  else if (error.name !== 'AbortError') $('notice').textContent = `The silo does not answer, trying again (${error.message})`;
}

// Does something again and again until it is no longer wanted.
async function repeat(pause, signal, action) {
  while (!signal.aborted) {
    try {
      if (!document.hidden) {
        await action();
        $('notice').textContent = '';
      }
    } catch (error) {
      fail(error);
    }
    await sleep(pause);
  }
}

async function look(signal) {
  const [experiments, devices] = await Promise.all([get('/api/experiments', signal), get('/api/devices', signal)]);
  summaries = experiments.sort((a, b) => b.submittedAt.localeCompare(a.submittedAt));
  if (!summaries.some(each => each.id === chosen)) choose((summaries.find(each => each.state === 'running') ?? summaries[0])?.id ?? null);
  drawExperiments();
  drawDevices(devices);
}

let watching = new AbortController();

function choose(id) {
  watching.abort();
  watching = new AbortController();
  [chosen, run] = [id, null];
  $('experiment').replaceChildren();
  drawExperiments();
  if (!id) return;
  const signal = AbortSignal.any([watching.signal, stop.signal]);
  let ended = false;
  repeat(1000, signal, async () => {
    // The stream of an experiment ends with it; submitted again, it goes on.
    if (ended && summaries.find(each => each.id === id)?.state !== 'running') return;
    for await (const status of events(`/api/experiments/${id}/events`, signal)) {
      $('notice').textContent = '';
      drawExperiment(status);
      ended = ['finished', 'cancelled'].includes(status.state);
    }
  });
}

let looking = new AbortController();

function showRun(id) {
  looking.abort();
  looking = new AbortController();
  run = id;
  const signal = AbortSignal.any([looking.signal, watching.signal, stop.signal]);
  let shown = null;
  repeat(5000, signal, async () => {
    const [log, files] = await Promise.all([get(`/api/runs/${id}/log?last=10000`, signal), get(`/api/runs/${id}/files`, signal)]);
    const newest = pattern => files.filter(file => pattern.test(file.path)).at(-1);
    const pictures = [
      [newest(/^strips\/.*\.png$/), 'Icons from the same latents while it trained, the newest ones'],
      [newest(/^results\/.*\/gallery\.png$/), 'Icons above the training icons nearest to them'],
      [newest(/^results\/.*\/contact-sheet\.png$/), 'Icons'],
    ].filter(([file]) => file);
    const verdict = newest(/^results\/.*\/novelty\.json$/);
    const key = JSON.stringify([log.losses.at(-1)?.step, log.events.length, pictures.map(([file]) => [file.path, file.bytes]), verdict?.bytes]);
    if (key === shown) return;
    const sentence = verdict ? (await get(`/api/runs/${id}/files/${verdict.path}`, signal)).verdict.sentence : null;
    const drawn = await Promise.all(pictures.map(([file, caption]) => picture(`/api/runs/${id}/files/${file.path}`, caption, signal)));
    shown = key;
    const panel = $('run');
    panel.hidden = false;
    fill(panel, h('h3', {}, `Run ${id}`), sentence ? h('p', {}, sentence) : null, curve(log.losses), drawn,
      h('h3', {}, 'Events'), h('ul', { class: 'events' }, log.events.slice(-100).reverse().map(each =>
        h('li', { class: ['failed', 'warning'].includes(each.kind) ? 'bad' : null }, `${moment(each.at)} · ${each.message}`))));
  });
}

// ---- Signing in and out

function signOut(reason) {
  stop.abort();
  sessionStorage.removeItem(storage);
  token = null;
  [$('cluster').hidden, $('sign-out').hidden, $('sign-in').hidden] = [true, true, false];
  $('refused').textContent = reason ?? '';
  for (const id of ['silo', 'notice']) $(id).textContent = '';
  for (const id of ['experiments', 'devices', 'experiment']) $(id).replaceChildren();
  document.title = 'IconDiffusion';
  $('token').focus();
}

async function signIn() {
  stop = new AbortController();
  const { signal } = stop;
  try {
    const silo = await get('/api/silo', signal);
    $('silo').textContent = `${silo.name} · actors by ${silo.runtime} · ${silo.data}`;
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
    token = text.slice('token='.length);
    history.replaceState(null, '', location.pathname);  // not for bookmarks, nor for those who look over a shoulder
    return signIn();
  }
  if (text && text !== chosen) choose(text);
}

$('sign-in').addEventListener('submit', event => {
  event.preventDefault();
  token = $('token').value.trim();
  $('token').value = '';
  signIn();
});
$('sign-out').addEventListener('click', () => signOut());
addEventListener('hashchange', follow);

if (location.hash.startsWith('#token=')) follow();
else {
  chosen = decodeURIComponent(location.hash.slice(1)) || null;
  if (token) signIn();
  else signOut();
}
