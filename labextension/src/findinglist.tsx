/** What the kernel found, for the card and for its section. */
import React from 'react';

import { ContentProps } from './content.js';
import { findingWords } from './findings.js';
import { Go } from './parts.js';

export function FirstFinding({ view, words, run }: ContentProps): JSX.Element | null {
  const item = view.findings[0];
  if (item === undefined) {
    return null;
  }
  return (
    <p className="nbr-Finding">
      <span aria-hidden="true">! </span>
      {words.__('%1, cell %2', findingWords(item.finding.kind, words), item.number ?? '?')}{' '}
      {item.cellId !== null ? <Go id={item.cellId} number={item.number} words={words} run={run} /> : null}
      <code>{item.finding.what}</code>
    </p>
  );
}
