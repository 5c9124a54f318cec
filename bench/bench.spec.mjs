import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mannWhitney } from './refusals.mjs';
import { plotGrants } from './plot.mjs';
import { footprintReport, loadReport, portalReport } from './report.mjs';
import { addToJson, writeJson, writeSection } from './results.mjs';

describe('npm run bench', () => {
  it('measures both grants and other routes beside the floor, requests with a token, refused sign-ins, and the check', async () => {
    const script = fileURLToPath(new URL('run.mjs', import.meta.url));
    const sizes = ['--quick', '--requests=20'];
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...sizes]);
    for (const row of [
      ...['1', '4'].flatMap((connections) =>
        ['refresh', 'code exchange'].flatMap((grant) =>
          ['ours', 'floor'].map((side) => `${grant} *\\| *${connections} \\| ${side}`),
        ),
      ),
      '`GET /user/v7/oauth-userinfo`',
      '`GET /user/v7/users/me`',
      ...['metadata', 'JWKS', 'authorize page', 'connections list', 'create code', 'sign-in'],
      ...['wrong password', 'unknown address', 'disabled account'],
      ...['limited, wrong password', 'limited, unknown address'],
    ]) {
      assert.match(stdout, new RegExp(`^\\| ${row} +\\| +\\d`, 'm'));
    }
    // Another side's may happen to be the same.
    assert.equal(stdout.match(/\| floor +\|.* 1\.00 \(1\.00–1\.00\) /g).length, 4);
    assert.doesNotMatch(stdout, /NaN|undefined|null/);
  });
});

describe('the Mann–Whitney test', () => {
  const numbers = (from, to) => Array.from({ length: to - from }, (_, at) => from + at);

  it('finds nothing where nothing differs, and what differs', () => {
    assert.ok(mannWhitney(numbers(0, 30), numbers(0, 30)) > 0.999);
    assert.equal(mannWhitney(Array(30).fill(1), Array(30).fill(1)), 1);
    assert.ok(mannWhitney(numbers(0, 30), numbers(30, 60)) < 1e-9);
  });

  it('computes what R does: wilcox.test(1:20, 5:24, exact = FALSE)', () => {
    assert.ok(Math.abs(mannWhitney(numbers(1, 21), numbers(5, 25)) - 0.05292) < 0.0001);
  });
});

describe('the plot of what a request costs', () => {
  const row = (grant, connections, side, server, postgres) => ({
    ...{ grant, connections, side, server, postgres },
  });
  const plot = plotGrants(
    [
      row('refresh', 1, 'ours', 999, 999),
      row('refresh', 16, 'ours', 150, 50),
      row('refresh', 16, 'a <side>', 300, 100),
      row('code exchange', 16, 'ours', 100, 100),
    ],
    16,
  );

  it('has a bar for each side, as long as its cost, the longest up to the sums', () => {
    const widths = [...plot.matchAll(/<rect class="(\w+)" .*?width="([\d.]+)"/g)].slice(2);
    assert.deepEqual(
      widths.map(([, part, width]) => [part, Number(width)]),
      [
        ...[
          ['server', 149.3],
          ['database', 49.8],
        ],
        ...[
          ['server', 298.5],
          ['database', 99.5],
        ],
        ...[
          ['server', 99.5],
          ['database', 99.5],
        ],
      ],
    );
    for (const sum of ['>200<', '>400<']) assert.ok(plot.includes(sum), sum);
  });

  it('names what it shows, and leaves out other numbers of connections', () => {
    assert.match(plot, /Refresh, 16 at a time.*Code exchange, 16 at a time/s);
    assert.match(plot, />a &lt;side></);
    assert.doesNotMatch(plot, /1,998/);
  });
});

describe('npm run bench:footprint', () => {
  it('reports starts and memory of each side, and what is in the image', () => {
    const memory = { idleMB: 150.4, afterMB: 200.6, laterMB: 180 };
    const report = footprintReport({
      machine: 'A machine',
      exchanges: 100_000,
      rows: [{ side: 'ours', firstStartMs: 3000.2, secondStartMs: 1500, ...memory }],
      sizes: { node: 120e6, modules: 49e6, program: 8.4e6, image: 177.4e6 },
    });
    assert.match(report, /after 100,000 exchanges, MB/);
    assert.match(report, /^\| ours \| +3,000 \| +1,500 \| +150 \| +201 \| +180 \|$/m);
    assert.match(report, /^\| all of it +\| 177 \|$/m);
  });
});

describe('npm run bench:load', () => {
  it('reports what the suites have left', () => {
    const report = loadReport({
      machine: 'A machine',
      entries: [
        { name: 'races', races: 12_000, acceptedAfterMs: 1.234 },
        { name: 'latency', p50: 5, table: [{ way: 'click', told: true, p50: 5.5 }] },
      ],
    });
    assert.match(report, /^\| races +\| races 12,000, accepted after ms 1\.23 \|$/m);
    assert.match(
      report,
      /^### latency\n\n\| way +\| told \| p50 \|\n.*\n\| click \| yes +\| 5\.5 \|$/m,
    );
  });
});

describe('npm run bench:portal', () => {
  it('reports a table for each part, whichever order the figures come in', () => {
    const report = portalReport({
      machine: 'A machine',
      entries: [
        { table: 'Lighthouse', row: { page: 'sign-in', performance: 98 } },
        { table: 'Opening', row: { cache: 'empty', 'median, ms': 2400 } },
        { table: 'Lighthouse', row: { page: 'authorize', performance: 99 } },
      ],
    });
    assert.match(
      report,
      /^A machine\.\n\n### Lighthouse\n\n\| page +\| performance \|\n.*\n\| sign-in +\| +98 \|\n\| authorize +\| +99 \|\n/,
    );
    assert.match(
      report,
      /\n### Opening\n\n\| cache \| median, ms \|\n.*\n\| empty \| +2,400 \|\n$/,
    );
  });
});

describe('results.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-bench-'));
  after(() => rmSync(folder, { recursive: true }));

  it('keeps what other commands have written', () => {
    const file = join(folder, 'results.md');
    writeSection('One', 'first\n', file);
    writeSection('Two', 'second\n\n### Detail\n\nof it\n', file);
    writeSection('One', 'third\n', file);
    const [, sections] = readFileSync(file, 'utf8').split(/(?=## One)/);
    assert.equal(sections, '## One\n\nthird\n\n## Two\n\nsecond\n\n### Detail\n\nof it\n');
  });
});

describe('results.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flixcheck-connect-bench-'));
  after(() => rmSync(folder, { recursive: true }));

  it('keeps what the other command has written', () => {
    const file = join(folder, 'results.json');
    addToJson('flat', { rows: [1] }, file);
    writeJson({ grants: [1.23456] }, file);
    assert.deepEqual(JSON.parse(readFileSync(file)), { grants: [1.235], flat: { rows: [1] } });
    addToJson('flat', { rows: [2] }, file);
    assert.deepEqual(JSON.parse(readFileSync(file)), { grants: [1.235], flat: { rows: [2] } });
  });
});
