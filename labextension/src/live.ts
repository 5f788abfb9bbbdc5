/** Whether a run from the top would give what the cells show, as a kernel that follows their names says. */
import { Inputs, OpenCell } from './inputs.js';
import { LiveAnswer, LiveCell } from './schema.js';
import { Words } from './words.js';

/** A cell of which a run from the top may not give what it shows. */
export interface Doubt {
  cell: OpenCell;
  state: string;
  words: string;
  reason: string;
}

/** Whether the session follows the cells: `off` where it could, `none` where there is no session. */
export type LiveStanding = 'none' | 'off' | 'waiting' | 'yes' | 'no';

/** Return how each cell stands to a run from the top, by its id; nothing where the kernel does not say. */
export function liveStates(live: LiveAnswer | null): Map<string, LiveCell> {
  return new Map((live?.cells ?? []).flatMap(cell => (cell.id === null ? [] : [[cell.id, cell] as const])));
}

/** Return whether the whole notebook stands to a run from the top. */
export function liveStanding({ link, kernel, live }: Inputs): LiveStanding {
  if (link !== 'loaded' || kernel === null) {
    return 'none';
  }
  if (!kernel.live) {
    return 'off';
  }
  return live === null ? 'waiting' : live.yes ? 'yes' : 'no';
}

/** Return the cells of which a run from the top may not give what they show, from the top. */
export function doubts(inputs: Inputs, words: Words): Doubt[] {
  const states = liveStates(inputs.live);
  return inputs.cells.flatMap(cell => {
    const found = states.get(cell.id);
    const text = found === undefined ? null : doubtIn(found.state, words);
    return found === undefined || text === null ? [] : [{ cell, state: found.state, words: text, reason: found.reason ?? '' }];
  });
}

/** Return a state in words; null for one that is no reason to doubt what the cell shows. */
export function doubtIn(state: string, words: Words): string | null {
  switch (state) {
    case 'stale':
      return words.__('used what a run from the top would make otherwise');
    case 'out_of_order':
      return words.__('used what a cell below it makes, or ran too early');
    case 'orphan':
      return words.__('used a name that no cell makes any more');
    case 'edited':
      return words.__('edited since it ran');
    case 'interrupted':
      return words.__('was interrupted');
    default:
      return null;
  }
}
