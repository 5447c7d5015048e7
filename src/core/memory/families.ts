/** Every model that is run in plain arrays, asked in this order: the more particular names first. */
import { associative } from './associative';
import { cells } from './cells/cells';
import { fastWeights } from './fastWeights';
import { hflayers } from './hopfield/hflayers';
import { hopfield } from './hopfield/hopfield';
import { memn2n } from './memn2n/memn2n';
import { dnc } from './dnc';
import type { MemoryFamily } from './memory';
import { ntm } from './ntm';
import { captions } from './recurrent/captions';
import { glimpses } from './recurrent/glimpses';
import { hierarchical } from './recurrent/hierarchical';
import { attentionModules } from './recurrent/modules';
import { pointer } from './recurrent/pointer';
import { attentiveReader } from './recurrent/reader';
import { structured } from './recurrent/structured';
import { translators } from './recurrent/translators';

export const memoryFamilies: readonly MemoryFamily[] = [
  ntm,
  dnc,
  memn2n,
  fastWeights,
  associative,
  hflayers,
  hopfield,
  ...attentionModules,
  ...translators,
  pointer,
  captions,
  glimpses,
  attentiveReader,
  hierarchical,
  structured,
  cells,
];
