/** The state of the notebook, what follows from it, and what can be done about it. */
import React from 'react';

import { Actions } from './buttons.js';
import { ContentProps } from './content.js';
import { Drifts } from './driftlist.js';
import { Failure } from './failure.js';
import { FirstFinding } from './findinglist.js';
import { Prose, STATE_SIGNS } from './parts.js';
import { Progress } from './progress.js';
import { ago } from './words.js';

export function StateCard(props: ContentProps): JSX.Element {
  const { view, inputs, words, now } = props;
  const check = view.check;
  const when = view.state === 'clean' && check !== null && !view.checkIsOlder ? ago(words, check.started, now) : '';
  return (
    <div className="nbr-Card" data-state={view.state}>
      <div role="status" aria-live="polite">
        <p className="nbr-Headline">
          <span className="nbr-Sign" aria-hidden="true">
            {STATE_SIGNS[view.state]}
          </span>
          <span>
            {view.headline}
            {when !== '' ? <span className="nbr-Dim"> · {words.__('checked %1', when)}</span> : null}
          </span>
        </p>
        {view.detail !== '' ? (
          <p className="nbr-Detail">
            <Prose text={view.detail} />
          </p>
        ) : null}
      </div>
      {inputs.overview?.reason ? <p className="nbr-Detail">{inputs.overview.reason}</p> : null}
      {view.state === 'running' ? <Progress {...props} /> : null}
      {view.state === 'failed' ? <Failure {...props} /> : null}
      {view.state === 'not_loaded' ? <RecordLine {...props} /> : null}
      {inputs.overview?.former != null ? (
        <p className="nbr-Detail">{words.__('Its record still lies under its former name, %1.', inputs.overview.former)}</p>
      ) : null}
      {view.state === 'tracked' ? <OrderLine {...props} /> : null}
      {view.state !== 'running' && view.state !== 'failed' ? <Drifts {...props} /> : null}
      {view.state === 'tracked' || view.state === 'not_loaded' ? <FirstFinding {...props} /> : null}
      <Actions {...props} />
      {inputs.gateway ? (
        <p className="nbr-Note">
          {words.__('Your kernel runs at a gateway; checks and records run on the server, in its environment.')}
        </p>
      ) : null}
    </div>
  );
}

function RecordLine({ inputs, words, now }: ContentProps): JSX.Element | null {
  const record = inputs.overview?.record ?? null;
  if (record === null) {
    return null;
  }
  const when = record.recorded === null ? '' : ago(words, record.recorded, now);
  const commit = record.code?.commit?.slice(0, 7);
  return (
    <p className="nbr-Detail">
      {words.__('Record on disk: %1', when)}
      {commit === undefined ? null : (
        <>
          {' · '}
          <code>{commit}</code>
        </>
      )}
    </p>
  );
}

function OrderLine({ view, words }: ContentProps): JSX.Element {
  const { inOrder, total, notRun } = view.order;
  return (
    <p className="nbr-Detail">
      {words.__('Run in order %1/%2', inOrder, total)}
      {notRun > 0 ? ` · ${words.__('%1 not run', notRun)}` : ''}
    </p>
  );
}
