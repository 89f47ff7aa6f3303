// The API that the console reads, too.

let token = null;

/** Sends this token with every request from now on. */
export const use = value => { token = value; };

/** The silo does not know the token. */
export class SignedOut extends Error {}

async function request(path, signal) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token}` }, signal, cache: 'no-store' });
  if (answer.status === 401) throw new SignedOut('The silo does not know this token.');
  if (!answer.ok) throw Object.assign(new Error((await answer.json().catch(() => null))?.detail ?? answer.statusText), { status: answer.status });
  return answer;
}

/** An answer's JSON. */
export const get = async (path, signal) => (await request(path, signal)).json();

/** A file of JSON lines. */
export const lines = async (path, signal) => (await (await request(path, signal)).text()).split('\n').filter(Boolean).map(line => JSON.parse(line));

/** The data of server-sent events, as they come; EventSource cannot send the token. */
export async function* events(path, signal) {
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

/** The address of a picture for this page alone; to be revoked. */
export const picture = async (path, signal) => URL.createObjectURL(await (await request(path, signal)).blob());

/** Saves a page as a file: shown here, it would have this page's policy and token. */
export async function save(path, name, signal) {
  const href = await picture(path, signal);
  Object.assign(document.createElement('a'), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}
