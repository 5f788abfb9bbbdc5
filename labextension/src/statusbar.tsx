/** The item in the status bar: the state of the active notebook in two words; a click shows the panel. */
import { VDomRenderer } from '@jupyterlab/ui-components';
import { TextItem } from '@jupyterlab/statusbar';
import React from 'react';

import { View } from './model.js';
import { STATE_SIGNS } from './parts.js';
import { Tracker } from './tracker.js';
import { Words } from './words.js';

export class StatusItem extends VDomRenderer {
  constructor(
    private readonly _tracker: Tracker,
    private readonly _words: Words,
    private readonly _show: () => void
  ) {
    super();
    this.addClass('nbr-Status');
    _tracker.changed.connect(this._onChange, this);
  }

  override dispose(): void {
    this._tracker.changed.disconnect(this._onChange, this);
    super.dispose();
  }

  override render(): JSX.Element | null {
    const watch = this._tracker.current;
    if (watch === null) {
      return null;
    }
    const words = this._words;
    const text = this._tracker.awake ? summary(watch.view) : words.__('Repro');
    const title = this._tracker.awake
      ? words.__('Reproducibility: %1', watch.view.headline)
      : words.__('Reproducibility: open the panel to follow this notebook');
    return <TextItem source={text} title={title} onClick={this._show} className="nbr-Status-text" />;
  }

  private _onChange(): void {
    this.update();
  }
}

/** Return the text of the item: the sign of the state, and how many drifts there are. */
export function summary(view: View): string {
  const count = view.state === 'drift' ? ` ${view.drifts.length}` : '';
  return `Repro: ${STATE_SIGNS[view.state]}${count}`;
}
