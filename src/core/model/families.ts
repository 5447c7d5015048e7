/** Every model family that runs from a bare checkpoint, asked in this order. */
import type { Family } from './architecture';
import { bart } from './bart';
import { bert } from './bert';
import { distilbert } from './distilbert';
import { gemma } from './gemma';
import { gpt2 } from './gpt2';
import { llama } from './llama';
import { neox } from './neox';
import { opt } from './opt';
import { phi } from './phi';
import { t5 } from './t5';
import { vit } from './vit';

export const families: readonly Family[] = [
  gpt2,
  gemma,
  llama,
  bert,
  distilbert,
  t5,
  bart,
  vit,
  neox,
  opt,
  phi,
];
