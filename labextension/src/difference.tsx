/** The dialog that shows the outputs of a cell, reference against candidate: texts, tables and pictures. */
import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import React from 'react';

import { CellDiff, DiffPane, DiffPiece, DiffTable } from './schema.js';
import { verdictWords } from './verdicts.js';
import { Words } from './words.js';

/** Show the dialog. */
export async function showDifference(diff: CellDiff, words: Words, accept: (() => void) | null): Promise<void> {
  const body = ReactWidget.create(<Difference diff={diff} words={words} />);
  body.addClass('nbr-Difference');
  const buttons = [Dialog.okButton({ label: words.__('Close') })];
  if (accept !== null) {
    buttons.unshift(Dialog.warnButton({ label: words.__('Accept as new record'), className: 'nbr-accept' }));
  }
  const dialog = new Dialog({
    title: words.__('Cell %1: reference against candidate', diff.number ?? '?'),
    body,
    buttons,
    defaultButton: buttons.length - 1,
    hasClose: true
  });
  const result = await dialog.launch();
  if (result.button.className === 'nbr-accept') {
    accept?.();
  }
}

export function Difference({ diff, words }: { diff: CellDiff; words: Words }): JSX.Element {
  return (
    <div className="nbr-Difference-body" tabIndex={0} role="group" aria-label={words.__('Differences')}>
      <pre className="nbr-Difference-source">{diff.source}</pre>
      {diff.panes.length === 0 ? <p>{words.__('Neither side has an output.')}</p> : null}
      {diff.panes.map((pane, place) => (
        <Pane key={place} pane={pane} words={words} />
      ))}
    </div>
  );
}

function Pane({ pane, words }: { pane: DiffPane; words: Words }): JSX.Element {
  return (
    <section className="nbr-Pane">
      <h3>
        <span title={pane.mime}>{kind(pane, words)}</span> <span className="nbr-Dim">{verdictWords(pane.verdict, words)}</span>
      </h3>
      {pane.reason !== null ? <p className="nbr-Dim">{pane.reason}</p> : null}
      {pane.notes.map(note => (
        <p className="nbr-Dim" key={note}>
          {note}
        </p>
      ))}
      {pane.images !== null ? <Pictures images={pane.images} words={words} /> : null}
      {pane.tables !== null ? <Tables tables={pane.tables} words={words} /> : null}
      {pane.rows.length > 0 ? <Rows pane={pane} words={words} /> : null}
      {pane.differences.length > 0 && pane.rows.length === 0 && pane.tables === null ? (
        <ul className="nbr-Findings">
          {pane.differences.slice(0, 12).map((difference, place) => (
            <li key={place}>
              {difference.where}: {pane.images !== null && difference.reference === null ? (
                <span>{difference.candidate}</span>
              ) : (
                <>
                  <del>{difference.reference ?? words.__('absent')}</del> <ins>{difference.candidate ?? words.__('absent')}</ins>
                </>
              )}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

/** Return what an output is, in words; its type where there are none. */
function kind({ mime, tables }: DiffPane, words: Words): string {
  const isTable = tables !== null;
  const names: { [mime: string]: string } = {
    'stream/stdout': words.__('Printed text'),
    'stream/stderr': words.__('Text on standard error'),
    'text/plain': words.__('Text'),
    'text/html': isTable ? words.__('Table') : words.__('Page'),
    'text/markdown': words.__('Markdown'),
    'text/latex': words.__('Formula'),
    'image/png': words.__('Picture'),
    'image/jpeg': words.__('Picture'),
    'image/svg+xml': words.__('Drawing'),
    error: words.__('Error')
  };
  return names[mime] ?? mime;
}

function Rows({ pane, words }: { pane: DiffPane; words: Words }): JSX.Element {
  return (
    <table className="nbr-Diff">
      <thead>
        <tr>
          <th scope="col">{words.__('Reference')}</th>
          <th scope="col">{words.__('Candidate')}</th>
        </tr>
      </thead>
      <tbody>
        {pane.rows.map((row, place) =>
          row.skipped > 0 ? (
            <tr key={place}>
              <td colSpan={2} className="nbr-Dim">
                {words._n('%1 equal line', '%1 equal lines', row.skipped)}
              </td>
            </tr>
          ) : (
            <tr key={place}>
              <Line pieces={row.left} side="left" />
              <Line pieces={row.right} side="right" />
            </tr>
          )
        )}
      </tbody>
    </table>
  );
}

function Line({ pieces, side }: { pieces: DiffPiece[] | null; side: 'left' | 'right' }): JSX.Element {
  const changed = pieces !== null && pieces.some(piece => piece.changed);
  const Changed = side === 'left' ? 'del' : 'ins';
  return (
    <td className={`nbr-Diff-${side}${changed ? ' nbr-mod-changed' : ''}`}>
      {(pieces ?? []).map((piece, place) =>
        piece.changed ? <Changed key={place}>{piece.text}</Changed> : <span key={place}>{piece.text}</span>
      )}
    </td>
  );
}

function Tables({ tables, words }: { tables: [DiffTable | null, DiffTable | null]; words: Words }): JSX.Element {
  const [left, right] = tables;
  return (
    <div className="nbr-Sides">
      <Table table={left} other={right} title={words.__('Reference')} words={words} changed="del" />
      <Table table={right} other={left} title={words.__('Candidate')} words={words} changed="ins" />
    </div>
  );
}

interface TableProps {
  table: DiffTable | null;
  other: DiffTable | null;
  title: string;
  words: Words;
  changed: 'del' | 'ins';
}

function Table({ table, other, title, words, changed: Changed }: TableProps): JSX.Element {
  if (table === null) {
    return (
      <div>
        <h4>{title}</h4>
        <p className="nbr-Dim">{words.__('no such output')}</p>
      </div>
    );
  }
  return (
    <div>
      <h4>{title}</h4>
      <table className="nbr-Table">
        <thead>
          {table.header.map((row, place) => (
            <tr key={place}>
              {row.map((text, column) => (
                <th key={column} scope="col">
                  {text || '\u00a0'}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.rows.map((row, place) => (
            <tr key={place}>
              {row.map((text, column) => (
                <td key={column}>{other?.rows[place]?.[column] === text ? text : <Changed>{text}</Changed>}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.more > 0 ? <p className="nbr-Dim">{words.__('and %1 more rows', table.more)}</p> : null}
    </div>
  );
}

/** Only pictures that the server vouches for: PNG, JPEG and the like as data, never an address, never SVG. */
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$/;

function Pictures({ images, words }: { images: [string | null, string | null, string | null]; words: Words }): JSX.Element {
  const titles = [words.__('Reference'), words.__('Candidate'), words.__('Where they differ')];
  return (
    <div className="nbr-Sides">
      {images.map((uri, place) =>
        uri !== null && PICTURE.test(uri) ? (
          <figure key={place}>
            <figcaption>{titles[place]}</figcaption>
            <img src={uri} alt={titles[place]} />
          </figure>
        ) : null
      )}
    </div>
  );
}
