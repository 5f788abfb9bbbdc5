/** The names that several files share. */
export const PLUGIN_ID = 'nbrepro:panel';
export const DOMAIN = 'nbrepro';
export const PANEL_ID = 'nbrepro-panel';

export const CommandIDs = {
  toggle: 'nbrepro:toggle',
  load: 'nbrepro:load',
  addToFirstCell: 'nbrepro:add-to-first-cell',
  restartPinned: 'nbrepro:restart-pinned',
  record: 'nbrepro:record',
  check: 'nbrepro:check',
  cancel: 'nbrepro:cancel',
  accept: 'nbrepro:accept',
  takeAlong: 'nbrepro:take-record-along',
  restore: 'nbrepro:restore',
  lock: 'nbrepro:lock',
  difference: 'nbrepro:difference',
  copyReport: 'nbrepro:copy-report',
  openReport: 'nbrepro:open-report',
  refresh: 'nbrepro:refresh',
  goToCell: 'nbrepro:go-to-cell'
} as const;
