/** What of a check counts as reproduced, and each verdict in words. */
import { Check } from './schema.js';
import type { OpenCell } from './inputs.js';
import { Words } from './words.js';

const PASSING = new Set(['identical', 'equivalent', 'within_tolerance']);

/** Whether a check's verdict counts as reproduced. */
export function passes(verdict: string): boolean {
  return PASSING.has(verdict);
}

/** Return a verdict in words; its name where it is none that this panel knows. */
export function verdictWords(verdict: string, words: Words): string {
  const names: { [verdict: string]: string } = {
    identical: words.__('identical'),
    equivalent: words.__('equivalent'),
    within_tolerance: words.__('within tolerance'),
    different: words.__('different'),
    error: words.__('raised an error'),
    not_compared: words.__('not compared')
  };
  return names[verdict] ?? verdict;
}

/** Whether a checked source is no longer the one in the editor. */
export function isOlder(check: Check, cells: readonly OpenCell[]): boolean {
  const live = new Map(cells.map(cell => [cell.id, cell.digest]));
  const checked = check.cells.filter(cell => cell.number !== null);
  return checked.some(cell => live.get(cell.id) !== cell.source_digest) || cells.some(cell => !checked.some(other => other.id === cell.id));
}
