/** The panel's widget: draws nothing while it is hidden. */
import { ReactWidget } from '@jupyterlab/apputils';
import { ellipsesIcon, refreshIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Message } from '@lumino/messaging';
import React from 'react';

import { StateCard } from './card.js';
import { ContentProps } from './content.js';
import { openMenu } from './menu.js';
import { Button, Prose } from './parts.js';
import { Sections } from './sections.js';
import { CommandIDs } from './tokens.js';
import { Tracker } from './tracker.js';
import { Words } from './words.js';

const CLOCK = 1000;

export class ReproPanel extends ReactWidget {
  private _open = new Set(['determinism', 'cells']);
  private _timer: number | undefined;
  private _hasFocus = false;

  constructor(
    private readonly _tracker: Tracker,
    private readonly _commands: CommandRegistry,
    private readonly _words: Words
  ) {
    super();
    this.addClass('nbr-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _words.__('Reproducibility'));
    this.node.tabIndex = -1;
    this.node.addEventListener('focusin', () => {
      this._hasFocus = true;
    });
    this.node.addEventListener('focusout', event => {
      // A button that goes with its state takes the focus away, though nobody has left: that it goes is seen only later.
      const left = event.target as HTMLElement;
      setTimeout(() => {
        this._hasFocus = !left.isConnected || this.node.contains(document.activeElement);
      });
    });
    _tracker.changed.connect(this._onChange, this);
  }

  override dispose(): void {
    window.clearInterval(this._timer);
    this._tracker.changed.disconnect(this._onChange, this);
    super.dispose();
  }

  override render(): JSX.Element {
    const watch = this._tracker.current;
    if (watch === null) {
      return <p className="nbr-Empty">{this._words.__('Open a notebook to see whether its numbers can be trusted.')}</p>;
    }
    return (
      <Content
        title={watch.path.split('/').pop() ?? ''}
        path={watch.path}
        view={watch.view}
        inputs={watch.inputs}
        message={watch.message}
        words={this._words}
        now={Date.now()}
        open={this._open}
        onToggle={section => this._toggle(section)}
        run={(command, args) => void this._commands.execute(command, args ?? {})}
        caption={command => this._commands.caption(command)}
        onMenu={button => openMenu(this._commands, button)}
        onDrawn={() => this._keepFocus()}
        onDismiss={() => {
          watch.message = null;
        }}
      />
    );
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._tracker.setAwake(true);
    this.update();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this._tracker.setAwake(true);
    }
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._rest();
  }

  protected override onBeforeDetach(message: Message): void {
    this._rest();
    super.onBeforeDetach(message);
  }

  /** Take the focus back that went with a button, so that the keyboard goes on from here. */
  private _keepFocus(): void {
    if (this._hasFocus && document.activeElement === document.body) {
      this.node.focus();
    }
  }

  private _rest(): void {
    window.clearInterval(this._timer);
    this._timer = undefined;
    this._tracker.setAwake(false);
  }

  private _onChange(): void {
    if (!this.isVisible) {
      return;
    }
    const running = this._tracker.current?.inputs.job?.state === 'running';
    if (running && this._timer === undefined) {
      this._timer = window.setInterval(() => this.update(), CLOCK);
    } else if (!running && this._timer !== undefined) {
      window.clearInterval(this._timer);
      this._timer = undefined;
    }
    this.update();
  }

  private _toggle(section: string): void {
    if (!this._open.delete(section)) {
      this._open.add(section);
    }
    this.update();
  }
}

function Content(props: ContentProps): JSX.Element {
  const { title, path, words, run, onDrawn } = props;
  React.useLayoutEffect(onDrawn);
  return (
    <>
      <div className="nbr-Head">
        <h2 title={path}>{title}</h2>
        <button
          type="button"
          className="nbr-Icon"
          title={words.__('Refresh')}
          aria-label={words.__('Refresh')}
          onClick={() => run(CommandIDs.refresh)}
        >
          <refreshIcon.react tag="span" elementSize="normal" />
        </button>
        <button
          type="button"
          className="nbr-Icon"
          title={words.__('More actions')}
          aria-label={words.__('More actions')}
          aria-haspopup="menu"
          aria-expanded="false"
          onClick={event => props.onMenu(event.currentTarget)}
        >
          <ellipsesIcon.react tag="span" elementSize="normal" />
        </button>
      </div>
      <ServerNote {...props} />
      <StateCard {...props} />
      {props.message !== null ? (
        <div className="nbr-Message" role="alert">
          <span>{props.message}</span>
          <Button small label={words.__('Dismiss')} onClick={props.onDismiss} />
        </div>
      ) : null}
      <Sections {...props} />
    </>
  );
}

/** What is missing or older on the server's side, and how to mend it. */
function ServerNote({ inputs, words }: ContentProps): JSX.Element | null {
  const texts: { [state: string]: string } = {
    missing: words.__(
      'The server’s half of nbrepro is missing: run `pip install nbrepro` in the environment of Jupyter Server and restart it.'
    ),
    older: words.__(
      'The server’s half of nbrepro is older than the panel: run `pip install -U nbrepro` in its environment and restart it.'
    ),
    newer: words.__('The server’s half of nbrepro is newer than the panel: reload the page.'),
    forbidden: words.__('You are not allowed to use nbrepro on this server.'),
    unreachable: words.__('The server does not answer: records and checks come back with the connection.')
  };
  const text = texts[inputs.server];
  return text === undefined ? null : (
    <p className="nbr-Warning" role="alert">
      <span>
        <Prose text={text} />
      </span>
    </p>
  );
}
