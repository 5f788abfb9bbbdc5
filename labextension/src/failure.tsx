/** The first cell that differs: its source, the likely cause, both values, and what follows from it. */
import React from 'react';

import { ContentProps } from './content.js';
import { Go, Prose, Row } from './parts.js';
import { CheckedCell } from './schema.js';
import { Words } from './words.js';

export function Failure({ view, words, run }: ContentProps): JSX.Element | null {
  const check = view.check!;
  const failing = check.cells.filter(cell => cell.verdict === 'different' || cell.verdict === 'error');
  const first = failing[0];
  if (first === undefined) {
    return null;
  }
  const [follow, others] = [failing.slice(1).filter(cell => cell.follows), failing.slice(1).filter(cell => !cell.follows)];
  const numbers = (cells: CheckedCell[]): string => cells.map(cell => cell.number ?? '?').join(', ');
  return (
    <>
      <p className="nbr-Source">
        <code>{first.first_line}</code>
        <Go id={first.id} words={words} run={run} number={first.number} />
      </p>
      {check.causes.slice(0, 3).map(({ cause, cell_id, cell_number }) => (
        <div className="nbr-Cause" key={cause.summary}>
          <p>
            <strong>{cause.confidence === 'high' ? words.__('Cause:') : words.__('Cause (%1):', confidence(cause.confidence, words))}</strong>{' '}
            <Prose text={cause.summary} />
            {' '}
            {cell_id !== null && cell_id !== first.id ? <Go id={cell_id} words={words} run={run} number={cell_number} /> : null}
          </p>
          {cause.evidence.slice(0, 2).map(text => (
            <p className="nbr-Dim" key={text}>
              <Prose text={text} />
            </p>
          ))}
          {cause.mend !== null ? <p className="nbr-Mend"><Prose text={cause.mend} /></p> : null}
        </div>
      ))}
      {first.differences.slice(0, 3).map((difference, place) => (
        <dl className="nbr-Values" key={place}>
          <Row name={words.__('recorded')}>
            <code>{difference.reference ?? words.__('absent')}</code>
          </Row>
          <Row name={words.__('now')}>
            <code>{difference.candidate ?? words.__('absent')}</code>
            <span className="nbr-Dim"> {difference.where}</span>
          </Row>
        </dl>
      ))}
      {first.differences.length === 0 && first.reason !== null ? <p className="nbr-Detail">{first.reason}</p> : null}
      {follow.length > 0 ? (
        <p className="nbr-Dim">
          {words._n('Later: cell %2 follows from cell %3', 'Later: cells %2 follow from cell %3', follow.length, numbers(follow), first.number ?? '?')}
        </p>
      ) : null}
      {others.length > 0 ? <p className="nbr-Dim">{words._n('Also different: cell %2', 'Also different: cells %2', others.length, numbers(others))}</p> : null}
    </>
  );
}

function confidence(name: string, words: Words): string {
  return name === 'medium' ? words.__('likely') : words.__('possible');
}
