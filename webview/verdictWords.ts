/** Whether a run did its task, in the language of the page. */
import { type Ending, type Told, type ToldWords, wordsOfTold } from '../src/core/trace/told';
import type { Verdict } from '../src/core/trace/trace';
import { languages, t } from './strings';

/** Trace files of other programs bring only their own words. */
export function verdictWords({ text, told }: Verdict, isChinese = t === languages.zh): string {
  return told && isChinese ? wordsOfTold(told, chinese, '，', '；') : text;
}

const share = (value: number) => value.toFixed(3);
const four = (value: number) => value.toFixed(4).replace('-', '−');
const short = (value: number) => String(Number(value.toPrecision(2)));

/** By what the task is called in a verdict. */
const tasks: Readonly<Record<string, string>> = {
  copied: '复制了',
  repeated: '重复了',
  recalled: '回忆出',
  sorted: '排序了',
};

const chinese: ToldWords = {
  rows: ({ did, right, rows, wrong, bits }) => {
    const errors = wrong === 0 ? '0 位错误' : `${bits} 位中有 ${wrong} 位错误`;
    return `${tasks[did] ?? '一致的有'} ${rows} 个向量中的 ${right} 个，${errors}`;
  },
  answer: ({ word, share: weight, right, expected }) => {
    const known = right ? '，正确' : expected === undefined ? '' : `，应为 ${expected}`;
    return `回答 ${word}（${share(weight)}）${known}`;
  },
  hops: ({ slots, shares, sentence }) => {
    const reads = slots.map(
      (slot, hop) => `第 ${hop + 1} 跳读取 ${slot}（${share(shares[hop]!)}）`,
    );
    return reads.join('，') + (sentence === '' ? '' : `：${sentence}`);
  },
  recalled: ({ step, label }) => `最后一步回忆最多的是第 ${step} 步（${label}）`,
  queries: ({ right, count }) => `${count} 个查询中有 ${right} 个取回了最近的键的值`,
  ended: (told) => endings[told.place as Ending](told),
  strayed: ({ name }) => `但起始时最近的是模式 ${name}`,
  rose: ({ by, step, why, difference }) => {
    const reason =
      why === 'asymmetric'
        ? `W 不对称（max |W − Wᵀ| = ${short(difference)}）`
        : why === 'together'
          ? '所有单元同时更新'
          : 'W 的对角线上有负值';
    return `能量在第 ${step} 步上升了 ${by.toPrecision(3)}：${reason}`;
  },
  retrieved: ({ place, names, weight, steps, beta, moved }) => {
    const still = moved < 1e-3 ? '' : `，仍在移动（最后一次更新移动 ${moved.toPrecision(2)}）`;
    const after = `β = ${Number(beta.toPrecision(4))}，${steps} 次更新后`;
    if (place === 'global') return `${after}：所有模式的全局平均：β 太小${still}`;
    return place === 'single'
      ? `${after}：取回模式 ${names.join('、')}（权重 ${four(weight)}）${still}`
      : `${after}：模式 ${names.join('、')} 的亚稳态${still}`;
  },
  associations: ({ single, metastable, global, beta, updates }) =>
    `单一模式 ${single} 个，亚稳态 ${metastable} 个，全局平均 ${global} 个` +
    `（β = ${Number(beta.toPrecision(4))}，${updates} 次更新）`,
  wrote: ({ text, count, ended, right }) =>
    right === undefined
      ? `写出 ${text}${ended ? '' : `，${count} 个符号后仍未结束`}`
      : `给定的 ${count} 个符号中有 ${right} 个也最可能：${text}`,
  caption: ({ text }) => `描述：${text}`,
  class: ({ name, share: weight }) => `类别 ${name}（${share(weight)}）`,
  place: ({ place, label, share: weight }) => `读取位置 ${place}，${label}（${share(weight)}）`,
  sentence: ({ index, share: weight, text }) => `读取第 ${index} 句（${share(weight)}）：${text}`,
  pointed: ({ order, ascending }) => `依次指向 ${order.join('、')}${ascending ? '：升序' : ''}`,
  looked: ({ times, answer }) => `看了 ${times} 次：${answer}`,
  selected: ({ words, count, total, logZ }) =>
    `${total} 处中有 ${count} 处以超过 0.5 被选中：` +
    `${words.join(' ') || '无'}；log Z = ${logZ.toFixed(4)}`,
};

const endings: { readonly [E in Ending]: (told: Told<'ended'>) => string } = {
  cycle: ({ cycle }) => `从第 ${cycle} 步起为二周期：每隔一个状态相同`,
  pattern: (told) =>
    told.flips === 0
      ? `停留在模式 ${told.names.join()}${still(told)}`
      : `${after(told)}落入模式 ${told.names.join()}${still(told)}`,
  reverse: (told) => `${after(told)}落入反转的模式 ${told.names.join()}${still(told)}`,
  mixture: (told) => `${after(told)}落入 ${told.names.join('、')} 的虚假混合态${still(told)}`,
  other(told) {
    const near = `最近的模式 ${told.names.join()}，重叠 ${four(told.overlap ?? NaN)}`;
    return told.settled ? `${after(told)}落入虚假状态（${near}）` : `${unsettled(told)}（${near}）`;
  },
  unknown(told) {
    const rest = `E ${four(told.energy ?? NaN)}；没有可比较的模式`;
    return `${told.settled ? `${after(told)}稳定` : unsettled(told)}，${rest}`;
  },
};

const after = ({ flips }: Told<'ended'>) => `${flips} 次翻转后`;
const unsettled = ({ steps }: Told<'ended'>) => `${steps} 步后仍未稳定`;
const still = (told: Told<'ended'>) => (told.settled ? '' : `，${unsettled(told)}`);
