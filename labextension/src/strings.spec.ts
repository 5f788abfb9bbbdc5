import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

import { StateCard } from './card.js';
import { ContentProps } from './content.js';
import { EMPTY } from './inputs.js';
import { derive } from './model.js';
import { Overview } from './schema.js';
import { Sections } from './sections.js';
import { Words } from './words.js';

const SOURCES = new URL('../src/', import.meta.url);
const EXAMPLES = new URL('../../tests/panel/messages/examples.json', import.meta.url);

/** A translator that leaves nothing of the text, so that what is still there was not translated. */
const SILENT: Words = { __: () => '§', _n: () => '§' };

test('no text stands bare between tags', () => {
  for (const name of readdirSync(SOURCES).filter(file => file.endsWith('.tsx'))) {
    const source = readFileSync(new URL(name, SOURCES), 'utf8');
    const bare = [...source.matchAll(/<[a-z][^<>=]*(?:="[^"]*"[^<>=]*)*>\s*([A-Za-z][A-Za-z ]{2,})\s*<\//g)].map(found => found[1]);
    assert.deepEqual(bare, [], name);
    const attributes = [...source.matchAll(/(?:title|aria-label|label|alt|placeholder)="([^"]+)"/g)].map(found => found[1]);
    assert.deepEqual(attributes, [], name);
  }
});

test('with another language no English is left in the panel but names and values', () => {
  const examples = JSON.parse(readFileSync(EXAMPLES, 'utf8')) as { good: Array<{ name: string; message: unknown }> };
  const overview = structuredClone(examples.good.find(item => item.name === 'overview')!.message) as Overview;
  const inputs = { ...EMPTY, link: 'loaded' as const, server: 'ok' as const, overview: { ...overview, job: null, check: null } };
  const sections = ['determinism', 'environment', 'data', 'code', 'cells', 'history'];
  const props: ContentProps = {
    title: 'a.ipynb', path: 'a.ipynb', view: derive(inputs, SILENT), inputs, message: null, words: SILENT, now: 0,
    open: new Set(sections), onToggle: () => undefined, run: () => undefined, onDismiss: () => undefined, caption: () => '', onMenu: () => undefined, onDrawn: () => undefined
  };
  const markup = [StateCard, Sections].map(part => renderToStaticMarkup(React.createElement(part, props))).join('');
  const texts = markup.replace(/<[^>]*>/g, '\n').split('\n').map(text => text.trim()).filter(text => /[A-Za-z]{4,}/.test(text));
  const known = /^(numpy 2\.3\.1|raw\.csv|nbrepro|DVC|main@)/;
  assert.deepEqual(texts.filter(text => !known.test(text)), []);
});

test('a running check says how many match so far', async () => {
  const { Progress } = await import('./progress.js');
  const { ENGLISH } = await import('./words.js');
  const job = { id: '0', kind: 'check', path: 'a', state: 'running', started: '2026-11-12T10:00:00Z', done: 7, total: 12,
    matched: 6, differing: 1, expected_seconds: 70, elapsed: 41, cancelling: false, message: null, exit_code: null } as const;
  const props = { inputs: { ...EMPTY, job }, words: ENGLISH, now: Date.parse('2026-11-12T10:00:41Z') } as unknown as ContentProps;
  const text = renderToStaticMarkup(React.createElement(Progress, props)).replace(/<[^>]*>/g, '');
  assert.equal(text, '7/12 cells · 0:41 · the record took 1:10so far 6 match · ≠ 1 differs');
});
