/** Follows the active notebook, keeps one watch for each open one, and lets all sleep while nobody looks. */
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Event } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';

import { EVENT_SCHEMA, Job } from './schema.js';
import { parse } from './validate.js';
import { Surroundings, Watch } from './watch.js';

export class Tracker {
  private _watches = new Map<NotebookPanel, Watch>();
  private _current: Watch | null = null;
  private _awake = false;
  private _changed = new Signal<this, void>(this);

  constructor(
    private readonly _notebooks: INotebookTracker,
    events: Event.IManager,
    private readonly _around: Surroundings
  ) {
    _notebooks.currentChanged.connect(this._onCurrent, this);
    events.stream.connect(this._onEvent, this);
    this._onCurrent();
  }

  /** The active notebook, the view of another one, or whether anything is followed changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get current(): Watch | null {
    return this._current;
  }

  get awake(): boolean {
    return this._awake;
  }

  /** Follow notebooks, or stop all work. */
  setAwake(awake: boolean): void {
    if (awake === this._awake) {
      return;
    }
    this._awake = awake;
    if (awake) {
      this._onCurrent();
      this._watches.forEach(watch => watch.wake());
    } else {
      this._watches.forEach(watch => watch.sleep());
    }
    this._changed.emit();
  }

  repaint(): void {
    this._watches.forEach(watch => watch.repaint());
  }

  private _onCurrent(): void {
    const panel = this._notebooks.currentWidget;
    this._current = panel === null ? null : this._watch(panel);
    if (this._awake) {
      this._current?.wake();
    }
    this._changed.emit();
  }

  private _watch(panel: NotebookPanel): Watch {
    const known = this._watches.get(panel);
    if (known !== undefined) {
      return known;
    }
    const watch = new Watch(panel, this._around);
    this._watches.set(panel, watch);
    watch.changed.connect(this._onWatch, this);
    panel.disposed.connect(this._onClosed, this);
    return watch;
  }

  private _onWatch(watch: Watch): void {
    if (watch === this._current) {
      this._changed.emit();
    }
  }

  private _onClosed(panel: NotebookPanel): void {
    const watch = this._watches.get(panel);
    this._watches.delete(panel);
    watch?.changed.disconnect(this._onWatch, this);
    watch?.dispose();
    if (watch !== undefined && watch === this._current) {
      this._onCurrent();
    }
  }

  private _onEvent(_: Event.IManager, event: Event.Emission): void {
    if (event.schema_id !== EVENT_SCHEMA) {
      return;
    }
    const job = parse<Job>('Job', (event as { job?: unknown }).job);
    this._watches.forEach(watch => watch.onJob(job));
  }
}
