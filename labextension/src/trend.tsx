/** The history as a small plot: the share of outputs that matched at each check, and each declared metric. */
import React from 'react';

import { HistoryItem } from './schema.js';
import { verdictWords } from './verdicts.js';
import { ago, clock, Words } from './words.js';

const WIDTH = 240;
const HEIGHT = 40;
const INSET = 4;

export interface Point {
  value: number;
  good: boolean;
  label: string;
}

/** Return the points of the checks, oldest first. */
export function checkPoints(history: readonly HistoryItem[]): Point[] {
  return history
    .filter(item => item.command === 'check' && item.compared > 0)
    .map(item => ({
      value: item.passed / item.compared,
      good: item.exit_code === 0,
      label: `${item.passed}/${item.compared}`
    }))
    .reverse();
}

/** Return each declared metric's values, oldest first. */
export function metricPoints(history: readonly HistoryItem[]): Map<string, Point[]> {
  const found = new Map<string, Point[]>();
  for (const item of [...history].reverse()) {
    for (const [name, value] of Object.entries(item.metrics)) {
      const points = found.get(name) ?? [];
      points.push({ value, good: item.exit_code === 0, label: String(value) });
      found.set(name, points);
    }
  }
  return found;
}

export function Plot(props: { points: Point[]; from?: number; to?: number; title: string }): JSX.Element {
  const { points, title } = props;
  const values = points.map(point => point.value);
  const low = props.from ?? Math.min(...values);
  const high = props.to ?? Math.max(...values);
  const x = (place: number): number =>
    points.length === 1 ? WIDTH / 2 : INSET + (place * (WIDTH - 2 * INSET)) / (points.length - 1);
  const y = (value: number): number =>
    high === low ? HEIGHT / 2 : HEIGHT - INSET - ((value - low) * (HEIGHT - 2 * INSET)) / (high - low);
  const path = points.map((point, place) => `${place === 0 ? 'M' : 'L'}${x(place).toFixed(1)} ${y(point.value).toFixed(1)}`);
  return (
    <svg className="nbr-Plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
      <title>{title}</title>
      <path className="nbr-Plot-line" d={path.join('')} />
      {points.map((point, place) =>
        point.good ? (
          <circle key={place} className="nbr-Plot-good" cx={x(place)} cy={y(point.value)} r="2.6" />
        ) : (
          <rect key={place} className="nbr-Plot-bad" x={x(place) - 2.6} y={y(point.value) - 2.6} width="5.2" height="5.2" />
        )
      )}
    </svg>
  );
}

export function History(props: { history: HistoryItem[]; words: Words; now: number }): JSX.Element {
  const { history, words, now } = props;
  if (history.length === 0) {
    return <p className="nbr-Note">{words.__('No run was recorded or checked here yet.')}</p>;
  }
  const checks = checkPoints(history);
  return (
    <>
      {checks.length > 1 ? (
        <figure className="nbr-Figure">
          <figcaption>{words.__('Share of outputs that match')}</figcaption>
          <Plot points={checks} from={0} to={1} title={words.__('%1 checks, the last: %2', checks.length, checks[checks.length - 1]!.label)} />
        </figure>
      ) : null}
      {[...metricPoints(history)].filter(([, points]) => points.length > 1).map(([name, points]) => (
        <figure className="nbr-Figure" key={name}>
          <figcaption>{name}</figcaption>
          <Plot points={points} title={words.__('%1, the last: %2', name, points[points.length - 1]!.label)} />
        </figure>
      ))}
      <ol className="nbr-History">
        {history.slice(0, 8).map(item => (
          <li key={item.id} title={item.summary}>
            <span aria-hidden="true" className="nbr-History-sign" data-good={item.exit_code === 0}>
              {item.command === 'record' ? '◆' : item.exit_code === 0 ? '✓' : '≠'}
            </span>
            <span className="nbr-History-what">
              {item.command === 'record' ? words.__('recorded') : verdictWords(item.verdict, words)}
            </span>
            <span className="nbr-Dim">{clock(item.seconds)}</span>
            <span className="nbr-Dim">{ago(words, item.started, now)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
