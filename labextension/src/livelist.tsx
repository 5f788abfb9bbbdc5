/** Whether a run from the top would give what the cells show, and which cells speak against it. */
import React from 'react';

import { ContentProps } from './content.js';
import { doubts, LiveStanding, liveStanding } from './live.js';
import { Go, Prose } from './parts.js';
import { Words } from './words.js';

const SHOWN = 20;

export function LiveList({ inputs, view, words, run }: ContentProps): JSX.Element | null {
  const standing = liveStanding(inputs);
  const texts: Record<LiveStanding, string> = {
    none: '',
    off: words.__('To see which cells are stale, out of order, or use names that no cell defines any more, add `live = true` below `[tool.nbrepro]` in pyproject.toml and restart the kernel. Costs 0.5 ms a cell, 3 ms with large arrays and models.'),
    waiting: words.__('Asking whether a run from the top would give what the cells show.'),
    yes: wouldGive(view.findings.length, words),
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
              {reason !== '' && reason !== text ? (
                <div className="nbr-Dim nbr-Reason">
                  <Prose text={reason} />
                </div>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {found.length > SHOWN ? <p className="nbr-Note">{words.__('and %1 more', found.length - SHOWN)}</p> : null}
    </>
  );
}

/** Return the good news, and what it leaves out: what a finding names may be another value in each run, in whatever order. */
function wouldGive(findings: number, words: Words): string {
  return findings === 0
    ? words.__('✓ A run from the top would give what the cells show.')
    : words._n(
        '✓ A run from the top would give what the cells show, not counting the finding under Determinism.',
        '✓ A run from the top would give what the cells show, not counting the %1 findings under Determinism.',
        findings
      );
}
