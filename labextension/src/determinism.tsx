/** What is seeded and pinned in the kernel, and what the cells draw without a seed. */
import React from 'react';

import { ContentProps } from './content.js';
import { findingWords } from './findings.js';
import { Breakable, Button, Go, Row } from './parts.js';
import { CommandIDs } from './tokens.js';

/** Return the section's summary, and whether it tells of trouble. */
export function determinism({ inputs, view, words }: ContentProps): [string, boolean] {
  const kernel = inputs.kernel;
  if (kernel === null) {
    return [words.__('not tracked'), false];
  }
  const found = view.findings.length;
  if (found > 0) {
    return [words._n('! %1 finding', '! %1 findings', found), true];
  }
  return kernel.pinned
    ? [`✓ ${words.__('hash seed %1 · seed %2', kernel.hash_seed, kernel.seed)}`, false]
    : [words.__('seed %1 · not pinned', kernel.seed), false];
}

export function Determinism({ inputs, view, words, run }: ContentProps): JSX.Element {
  const kernel = inputs.kernel;
  if (kernel === null) {
    return <p className="nbr-Note">{words.__('Load nbrepro in the kernel to see what is seeded and pinned.')}</p>;
  }
  return (
    <>
      <dl className="nbr-List">
        <Row name={words.__('Seed')}>
          {kernel.seeded.length > 0 ? words.__('%1 for %2', kernel.seed, kernel.seeded.join(', ')) : kernel.seed}
        </Row>
        <Row name={words.__('Hash seed')}>
          {kernel.pinned ? kernel.hash_seed : words.__('random: the order of sets changes from start to start')}
        </Row>
        {kernel.switches.length > 0 ? (
          <Row name={words.__('Switches')}>
            <Breakable text={kernel.switches.join(', ')} />
          </Row>
        ) : null}
        {kernel.faults > 0 ? <Row name={words.__('Faults')}>{kernel.faults}</Row> : null}
      </dl>
      <ul className="nbr-Findings">
        {view.findings.slice(0, 20).map((item, place) => (
          <li key={place}>
            {words.__('cell %1', item.number ?? '?')}
            {item.finding.line !== null ? `, ${words.__('line %1', item.finding.line)}` : ''}: {findingWords(item.finding.kind, words)}{' '}
            {item.cellId !== null ? <Go id={item.cellId} number={item.number} words={words} run={run} /> : null}
            <code>{item.finding.what}</code>
          </li>
        ))}
      </ul>
      {kernel.pinned ? null : (
        <Button
          small
          action={CommandIDs.restartPinned}
          label={words.__('Restart pinned')}
          title={words.__('Start the kernel anew with a fixed hash seed, threads, time zone and locale')}
          onClick={() => run(CommandIDs.restartPinned)}
        />
      )}
    </>
  );
}
