/** What the buttons do. Whatever changes a file or the notebook asks first. */
import { Clipboard, Dialog, MainAreaWidget, showDialog } from '@jupyterlab/apputils';
import { JupyterFrontEnd } from '@jupyterlab/application';
import { Widget } from '@lumino/widgets';

import { Server } from './server.js';
import { showDifference } from './difference.js';
import { reproIcon } from './icons.js';
import { asText } from './markdown.js';
import { Job } from './schema.js';
import { Watch } from './watch.js';
import { Words } from './words.js';

const MAGIC = '%load_ext nbrepro';

export class Actions {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _server: Server,
    private readonly _words: Words
  ) {}

  async load(watch: Watch): Promise<void> {
    const fault = (await watch.link?.load()) ?? null;
    watch.message = fault === null ? null : this._loadFault(fault);
  }

  addToFirstCell(watch: Watch): void {
    const notebook = watch.panel.context.model.sharedModel;
    const first = notebook.cells.find(cell => cell.cell_type === 'code');
    if (first?.getSource().includes(MAGIC)) {
      return;
    }
    const source = first?.getSource() ?? '';
    if (first === undefined || source.startsWith('%%')) {
      notebook.insertCell(0, { cell_type: 'code', source: MAGIC, metadata: {} });
    } else {
      first.setSource(source === '' ? MAGIC : `${MAGIC}\n${source}`);
    }
  }

  async restartPinned(watch: Watch): Promise<void> {
    const words = this._words;
    const sure = await this._ask(
      words.__('Restart the kernel pinned?'),
      words.__('All variables are lost. The kernel starts anew with a fixed hash seed, threads, time zone and locale.'),
      words.__('Restart pinned')
    );
    if (sure) {
      const fault = (await watch.link?.restartPinned()) ?? null;
      watch.message = fault === null ? null : this._loadFault(fault);
    }
  }

  async start(watch: Watch, kind: Job['kind'], names: string[] = []): Promise<void> {
    const live = kind === 'check' || kind === 'record';
    await this._guard(watch, async () => {
      const job = await this._server.start(kind, watch.path, live ? watch.content() : null, names);
      watch.onJob(job);
    });
  }

  async cancel(watch: Watch): Promise<void> {
    const job = watch.inputs.job;
    if (job?.state === 'running') {
      await this._guard(watch, async () => watch.onJob(await this._server.cancel(job)));
    }
  }

  async accept(watch: Watch): Promise<void> {
    const words = this._words;
    const check = watch.view.check;
    if (check === null) {
      return;
    }
    const sure = await this._ask(
      words.__('Accept as the new record?'),
      words.__('The outputs of the last check take the place of the record. The former record stays in git, if it was committed.'),
      words.__('Accept')
    );
    if (sure) {
      await this._guard(watch, async () => {
        await this._server.accept(watch.path, check.run_id);
        await watch.refresh();
      });
    }
  }

  async takeAlong(watch: Watch): Promise<void> {
    const former = watch.former;
    if (former !== null) {
      await this._guard(watch, async () => {
        await this._server.takeAlong(watch.path, former);
        await watch.refresh();
      });
    }
  }

  async restore(watch: Watch, name: string | null): Promise<void> {
    const words = this._words;
    const what = name ?? words.__('all changed files');
    const sure = await this._ask(
      words.__('Restore %1?', what),
      words.__('It gets the contents that the record read. What is there now is kept in .nbrepro/runs/replaced.'),
      words.__('Restore')
    );
    if (sure) {
      await this.start(watch, 'restore', name === null ? [] : [name]);
    }
  }

  async difference(watch: Watch, id: string | null): Promise<void> {
    const check = watch.view.check;
    const first = check?.cells.find(cell => cell.verdict === 'different' || cell.verdict === 'error');
    const cell = id ?? first?.id;
    if (check === null || cell === undefined) {
      return;
    }
    await this._guard(watch, async () => {
      const diff = await this._server.difference(watch.path, check.run_id, cell);
      await showDifference(diff, this._words, () => void this.accept(watch));
    });
  }

  copyReport(watch: Watch): void {
    Clipboard.copyToSystem(asText(watch.path, watch.view, this._words));
    watch.message = this._words.__('The report is in the clipboard, as Markdown.');
  }

  async openReport(watch: Watch): Promise<void> {
    const check = watch.view.check;
    if (check === null) {
      return;
    }
    await this._guard(watch, async () => {
      const page = await this._server.report(watch.path, check.run_id);
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', '');
      frame.title = this._words.__('Report of nbrepro');
      frame.srcdoc = page;
      const content = new Widget({ node: frame });
      content.addClass('nbr-Report');
      const widget = new MainAreaWidget({ content });
      widget.title.label = this._words.__('Report: %1', watch.path.split('/').pop() ?? '');
      widget.title.icon = reproIcon;
      this._app.shell.add(widget, 'main');
      this._app.shell.activateById(widget.id);
    });
  }

  /** Scroll to a cell and select it. */
  goToCell(watch: Watch, id: string): void {
    const { content } = watch.panel;
    const place = content.widgets.findIndex(cell => cell.model.id === id);
    if (place >= 0) {
      content.activeCellIndex = place;
      void content.scrollToItem(place, 'smart').then(() => content.activeCell?.node.focus());
    }
  }

  private _loadFault(fault: string): string {
    return fault.startsWith('ModuleNotFoundError') || fault.startsWith('ImportError')
      ? this._words.__('nbrepro is not installed in the kernel’s environment: run `%pip install nbrepro` in the notebook.')
      : fault;
  }

  private async _ask(title: string, body: string, label: string): Promise<boolean> {
    const buttons = [Dialog.cancelButton({ label: this._words.__('Cancel') }), Dialog.warnButton({ label })];
    const result = await showDialog({ title, body, buttons, defaultButton: 0 });
    return result.button.accept;
  }

  private async _guard(watch: Watch, action: () => Promise<void>): Promise<void> {
    try {
      watch.message = null;
      await action();
    } catch (fault) {
      watch.message = fault instanceof Error ? fault.message : String(fault);
    }
  }
}
