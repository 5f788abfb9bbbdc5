/** The commands: label, caption, when they can be used, and what they do. */
import { JupyterFrontEnd } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';

import { Actions } from './actions.js';
import { refusal } from './content.js';
import { reproIcon } from './icons.js';
import { ReproPanel } from './panel.js';
import { CommandIDs, PANEL_ID } from './tokens.js';
import { Tracker } from './tracker.js';
import { Watch } from './watch.js';
import { Words } from './words.js';

interface Entry {
  id: string;
  label: string;
  caption: string;
  execute: (watch: Watch, args: { [key: string]: unknown }) => unknown;
  enabled?: (watch: Watch) => boolean;
  args?: { [name: string]: string };
}

export function addCommands(app: JupyterFrontEnd, tracker: Tracker, actions: Actions, panel: ReproPanel, words: Words): void {
  app.commands.addCommand(CommandIDs.toggle, {
    label: words.__('Reproducibility Panel'),
    caption: words.__('Show or hide whether this notebook’s numbers can be trusted'),
    icon: reproIcon,
    isToggled: () => panel.isVisible,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => {
      if (panel.isVisible && isLab(app.shell)) {
        app.shell.collapseRight();
      } else {
        app.shell.activateById(PANEL_ID);
      }
    }
  });
  for (const entry of entries(actions, words)) {
    app.commands.addCommand(entry.id, options(entry, app, tracker, panel));
  }
}

function options(entry: Entry, app: JupyterFrontEnd, tracker: Tracker, panel: ReproPanel): CommandRegistry.ICommandOptions {
  const properties = Object.fromEntries(
    Object.entries(entry.args ?? {}).map(([name, description]) => [name, { type: 'string', description }])
  );
  return {
    label: entry.label,
    caption: entry.caption,
    // Behind a hidden panel nothing is known of the notebook: the command shows the panel first, and then looks.
    isEnabled: () => tracker.current !== null && (!panel.isVisible || (entry.enabled?.(tracker.current) ?? true)),
    describedBy: { args: { type: 'object', properties } },
    execute: async args => {
      const watch = tracker.current;
      if (watch === null) {
        return;
      }
      if (!panel.isVisible) {
        app.shell.activateById(PANEL_ID);
        await watch.ready();
      }
      if (entry.enabled?.(watch) ?? true) {
        await entry.execute(watch, args);
      }
    }
  };
}

function entries(actions: Actions, words: Words): Entry[] {
  const free = (watch: Watch): boolean => refusal(watch.inputs, words) === null;
  const checked = (watch: Watch): boolean => watch.view.check !== null;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return [
    {
      id: CommandIDs.load,
      label: words.__('Load nbrepro in This Kernel'),
      caption: words.__('Pin seeds and follow the cells from now on'),
      enabled: watch => watch.inputs.link === 'absent',
      execute: watch => actions.load(watch)
    },
    {
      id: CommandIDs.addToFirstCell,
      label: words.__('Add nbrepro to the First Cell'),
      caption: words.__('Write %load_ext nbrepro at the top of the first code cell'),
      execute: watch => actions.addToFirstCell(watch)
    },
    {
      id: CommandIDs.restartPinned,
      label: words.__('Restart Kernel Pinned…'),
      caption: words.__('Start the kernel anew with a fixed hash seed, threads, time zone and locale'),
      enabled: watch => watch.inputs.link === 'loaded' || watch.inputs.link === 'absent',
      execute: watch => actions.restartPinned(watch)
    },
    {
      id: CommandIDs.record,
      label: words.__('Run All in a Fresh Kernel and Record'),
      caption: words.__('Keep the run as the reference of this notebook'),
      enabled: free,
      execute: watch => actions.start(watch, 'record')
    },
    {
      id: CommandIDs.check,
      label: words.__('Check in a Fresh Kernel'),
      caption: words.__('Run the notebook as it stands in the editor and compare every output'),
      enabled: free,
      execute: watch => actions.start(watch, 'check')
    },
    {
      id: CommandIDs.cancel,
      label: words.__('Cancel the Check'),
      caption: words.__('End the running job; the record stays as it was'),
      enabled: watch => watch.inputs.job?.state === 'running',
      execute: watch => actions.cancel(watch)
    },
    {
      id: CommandIDs.accept,
      label: words.__('Accept the Last Check as the New Record…'),
      caption: words.__('The outputs of the last check become the reference'),
      enabled: watch => checked(watch) && free(watch),
      execute: watch => actions.accept(watch)
    },
    {
      id: CommandIDs.takeAlong,
      label: words.__('Take the Record Along'),
      caption: words.__('Move the record to where the renamed notebook lies now'),
      enabled: watch => free(watch) && watch.inputs.overview?.former != null,
      execute: watch => actions.takeAlong(watch)
    },
    {
      id: CommandIDs.restore,
      label: words.__('Restore Data of the Record…'),
      caption: words.__('Bring data files back to what the record read'),
      enabled: watch => free(watch) && (watch.inputs.overview?.data.some(file => file.restorable) ?? false),
      args: { name: words.__('The file; without it, all that changed') },
      execute: (watch, args) => actions.restore(watch, text(args.name))
    },
    {
      id: CommandIDs.lock,
      label: words.__('Write the Lock of the Record'),
      caption: words.__('Write the recorded packages as a requirements file'),
      enabled: watch => free(watch) && watch.inputs.overview?.record != null,
      execute: watch => actions.start(watch, 'lock')
    },
    {
      id: CommandIDs.difference,
      label: words.__('Show the Difference'),
      caption: words.__('Reference against candidate, for the first cell that differs'),
      enabled: checked,
      args: { id: words.__('The id of the cell') },
      execute: (watch, args) => actions.difference(watch, text(args.id))
    },
    {
      id: CommandIDs.copyReport,
      label: words.__('Copy the Report'),
      caption: words.__('Copy what the panel says as Markdown'),
      execute: watch => actions.copyReport(watch)
    },
    {
      id: CommandIDs.openReport,
      label: words.__('Open the HTML Report'),
      caption: words.__('Open the report of the last check'),
      enabled: checked,
      execute: watch => actions.openReport(watch)
    },
    {
      id: CommandIDs.refresh,
      label: words.__('Refresh'),
      caption: words.__('Look at the record, the data and the kernel again'),
      execute: watch => Promise.all([watch.refresh(), watch.link?.join()])
    },
    {
      id: CommandIDs.goToCell,
      label: words.__('Go to the Cell'),
      caption: words.__('Scroll to a cell and select it'),
      args: { id: words.__('The id of the cell') },
      execute: (watch, args) => actions.goToCell(watch, text(args.id) ?? '')
    }
  ];
}

export function addPalette(palette: ICommandPalette | null, words: Words): void {
  const category = words.__('Reproducibility');
  const hidden: string[] = [CommandIDs.goToCell];
  for (const command of Object.values(CommandIDs).filter(id => !hidden.includes(id))) {
    palette?.addItem({ command, category });
  }
}

function isLab(shell: JupyterFrontEnd.IShell): shell is JupyterFrontEnd.IShell & { collapseRight(): void } {
  return 'collapseRight' in shell;
}
