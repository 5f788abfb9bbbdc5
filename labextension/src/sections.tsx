/** The accordion. */
import React from 'react';

import { CellList } from './celllist.js';
import { Code } from './code.js';
import { ContentProps } from './content.js';
import { Data } from './data.js';
import { Determinism, determinism } from './determinism.js';
import { DriftItem } from './drifts.js';
import { Environment } from './environment.js';
import { Section } from './parts.js';
import { LiveList } from './livelist.js';
import { CommandIDs } from './tokens.js';
import { History } from './trend.js';

export function Sections(props: ContentProps): JSX.Element {
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
        <>
          <LiveList {...props} />
          <CellList marks={view.marks} words={words} onGo={id => run(CommandIDs.goToCell, { id })} />
        </>
      ))}
      {section('history', words.__('History'), String(overview?.history.length ?? 0), false, (
        <History history={overview?.history ?? []} words={words} now={now} />
      ))}
    </div>
  );
}
