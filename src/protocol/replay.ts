/** Where the debugger stands in a trace that is stepped through. */
import type { BlockId, StageName } from '../core/trace/trace';
import type { TraceId } from './engine';

export interface ReplayPlace {
  readonly trace: TraceId;
  readonly step: number;
  /** 1-based, of the equations, or of the person's own code with what it does there. */
  readonly line: number;
  readonly text: string;
  readonly isOwn?: true;
  /** The head that the line is about, and the stage of its weighting, where it is about one. */
  readonly block?: BlockId;
  readonly stage?: StageName;
  /** Whether the memory is that after the step's writing. */
  readonly written: boolean;
}
