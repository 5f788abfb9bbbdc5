/** The server's half, by REST. No state but the connection's own. */
import { ServerConnection } from '@jupyterlab/services';
import { URLExt } from '@jupyterlab/coreutils';

import type { ServerState } from './inputs.js';
import { CellDiff, Job, Overview, ServerHello } from './schema.js';
import { fits, parse } from './validate.js';

/** An answer of the server that is none of ours to mend: its sentence is for the user. */
export class ServerFault extends Error {
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
  }
}

/** The server's half. */
export class Server {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  /** Return how the server's half stands, and whether its kernels run at a gateway. */
  async hello(): Promise<{ state: ServerState; gateway: boolean }> {
    try {
      const hello = parse<ServerHello>('ServerHello', await this._request('hello'));
      const fit = fits(hello.protocol);
      return { state: fit === 'same' ? 'ok' : fit, gateway: hello.gateway === true };
    } catch (fault) {
      if (fault instanceof ServerFault) {
        return { state: fault.status === 403 || fault.status === 401 ? 'forbidden' : 'missing', gateway: false };
      }
      return { state: fault instanceof TypeError ? 'older' : 'unreachable', gateway: false };
    }
  }

  async overview(path: string, sources: Record<string, string>, former: string | null): Promise<Overview> {
    return parse('Overview', await this._request('overview', { path, sources, former }));
  }

  async start(kind: Job['kind'], path: string, content: unknown, names: string[] = []): Promise<Job> {
    return parse('Job', await this._request('jobs', { kind, path, content, names }));
  }

  async cancel(job: Job): Promise<Job> {
    return parse('Job', await this._request(`jobs/${job.id}`, undefined, 'DELETE'));
  }

  async accept(path: string, run: string): Promise<string> {
    const answer = (await this._request('accept', { path, run })) as { message: string };
    return answer.message;
  }

  async takeAlong(path: string, former: string): Promise<string> {
    const answer = (await this._request('moved', { path, former })) as { message: string };
    return answer.message;
  }

  async difference(path: string, run: string, cell: string): Promise<CellDiff> {
    return parse('CellDiff', await this._request(`difference?${new URLSearchParams({ path, run, cell })}`));
  }

  async report(path: string, run: string): Promise<string> {
    const answer = (await this._request(`report?${new URLSearchParams({ path, run })}`)) as { html: string };
    return answer.html;
  }

  private async _request(route: string, body?: unknown, method?: string): Promise<unknown> {
    const init = body === undefined ? { method: method ?? 'GET' } : { method: 'POST', body: JSON.stringify(body) };
    const url = URLExt.join(this._settings.baseUrl, 'nbrepro', route);
    const response = await ServerConnection.makeRequest(url, init, this._settings);
    const text = await response.text();
    if (!response.ok) {
      throw new ServerFault(sentence(text) || response.statusText, response.status);
    }
    return text === '' ? null : JSON.parse(text);
  }
}

function sentence(text: string): string {
  try {
    const answer = JSON.parse(text) as { message?: unknown };
    return typeof answer.message === 'string' ? answer.message : '';
  } catch {
    return '';
  }
}
