/** Two checkpoints side by side: host ↔ engine, and the panel that shows the comparison. */
import type { ChangeKind, Plan } from '../core/compare/compare';
import type { Figures } from '../core/compare/summary';
import type { Layout } from '../core/compare/match';
import type { TileAt } from '../core/compare/picture';
import type { Tile } from '../core/trace/trace';

export type ComparisonId = number;

/** A tensor on one side of a line. */
export interface ComparedSide {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** One line, before its values are read. */
export interface ComparisonRow {
  /** Name in B where it is there, else in A; for an adapter the module. */
  readonly name: string;
  readonly a?: ComparedSide;
  readonly b?: ComparedSide;
  readonly layout: Layout;
  /** Rank of an adapter's line. */
  readonly rank?: number;
}

export interface ComparisonData {
  readonly id: ComparisonId;
  readonly a: { readonly name: string; readonly format: string };
  readonly b: { readonly name: string; readonly format: string };
  readonly rows: readonly ComparisonRow[];
  readonly adapter?: Plan['adapter'];
  readonly warnings: readonly string[];
}

/** What the values of a line came to. */
export interface ComparedRow {
  readonly kind: ChangeKind;
  readonly figures?: Figures;
  readonly change?: {
    readonly rank: number;
    readonly alpha: number;
    readonly norm: number;
    /** Directions that are used. */
    readonly used: number;
    readonly relative?: number;
    readonly spectrum: Float32Array;
  };
  readonly problem?: string;
}

/** Methods of the engine. */
export type CompareMethods = {
  /** Reads both headers and matches names. Paths as in `open`. */
  openComparison(params: { a: string; b: string }): ComparisonData;
  /** Values of line `from` and after, until a moment's work is done; at least one line. */
  compareRows(params: { comparison: ComparisonId; from: number }): readonly ComparedRow[];
  /** A tile of B − A: of the values of each cell the one farthest from 0. */
  compareTile(params: { comparison: ComparisonId; row: number; at: TileAt }): Tile;
  closeComparison(params: { comparison: ComparisonId }): void;
};

/** What the comparison's panel asks of the host. */
export type ComparePanelMethods = {
  /** Opens the two files of the panel; `again` reads them anew. */
  openComparison(params: { version: number; again?: boolean }): ComparisonData;
  compareRows(params: { from: number }): readonly ComparedRow[];
  compareTile(params: { row: number; at: TileAt }): Tile;
  /** Opens one of the two in its own editor. */
  openSide(params: { side: 'a' | 'b' }): void;
};

export type ComparePanelNotes = {
  /** The engine is gone or a file changed; one line. */
  comparisonStale: { readonly message: string };
};
