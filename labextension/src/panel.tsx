/** The panel: what the view says, section by section. Draws nothing while it is hidden. */
import { ReactWidget } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Message } from '@lumino/messaging';
import React from 'react';

import { CellList } from './celllist.js';
import { DriftItem, Inputs, View } from './model.js';
import { Button, Prose, Row, Section, STATE_SIGNS } from './parts.js';
import { CheckedCell } from './schema.js';
import { CommandIDs } from './tokens.js';
import { Tracker } from './tracker.js';
import { History } from './trend.js';
import { ago, clock, Words } from './words.js';

const CLOCK = 1000;
const DRIFTS_SHOWN = 12;

export class ReproPanel extends ReactWidget {
  private _open = new Set(['determinism', 'cells']);
  private _timer: number | undefined;

  constructor(
    private readonly _tracker: Tracker,
    private readonly _commands: CommandRegistry,
    private readonly _words: Words
  ) {
    super();
    this.addClass('nbr-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _words.__('Reproducibility'));
    _tracker.changed.connect(this._onChange, this);
  }

  override dispose(): void {
    window.clearInterval(this._timer);
    this._tracker.changed.disconnect(this._onChange, this);
    super.dispose();
  }

  override render(): JSX.Element {
    const watch = this._tracker.current;
    if (watch === null) {
      return <p className="nbr-Empty">{this._words.__('Open a notebook to see whether its numbers can be trusted.')}</p>;
    }
    return (
      <Content
        title={watch.path.split('/').pop() ?? ''}
        path={watch.path}
        view={watch.view}
        inputs={watch.inputs}
        message={watch.message}
        words={this._words}
        now={Date.now()}
        open={this._open}
        onToggle={section => this._toggle(section)}
        run={(command, args) => void this._commands.execute(command, args ?? {})}
        onDismiss={() => {
          watch.message = null;
        }}
      />
    );
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._tracker.setAwake(true);
    this.update();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this._tracker.setAwake(true);
    }
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._rest();
  }

  protected override onBeforeDetach(message: Message): void {
    this._rest();
    super.onBeforeDetach(message);
  }

  private _rest(): void {
    window.clearInterval(this._timer);
    this._timer = undefined;
    this._tracker.setAwake(false);
  }

  private _onChange(): void {
    if (!this.isVisible) {
      return;
    }
    const running = this._tracker.current?.inputs.job?.state === 'running';
    if (running && this._timer === undefined) {
      this._timer = window.setInterval(() => this.update(), CLOCK);
    } else if (!running && this._timer !== undefined) {
      window.clearInterval(this._timer);
      this._timer = undefined;
    }
    this.update();
  }

  private _toggle(section: string): void {
    if (!this._open.delete(section)) {
      this._open.add(section);
    }
    this.update();
  }
}

interface ContentProps {
  title: string;
  path: string;
  view: View;
  inputs: Inputs;
  message: string | null;
  words: Words;
  now: number;
  open: Set<string>;
  onToggle: (section: string) => void;
  run: (command: string, args?: { [key: string]: string }) => void;
  onDismiss: () => void;
}

function Content(props: ContentProps): JSX.Element {
  const { title, path, words, run } = props;
  return (
    <>
      <div className="nbr-Head">
        <h2 title={path}>{title}</h2>
        <button
          type="button"
          className="nbr-Icon"
          title={words.__('Refresh')}
          aria-label={words.__('Refresh')}
          onClick={() => run(CommandIDs.refresh)}
        >
          <refreshIcon.react tag="span" elementSize="normal" />
        </button>
      </div>
      <ServerNote {...props} />
      <StateCard {...props} />
      {props.message !== null ? (
        <div className="nbr-Message" role="alert">
          <span>{props.message}</span>
          <Button small label={words.__('Dismiss')} onClick={props.onDismiss} />
        </div>
      ) : null}
      <Sections {...props} />
    </>
  );
}

/** What is missing or older on the server's side, and how to mend it. */
function ServerNote({ inputs, words }: ContentProps): JSX.Element | null {
  const texts: { [state: string]: string } = {
    missing: words.__(
      'The server’s half of nbrepro is missing: run `pip install nbrepro` in the environment of Jupyter Server and restart it.'
    ),
    older: words.__(
      'The server’s half of nbrepro is older than the panel: run `pip install -U nbrepro` in its environment and restart it.'
    ),
    newer: words.__('The server’s half of nbrepro is newer than the panel: reload the page.'),
    forbidden: words.__('You are not allowed to use nbrepro on this server.'),
    unreachable: words.__('The server does not answer: records and checks come back with the connection.')
  };
  const text = texts[inputs.server];
  return text === undefined ? null : (
    <p className="nbr-Warning" role="alert">
      <span>
        <Prose text={text} />
      </span>
    </p>
  );
}

function StateCard(props: ContentProps): JSX.Element {
  const { view, inputs, words, now } = props;
  const check = view.check;
  const when = view.state === 'clean' && check !== null && !view.checkIsOlder ? ago(words, check.started, now) : '';
  return (
    <div className="nbr-Card" data-state={view.state}>
      <div role="status" aria-live="polite">
        <p className="nbr-Headline">
          <span className="nbr-Sign" aria-hidden="true">
            {STATE_SIGNS[view.state]}
          </span>
          <span>
            {view.headline}
            {when !== '' ? <span className="nbr-Dim"> · {words.__('checked %1', when)}</span> : null}
          </span>
        </p>
        {view.detail !== '' ? (
          <p className="nbr-Detail">
            <Prose text={view.detail} />
          </p>
        ) : null}
      </div>
      {inputs.overview?.reason ? <p className="nbr-Detail">{inputs.overview.reason}</p> : null}
      {view.state === 'running' ? <Progress {...props} /> : null}
      {view.state === 'failed' ? <Failure {...props} /> : null}
      {view.state === 'not_loaded' ? <RecordLine {...props} /> : null}
      {view.state === 'tracked' ? <OrderLine {...props} /> : null}
      {view.state !== 'running' && view.state !== 'failed' ? <Drifts {...props} /> : null}
      {view.state === 'tracked' || view.state === 'not_loaded' ? <FirstFinding {...props} /> : null}
      <Actions {...props} />
    </div>
  );
}

function Actions({ view, inputs, words, run }: ContentProps): JSX.Element {
  const refused = refusal(inputs, words);
  const record = inputs.overview?.record ?? null;
  const button = (command: string, label: string, primary = false, why: string | null = refused): JSX.Element => (
    <Button key={command} action={command} label={label} primary={primary} refused={why} onClick={() => run(command)} />
  );
  const loadable = inputs.link === 'absent' ? null : words.__('There is no Python kernel to load it in.');
  const buttons: JSX.Element[] = [];
  if (view.state === 'running') {
    const why = inputs.job?.cancelling ? words.__('Cancelling…') : null;
    buttons.push(button(CommandIDs.cancel, words.__('Cancel'), false, why));
  } else if (view.state === 'not_loaded') {
    if (inputs.link === 'absent') {
      buttons.push(button(CommandIDs.load, words.__('Load nbrepro'), true, loadable));
      buttons.push(button(CommandIDs.addToFirstCell, words.__('Add to 1st cell'), false, null));
    }
    buttons.push(button(CommandIDs.check, words.__('Check')));
    if (record === null) {
      buttons.push(button(CommandIDs.record, words.__('Run all & record')));
    }
  } else if (view.state === 'tracked') {
    buttons.push(button(CommandIDs.record, words.__('Run all & record'), true));
    buttons.push(button(CommandIDs.check, words.__('Check')));
  } else if (view.state === 'failed') {
    buttons.push(button(CommandIDs.difference, words.__('Full diff'), true, null));
    buttons.push(button(CommandIDs.accept, words.__('Accept as new record')));
    buttons.push(button(CommandIDs.check, words.__('Check again')));
  } else {
    buttons.push(button(CommandIDs.check, view.state === 'drift' ? words.__('Check what changed') : words.__('Check'), true));
    buttons.push(button(CommandIDs.record, words.__('Record')));
    buttons.push(button(CommandIDs.lock, words.__('Lock')));
  }
  if (view.check !== null && view.state !== 'running') {
    buttons.push(button(CommandIDs.openReport, words.__('Report'), false, null));
  }
  return <div className="nbr-Actions">{buttons}</div>;
}

/** Why the server's actions cannot be used now. */
export function refusal(inputs: Inputs, words: Words): string | null {
  if (inputs.server !== 'ok') {
    return words.__('The server’s half of nbrepro does not answer.');
  }
  if (inputs.overview?.state === 'remote') {
    return words.__('The notebook is not a file on the server’s disk.');
  }
  return inputs.job?.state === 'running' ? words.__('A job is running for this notebook.') : null;
}

function Progress({ inputs, words, now }: ContentProps): JSX.Element {
  const job = inputs.job!;
  const share = job.total > 0 ? job.done / job.total : 0;
  const elapsed = Math.max(job.elapsed, (now - Date.parse(job.started)) / 1000);
  const expected = job.expected_seconds;
  return (
    <div className="nbr-Progress">
      <progress
        value={job.total > 0 ? share : undefined}
        max={1}
        aria-label={words.__('%1 of %2 cells', job.done, job.total)}
      />
      <p>
        {job.total > 0 ? words.__('%1/%2 cells', job.done, job.total) : words.__('starting the kernel')} · {clock(elapsed)}
        {expected !== null ? <span className="nbr-Dim"> · {words.__('the record took %1', clock(expected))}</span> : null}
      </p>
    </div>
  );
}

function Failure({ view, words, run }: ContentProps): JSX.Element | null {
  const check = view.check!;
  const failing = check.cells.filter(cell => cell.verdict === 'different' || cell.verdict === 'error');
  const first = failing[0];
  if (first === undefined) {
    return null;
  }
  const [follow, others] = [failing.slice(1).filter(cell => cell.follows), failing.slice(1).filter(cell => !cell.follows)];
  const numbers = (cells: CheckedCell[]): string => cells.map(cell => cell.number ?? '?').join(', ');
  return (
    <>
      <p className="nbr-Source">
        <code>{first.first_line}</code>
        <Go id={first.id} words={words} run={run} number={first.number} />
      </p>
      {check.causes.slice(0, 3).map(({ cause, cell_id, cell_number }) => (
        <div className="nbr-Cause" key={cause.summary}>
          <p>
            <strong>{cause.confidence === 'high' ? words.__('Cause') : words.__('Cause (%1)', confidence(cause.confidence, words))}</strong>{' '}
            <Prose text={cause.summary} />
            {cell_id !== null && cell_id !== first.id ? <Go id={cell_id} words={words} run={run} number={cell_number} /> : null}
          </p>
          {cause.evidence.slice(0, 2).map(text => (
            <p className="nbr-Dim" key={text}>
              <Prose text={text} />
            </p>
          ))}
          {cause.mend !== null ? <p className="nbr-Mend"><Prose text={cause.mend} /></p> : null}
        </div>
      ))}
      {first.differences.slice(0, 3).map((difference, place) => (
        <dl className="nbr-Values" key={place}>
          <Row name={words.__('recorded')}>
            <code>{difference.reference ?? words.__('absent')}</code>
          </Row>
          <Row name={words.__('now')}>
            <code>{difference.candidate ?? words.__('absent')}</code>
            <span className="nbr-Dim"> {difference.where}</span>
          </Row>
        </dl>
      ))}
      {first.differences.length === 0 && first.reason !== null ? <p className="nbr-Detail">{first.reason}</p> : null}
      {follow.length > 0 ? (
        <p className="nbr-Dim">{words.__('Later: %1 follow from %2', numbers(follow), first.number ?? '?')}</p>
      ) : null}
      {others.length > 0 ? <p className="nbr-Dim">{words.__('Also different: %1', numbers(others))}</p> : null}
    </>
  );
}

function confidence(name: string, words: Words): string {
  return name === 'medium' ? words.__('likely') : words.__('possible');
}

function Go(props: { id: string; number: number | null; words: Words; run: ContentProps['run'] }): JSX.Element {
  const { id, number, words, run } = props;
  const label = words.__('Go to cell %1', number ?? '?');
  return (
    <button
      type="button"
      className="nbr-Go"
      title={label}
      aria-label={label}
      onClick={() => run(CommandIDs.goToCell, { id })}
    >
      {words.__('go')}
    </button>
  );
}

function RecordLine({ inputs, words, now }: ContentProps): JSX.Element | null {
  const record = inputs.overview?.record ?? null;
  if (record === null) {
    return null;
  }
  const when = record.recorded === null ? '' : ago(words, record.recorded, now);
  const commit = record.code?.commit?.slice(0, 7) ?? record.digest;
  return (
    <p className="nbr-Detail">
      {words.__('Record on disk: %1', when)} · <code>{commit}</code>
    </p>
  );
}

function OrderLine({ view, words }: ContentProps): JSX.Element {
  const { inOrder, total, notRun } = view.order;
  return (
    <p className="nbr-Detail">
      {words.__('Run in order %1/%2', inOrder, total)}
      {notRun > 0 ? ` · ${words.__('%1 not run', notRun)}` : ''}
    </p>
  );
}

function FirstFinding({ view, words, run }: ContentProps): JSX.Element | null {
  const item = view.findings[0];
  if (item === undefined) {
    return null;
  }
  return (
    <p className="nbr-Finding">
      <span aria-hidden="true">! </span>
      {words.__('%1, cell %2', item.finding.kind.replace(/_/g, ' '), item.number ?? '?')}{' '}
      {item.cellId !== null ? <Go id={item.cellId} number={item.number} words={words} run={run} /> : null}
      <code>{item.finding.what}</code>
    </p>
  );
}

function Drifts({ view, words, run }: ContentProps): JSX.Element | null {
  if (view.drifts.length === 0) {
    return null;
  }
  const names: Record<DriftItem['section'], string> = {
    environment: words.__('Env'),
    data: words.__('Data'),
    code: words.__('Code'),
    order: words.__('Order'),
    outputs: words.__('Output')
  };
  return (
    <>
      <ul className="nbr-Drifts">
        {view.drifts.slice(0, DRIFTS_SHOWN).map((item, place) => (
          <li key={place}>
            <span className="nbr-Drifts-kind">{names[item.section]}</span>
            <span className="nbr-Drifts-text" title={item.text}>
              {item.text}
            </span>
            {item.cellId !== null ? <Go id={item.cellId} number={numberIn(view, item.cellId)} words={words} run={run} /> : null}
            {item.restore !== null ? (
              <button
                type="button"
                className="nbr-Go"
                data-action={CommandIDs.restore}
                aria-label={words.__('Restore %1', item.restore)}
                onClick={() => run(CommandIDs.restore, { name: item.restore! })}
              >
                {words.__('restore')}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {view.drifts.length > DRIFTS_SHOWN ? (
        <p className="nbr-Dim">{words.__('and %1 more', view.drifts.length - DRIFTS_SHOWN)}</p>
      ) : null}
      {view.affected !== '' ? (
        <p className="nbr-Detail">
          {words.__('Affected: %1', view.affected)}
          {view.safe !== '' ? ` · ${words.__('safe: %1', view.safe)}` : ''}
        </p>
      ) : null}
    </>
  );
}

function numberIn(view: View, id: string): number | null {
  return view.marks.find(mark => mark.id === id)?.number ?? null;
}

function Sections(props: ContentProps): JSX.Element {
  const { inputs, view, words, open, onToggle, run, now } = props;
  const overview = inputs.overview;
  const section = (id: string, title: string, summary: string, warns: boolean, body: React.ReactNode): JSX.Element => (
    <Section key={id} id={id} title={title} summary={summary} warns={warns} open={open.has(id)} onToggle={() => onToggle(id)}>
      {body}
    </Section>
  );
  const of = (kind: DriftItem['section']): number => view.drifts.filter(item => item.section === kind).length;
  const tally = (count: number, good: string): string => (count > 0 ? words._n('▲ %1 drift', '▲ %1 drifts', count) : good);
  const record = overview?.record ?? null;
  const data = overview?.data ?? [];
  const changed = data.filter(file => file.state !== 'same').length;
  const code = overview?.code ?? null;
  const where = code === null ? words.__('no git') : `${code.branch ?? ''}@${code.commit?.slice(0, 7)} · ${code.dirty ? words.__('modified') : words.__('clean')}`;
  const good = view.marks.filter(mark => mark.mark === 'match').length;
  const bad = view.marks.filter(mark => mark.mark === 'differs' || mark.mark === 'raised').length;
  const cells = bad > 0 ? words._n('≠ %1 differs', '≠ %1 differ', bad) : good > 0 ? `✓ ${good}/${view.marks.length}` : String(view.marks.length);
  return (
    <div className="nbr-Sections">
      {section('determinism', words.__('Determinism'), ...determinism(props), <Determinism {...props} />)}
      {section(
        'environment',
        words.__('Environment'),
        record === null ? words.__('no record') : tally(of('environment'), words._n('✓ %1 package', '✓ %1 packages', record.packages)),
        of('environment') > 0,
        <Environment {...props} />
      )}
      {section(
        'data',
        words.__('Data'),
        record === null ? words.__('no record') : tally(changed, data.length === 0 ? words.__('none') : words._n('✓ %1 file', '✓ %1 files', data.length)),
        changed > 0,
        <Data {...props} />
      )}
      {section('code', words.__('Code'), tally(of('code'), where), of('code') > 0, <Code {...props} />)}
      {section('cells', words.__('Cells'), cells, bad > 0, (
        <CellList marks={view.marks} words={words} onGo={id => run(CommandIDs.goToCell, { id })} />
      ))}
      {section('history', words.__('History'), String(overview?.history.length ?? 0), false, (
        <History history={overview?.history ?? []} words={words} now={now} />
      ))}
    </div>
  );
}

function determinism({ inputs, view, words }: ContentProps): [string, boolean] {
  const kernel = inputs.kernel;
  if (kernel === null) {
    return [words.__('not tracked'), false];
  }
  const found = view.findings.length;
  if (found > 0) {
    return [words._n('! %1 finding', '! %1 findings', found), true];
  }
  return kernel.pinned
    ? [`✓ ${words.__('hash seed %1 · seed %2', kernel.hash_seed, kernel.seed)}`, false]
    : [words.__('seed %1 · not pinned', kernel.seed), false];
}

function Determinism({ inputs, view, words, run }: ContentProps): JSX.Element {
  const kernel = inputs.kernel;
  if (kernel === null) {
    return <p className="nbr-Note">{words.__('Load nbrepro in the kernel to see what is seeded and pinned.')}</p>;
  }
  return (
    <>
      <dl className="nbr-List">
        <Row name={words.__('Seed')}>
          {kernel.seed} <span className="nbr-Dim">{kernel.seeded.join(', ')}</span>
        </Row>
        <Row name={words.__('Hash seed')}>
          {kernel.pinned ? kernel.hash_seed : words.__('random: the order of sets changes from start to start')}
        </Row>
        {kernel.switches.length > 0 ? <Row name={words.__('Switches')}>{kernel.switches.join(', ')}</Row> : null}
        {kernel.faults > 0 ? <Row name={words.__('Faults')}>{kernel.faults}</Row> : null}
      </dl>
      <ul className="nbr-Findings">
        {view.findings.slice(0, 20).map((item, place) => (
          <li key={place}>
            {words.__('cell %1', item.number ?? '?')}
            {item.finding.line !== null ? `, ${words.__('line %1', item.finding.line)}` : ''}: {item.finding.kind.replace(/_/g, ' ')}
            {item.cellId !== null ? <Go id={item.cellId} number={item.number} words={words} run={run} /> : null}
            <code>{item.finding.what}</code>
          </li>
        ))}
      </ul>
      {kernel.pinned ? null : (
        <Button
          small
          action={CommandIDs.restartPinned}
          label={words.__('Restart pinned')}
          title={words.__('Start the kernel anew with a fixed hash seed, threads, time zone and locale')}
          onClick={() => run(CommandIDs.restartPinned)}
        />
      )}
    </>
  );
}

function Environment({ inputs, view, words, run }: ContentProps): JSX.Element {
  const record = inputs.overview?.record ?? null;
  if (record === null) {
    return <p className="nbr-Note">{words.__('Record the notebook to keep its environment.')}</p>;
  }
  return (
    <>
      <dl className="nbr-List">
        <Row name={words.__('Python')}>{record.python ?? words.__('unknown')}</Row>
        <Row name={words.__('Packages')}>{record.packages}</Row>
        <Row name={words.__('Recorded by')}>nbrepro {record.nbrepro}</Row>
      </dl>
      <SectionDrifts view={view} section="environment" />
      {(inputs.overview?.notes ?? []).map(note => (
        <p className="nbr-Note" key={note}>
          {note}
        </p>
      ))}
      <Button small action={CommandIDs.lock} label={words.__('Write the lock')} refused={refusal(inputs, words)} onClick={() => run(CommandIDs.lock)} />
    </>
  );
}

function SectionDrifts({ view, section }: { view: View; section: DriftItem['section'] }): JSX.Element | null {
  const items = view.drifts.filter(item => item.section === section);
  return items.length === 0 ? null : (
    <ul className="nbr-Findings">
      {items.slice(0, 30).map((item, place) => (
        <li key={place}>{item.text}</li>
      ))}
    </ul>
  );
}

function Data({ inputs, words, run }: ContentProps): JSX.Element {
  const data = inputs.overview?.data ?? [];
  if (data.length === 0) {
    return <p className="nbr-Note">{words.__('The record names no data file.')}</p>;
  }
  const keepers = { dvc: 'DVC', git: 'git', no: words.__('untracked') };
  const states = { same: words.__('unchanged'), changed: words.__('changed'), missing: words.__('missing') };
  return (
    <ul className="nbr-Files">
      {data.slice(0, 50).map(file => (
        <li key={file.path}>
          <span aria-hidden="true">{file.state === 'same' ? '✓' : '≠'}</span>
          <span className="nbr-Files-path" title={file.path}>
            {file.path}
          </span>
          <span className="nbr-Dim">
            {keepers[file.tracked]} · {states[file.state]}
          </span>
          {file.restorable ? (
            <button type="button" className="nbr-Go" onClick={() => run(CommandIDs.restore, { name: file.path })}>
              {words.__('restore')}
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function Code({ inputs, view, words }: ContentProps): JSX.Element {
  const code = inputs.overview?.code ?? null;
  const record = inputs.overview?.record ?? null;
  if (code === null && record === null) {
    return <p className="nbr-Note">{words.__('The notebook is in no git repository.')}</p>;
  }
  return (
    <>
      <dl className="nbr-List">
        {code !== null ? (
          <Row name={words.__('Now')}>
            <code>
              {code.branch ?? ''}@{code.commit?.slice(0, 7)}
            </code>
          </Row>
        ) : null}
        {record?.code ? (
          <Row name={words.__('Record')}>
            <code>
              {record.code.branch ?? ''}@{record.code.commit?.slice(0, 7)}
            </code>
          </Row>
        ) : null}
        {code !== null && code.modified.length > 0 ? <Row name={words.__('Modified')}>{code.modified.join(', ')}</Row> : null}
      </dl>
      <SectionDrifts view={view} section="code" />
    </>
  );
}
