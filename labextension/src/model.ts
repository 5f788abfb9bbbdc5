/**
 * What the panel shows, derived from what kernel, server and editor tell: no DOM, no JupyterLab.
 */
import { Check, Drift, Finding, Job, KernelCell, KernelState, Overview } from './schema.js';
import { ranges, Words } from './words.js';

/** A code cell with a source, as the editor holds it. */
export interface LiveCell {
  id: string;
  /** The number that a run from the top shows in its prompt. */
  number: number;
  digest: string;
  executing: boolean;
}

/** How the panel stands to the kernel. */
export type KernelLinkState = 'none' | 'starting' | 'connecting' | 'other' | 'absent' | 'loaded' | 'older' | 'newer' | 'lost';

/** How the panel stands to the server's half. */
export type ServerState = 'unknown' | 'ok' | 'missing' | 'older' | 'newer' | 'forbidden' | 'unreachable';

/** All that the view follows from. */
export interface Inputs {
  link: KernelLinkState;
  kernel: KernelState | null;
  server: ServerState;
  overview: Overview | null;
  job: Job | null;
  cells: readonly LiveCell[];
  dirty: boolean;
}

export type PanelState = 'empty' | 'not_loaded' | 'tracked' | 'clean' | 'drift' | 'running' | 'failed';

export type Mark = 'match' | 'differs' | 'edited' | 'new' | 'order' | 'running' | 'raised' | 'ran' | 'none';

export interface CellMark {
  id: string;
  number: number;
  mark: Mark;
  /** The mark in words, for a tooltip and for those who do not see it. */
  words: string;
}

export interface DriftItem {
  section: 'environment' | 'data' | 'code' | 'order' | 'outputs';
  text: string;
  cellId: string | null;
  /** The data file that can be restored. */
  restore: string | null;
}

export interface CellFinding {
  cellId: string | null;
  number: number | null;
  finding: Finding;
}

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

export const EMPTY: Inputs = {
  link: 'none',
  kernel: null,
  server: 'unknown',
  overview: null,
  job: null,
  cells: [],
  dirty: false
};

const PASSING = new Set(['identical', 'equivalent', 'within_tolerance']);
const DATA = new Set(['data_changed', 'data_missing']);
const CODE = new Set(['source', 'local_module', 'cell_missing']);
const SIGNS: Record<Mark, string> = {
  match: '✓',
  differs: '≠',
  edited: '✎',
  new: '+',
  order: '↕',
  running: '…',
  raised: '✗',
  ran: '·',
  none: ''
};

/** Return the sign of a mark. */
export function signOf(mark: Mark): string {
  return SIGNS[mark];
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

/** Whether a check's verdict counts as reproduced. */
export function passes(verdict: string): boolean {
  return PASSING.has(verdict);
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

function headline(
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

/** Whether a checked source is no longer the one in the editor. */
function isOlder(check: Check, cells: readonly LiveCell[]): boolean {
  const live = new Map(cells.map(cell => [cell.id, cell.digest]));
  const checked = check.cells.filter(cell => cell.number !== null);
  return checked.some(cell => live.get(cell.id) !== cell.source_digest) || cells.some(cell => !checked.some(other => other.id === cell.id));
}

interface RunOrder {
  late: Set<string>;
  inOrder: number;
  notRun: number;
}

/** Which cells ran before a cell that stands above them. */
function runOrder(inputs: Inputs): RunOrder {
  const ran = latestRuns(inputs.kernel);
  const late = new Set<string>();
  let highest = 0;
  let notRun = 0;
  for (const cell of inputs.cells) {
    const order = ran.get(cell.id)?.order ?? null;
    if (order === null) {
      notRun++;
      continue;
    }
    if (order < highest) {
      late.add(cell.id);
    }
    highest = Math.max(highest, order);
  }
  return { late, inOrder: inputs.cells.length - notRun - late.size, notRun };
}

function latestRuns(kernel: KernelState | null): Map<string, KernelCell> {
  const found = new Map<string, KernelCell>();
  for (const cell of kernel?.cells ?? []) {
    if (cell.cell_id !== null) {
      found.set(cell.cell_id, cell);
    }
  }
  return found;
}

function cellMarks(inputs: Inputs, late: Set<string>, words: Words): CellMark[] {
  const ran = latestRuns(inputs.kernel);
  const record = inputs.overview?.record ?? null;
  const checked = new Map((inputs.overview?.check?.cells ?? []).map(cell => [cell.id, cell]));
  const changed = new Set(inputs.overview?.outputs ?? []);
  const text: Record<Mark, string> = {
    match: words.__('matches the reference'),
    differs: words.__('differs from the reference'),
    edited: words.__('edited since the record'),
    new: words.__('not in the record'),
    order: words.__('ran before a cell above it'),
    running: words.__('is running'),
    raised: words.__('raised an exception'),
    ran: words.__('ran in this kernel'),
    none: words.__('not run in this kernel')
  };
  const mark = (cell: LiveCell): Mark => {
    const run = ran.get(cell.id);
    const verdict = checked.get(cell.id);
    if (cell.executing) {
      return 'running';
    }
    if (late.has(cell.id)) {
      return 'order';
    }
    if (record !== null && record.cells[cell.id] !== cell.digest) {
      return record.cells[cell.id] === undefined ? 'new' : 'edited';
    }
    if (run?.state === 'error') {
      return 'raised';
    }
    if (verdict !== undefined && verdict.source_digest === cell.digest && verdict.verdict !== 'not_compared') {
      return passes(verdict.verdict) ? 'match' : 'differs';
    }
    if (changed.has(cell.id)) {
      return 'differs';
    }
    return run === undefined ? 'none' : 'ran';
  };
  return inputs.cells.map(cell => {
    const found = mark(cell);
    return { id: cell.id, number: cell.number, mark: found, words: text[found] };
  });
}

function driftItems(inputs: Inputs, late: Set<string>, words: Words): DriftItem[] {
  const { overview, cells } = inputs;
  const items: DriftItem[] = [];
  const add = (section: DriftItem['section'], text: string, cellId: string | null = null, restore: string | null = null) =>
    items.push({ section, text, cellId, restore });
  const record = overview?.record ?? null;
  if (overview !== null && record !== null) {
    for (const drift of overview.drift) {
      const section = DATA.has(drift.kind) ? 'data' : CODE.has(drift.kind) ? 'code' : 'environment';
      const file = overview.data.find(data => data.path === drift.name);
      add(section, change(drift, words), null, section === 'data' && file?.restorable ? drift.name : null);
    }
    const edited = cells.filter(cell => record.cells[cell.id] !== undefined && record.cells[cell.id] !== cell.digest);
    edited.forEach(cell => add('code', words.__('cell %1 edited', cell.number), cell.id));
    const added = cells.filter(cell => record.cells[cell.id] === undefined);
    added.forEach(cell => add('code', words.__('cell %1 is new', cell.number), cell.id));
    const gone = overview.removed;
    if (gone > 0) {
      add('code', words._n('%1 cell of the record is gone', '%1 cells of the record are gone', gone));
    }
    const fresh = new Set(edited.map(cell => cell.id));
    for (const cell of cells.filter(other => overview.outputs.includes(other.id) && !fresh.has(other.id))) {
      add('outputs', words.__('cell %1: its saved output is not the record’s', cell.number), cell.id);
    }
    if (inputs.kernel !== null && record.seed !== null && inputs.kernel.seed !== record.seed) {
      add('environment', words.__('seed %1 → %2', record.seed, inputs.kernel.seed));
    }
  }
  for (const cell of cells.filter(other => late.has(other.id))) {
    add('order', words.__('cell %1 ran before a cell above it', cell.number), cell.id);
  }
  return items;
}

function change(drift: Drift, words: Words): string {
  const absent = words.__('absent');
  const short = (value: string | null): string => (value === null ? absent : value.replace(/^\w+:([0-9a-f]{8})[0-9a-f]*$/, '$1'));
  return `${drift.name} ${short(drift.reference)} → ${short(drift.candidate)}`;
}

function affectedNumbers(inputs: Inputs): number[] {
  const reached = new Set(inputs.overview?.affected ?? []);
  return inputs.cells.filter(cell => reached.has(cell.id)).map(cell => cell.number);
}

function cellFindings(inputs: Inputs): CellFinding[] {
  const numbers = new Map(inputs.cells.map(cell => [cell.id, cell.number]));
  const found = (inputs.kernel?.cells ?? []).flatMap(cell =>
    cell.findings.map(finding => ({
      cellId: cell.cell_id,
      number: cell.cell_id === null ? null : (numbers.get(cell.cell_id) ?? null),
      finding
    }))
  );
  return found.filter(item => item.cellId === null || item.number !== null).sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
}

/** Return what the panel says, as Markdown for an issue or a message. */
export function asText(title: string, view: View): string {
  const lines = [`### ${title}: ${view.headline}`, view.detail];
  for (const item of view.drifts) {
    lines.push(`- ${item.section}: ${item.text}`);
  }
  for (const { cause } of view.check?.causes ?? []) {
    lines.push(`- ${cause.kind} (${cause.confidence}): ${cause.summary}`, ...cause.evidence.map(text => `  - ${text}`));
  }
  for (const cell of view.check?.cells ?? []) {
    for (const difference of cell.differences) {
      lines.push(`- cell ${cell.number}, ${difference.where}: ${difference.reference} | ${difference.candidate}`);
    }
  }
  for (const item of view.findings) {
    lines.push(`- cell ${item.number}: ${item.finding.what} (${item.finding.kind})`);
  }
  return lines.filter(line => line !== '').join('\n');
}
