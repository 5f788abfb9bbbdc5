/** How far a running job is. */
import React from 'react';

import { ContentProps } from './content.js';
import { clock } from './words.js';

export function Progress({ inputs, words, now }: ContentProps): JSX.Element {
  const job = inputs.job!;
  const share = job.total > 0 ? job.done / job.total : 0;
  const elapsed = Math.max(job.elapsed, (now - Date.parse(job.started)) / 1000);
  const expected = job.expected_seconds;
  return (
    <div className="nbr-Progress">
      <progress
        value={job.total > 0 ? share : undefined}
        max={1}
        aria-label={words.__('%1 of %2 cells', job.done, job.total)}
      />
      <p>
        {job.total > 0 ? words.__('%1/%2 cells', job.done, job.total) : words.__('starting the kernel')} · {clock(elapsed)}
        {expected !== null ? <span className="nbr-Dim"> · {words.__('the record took %1', clock(expected))}</span> : null}
      </p>
      {job.matched !== null ? (
        <p>
          {words.__('so far %1 match', job.matched)}
          {job.differing > 0 ? <strong> · {words._n('≠ %1 differs', '≠ %1 differ', job.differing)}</strong> : null}
        </p>
      ) : null}
    </div>
  );
}
