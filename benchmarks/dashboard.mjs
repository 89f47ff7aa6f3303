// How long the dashboard takes with 1,000 cells: until they are painted, and from a key or a click to the next frame. Starts a silo of its own on a new
// data folder, whose cells wait for a device that is not there.
//
//   dotnet build tests/IconDiffusion.Browser.Tests -c Release && node benchmarks/dashboard.mjs [CELLS]

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { chromium } = createRequire(import.meta.url)(join(root, 'tests/IconDiffusion.Browser.Tests/bin/Release/net10.0/.playwright/package'));
const cells = Number(process.argv[2] ?? 1000);
const data = mkdtempSync(join(tmpdir(), 'icon-dashboard-'));
const url = 'http://127.0.0.1:5498';
const silo = spawn('dotnet', [join(root, 'silo/bin/Release/net10.0/icon-silo.dll'), 'silo', '--data', data, '--device', 'cpu'], { env: { ...process.env, ICONDIFFUSION_SILO__URL: url }, stdio: 'ignore' });
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--disable-gpu'] });
try {
  while (!await fetch(`${url}/health/ready`).then(answer => answer.ok, () => false)) await new Promise(done => setTimeout(done, 200));
  const token = readFileSync(join(data, 'token'), 'utf8').trim();
  const send = async (path, content) => {
    const answer = await fetch(url + path, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(content) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const text = JSON.stringify({
    name: 'many', gpu: 'RTX 3080', dataset: { source: 'noto-faces', count: 8, heldOut: 0, imageSize: 16 }, model: { kind: 'ddpm', unet: { dim: 8, dimMults: [1] } },
    training: { steps: 10 }, evaluation: { inception: 'random' }, grid: { seed: Array.from({ length: cells }, (_, i) => i + 1) },
  });
  await send('/api/experiments', { experiment: (await send('/api/plans', { text, source: 'many.json' })).experiment });

  const page = await browser.newPage();
  const paints = [];
  for (let i = 0; i < 5; i++) {
    await page.goto('about:blank');
    const start = performance.now();
    await page.goto(`${url}/#token=${token}`);
    await page.waitForFunction(wanted => document.querySelectorAll('#rows tr').length === wanted, cells, { polling: 'raf' });
    paints.push(performance.now() - start);
  }
  console.log(`first paint of ${cells} cells: median ${Math.round(median(paints))} ms of ${paints.map(Math.round).join(', ')}`);

  // From the event to the end of the frame that shows what follows from it.
  for (const name of ['sort', 'filter', 'choose']) {
    const times = await page.evaluate(async name => {
      const acts = {
        sort: () => document.querySelector('[data-key="sort run"]').click(),
        filter: () => { const words = document.getElementById('words'); words.value = words.value ? '' : 'seed 77'; words.dispatchEvent(new Event('input')); },
        choose: () => document.querySelector('#rows input').click(),
      };
      const found = [];
      for (let i = 0; i < 11; i++) {
        const start = performance.now();
        acts[name]();
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        found.push(performance.now() - start);
      }
      return found;
    }, name);
    console.log(`${name}: median ${Math.round(median(times))} ms of ${times.map(Math.round).join(', ')}`);
  }
} finally {
  await browser.close();
  silo.kill();
  await new Promise(done => silo.once('exit', done));
  rmSync(data, { recursive: true });
}
