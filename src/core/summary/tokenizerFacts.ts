/** What tokenizer.json says about itself (huggingface/tokenizers). */
export interface TokenizerFacts {
  /** `BPE`, `WordPiece`, `Unigram`, `WordLevel`. */
  readonly type?: string;
  /** Tokens, added ones counted once. */
  readonly vocabulary?: number;
  readonly special: readonly string[];
}

export function tokenizerFacts(json: unknown): TokenizerFacts {
  const { model, added_tokens: added } = recordOf(json);
  const { type, vocab } = recordOf(model);
  const words = Array.isArray(vocab)
    ? new Set(vocab.map((entry) => (Array.isArray(entry) ? String(entry[0]) : '')))
    : new Set(Object.keys(recordOf(vocab)));
  const special: string[] = [];
  for (const token of Array.isArray(added) ? added : []) {
    const { content, special: isSpecial } = recordOf(token);
    if (typeof content !== 'string') continue;
    words.add(content);
    if (isSpecial === true) special.push(content);
  }
  return {
    ...(typeof type === 'string' && { type }),
    ...(words.size > 0 && { vocabulary: words.size }),
    special,
  };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
