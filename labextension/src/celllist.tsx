/** The cells as a strip of marks; a click goes to the cell. */
import React from 'react';

import { CellMark, signOf } from './marks.js';
import { Words } from './words.js';

const SHOWN = 300;

export function CellList(props: { marks: CellMark[]; words: Words; onGo: (id: string) => void }): JSX.Element {
  const { marks, words, onGo } = props;
  return (
    <>
      <ul className="nbr-Cells" aria-label={words.__('Cells')}>
        {marks.slice(0, SHOWN).map(mark => (
          <li key={mark.id}>
            <button
              type="button"
              className="nbr-Cell"
              data-mark={mark.mark}
              title={words.__('Cell %1 %2', mark.number, mark.words)}
              aria-label={words.__('Cell %1 %2', mark.number, mark.words)}
              onClick={() => onGo(mark.id)}
            >
              <span>{mark.number}</span>
              <span aria-hidden="true">{signOf(mark.mark)}</span>
            </button>
          </li>
        ))}
      </ul>
      {marks.length > SHOWN ? (
        <p className="nbr-Note">{words.__('and %1 more', marks.length - SHOWN)}</p>
      ) : null}
    </>
  );
}
