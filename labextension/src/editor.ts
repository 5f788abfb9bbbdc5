/** The code cells as the editor holds them, saved or not. */
import { ICellModel } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';

import { OpenCell } from './inputs.js';
import { EditorCell } from './schema.js';
import { digestText } from './sha256.js';

export class Editor {
  private _digests = new WeakMap<ICellModel, { source: string; digest: string }>();

  constructor(private readonly _panel: NotebookPanel) {}

  /** Return the code cells that have a source, numbered as a run from the top numbers them. */
  cells(): OpenCell[] {
    const found: OpenCell[] = [];
    for (const cell of this._codeCells()) {
      const source = cell.sharedModel.getSource();
      if (source.trim() === '') {
        continue;
      }
      const state = (cell as ICellModel & { executionState?: string }).executionState;
      found.push({ id: cell.id, number: found.length + 1, digest: this._digest(cell, source), executing: state === 'running' });
    }
    return found;
  }

  /** Return the sources of all code cells, in order. */
  sources(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const cell of this._codeCells()) {
      found[cell.id] = cell.sharedModel.getSource();
    }
    return found;
  }

  /** Return the code cells as the kernel asks for them. */
  asked(): EditorCell[] {
    return Array.from(this._codeCells(), cell => ({
      id: cell.id,
      source: cell.sharedModel.getSource(),
      tags: ((cell.getMetadata('tags') ?? []) as unknown[]).map(String)
    }));
  }

  private *_codeCells(): Iterable<ICellModel> {
    for (const cell of this._panel.context.model.cells) {
      if (cell.type === 'code') {
        yield cell;
      }
    }
  }

  private _digest(cell: ICellModel, source: string): string {
    const known = this._digests.get(cell);
    if (known?.source === source) {
      return known.digest;
    }
    const digest = digestText(source);
    this._digests.set(cell, { source, digest });
    return digest;
  }
}

/** Whether two readings are the same. */
export function sameCells(one: readonly OpenCell[], other: readonly OpenCell[]): boolean {
  return (
    one.length === other.length &&
    one.every((cell, place) => {
      const before = other[place]!;
      return cell.id === before.id && cell.digest === before.digest && cell.executing === before.executing;
    })
  );
}
