import assert from 'node:assert/strict';
import test from 'node:test';
import React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

import { CellList } from './celllist.js';
import { ContentProps } from './content.js';
import { EMPTY } from './inputs.js';
import { LiveList } from './livelist.js';
import { Button, Prose } from './parts.js';
import { checkPoints, History } from './trend.js';
import { HistoryItem, KernelState, LiveAnswer } from './schema.js';
import { ENGLISH } from './words.js';

const ITEM: HistoryItem = {
  id: 'r', command: 'check', started: '2026-11-12T10:00:00Z', seconds: 2, verdict: 'different', exit_code: 1,
  commit: null, summary: '<img src=x onerror=alert(1)>', passed: 3, compared: 4, metrics: { accuracy: 0.9 }
};

test('hostile text stays text', () => {
  const html = renderToStaticMarkup(React.createElement(Prose, { text: 'see `<script>` <b>now</b>' }));
  assert.equal(html, '<span>see </span><code>&lt;script&gt;</code><span> &lt;b&gt;now&lt;/b&gt;</span>');
});

test('a button that cannot be pressed says why and stays in the order of focus', () => {
  const html = renderToStaticMarkup(React.createElement(Button, { label: 'Check', refused: 'A job is running.', onClick: () => undefined }));
  assert.match(html, /aria-disabled="true"/);
  assert.match(html, /title="A job is running."/);
  assert.doesNotMatch(html, /\sdisabled/);
});

test('marks carry a sign and words, not only a colour', () => {
  const marks = [{ id: 'a', number: 7, mark: 'differs' as const, words: 'differs from the reference' }];
  const html = renderToStaticMarkup(React.createElement(CellList, { marks, words: ENGLISH, onGo: () => undefined }));
  assert.match(html, /≠/);
  assert.match(html, /aria-label="Cell 7 differs from the reference"/);
});

test('the history plots checks oldest first, and each metric', () => {
  const history = [{ ...ITEM, passed: 4, exit_code: 0 }, { ...ITEM, id: 's' }];
  assert.deepEqual(checkPoints(history).map(point => point.label), ['3/4', '4/4']);
  const html = renderToStaticMarkup(React.createElement(History, { history, words: ENGLISH, now: Date.parse(ITEM.started) }));
  assert.match(html, /accuracy/);
  assert.doesNotMatch(html, /<img/);
});

test('what a run from the top would give does not count findings, and says so', () => {
  const inputs = { ...EMPTY, link: 'loaded', kernel: { live: true } as KernelState, live: { yes: true, cells: [] } as unknown as LiveAnswer };
  const told = (findings: number): string => {
    const props = { inputs, view: { findings: Array(findings).fill({}) }, words: ENGLISH, run: () => undefined } as unknown as ContentProps;
    return renderToStaticMarkup(React.createElement(LiveList, props)).replace(/<[^>]*>/g, '');
  };
  assert.equal(told(0), '✓ A run from the top would give what the cells show.');
  assert.match(told(1), /, not counting the finding under Determinism\.$/);
  assert.match(told(2), /, not counting the 2 findings under Determinism\.$/);
});
