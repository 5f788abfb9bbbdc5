/** The wiring: one plugin that needs nothing but notebooks, and uses what else there is. */
import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';


import { Actions } from './actions.js';
import { addCommands, addPalette } from './commands.js';
import { reproIcon } from './icons.js';
import { ReproPanel } from './panel.js';
import { StatusItem } from './statusbar.js';
import { DOMAIN, PANEL_ID, PLUGIN_ID } from './tokens.js';
import { Server } from './server.js';
import { Tracker } from './tracker.js';

import { Words } from './words.js';

export const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Shows whether a notebook’s numbers can be trusted, and what drifted.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ISettingRegistry, ITranslator, ICommandPalette, IStatusBar, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    statusBar: IStatusBar | null,
    restorer: ILayoutRestorer | null
  ) => {
    const words: Words = (translator ?? nullTranslator).load(DOMAIN);
    const server = new Server(app.serviceManager.serverSettings);
    const options = { marks: true };
    const tracker = new Tracker(notebooks, app.serviceManager.events, {
      server,
      contents: app.serviceManager.contents,
      words,
      marks: () => options.marks
    });
    const panel = new ReproPanel(tracker, app.commands, words);
    panel.id = PANEL_ID;
    panel.title.icon = reproIcon;
    panel.title.caption = words.__('Reproducibility');
    app.shell.add(panel, 'right', { rank: 900, type: 'Reproducibility' });
    restorer?.add(panel, PANEL_ID);

    addCommands(app, tracker, new Actions(app, server, words), panel, words);
    addPalette(palette, words);
    statusBar?.registerStatusItem('nbrepro:status', {
      item: new StatusItem(tracker, words, () => app.shell.activateById(PANEL_ID)),
      align: 'left',
      rank: 4,
      isActive: () => tracker.current !== null
    });
    tracker.changed.connect(() => app.commands.notifyCommandChanged());
    if (settings !== null) {
      void followSettings(settings, options, tracker);
    }
  }
};

async function followSettings(registry: ISettingRegistry, options: { marks: boolean }, tracker: Tracker): Promise<void> {
  const settings = await registry.load(PLUGIN_ID);
  const apply = (): void => {
    options.marks = settings.get('cellMarks').composite !== false;
    tracker.repaint();
  };
  settings.changed.connect(apply);
  apply();
}
