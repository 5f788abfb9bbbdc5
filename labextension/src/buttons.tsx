/** The buttons of each state. */
import React from 'react';

import { ContentProps, refusal } from './content.js';
import { Button } from './parts.js';
import { CommandIDs } from './tokens.js';

export function Actions({ view, inputs, words, run, caption }: ContentProps): JSX.Element {
  const refused = refusal(inputs, words);
  const record = inputs.overview?.record ?? null;
  const button = (command: string, label: string, primary = false, why: string | null = refused): JSX.Element => (
    <Button
      key={command}
      action={command}
      label={label}
      title={caption(command)}
      primary={primary}
      refused={why}
      onClick={() => run(command)}
    />
  );
  const loadable = inputs.link === 'absent' ? null : words.__('There is no Python kernel to load it in.');
  const buttons: JSX.Element[] = [];
  if (view.state === 'running') {
    const why = inputs.job?.cancelling ? words.__('Cancelling…') : null;
    buttons.push(button(CommandIDs.cancel, words.__('Cancel'), false, why));
  } else if (view.state === 'not_loaded') {
    if (inputs.link === 'absent') {
      buttons.push(button(CommandIDs.load, words.__('Load nbrepro'), true, loadable));
      buttons.push(button(CommandIDs.addToFirstCell, words.__('Add to 1st cell'), false, null));
    }
    buttons.push(button(CommandIDs.check, words.__('Check')));
    if (record === null) {
      buttons.push(button(CommandIDs.record, words.__('Run all & record')));
    }
  } else if (view.state === 'tracked') {
    buttons.push(button(CommandIDs.record, words.__('Run all & record'), true));
    buttons.push(button(CommandIDs.check, words.__('Check')));
  } else if (view.state === 'failed') {
    buttons.push(button(CommandIDs.difference, words.__('Full diff'), true, null));
    buttons.push(button(CommandIDs.accept, words.__('Accept as new record')));
    buttons.push(button(CommandIDs.check, words.__('Check again')));
  } else {
    buttons.push(button(CommandIDs.check, view.state === 'drift' ? words.__('Check what changed') : words.__('Check'), true));
    buttons.push(button(CommandIDs.record, words.__('Record')));
    buttons.push(button(CommandIDs.lock, words.__('Write lock')));
  }
  if (inputs.overview?.former != null) {
    buttons.push(button(CommandIDs.takeAlong, words.__('Take the record along')));
  }
  if (view.check !== null && view.state !== 'running') {
    buttons.push(button(CommandIDs.openReport, words.__('Report'), false, null));
  }
  return <div className="nbr-Actions">{buttons}</div>;
}
