/** What every part of the panel is drawn from. */
import { Inputs } from './inputs.js';
import { View } from './model.js';
import { Words } from './words.js';

export interface ContentProps {
  title: string;
  path: string;
  view: View;
  inputs: Inputs;
  message: string | null;
  words: Words;
  now: number;
  open: Set<string>;
  onToggle: (section: string) => void;
  run: (command: string, args?: { [key: string]: string }) => void;
  onDismiss: () => void;
  /** Called whenever the panel has been drawn. */
  onDrawn: () => void;
  /** What a command does, as a sentence. */
  caption: (command: string) => string;
  /** Open the menu of all actions below a button. */
  onMenu: (button: HTMLElement) => void;
}

/** Why the server's actions cannot be used now. */
export function refusal(inputs: Inputs, words: Words): string | null {
  if (inputs.server !== 'ok') {
    return words.__('The server’s half of nbrepro does not answer.');
  }
  if (inputs.overview?.state === 'remote') {
    return words.__('The notebook is not a file on the server’s disk.');
  }
  return inputs.job?.state === 'running' ? words.__('A job is running for this notebook.') : null;
}
