// How long an icon of the preprint's network takes on the public page, in a real browser, and how fair and frugal the page is to many visitors. Trains one step of the
// network in a data folder of its own, scores it, and serves it: what an icon shows makes no difference to its time.
//
//   dotnet build tests/IconDiffusion.Browser.Tests -c Release && node benchmarks/demo.mjs [SIDE] [ICONS] [VISITORS] [ICONS_OF_A_VISITOR]
//   node benchmarks/demo.mjs 32 3 50 20      fairness and memory over 1,000 icons, which small ones show as well

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { chromium } = createRequire(import.meta.url)(join(root, 'tests/IconDiffusion.Browser.Tests/bin/Release/net10.0/.playwright/package'));
const [side, icons, visitors, each] = [128, 50, 50, 3].map((usual, i) => Number(process.argv[2 + i] ?? usual));
const data = mkdtempSync(join(tmpdir(), 'icon-demo-'));
const program = join(root, 'silo/bin/Release/net10.0/icon-silo.dll');
const url = 'http://127.0.0.1:5496';
const at = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];
const tell = values => `median ${at(values, 0.5).toFixed(1)} s, 95 % within ${at(values, 0.95).toFixed(1)} s, at most ${Math.max(...values).toFixed(1)} s (${values.length} icons)`;
const seconds = since => (performance.now() - since) / 1000;
let page = null;
try {
  const file = join(data, 'demo.json');
  writeFileSync(file, JSON.stringify({
    name: 'demo', dataset: { source: 'noto-faces', count: 12, heldOut: 0, imageSize: side }, model: { kind: 'ddpm', unet: { dim: 64, dimMults: [1, 2, 4, 8] } },
    training: { steps: 1, batchSize: 1 }, sampling: { count: 4, batchSize: 4, sampler: { kind: 'ddim', steps: 2 } },
  }));
  if (spawnSync('dotnet', [program, 'run', file, '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) throw new Error('The run has failed.');
  page = spawn('dotnet', [program, 'demo', readdirSync(join(data, 'runs'))[0], '--data', data, '--url', url], { stdio: 'ignore' });
  while (!await fetch(`${url}/about`).then(answer => answer.ok, () => false)) await new Promise(done => setTimeout(done, 200));
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${page.pid}/status`, 'utf8'))[1]) / 1024;

  // One after the other, from the key to the picture, each from an address of its own, as an address may ask for a few in a minute only.
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--disable-gpu'] });
  const window = await browser.newPage();
  await window.goto(url);
  const alone = [];
  for (let i = 0; i < icons; i++) {
    await window.setExtraHTTPHeaders({ 'X-Forwarded-For': `198.51.${i >> 8}.${i & 255}` });
    alone.push(await window.evaluate(async () => {
      const [button, image] = ['draw', 'icon'].map(id => document.getElementById(id));
      const until = async holds => { while (!holds()) await new Promise(done => requestAnimationFrame(done)); };
      await until(() => !button.ariaDisabled);
      const [start, before] = [performance.now(), image.src];
      button.click();
      await until(() => image.src !== before);
      await image.decode();
      return (performance.now() - start) / 1000;
    }));
  }
  await browser.close();
  console.log(`alone, ${side} px: ${tell(alone)}`);

  // All at once, each again as soon as the last icon is there.
  const [before, quarters] = [memory(), []];
  let drawn = 0;
  const waits = await Promise.all(Array.from({ length: visitors }, async (_, visitor) => {
    const own = [];
    for (let i = 0; i < each; i++) {
      const start = performance.now();
      const answer = await fetch(`${url}/icons`, { method: 'POST', headers: { 'X-Forwarded-For': `203.0.${Math.floor(i / 10)}.${visitor}` } });  // small icons come faster than one address may ask
      if (!answer.ok) throw new Error(await answer.text());
      if (!(await answer.text()).includes('event: icon')) throw new Error('No icon has come.');
      own.push(seconds(start));
      if (++drawn % Math.ceil(visitors * each / 4) === 0 || drawn === visitors * each) quarters.push(Math.round(memory()));
    }
    return own;
  }));
  // In the first round somebody has to be first; from then on all wait for one round of all.
  const later = waits.flatMap(own => own.slice(1));
  console.log(`${visitors} visitors, each icon: ${tell(waits.flat())}`);
  if (later.length) console.log(`after the first round the longest wait is ${(Math.max(...later) / Math.min(...later)).toFixed(2)} times the shortest`);
  console.log(`memory: ${Math.round(before)} MB before, ${quarters.join(', ')} MB after each quarter of ${visitors * each} icons`);
} finally {
  if (page) {
    page.kill();
    await new Promise(done => page.once('exit', done));
  }
  rmSync(data, { recursive: true });
}
