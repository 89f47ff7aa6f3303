// The API that the console reads, too.

import { events as read } from './events.js';
import { t } from './language.js';

let token = null;

/** Sends this token with every request from now on. */
export const use = value => { token = value; };

/** The silo does not know the token. */
export class SignedOut extends Error {}

async function request(path, signal, { headers, ...rest } = {}) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token}`, ...headers }, signal, cache: 'no-store', ...rest });
  if (!answer.ok) throw refusal(answer.status, await answer.json().catch(() => null), answer.statusText);
  return answer;
}

const refusal = (status, problem, otherwise) => status === 401 ? new SignedOut(t`The silo does not know this token.`)
  : Object.assign(new Error(sentences(problem) ?? otherwise), { status });

// What a problem says to people.
function sentences(problem) {
  const more = (problem?.errors ?? []).filter(each => typeof each === 'string' && !problem.detail?.includes(each));
  return problem?.detail ? [problem.detail, ...more].join('\n') : null;
}

/** An answer's JSON. */
export const get = async (path, signal) => (await request(path, signal)).json();

/** Has something done; the answer's JSON. */
export const send = async (method, path, content, signal) => (await request(path, signal, content === undefined ? { method }
  : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(content) })).json();

/** Sends a form; the answer's JSON. @param told how much of it has gone, 0 to 1, which fetch does not tell */
export const sendForm = (path, form, told, signal) => new Promise((done, failed) => {
  const sending = new XMLHttpRequest();
  sending.open('POST', path);
  sending.responseType = 'json';
  sending.setRequestHeader('Authorization', `Bearer ${token}`);
  sending.upload.addEventListener('progress', ({ loaded, total }) => told(loaded / total));
  sending.addEventListener('load', () => sending.status < 300 ? done(sending.response) : failed(refusal(sending.status, sending.response, sending.statusText)));
  for (const end of ['error', 'abort']) sending.addEventListener(end, () => failed(new Error(t`The silo did not take all of it.`)));
  signal.addEventListener('abort', () => sending.abort());
  sending.send(form);
});

/** A file of JSON lines. */
export const lines = async (path, signal) => (await (await request(path, signal)).text()).split('\n').filter(Boolean).map(line => JSON.parse(line));

/** The data of server-sent events, as they come. */
export async function* events(path, signal) {
  yield* read((await request(path, signal)).body);
}

/** The address of a picture for this page alone; to be revoked. */
export const picture = async (path, signal) => URL.createObjectURL(await (await request(path, signal)).blob());

/** Where a run's icon is among its files.  @param samples the folder that its gallery names */
export const iconFile = (samples, icon) => `${samples}/${String(icon).padStart(5, '0')}.png`;

/** Saves a page as a file: shown here, it would have this page's policy and token. */
export const save = async (path, name, signal) => keep(await picture(path, signal), name);

/** Has a file made and saves it. */
export const saveAnswer = async (path, content, name, signal) =>
  keep(URL.createObjectURL(await (await request(path, signal, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(content) })).blob()), name);

function keep(href, name) {
  Object.assign(document.createElement('a'), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}
