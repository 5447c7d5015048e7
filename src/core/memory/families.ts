/** Every model that is run in plain arrays, asked in this order: the more particular names first. */
import { hopfield } from './hopfield/hopfield';
import type { MemoryFamily } from './memory';

export const memoryFamilies: readonly MemoryFamily[] = [hopfield];
