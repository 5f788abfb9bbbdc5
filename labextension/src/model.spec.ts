import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { EMPTY, Inputs, OpenCell } from './inputs.js';
import { asText } from './markdown.js';
import { derive } from './model.js';
import { doubts, liveStanding } from './live.js';
import { KernelState, LiveAnswer, Overview } from './schema.js';
import { digestText } from './sha256.js';
import { fault, fits } from './validate.js';
import { ago, clock, ENGLISH, ranges } from './words.js';

interface Example {
  name: string;
  kind: string;
  message: unknown;
}
const path = new URL('../../tests/panel/messages/examples.json', import.meta.url);
const examples = JSON.parse(readFileSync(path, 'utf8')) as { good: Example[]; bad: Example[] };
const DIGEST = `sha256:${'ab'.repeat(32)}`;

function example<T>(name: string): T {
  return structuredClone(examples.good.find(item => item.name === name)!.message) as T;
}

function cells(...digests: string[]): OpenCell[] {
  return digests.map((digest, place) => ({ id: `c${place + 1}`, number: place + 1, digest, executing: false }));
}

function inputs(changes: Partial<Inputs>): Inputs {
  return { ...EMPTY, link: 'loaded', server: 'ok', cells: cells(DIGEST, DIGEST), ...changes };
}

for (const { name, kind, message } of examples.good) {
  test(`the shared example ${name} is a message`, () => assert.equal(fault(kind, message), null));
}
for (const { name, kind, message } of examples.bad) {
  test(`the shared bad example (${name}) is refused`, () => assert.notEqual(fault(kind, message), null));
}

test('a newer minor version fits, another major one does not', () => {
  assert.deepEqual(['1.0', '1.7', '2.0', '0.9', 'x'].map(fits), ['same', 'same', 'newer', 'older', 'older']);
});

test('a kind of cause that is not known yet is accepted', () => {
  const overview = example<Overview>('overview');
  overview.drift[0]!.kind = 'moon_phase' as never;
  assert.equal(fault('Overview', overview), null);
});

test('digests are those of the records', () => {
  for (const text of ['', 'x = 1', 'ä€𝄞'.repeat(40), 'a'.repeat(55), 'a'.repeat(56), 'a'.repeat(64), 'b'.repeat(100_000)]) {
    assert.equal(digestText(text), `sha256:${createHash('sha256').update(text).digest('hex')}`);
  }
});

test('without a kernel there is no kernel yet', () => {
  const view = derive(inputs({ link: 'none', cells: [] }), ENGLISH);
  assert.deepEqual([view.state, view.headline], ['not_loaded', 'No kernel yet']);
});

test('an older half says what to upgrade', () => {
  assert.match(derive(inputs({ link: 'older' }), ENGLISH).detail, /pip install -U nbrepro/);
  assert.match(derive(inputs({ link: 'newer' }), ENGLISH).detail, /JupyterLab/);
});

test('a loaded kernel without a record is tracked', () => {
  const view = derive(inputs({ kernel: example<KernelState>('state') }), ENGLISH);
  assert.equal(view.state, 'tracked');
  assert.deepEqual(view.order, { inOrder: 1, total: 2, notRun: 1 });
  assert.equal(view.findings[0]!.number, 2);
});

test('a record without drift is clean', () => {
  const overview = { ...example<Overview>('overview'), drift: [], data: [], check: null, job: null, edited: [] };
  const view = derive(inputs({ overview }), ENGLISH);
  assert.deepEqual([view.state, view.headline], ['clean', 'Matches its record']);
});

test('an edit after the check is drift, and the check is older', () => {
  const overview = { ...example<Overview>('overview'), job: null };
  const view = derive(inputs({ overview, cells: cells(DIGEST, 'sha256:new') }), ENGLISH);
  assert.equal(view.state, 'drift');
  assert.equal(view.checkIsOlder, true);
  assert.deepEqual(view.drifts.map(item => item.text), ['numpy 2.3.1 → 2.4.0', 'cell 2 edited']);
  assert.equal(view.marks[1]!.mark, 'edited');
  assert.equal(view.affected, '1, 2');
});

test('a running job wins over everything', () => {
  const overview = example<Overview>('overview');
  assert.equal(derive(inputs({ overview, job: overview.job }), ENGLISH).state, 'running');
});

test('a fresh check that differs is failed and names the cell', () => {
  const overview = { ...example<Overview>('overview'), job: null };
  overview.check!.cells.unshift({ ...overview.check!.cells[0]!, id: 'c1', number: 1, verdict: 'identical', differences: [] });
  const view = derive(inputs({ overview }), ENGLISH);
  assert.deepEqual([view.state, view.headline], ['failed', 'Diverged first at cell 2']);
  assert.deepEqual(view.marks.map(mark => mark.mark), ['match', 'differs']);
  const text = asText('a.ipynb', view, ENGLISH);
  assert.match(text, /unseeded_randomness, high\)/);
  assert.match(text, /^### `a\.ipynb`: Diverged first at cell 2/);
  assert.match(asText('`<b>`', view, ENGLISH), /^### `` `<b>` ``: /);
});

test('a cell that ran before one above it is out of order', () => {
  const kernel = example<KernelState>('state');
  kernel.cells = [
    { ...kernel.cells[0]!, cell_id: 'c2', order: 1 },
    { ...kernel.cells[0]!, cell_id: 'c1', msg_id: 'm', order: 2 }
  ];
  const view = derive(inputs({ kernel }), ENGLISH);
  assert.deepEqual(view.marks.map(mark => mark.mark), ['ran', 'order']);
  assert.equal(view.drifts[0]!.section, 'order');
});

test('a kernel that follows its cells says which show what a run from the top may not', () => {
  const kernel = { ...example<KernelState>('state'), session: '1-2' };
  const live = example<LiveAnswer>('live');
  const view = derive(inputs({ kernel, live }), ENGLISH);
  assert.deepEqual(view.marks.map(mark => mark.mark), ['none', 'stale']);
  assert.deepEqual(doubts(inputs({ kernel, live }), ENGLISH).map(found => [found.cell.number, found.state, found.reason]), [[2, 'stale', 'uses x']]);
  const standings = [{ live }, { live: { ...live, yes: true } }, {}, { kernel: { ...kernel, live: false } }];
  assert.deepEqual(standings.map(one => liveStanding(inputs({ kernel, ...one }))), ['no', 'yes', 'waiting', 'off']);
});

test('the kernel’s judgement of the order goes before the bare order of execution', () => {
  const kernel = example<KernelState>('state');
  kernel.cells = [
    { ...kernel.cells[0]!, cell_id: 'c2', order: 1 },
    { ...kernel.cells[0]!, cell_id: 'c1', msg_id: 'm', order: 2 }
  ];
  const live = example<LiveAnswer>('live');
  live.cells.forEach(cell => (cell.state = 'clean'));
  assert.deepEqual(derive(inputs({ kernel, live }), ENGLISH).marks.map(mark => mark.mark), ['ran', 'ran']);
  live.cells[1]!.state = 'out_of_order';
  assert.deepEqual(derive(inputs({ kernel, live }), ENGLISH).marks.map(mark => mark.mark), ['ran', 'order']);
});

test('numbers, times and clocks read well', () => {
  assert.equal(ranges([1, 2, 3, 4, 8]), '1–4, 8');
  assert.equal(ranges([5, 6, 9]), '5, 6, 9');
  assert.equal(clock(70), '1:10');
  assert.equal(ago(ENGLISH, '2026-11-12T10:00:00Z', Date.parse('2026-11-12T10:02:30Z')), '2 min ago');
});
