/** What an event says, in the language of the page; what other programs recorded keeps their words. */
import { languages, t } from './strings';

const chinese: readonly (readonly [pattern: RegExp, words: (...found: string[]) => string])[] = [
  [/^strongest write, slot (\d+)$/, (slot) => `最强写入，槽 ${slot}`],
  [/^first wrong output$/, () => '第一个错误输出'],
  [/^infinite$/, () => '无穷大'],
  [/^unit (\d+) flips$/, (unit) => `单元 ${unit} 翻转`],
  [/^(\d+) units? flips?$/, (count) => `${count} 个单元翻转`],
  [/^energy rises$/, () => '能量上升'],
  [/^two-cycle$/, () => '二周期'],
  [/^settled$/, () => '已稳定'],
];

export function eventWords(what: string, isChinese = t === languages.zh): string {
  if (!isChinese) return what;
  for (const [pattern, words] of chinese) {
    const found = pattern.exec(what);
    if (found) return words(...found.slice(1));
  }
  return what;
}
