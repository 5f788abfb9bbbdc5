/** The data files that the record read. */
import React from 'react';

import { ContentProps } from './content.js';
import { CommandIDs } from './tokens.js';

export function Data({ inputs, words, run }: ContentProps): JSX.Element {
  const data = inputs.overview?.data ?? [];
  if (data.length === 0) {
    return <p className="nbr-Note">{words.__('The record names no data file.')}</p>;
  }
  const keepers = { dvc: 'DVC', git: 'git', no: words.__('untracked') };
  const states = { same: words.__('unchanged'), changed: words.__('changed'), missing: words.__('missing') };
  return (
    <ul className="nbr-Files">
      {data.slice(0, 50).map(file => (
        <li key={file.path}>
          <span aria-hidden="true">{file.state === 'same' ? '✓' : '≠'}</span>
          <span className="nbr-Files-path" title={file.path}>
            {file.path}
          </span>
          <span className="nbr-Dim">
            {keepers[file.tracked]} · {states[file.state]}
          </span>
          {file.restorable ? (
            <button type="button" className="nbr-Go" onClick={() => run(CommandIDs.restore, { name: file.path })}>
              {words.__('restore')}
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
