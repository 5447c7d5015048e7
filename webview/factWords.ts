/** What was found about a model, in the language of the page; values that are names or numbers stay as they are. */
import { languages, t } from './strings';

/** Longer phrases first: one may be part of another. */
const chinese: readonly (readonly [RegExp, string])[] = [
  [/V0: October 2017, relu everywhere/, 'V0：2017 年 10 月，全部为 relu'],
  [/V1: 2017–18, softmax of softplus for the shift/, 'V1：2017–18 年，移位为 softplus 的 softmax'],
  [/V2: since March 2018/, 'V2：2018 年 3 月起'],
  [/; the file is from before April 2018/, '；文件早于 2018 年 4 月'],
  [/by self-test: /, '自测：'],
  [/no task decides it/, '没有任务可以判定'],
  [/\(as set\)/, '（按设置）'],
  [/(\d+) of (\d+) bits wrong/, '$2 位中 $1 位错误'],
  [
    /(\d+) of (\d+) values are no numbers, the first is (\w+) at \[([\d, ]*)\]/,
    '$2 个值中有 $1 个不是数，第一个是 $3，位于 [$4]',
  ],
  [/^position encoding of the paper$/, '论文的位置编码'],
  [/^position encoding, last word 1$/, '位置编码，最后一个词为 1'],
  [/^position encoding over \(d\+1\)\(J\+1\)$/, '除以 (d+1)(J+1) 的位置编码'],
  [/^bag of words$/, '词袋'],
  [/^left out where the score is 0$/, '得分为 0 时略去'],
  [/^left out$/, '略去'],
  [/^kept$/, '保留'],
];

export function factWords(value: string, isChinese = t === languages.zh): string {
  if (!isChinese) return value;
  return chinese.reduce((text, [phrase, words]) => text.replace(phrase, words), value);
}
