/** What kernel, server and editor tell: all that the view follows from. */
import { Job, KernelState, Overview } from './schema.js';

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

export const EMPTY: Inputs = {
  link: 'none',
  kernel: null,
  server: 'unknown',
  overview: null,
  job: null,
  cells: [],
  dirty: false
};
