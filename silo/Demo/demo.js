// One button: asks for an icon, tells how long it takes, shows it. Texts are set as text, never as markup.

import { events } from './events.js';
import { count, t } from './language.js';

const $ = id => document.getElementById(id);

let busy = false;

function say(text, isBad = false) {
  $('state').textContent = text;
  $('state').className = isBad ? 'bad' : '';
}

// The sentence of an error's answer.
const reason = async answer => (await answer.json().catch(() => null))?.detail ?? t`The page does not answer as it should; load it again.`;

const icons = number => number === 1 ? t`1 icon` : t`${count(number)} icons`;

// The tags that an icon can be asked to show, as they were learned: names, and so not translated.
function offer(tags) {
  if ($('tags').childElementCount > 0) return;  // what is chosen stays chosen
  $('tags').replaceChildren(...tags.map(tag => {
    const label = document.createElement('label');
    label.append(Object.assign(document.createElement('input'), { type: 'checkbox', value: tag }), Object.assign(document.createElement('span'), { textContent: tag }));
    return label;
  }));
  $('wishes').hidden = tags.length === 0;
}

const chosen = () => [...$('tags').querySelectorAll(':checked')].map(box => box.value);

async function describe() {
  const answer = await fetch('/about');
  if (!answer.ok) return say(await reason(answer), true);
  const { artist, licence, scope, model, run, url, shown, copies, tags } = await answer.json();
  offer(tags ?? []);
  $('source').textContent = artist
    ? t`The program has learned from icons by ${artist}, used under these terms: ${licence}.`
    : t`Nobody’s consent for the icons that it has learned from is on record.`;
  $('address').textContent = url.replace(/\/$/, '');
  const facts = [
    [t`Artist`, artist], [t`Terms`, licence], [t`Scope`, scope], [t`Program`, t`IconDiffusion, ${model}, run ${run}`], [t`Shown so far`, icons(shown)],
    [t`Not shown`, copies === 1 ? t`1 icon that was a copy of one it has learned from; another was drawn instead` : t`${count(copies)} icons that were copies of one it has learned from; others were drawn instead`],
  ];
  $('facts').replaceChildren(...facts.filter(([, value]) => value).flatMap(pair => pair.map((text, i) => Object.assign(document.createElement(i ? 'dd' : 'dt'), { textContent: text }))));
}

function show({ number, png }, tags) {
  URL.revokeObjectURL($('icon').src);
  const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
  const name = t`Icon ${count(number)}`;
  Object.assign($('icon'), { src: address, alt: t`${name}, made by a program` });
  Object.assign($('save'), { href: address, download: `icon-${number}.png` });
  $('number').textContent = tags.length ? t`${name}, asked to show: ${tags.join(', ')}. Nobody has seen it before you.` : t`${name}. Nobody has seen it before you.`;
  $('shown').hidden = false;
  say(t`${name} is drawn.`);
}

function tell(news, tags) {
  switch (news.kind) {
    case 'waiting':
      return say(news.before === 0 ? t`It is your turn.` : news.seconds ? t`Drawn before yours: ${icons(news.before)}. About ${count(news.seconds)} s are left.` : t`Drawn before yours: ${icons(news.before)}.`);
    case 'drawing': return say(t`Drawing: ${Math.floor(10 * news.part) * 10} %`);
    case 'icon': return show(news, tags);
    default: return say(news.sentence, true);
  }
}

async function draw() {
  if (busy) return;
  busy = true;
  // Not disabled, which would take the focus from who uses a keyboard.
  $('draw').setAttribute('aria-disabled', 'true');
  try {
    const tags = chosen();
    const answer = await fetch(`/icons?${new URLSearchParams(tags.map(tag => ['tag', tag]))}`, { method: 'POST' });
    if (!answer.ok) return say(await reason(answer), true);
    let last = null;
    for await (last of events(answer.body)) tell(last, tags);
    if (last === null || ['waiting', 'drawing'].includes(last.kind)) say(t`The connection has ended; ask again.`, true);
    if (last?.kind !== 'closed') await describe();
  } catch {
    say(t`The page does not answer; try again in a while.`, true);
  } finally {
    busy = false;
    $('draw').removeAttribute('aria-disabled');
  }
}

$('draw').addEventListener('click', draw);
describe().catch(() => say(t`The page does not answer; load it again.`, true));
