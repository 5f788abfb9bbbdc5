/**
 * One open notebook: gathers what kernel, server and editor say of it, and derives the view. Idle while it sleeps.
 */
import { ISessionContext } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { Contents } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';

import { Editor, sameCells } from './editor.js';
import { EMPTY, Inputs, KernelLinkState } from './inputs.js';
import { KernelLink } from './kernel.js';
import { derive, View } from './model.js';
import { paint } from './paint.js';
import { Job, KernelCellRan, KernelState, LiveAnswer, Overview } from './schema.js';
import { Server, ServerFault } from './server.js';
import { Words } from './words.js';

const EDIT_PAUSE = 350;
const BUSY_PAUSE = 80;
const REFRESH_PAUSE = 1500;
const LIVE_PAUSE = 400;
/** Without an answer of the server for so long, it is asked again; so is one whose running job says nothing. */
const RETRY_PAUSE = 4000;
const JOB_PATIENCE = 15_000;

/** What a watch needs of its surroundings. */
export interface Surroundings {
  server: Server;
  contents: Contents.IManager;
  words: Words;
  marks(): boolean;
}

export class Watch {
  private _inputs: Inputs = EMPTY;
  private _view: View;
  private _changed = new Signal<this, void>(this);
  private _link: KernelLink | null = null;
  private _awake = false;
  private readonly _editor: Editor;
  private _editTimer: number | undefined;
  private _refreshTimer: number | undefined;
  private _liveTimer: number | undefined;
  private _careTimer: number | undefined;
  private _question = 0;
  private _message: string | null = null;
  private _disposed = false;
  private _former: string | null = null;
  private _known: string;

  constructor(
    readonly panel: NotebookPanel,
    private readonly _around: Surroundings
  ) {
    this._view = derive(EMPTY, _around.words);
    this._editor = new Editor(panel);
    this._known = this.path;
    panel.context.pathChanged.connect(this._onPath, this);
    panel.disposed.connect(this.dispose, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get view(): View {
    return this._view;
  }

  get inputs(): Inputs {
    return this._inputs;
  }

  get link(): KernelLink | null {
    return this._link;
  }

  /** What went wrong with the last action, as a sentence for the user. */
  get message(): string | null {
    return this._message;
  }

  set message(text: string | null) {
    this._message = text;
    this._changed.emit();
  }

  /** The path as the server knows it, without the drive of another contents provider. */
  get path(): string {
    return this._around.contents.localPath(this.panel.context.path);
  }

  /** Where the notebook lay before it was renamed or moved in this page; null if it was not. */
  get former(): string | null {
    return this._former === this.path ? null : this._former;
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this.sleep();
    this._disposed = true;
    this._link?.dispose();
    this._link = null;
    this.panel.context.pathChanged.disconnect(this._onPath, this);
    Signal.clearData(this);
  }

  /** Begin to follow the notebook. */
  wake(): void {
    if (this._awake || this._disposed) {
      return;
    }
    this._awake = true;
    const { context, sessionContext, content } = this.panel;
    sessionContext.kernelChanged.connect(this._onKernel, this);
    context.fileChanged.connect(this._onSaved, this);
    content.modelContentChanged.connect(this._onEdit, this);
    void context.ready.then(() => {
      if (this._awake) {
        this._onKernel();
        this._readCells();
        void this.refresh();
      }
    });
  }

  /** Stop following: no timer, no request, no message from the kernel, no mark that could be out of date. */
  sleep(): void {
    if (!this._awake) {
      return;
    }
    this._awake = false;
    const { context, sessionContext, content } = this.panel;
    sessionContext.kernelChanged.disconnect(this._onKernel, this);
    context.fileChanged.disconnect(this._onSaved, this);
    content?.modelContentChanged.disconnect(this._onEdit, this);
    window.clearTimeout(this._editTimer);
    window.clearTimeout(this._refreshTimer);
    window.clearTimeout(this._liveTimer);
    window.clearTimeout(this._careTimer);
    this._refreshTimer = this._editTimer = this._liveTimer = this._careTimer = undefined;
    this._question++;
    void this._link?.sleep();
    this._paint(false);
  }

  /** Resolves once server and kernel have been asked how the notebook stands. */
  async ready(): Promise<void> {
    await this.panel.context.ready;
    await Promise.all([this.refresh(), this._link?.join()]);
  }

  /** Ask the server anew. */
  async refresh(): Promise<void> {
    window.clearTimeout(this._refreshTimer);
    this._refreshTimer = undefined;
    if (this._awake) {
      await this._ask();
      this._care();
    }
  }

  /** An event may be lost, with the connection: look again where one is awaited. */
  private _care(): void {
    window.clearTimeout(this._careTimer);
    const waits = this._inputs.job?.state === 'running' ? JOB_PATIENCE : undefined;
    const pause = this._inputs.server === 'unreachable' ? RETRY_PAUSE : waits;
    if (this._awake && pause !== undefined) {
      this._careTimer = window.setTimeout(() => void this.refresh(), pause);
    }
  }

  private async _ask(): Promise<void> {
    const question = ++this._question;
    const { server } = this._around;
    if (this._inputs.server !== 'ok') {
      const hello = await server.hello();
      if (question !== this._question) {
        return;
      }
      this._set({ server: hello.state, gateway: hello.gateway });
      if (hello.state !== 'ok') {
        return;
      }
    }
    const asked = this._inputs.job;
    try {
      const overview = await server.overview(this.path, this._editor.sources(), this.former);
      if (question === this._question) {
        this._onOverview(overview, asked);
      }
    } catch (fault) {
      if (question === this._question) {
        this._set({ server: stateAfter(fault) });
      }
    }
  }

  /** Take what the server says; `asked` is the job that was known when it was asked. */
  private _onOverview(overview: Overview, asked: Job | null): void {
    const job = this._inputs.job;
    const runs = job?.state === 'running';
    if (runs && (job.id !== asked?.id || job.path !== this.path)) {
      this._set({ overview }); // it began since, or under the notebook's former name
      return;
    }
    this._set({ overview, job: overview.job });
    if (!this._tellEnd(job, overview.job) && runs && overview.job === null) {
      this.message = this._around.words.__('The server was started anew, and the job ended with it.');
    }
  }

  /** A job said something; when it ends, everything is asked anew. */
  onJob(job: Job): void {
    const known = this._inputs.job?.id === job.id;
    if ((job.path !== this.path && !known) || !this._awake) {
      return;
    }
    const before = this._inputs.job;
    this._set({ job });
    this._care();
    if (this._tellEnd(before, job)) {
      void this.refresh();
    }
  }

  /** Say what came of a job that ran; return whether one has just ended. */
  private _tellEnd(before: Job | null, job: Job | null): boolean {
    if (before?.state !== 'running' || job === null || job.state === 'running' || job.id !== before.id) {
      return false;
    }
    this.message = job.state === 'failed' || job.kind === 'restore' || job.kind === 'lock' ? job.message : null;
    return true;
  }

  /** Return the notebook as the editor holds it. */
  content(): unknown {
    return this.panel.context.model.toJSON();
  }

  /** Draw the marks anew, for example when the setting changed. */
  repaint(): void {
    this._paint(this._awake);
  }

  private _onPath(): void {
    this._former ??= this._known;
    this._known = this.path;
    this._set({ overview: null });
    this._later();
  }

  private _onSaved(): void {
    this._later();
  }

  private _onEdit(): void {
    this._readSoon(EDIT_PAUSE);
  }

  /** Read the editor's cells once the typing rests. */
  private _readSoon(pause: number): void {
    window.clearTimeout(this._editTimer);
    this._editTimer = window.setTimeout(() => this._readCells(), pause);
  }

  private _onKernel(): void {
    const kernel = this.panel.sessionContext.session?.kernel ?? null;
    if (this._link !== null && this._link.kernel === kernel) {
      void this._link.join();
      return;
    }
    this._link?.dispose();
    this._link = null;
    if (kernel === null) {
      this._set({ link: starting(this.panel.sessionContext) ? 'starting' : 'none', kernel: null });
      return;
    }
    this._set({ link: 'connecting', kernel: null });
    this._link = new KernelLink(kernel, {
      onLink: (link, state) => this._onLink(link, state),
      onCell: ran => this._onCell(ran),
      onLive: answer => this._onLive(answer),
      onBusy: () => this._readSoon(BUSY_PAUSE)
    });
    void this._link.join();
  }

  private _onLink(link: KernelLinkState, kernel: KernelState | null): void {
    const state = link === 'absent' && !this._isPython() ? 'other' : link;
    const keeps = state === 'lost' ? this._inputs.kernel : kernel;
    const same = keeps !== null && keeps.live === true && keeps.session === this._inputs.live?.session;
    const back = this._inputs.link === 'lost' && state !== 'lost';
    this._set({ link: state, kernel: keeps, live: same ? this._inputs.live : null });
    if (back) {
      void this.refresh(); // what the server said meanwhile was not heard
    }
    this._askSoon();
  }

  /** Ask how the cells stand to a run from the top, once the typing and running rests; only while the panel is seen. */
  private _askSoon(): void {
    window.clearTimeout(this._liveTimer);
    if (this._awake && this._inputs.kernel?.live === true) {
      this._liveTimer = window.setTimeout(() => void this._link?.ask(this._editor.asked()), LIVE_PAUSE);
    }
  }

  private _onLive(answer: LiveAnswer): void {
    if (this._awake && this._inputs.kernel?.session === answer.session) {
      this._set({ live: answer });
    }
  }

  private _isPython(): boolean {
    const language = this.panel.sessionContext.kernelPreference.language ?? this.panel.context.model.defaultKernelLanguage;
    return language === '' || /python/i.test(language);
  }

  private _onCell(ran: KernelCellRan): void {
    const kernel = this._inputs.kernel;
    if (kernel === null || kernel.session !== ran.session) {
      void this._link?.join();
      return;
    }
    const same = (one: string | null, other: string | null): boolean => one !== null && one === other;
    const others = kernel.cells.filter(
      cell => cell.msg_id !== ran.cell.msg_id && !same(cell.cell_id, ran.cell.cell_id)
    );
    this._set({ kernel: { ...kernel, cells: [...others, ran.cell] } });
    this._later();
    this._askSoon();
  }

  /** Ask the server soon, once for many reasons. */
  private _later(): void {
    if (this._awake && this._refreshTimer === undefined) {
      this._refreshTimer = window.setTimeout(() => void this.refresh(), REFRESH_PAUSE);
    }
  }

  private _readCells(): void {
    const cells = this._editor.cells();
    const before = this._inputs.cells;
    if (sameCells(cells, before)) {
      return;
    }
    const edited = cells.length !== before.length || cells.some((cell, place) => cell.digest !== before[place]?.digest);
    this._set({ cells });
    if (edited) {
      this._askSoon();
    }
    if (edited && before.length > 0 && this._inputs.overview?.record) {
      this._later();
    }
  }

  private _set(changes: Partial<Inputs>): void {
    if (this._disposed) {
      return;
    }
    this._inputs = { ...this._inputs, ...changes };
    this._view = derive(this._inputs, this._around.words);
    this._paint(this._awake);
    this._changed.emit();
  }

  /** Mark the cells' prompts: an attribute of the page, nothing in the notebook. */
  private _paint(awake: boolean): void {
    paint(this.panel.content?.widgets ?? [], awake && this._around.marks() ? this._view.marks : []);
  }
}

function starting(session: ISessionContext): boolean {
  return !session.isReady && !session.hasNoKernel;
}

function stateAfter(fault: unknown): Inputs['server'] {
  if (fault instanceof ServerFault) {
    return fault.status === 403 ? 'forbidden' : fault.status === 404 ? 'ok' : 'unreachable';
  }
  return fault instanceof TypeError && fault.message.includes('protocol') ? 'older' : 'unreachable';
}
