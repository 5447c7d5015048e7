/** Every model that is run in plain arrays, asked in this order: the more particular names first. */
import type { MemoryFamily } from './memory';

export const memoryFamilies: readonly MemoryFamily[] = [];
