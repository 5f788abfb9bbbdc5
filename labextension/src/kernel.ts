/** The link to a notebook's kernel, by comm. No state but the connection's own. */
import { Kernel, KernelMessage } from '@jupyterlab/services';
import { JSONObject } from '@lumino/coreutils';

import type { KernelLinkState } from './inputs.js';
import { COMM_ID, COMM_TARGET, EditorCell, Hello, KernelCellRan, KernelState, LiveAnswer, LiveQuestion, PROTOCOL } from './schema.js';
import { fits, parse } from './validate.js';

const SUBSHELL_PATIENCE = 1000;
const ANSWER_PATIENCE = 2500;
const CONTROL_PATIENCE = 4000;

/** Who is told of what the kernel says. */
export interface KernelListener {
  /** The link or the kernel's state changed. */
  onLink(state: KernelLinkState, kernel: KernelState | null): void;
  /** A cell ran. */
  onCell(ran: KernelCellRan): void;
  /** How the cells stand to a run from the top. */
  onLive(answer: LiveAnswer): void;
  /** The kernel became busy or idle. */
  onBusy(): void;
}

/** What JupyterLab's comms have from 4.4 on, though their interface does not say so. */
type Comm = Kernel.IComm & { readonly subshellStarted?: Promise<void>; readonly subshellId?: string | null };

/** The link to one kernel, which survives its restarts. */
export class KernelLink {
  private _comm: Comm | null = null;
  private _joining = false;
  private _again = false;
  private _disposed = false;
  private _mentioned = new Set<string>();
  private _fresh = true;
  private _asleep = false;
  private _onAnswer: (() => void) | null = null;

  constructor(
    private readonly _kernel: Kernel.IKernelConnection,
    private readonly _listener: KernelListener
  ) {
    _kernel.statusChanged.connect(this._onStatus, this);
    _kernel.connectionStatusChanged.connect(this._onConnection, this);
    _kernel.iopubMessage.connect(this._onMessage, this);
  }

  get kernel(): Kernel.IKernelConnection {
    return this._kernel;
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    this._kernel.statusChanged.disconnect(this._onStatus, this);
    this._kernel.connectionStatusChanged.disconnect(this._onConnection, this);
    this._kernel.iopubMessage.disconnect(this._onMessage, this);
    this._leave();
  }

  /** Look for the session in the kernel and ask for its state; safe to call at any time. */
  async join(): Promise<void> {
    this._asleep = false;
    if (this._joining) {
      this._again = true;
      return;
    }
    this._joining = true;
    try {
      await this._join();
    } catch {
      this._tell('absent');
    } finally {
      this._joining = false;
    }
    if (this._again && !this._disposed) {
      this._again = false;
      await this.join();
    }
  }

  /** Ask the kernel to tell nothing more; the comm stays, so that waking costs one message. */
  async sleep(): Promise<void> {
    this._asleep = true;
    if (this._comm !== null) {
      await this._say({ type: 'hello', protocol: PROTOCOL, listen: false }).catch(() => undefined);
    }
  }

  /** Ask how these cells stand to a run from the top; nothing comes back where the session does not follow it. */
  async ask(cells: EditorCell[]): Promise<void> {
    const question: LiveQuestion = { type: 'cells', protocol: PROTOCOL, cells };
    if (!this._asleep) {
      await this._say(question);
    }
  }

  /** Load the extension; return what the kernel says if it cannot. */
  async load(): Promise<string | null> {
    const code = "get_ipython().run_line_magic('load_ext', 'nbrepro')";
    const fault = await this._execute(code);
    await this.join();
    return fault;
  }

  /** Start the kernel's process anew in place, with everything pinned. */
  async restartPinned(): Promise<string | null> {
    const code = "__import__('nbrepro.pinning.inplace', fromlist=['restart_pinned']).restart_pinned()";
    const fault = await this._execute(code);
    if (fault === null) {
      this._leave();
      this._tell('connecting');
      await this._awaitReturn();
    }
    return fault;
  }

  private async _awaitReturn(): Promise<void> {
    await pause(700);
    for (let attempt = 0; attempt < 40 && !this._disposed; attempt++) {
      await pause(250);
      if (await this._isThere(1000).catch(() => false)) {
        break;
      }
    }
    await this.join();
  }

  private async _execute(code: string): Promise<string | null> {
    const future = this._kernel.requestExecute({ code, silent: true, store_history: false, allow_stdin: false, stop_on_error: false });
    const reply = await future.done;
    const content = reply?.content as { status?: string; ename?: string; evalue?: string } | undefined;
    return content === undefined || content.status === 'ok' ? null : `${content.ename ?? 'Error'}: ${content.evalue ?? ''}`;
  }

  private async _join(): Promise<void> {
    const kernel = this._kernel;
    if (this._disposed || kernel.isDisposed || kernel.status === 'dead') {
      this._tell('none');
      return;
    }
    if (!(await this._isThere(CONTROL_PATIENCE))) {
      this._leave();
      this._tell('absent');
      return;
    }
    if (this._comm === null || this._comm.isDisposed) {
      this._comm = kernel.createComm(COMM_TARGET, COMM_ID) as Comm;
      this._comm.onMsg = message => this._received(message.content.data);
    }
    const hello: Hello = { type: 'hello', protocol: PROTOCOL, listen: true };
    let answered = false;
    const answer = new Promise<void>(resolve => {
      this._onAnswer = () => {
        answered = true;
        resolve();
      };
    });
    await this._say(hello);
    await Promise.race([answer, pause(ANSWER_PATIENCE)]);
    if (!answered && !this._asleep && this._comm !== null) {
      await this._say(hello, false); // the subshell may have gone: the main shell answers when it is free
    }
  }

  /** Whether the session's comm exists, asked on the control channel, which answers while a cell runs. */
  private async _isThere(patience: number): Promise<boolean> {
    const message = KernelMessage.createMessage<KernelMessage.ICommInfoRequestMsg>({
      msgType: 'comm_info_request',
      channel: 'shell',
      username: this._kernel.username,
      session: this._kernel.clientId,
      content: { target_name: COMM_TARGET }
    });
    const reply = await this._control(message, patience);
    const comms = (reply as { comms?: Record<string, unknown> } | null)?.comms ?? {};
    return COMM_ID in comms;
  }

  /** Send a message of the shell's kind on the control channel and return the content of its reply. */
  private async _control(message: KernelMessage.IShellMessage, patience: number): Promise<unknown> {
    const control = { ...message, channel: 'control' } as unknown as KernelMessage.IControlMessage;
    const future = this._kernel.sendControlMessage(control, true, true);
    const reply = await Promise.race([future.done, pause(patience)]);
    if (reply === undefined) {
      future.dispose();
      return null;
    }
    return reply.content;
  }

  private async _say(data: Hello | LiveQuestion, subshell = true): Promise<void> {
    const comm = this._comm;
    if (comm === null || comm.isDisposed) {
      return;
    }
    if (subshell) {
      await Promise.race([(comm.subshellStarted ?? Promise.resolve()).catch(() => undefined), pause(SUBSHELL_PATIENCE)]);
    }
    const message = KernelMessage.createMessage<KernelMessage.ICommMsgMsg<'shell'>>({
      msgType: 'comm_msg',
      channel: 'shell',
      username: this._kernel.username,
      session: this._kernel.clientId,
      subshellId: subshell ? (comm.subshellId ?? (await this._ownSubshell())) : null,
      content: { comm_id: COMM_ID, data: data as unknown as JSONObject }
    });
    this._kernel.sendShellMessage(message, false, true);
  }

  /** A page loaded while a cell runs does not know yet what the kernel supports: ask for a subshell all the same. */
  private async _ownSubshell(): Promise<string | null> {
    if (this._kernel.status !== 'busy' && this._kernel.status !== 'unknown') {
      return null;
    }
    const message = KernelMessage.createMessage({
      msgType: 'create_subshell_request',
      channel: 'control',
      username: this._kernel.username,
      session: this._kernel.clientId,
      content: {}
    } as KernelMessage.IOptions<KernelMessage.ICreateSubshellRequestMsg>);
    const reply = await this._control(message as unknown as KernelMessage.IShellMessage, CONTROL_PATIENCE);
    return (reply as { subshell_id?: string } | null)?.subshell_id ?? null;
  }

  private _received(data: unknown): void {
    if (this._disposed || this._asleep) {
      return;
    }
    try {
      this._onAnswer?.();
      const type = (data as { type?: unknown }).type;
      if (type === 'state') {
        const fit = fits(String((data as { protocol?: unknown }).protocol));
        if (fit === 'same') {
          this._listener.onLink('loaded', parse<KernelState>('KernelState', data));
        } else {
          this._tell(fit);
        }
      } else if (type === 'cell') {
        this._listener.onCell(parse<KernelCellRan>('KernelCellRan', data));
      } else if (type === 'live') {
        this._listener.onLive(parse<LiveAnswer>('LiveAnswer', data));
      } else if (type === 'gone') {
        this._leave();
        this._tell('absent');
      }
    } catch {
      this._tell('older');
    }
  }

  private _tell(state: KernelLinkState): void {
    if (!this._disposed && !this._asleep) {
      this._listener.onLink(state, null);
    }
  }

  /** Forget the comm without closing it: other pages use it too. */
  private _leave(): void {
    this._comm?.dispose();
    this._comm = null;
  }

  private _onStatus(_: Kernel.IKernelConnection, status: Kernel.Status): void {
    if (!this._asleep) {
      this._listener.onBusy();
    }
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      setTimeout(() => this._leave()); // once JupyterLab has forgotten the subshells of the kernel that is gone
      this._fresh = true;
      this._tell(status === 'dead' ? 'none' : 'starting');
    } else if (status === 'idle' && !this._asleep && this._fresh) {
      this._fresh = false;
      void this.join();
    }
  }

  private _onConnection(_: Kernel.IKernelConnection, status: Kernel.ConnectionStatus): void {
    if (this._asleep) {
      return;
    }
    if (status === 'connected') {
      void this.join();
    } else {
      this._tell('lost');
    }
  }

  /** A cell that speaks of nbrepro may load it: look once that very cell has ended. */
  private _onMessage(_: Kernel.IKernelConnection, message: KernelMessage.IIOPubMessage): void {
    const parent = (message.parent_header as { msg_id?: string }).msg_id ?? '';
    if (KernelMessage.isExecuteInputMsg(message)) {
      if (/\bnbrepro\b/.test(message.content.code)) {
        this._mentioned.add(parent);
      }
    } else if (KernelMessage.isStatusMsg(message) && message.content.execution_state === 'idle') {
      if (this._mentioned.delete(parent) && !this._asleep) {
        void this.join();
      }
    }
  }
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise(resolve => setTimeout(() => resolve(undefined), milliseconds));
}
