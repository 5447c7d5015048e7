/** Every model family that runs from a bare checkpoint, asked in this order. */
import type { Family } from './architecture';
import { gpt2 } from './gpt2';
import { llama } from './llama';

export const families: readonly Family[] = [gpt2, llama];
