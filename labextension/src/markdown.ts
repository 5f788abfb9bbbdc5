/** What the panel says as Markdown, for an issue or a message. */
import { findingWords } from './findings.js';
import { View } from './model.js';
import { Words } from './words.js';

/** Return what the panel says; what comes out of the notebook stands as code, so that none of it is markup there. */
export function asText(title: string, view: View, words: Words): string {
  const lines = [`### ${code(title)}: ${view.headline}`, view.detail];
  lines.push(...view.drifts.map(item => `- ${code(item.text)}`));
  for (const { cause } of view.check?.causes ?? []) {
    lines.push(`- ${words.__('Cause')} (${cause.kind}, ${cause.confidence}): ${cause.summary}`);
    lines.push(...cause.evidence.map(text => `  - ${text}`));
  }
  for (const cell of view.check?.cells ?? []) {
    for (const difference of cell.differences) {
      const [recorded, now] = [difference.reference, difference.candidate].map(value =>
        value === null ? words.__('absent') : code(value)
      );
      lines.push(`- ${words.__('cell %1', cell.number ?? '?')}, ${difference.where}: ${recorded} → ${now}`);
    }
  }
  for (const item of view.findings) {
    lines.push(`- ${words.__('%1, cell %2', findingWords(item.finding.kind, words), item.number ?? '?')}: ${code(item.finding.what)}`);
  }
  return lines.filter(line => line !== '').join('\n');
}

/** Return a text as a span of code on one line, whatever it holds. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(run => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const inner = text.replace(/\s+/g, ' ').trim();
  return longest > 0 ? `${fence} ${inner} ${fence}` : `${fence}${inner}${fence}`;
}
