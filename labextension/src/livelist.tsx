/** Whether a run from the top would give what the cells show, and which cells speak against it. */
import React from 'react';

import { ContentProps } from './content.js';
import { doubts, LiveStanding, liveStanding } from './live.js';
import { Go, Prose } from './parts.js';

const SHOWN = 20;

export function LiveList({ inputs, words, run }: ContentProps): JSX.Element | null {
  const standing = liveStanding(inputs);
  const texts: Record<LiveStanding, string> = {
    none: '',
    off: words.__('Whether a run from the top would give what the cells show is not followed in this kernel: set `live = true` in the settings of the project, and load nbrepro anew.'),
    waiting: words.__('Asking whether a run from the top would give what the cells show.'),
    yes: words.__('✓ A run from the top would give what the cells show.'),
    no: words.__('↺ A run from the top may not give what the cells show.')
  };
  if (standing === 'none') {
    return null;
  }
  const found = standing === 'no' ? doubts(inputs, words) : [];
  return (
    <>
      <p className="nbr-Note nbr-Live" role="status" data-live={standing}>
        <Prose text={texts[standing]} />
      </p>
      {found.length > 0 ? (
        <ul className="nbr-Findings">
          {found.slice(0, SHOWN).map(({ cell, state, words: text, reason }) => (
            <li key={cell.id} data-state={state}>
              {words.__('cell %1', cell.number)}: {text}
              <Go id={cell.id} number={cell.number} words={words} run={run} />
              {reason !== '' && reason !== text ? <code>{reason}</code> : null}
            </li>
          ))}
        </ul>
      ) : null}
      {found.length > SHOWN ? <p className="nbr-Note">{words.__('and %1 more', found.length - SHOWN)}</p> : null}
    </>
  );
}
