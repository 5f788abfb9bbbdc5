/**
 * What the panel shows, derived from what kernel, server and editor tell: no DOM, no JupyterLab.
 */
import { affectedNumbers, DriftItem, driftItems } from './drifts.js';
import { CellFinding, cellFindings } from './findings.js';
import { headline } from './headline.js';
import { Inputs } from './inputs.js';
import { CellMark, cellMarks } from './marks.js';
import { runOrder } from './order.js';
import { Check } from './schema.js';
import { PanelState } from './states.js';
import { isOlder } from './verdicts.js';
import { ranges, Words } from './words.js';

export interface View {
  state: PanelState;
  headline: string;
  detail: string;
  marks: CellMark[];
  drifts: DriftItem[];
  findings: CellFinding[];
  /** Numbers of the cells that the drift reaches, and of the others. */
  affected: string;
  safe: string;
  order: { inOrder: number; total: number; notRun: number };
  /** The last check, if it still speaks of the sources in the editor. */
  check: Check | null;
  checkIsOlder: boolean;
}

/** Derive what the panel shows. */
export function derive(inputs: Inputs, words: Words): View {
  const order = runOrder(inputs);
  const marks = cellMarks(inputs, order.late, words);
  const drifts = driftItems(inputs, order.late, words);
  const check = inputs.overview?.check ?? null;
  const older = check !== null && isOlder(check, inputs.cells);
  const state = stateOf(inputs, drifts, check, older);
  const affected = affectedNumbers(inputs);
  const rest = inputs.cells.map(cell => cell.number).filter(number => !affected.includes(number));
  return {
    state,
    ...headline(state, inputs, drifts, check, older, words),
    marks,
    drifts,
    findings: cellFindings(inputs),
    affected: ranges(affected),
    safe: affected.length > 0 ? ranges(rest) : '',
    order: { inOrder: order.inOrder, total: inputs.cells.length, notRun: order.notRun },
    check,
    checkIsOlder: older
  };
}

function stateOf(inputs: Inputs, drifts: DriftItem[], check: Check | null, older: boolean): PanelState {
  const { overview, link } = inputs;
  if (inputs.job?.state === 'running' && (inputs.job.kind === 'check' || inputs.job.kind === 'record')) {
    return 'running';
  }
  if (check !== null && !older && check.exit_code !== 0 && check.exit_code !== 4) {
    return 'failed';
  }
  if (link !== 'loaded') {
    return 'not_loaded';
  }
  if (overview === null || overview.record === null) {
    return 'tracked';
  }
  return drifts.length > 0 ? 'drift' : 'clean';
}
