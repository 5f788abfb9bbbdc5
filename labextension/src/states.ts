/** What the panel says of a notebook as a whole, the worst that is known. */
export type PanelState = 'empty' | 'not_loaded' | 'tracked' | 'clean' | 'drift' | 'running' | 'failed';
