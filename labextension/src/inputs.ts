/** What kernel, server and editor tell: all that the view follows from. */
import { Job, KernelState, LiveAnswer, Overview } from './schema.js';

/** A code cell with a source, as the editor holds it. */
export interface OpenCell {
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
  /** How the cells stand to a run from the top; null where the kernel does not follow it, or has not said yet. */
  live: LiveAnswer | null;
  server: ServerState;
  /** Whether kernels run elsewhere, at a gateway. */
  gateway: boolean;
  overview: Overview | null;
  job: Job | null;
  cells: readonly OpenCell[];
  dirty: boolean;
}

export const EMPTY: Inputs = {
  link: 'none',
  kernel: null,
  live: null,
  server: 'unknown',
  gateway: false,
  overview: null,
  job: null,
  cells: [],
  dirty: false
};
