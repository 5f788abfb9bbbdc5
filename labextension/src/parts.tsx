/** Small parts that several views share. */
import React from 'react';

import { PanelState } from './states.js';
import { CommandIDs } from './tokens.js';
import { Words } from './words.js';

/** The sign of a state: never colour alone. */
export const STATE_SIGNS: Record<PanelState, string> = {
  empty: '○',
  not_loaded: '○',
  tracked: '◐',
  clean: '●',
  drift: '▲',
  running: '◌',
  failed: '✗'
};

export interface ButtonProps {
  label: string;
  onClick: () => void;
  primary?: boolean;
  small?: boolean;
  /** Why it cannot be pressed now. */
  refused?: string | null;
  title?: string;
  action?: string;
}

/** A button; one that cannot be pressed stays focusable and says why. */
export function Button(props: ButtonProps): JSX.Element {
  const { label, onClick, primary, small, refused, title } = props;
  const names = ['nbr-Button', primary ? 'nbr-mod-primary' : '', small ? 'nbr-mod-small' : ''].join(' ').trim();
  return (
    <button
      type="button"
      className={names}
      aria-disabled={refused ? true : undefined}
      title={refused || title || undefined}
      data-action={props.action}
      onClick={refused ? undefined : onClick}
    >
      {label}
    </button>
  );
}

export interface SectionProps {
  id: string;
  title: string;
  summary: string;
  /** Whether the summary tells of trouble. */
  warns?: boolean;
  open: boolean;
  onToggle: () => void;
  children: React.ReactNode;
}

/** One section of the accordion. */
export function Section(props: SectionProps): JSX.Element {
  const body = `nbr-section-${props.id}`;
  return (
    <section className="nbr-Section">
      <h3 className="nbr-Section-head">
        <button type="button" aria-expanded={props.open} aria-controls={body} onClick={props.onToggle}>
          <span className="nbr-Section-arrow" aria-hidden="true">
            {props.open ? '▾' : '▸'}
          </span>
          <span className="nbr-Section-title">{props.title}</span>
          <span className={`nbr-Section-summary${props.warns ? ' nbr-mod-warns' : ''}`}>{props.summary}</span>
        </button>
      </h3>
      <div className="nbr-Section-body" id={body} hidden={!props.open}>
        {props.open ? props.children : null}
      </div>
    </section>
  );
}

/** A name and its value. */
export function Row(props: { name: string; children: React.ReactNode }): JSX.Element {
  return (
    <div className="nbr-Row">
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

/** A sentence in which what stands between backticks is code. */
export function Prose({ text }: { text: string }): JSX.Element {
  const pieces = text.split(/(`+)(.+?)\1/);
  return (
    <>
      {pieces.map((piece, place) =>
        place % 3 === 1 ? null : place % 3 === 2 ? <code key={place}>{piece}</code> : <span key={place}>{piece}</span>
      )}
    </>
  );
}

/** A name in code that may be broken after each of its words. */
export function Breakable({ text }: { text: string }): JSX.Element {
  return (
    <>
      {text.split(/(?<=_)/).map((piece, place) => (
        <span key={place}>
          {piece}
          <wbr />
        </span>
      ))}
    </>
  );
}

/** A link to a cell. */
export function Go(props: { id: string; number: number | null; words: Words; run: (command: string, args: { id: string }) => void }): JSX.Element {
  const { id, number, words, run } = props;
  const label = words.__('Go to cell %1', number ?? '?');
  return (
    <button
      type="button"
      className="nbr-Go"
      title={label}
      aria-label={label}
      onClick={() => run(CommandIDs.goToCell, { id })}
    >
      {words.__('go')}
    </button>
  );
}
