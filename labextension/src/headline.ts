/** The sentence at the top of each state, and the one below it. */
import { DriftItem } from './drifts.js';
import { Inputs } from './inputs.js';
import { Check } from './schema.js';
import { PanelState } from './states.js';
import { passes } from './verdicts.js';
import { Words } from './words.js';

/** Return what the panel says of a state. */
export function headline(
  state: PanelState,
  inputs: Inputs,
  drifts: DriftItem[],
  check: Check | null,
  older: boolean,
  words: Words
): { headline: string; detail: string } {
  switch (state) {
    case 'running':
      return running(inputs, words);
    case 'failed':
      return failed(check!, words);
    case 'tracked':
      return { headline: words.__('Tracked, no record yet'), detail: lastCheck(check, older, words) };
    case 'drift':
      return {
        headline: words._n('%1 drift since the record', '%1 drifts since the record', drifts.length),
        detail: lastCheck(check, older, words)
      };
    case 'clean':
      return check !== null && passes(check.verdict) && !older
        ? { headline: words.__('Reproduced'), detail: lastCheck(check, older, words) }
        : { headline: words.__('Matches its record'), detail: words.__('Not checked since it was recorded.') };
    default:
      return notLoaded(inputs, words);
  }
}

function running(inputs: Inputs, words: Words): { headline: string; detail: string } {
  const recording = inputs.job!.kind === 'record';
  return {
    headline: recording ? words.__('Recording in a fresh kernel') : words.__('Checking in a fresh kernel'),
    detail: words.__('Your kernel is not used: work on.')
  };
}

function failed(check: Check, words: Words): { headline: string; detail: string } {
  const first = check.cells.find(cell => cell.verdict === 'different' || cell.verdict === 'error');
  if (check.exit_code === 3 || first === undefined) {
    return { headline: words.__('Did not run to its end'), detail: check.reason ?? '' };
  }
  return {
    headline: words.__('Diverged first at cell %1', first.number ?? '?'),
    detail: words.__('%1 of %2 cells match.', check.passed, check.compared)
  };
}

function lastCheck(check: Check | null, older: boolean, words: Words): string {
  if (check === null) {
    return '';
  }
  return older
    ? words.__('The last check is older than your edits.')
    : words.__('%1/%2 outputs match', check.passed, check.compared);
}

function notLoaded(inputs: Inputs, words: Words): { headline: string; detail: string } {
  switch (inputs.link) {
    case 'none':
      return { headline: words.__('No kernel yet'), detail: words.__('Start a kernel to follow its cells.') };
    case 'starting':
    case 'connecting':
      return { headline: words.__('Waiting for the kernel'), detail: '' };
    case 'other':
      return {
        headline: words.__('Not a Python kernel'),
        detail: words.__('Live tracking needs ipykernel; records and checks work all the same.')
      };
    case 'lost':
      return { headline: words.__('Connection lost'), detail: words.__('JupyterLab is trying to reconnect to the kernel.') };
    case 'older':
      return {
        headline: words.__('nbrepro in the kernel is older than the panel'),
        detail: words.__('Run `%pip install -U nbrepro` in the notebook, then restart the kernel.')
      };
    case 'newer':
      return {
        headline: words.__('nbrepro in the kernel is newer than the panel'),
        detail: words.__('Upgrade nbrepro in the environment of JupyterLab, then reload the page.')
      };
    default:
      return {
        headline: words.__('Not tracked in this kernel'),
        detail: words.__('Load nbrepro to pin seeds and to see what each cell does.')
      };
  }
}
