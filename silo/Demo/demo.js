// One button: asks for an icon, tells how long it takes, shows it. Texts are set as text, never as markup.

import { events } from './events.js';

const $ = id => document.getElementById(id);
const count = (number, one, many) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

let busy = false;

function say(text, isBad = false) {
  $('state').textContent = text;
  $('state').className = isBad ? 'bad' : '';
}

// The sentence of an error's answer.
const reason = async answer => (await answer.json().catch(() => null))?.detail ?? 'The page does not answer as it should; load it again.';

async function describe() {
  const answer = await fetch('/about');
  if (!answer.ok) return say(await reason(answer), true);
  const { artist, licence, scope, model, run, url, shown, copies } = await answer.json();
  $('source').textContent = artist
    ? `The program has learned from icons by ${artist}, used under these terms: ${licence}.`
    : 'Nobody’s consent for the icons that it has learned from is on record.';
  $('address').textContent = url.replace(/\/$/, '');
  const facts = [
    ['Artist', artist], ['Terms', licence], ['Scope', scope], ['Program', `IconDiffusion, ${model}, run ${run}`], ['Shown so far', count(shown, 'icon', 'icons')],
    ['Not shown', `${count(copies, 'icon that was a copy', 'icons that were copies')} of one it has learned from; others were drawn instead`],
  ];
  $('facts').replaceChildren(...facts.filter(([, value]) => value).flatMap(pair => pair.map((text, i) => Object.assign(document.createElement(i ? 'dd' : 'dt'), { textContent: text }))));
}

function show({ number, png }) {
  URL.revokeObjectURL($('icon').src);
  const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
  const name = `Icon ${number.toLocaleString('en')}`;
  Object.assign($('icon'), { src: address, alt: `${name}, made by a program` });
  Object.assign($('save'), { href: address, download: `icon-${number}.png` });
  $('number').textContent = `${name}. Nobody has seen it before you.`;
  $('shown').hidden = false;
  say(`${name} is drawn.`);
}

function tell(news) {
  switch (news.kind) {
    case 'waiting':
      return say(news.before === 0 ? 'It is your turn.'
        : `${count(news.before, 'icon is', 'icons are')} drawn before yours${news.seconds ? `, which takes about ${count(news.seconds, 'second', 'seconds')}` : ''}.`);
    case 'drawing': return say(`Drawing: ${Math.floor(10 * news.part) * 10} %`);
    case 'icon': return show(news);
    default: return say(news.sentence, true);
  }
}

async function draw() {
  if (busy) return;
  busy = true;
  // Not disabled, which would take the focus from who uses a keyboard.
  $('draw').setAttribute('aria-disabled', 'true');
  try {
    const answer = await fetch('/icons', { method: 'POST' });
    if (!answer.ok) return say(await reason(answer), true);
    let last = null;
    for await (last of events(answer.body)) tell(last);
    if (last === null || ['waiting', 'drawing'].includes(last.kind)) say('The connection has ended; ask again.', true);
    if (last?.kind !== 'closed') await describe();
  } catch {
    say('The page does not answer; try again in a while.', true);
  } finally {
    busy = false;
    $('draw').removeAttribute('aria-disabled');
  }
}

$('draw').addEventListener('click', draw);
describe().catch(() => say('The page does not answer; load it again.', true));
