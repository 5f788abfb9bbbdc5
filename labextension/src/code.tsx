/** The project's code, now and at the record. */
import React from 'react';

import { ContentProps } from './content.js';
import { SectionDrifts } from './driftlist.js';
import { Row } from './parts.js';

export function Code({ inputs, view, words }: ContentProps): JSX.Element {
  const code = inputs.overview?.code ?? null;
  const record = inputs.overview?.record ?? null;
  if (code === null && record === null) {
    return <p className="nbr-Note">{words.__('The notebook is in no git repository.')}</p>;
  }
  return (
    <>
      <dl className="nbr-List">
        {code !== null ? (
          <Row name={words.__('Now')}>
            <code>
              {code.branch ?? ''}@{code.commit?.slice(0, 7)}
            </code>
          </Row>
        ) : null}
        {record?.code ? (
          <Row name={words.__('Record')}>
            <code>
              {record.code.branch ?? ''}@{record.code.commit?.slice(0, 7)}
            </code>
          </Row>
        ) : null}
        {code !== null && code.modified.length > 0 ? <Row name={words.__('Modified')}>{code.modified.join(', ')}</Row> : null}
      </dl>
      <SectionDrifts view={view} section="code" />
    </>
  );
}
