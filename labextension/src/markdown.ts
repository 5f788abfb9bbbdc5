/** What the panel says as Markdown, for an issue or a message. */
import { View } from './model.js';

/** Return what the panel says, as Markdown for an issue or a message. */
export function asText(title: string, view: View): string {
  const lines = [`### ${title}: ${view.headline}`, view.detail];
  for (const item of view.drifts) {
    lines.push(`- ${item.section}: ${item.text}`);
  }
  for (const { cause } of view.check?.causes ?? []) {
    lines.push(`- ${cause.kind} (${cause.confidence}): ${cause.summary}`, ...cause.evidence.map(text => `  - ${text}`));
  }
  for (const cell of view.check?.cells ?? []) {
    for (const difference of cell.differences) {
      lines.push(`- cell ${cell.number}, ${difference.where}: ${difference.reference} | ${difference.candidate}`);
    }
  }
  for (const item of view.findings) {
    lines.push(`- cell ${item.number}: ${item.finding.what} (${item.finding.kind})`);
  }
  return lines.filter(line => line !== '').join('\n');
}
