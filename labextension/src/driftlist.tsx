/** What drifted since the record, worst first, and what it reaches. */
import React from 'react';

import { ContentProps } from './content.js';
import { DriftItem } from './drifts.js';
import { View } from './model.js';
import { Go } from './parts.js';
import { CommandIDs } from './tokens.js';

const DRIFTS_SHOWN = 12;

export function Drifts({ view, words, run }: ContentProps): JSX.Element | null {
  if (view.drifts.length === 0) {
    return null;
  }
  const names: Record<DriftItem['section'], string> = {
    environment: words.__('Env'),
    data: words.__('Data'),
    code: words.__('Code'),
    order: words.__('Order'),
    outputs: words.__('Output')
  };
  return (
    <>
      <ul className="nbr-Drifts">
        {view.drifts.slice(0, DRIFTS_SHOWN).map((item, place) => (
          <li key={place}>
            <span className="nbr-Drifts-kind">{names[item.section]}</span>
            <span className="nbr-Drifts-text" title={item.title ?? item.text}>
              {item.text}
            </span>
            {item.cellId !== null ? <Go id={item.cellId} number={numberIn(view, item.cellId)} words={words} run={run} /> : null}
            {item.restore !== null ? (
              <button
                type="button"
                className="nbr-Go"
                data-action={CommandIDs.restore}
                aria-label={words.__('Restore %1', item.restore)}
                onClick={() => run(CommandIDs.restore, { name: item.restore! })}
              >
                {words.__('restore')}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {view.drifts.length > DRIFTS_SHOWN ? (
        <p className="nbr-Dim">{words.__('and %1 more', view.drifts.length - DRIFTS_SHOWN)}</p>
      ) : null}
      {view.affected !== '' ? (
        <p className="nbr-Detail">
          {words.__('Affected: %1', view.affected)}
          {view.safe !== '' ? ` · ${words.__('safe: %1', view.safe)}` : ''}
        </p>
      ) : null}
    </>
  );
}

function numberIn(view: View, id: string): number | null {
  return view.marks.find(mark => mark.id === id)?.number ?? null;
}

/** The drifts of one section of the accordion. */
export function SectionDrifts({ view, section }: { view: View; section: DriftItem['section'] }): JSX.Element | null {
  const items = view.drifts.filter(item => item.section === section);
  return items.length === 0 ? null : (
    <ul className="nbr-Findings">
      {items.slice(0, 30).map((item, place) => (
        <li key={place}>{item.text}</li>
      ))}
    </ul>
  );
}
