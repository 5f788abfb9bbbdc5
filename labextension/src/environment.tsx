/** The environment of the record against the one that is here. */
import React from 'react';

import { ContentProps, refusal } from './content.js';
import { SectionDrifts } from './driftlist.js';
import { Button, Row } from './parts.js';
import { CommandIDs } from './tokens.js';

export function Environment({ inputs, view, words, run }: ContentProps): JSX.Element {
  const record = inputs.overview?.record ?? null;
  if (record === null) {
    return <p className="nbr-Note">{words.__('Record the notebook to keep its environment.')}</p>;
  }
  return (
    <>
      <dl className="nbr-List">
        <Row name={words.__('Python')}>{record.python ?? words.__('unknown')}</Row>
        <Row name={words.__('Packages')}>{record.packages}</Row>
        <Row name={words.__('Recorded by')}>nbrepro {record.nbrepro}</Row>
      </dl>
      <SectionDrifts view={view} section="environment" />
      {(inputs.overview?.notes ?? []).map(note => (
        <p className="nbr-Note" key={note}>
          {note}
        </p>
      ))}
      <Button small action={CommandIDs.lock} label={words.__('Write the lock')} refused={refusal(inputs, words)} onClick={() => run(CommandIDs.lock)} />
    </>
  );
}
