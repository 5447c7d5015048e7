/** Words of the triage of heads, in both languages. */
import type { Measure } from '../../src/core/triage/findings';
import type { Circuit } from '../../src/core/triage/triage';

export const triageEnglish = {
  tab: 'Heads',
  title: 'What the weights say about each head',
  about:
    'Nothing is run: per head, the singular values of W_Q·W_Kᵀ (where it looks) and of W_V·W_O (what it writes), without biases and norms. Heads are compared within their layer.',
  rotary:
    'This model turns queries and keys by their positions (RoPE): W_Q·W_Kᵀ is what the head compares at distance 0 only.',
  assumed: (heads: string) => `No config says how many heads there are: ${heads} by convention.`,
  start: 'Read the Heads',
  large: (layers: string) => `${layers} layers of wide matrices: this takes a while.`,
  progress: (done: string, all: string) => `${done} of ${all} layers`,
  cancel: 'Cancel',
  goOn: 'Continue',
  cancelled: (done: string, all: string) => `Cancelled after ${done} of ${all} layers.`,
  measure: 'Colour shows',
  measures: {
    ovNorm: '‖W_V·W_O‖',
    qkNorm: '‖W_Q·W_Kᵀ‖',
    ovRank: 'effective rank of W_V·W_O',
    qkRank: 'effective rank of W_Q·W_Kᵀ',
    ovShare: '‖W_V·W_O‖ over the median of its layer',
  } satisfies Record<Measure, string>,
  grid: (layers: string, heads: string) =>
    `${layers} layers down, ${heads} heads across. Arrows choose a head, Enter shows its attention.`,
  head: (layer: number, head: number) => `layer ${layer}, head ${head}`,
  choose: 'Choose a head to see its singular values.',
  waiting: 'This layer has not been read yet.',
  rank: (effective: string, size: string) => `effective rank ${effective} of ${size}`,
  norm: (value: string) => `norm ${value}`,
  circuits: { qk: 'W_Q·W_Kᵀ', ov: 'W_V·W_O' } satisfies Record<Circuit, string>,
  findings: 'Dead heads and heads that are alike',
  none: 'No head writes less than 5 % of its layer’s median, and no two of a layer have a cosine above 0.5.',
  dead: (head: string, share: string) => `${head} writes ${share} of its layer’s median`,
  alike: (head: string, other: number, circuit: string, cosine: string) =>
    `${head} and ${other}: cosine of ${circuit} ${cosine}`,
  attention: 'Show its Attention',
};
export type TriageStrings = Omit<typeof triageEnglish, 'measures' | 'circuits'> & {
  readonly measures: Readonly<Record<Measure, string>>;
  readonly circuits: Readonly<Record<Circuit, string>>;
};

export const triageChinese: TriageStrings = {
  tab: '各头',
  title: '权重对每个头说明了什么',
  about:
    '不运行模型：对每个头给出 W_Q·W_Kᵀ（看向何处）与 W_V·W_O（写入什么）的奇异值，不含偏置与归一化。各头仅在本层内比较。',
  rotary: '此模型按位置旋转查询与键（RoPE）：W_Q·W_Kᵀ 仅是距离为 0 时此头所比较的内容。',
  assumed: (heads) => `没有配置说明头数：按惯例取 ${heads}。`,
  start: '读取各头',
  large: (layers) => `${layers} 层宽矩阵：需要一些时间。`,
  progress: (done, all) => `${done}/${all} 层`,
  cancel: '取消',
  goOn: '继续',
  cancelled: (done, all) => `已取消，完成 ${done}/${all} 层。`,
  measure: '颜色表示',
  measures: {
    ovNorm: '‖W_V·W_O‖',
    qkNorm: '‖W_Q·W_Kᵀ‖',
    ovRank: 'W_V·W_O 的有效秩',
    qkRank: 'W_Q·W_Kᵀ 的有效秩',
    ovShare: '‖W_V·W_O‖ 与本层中位数之比',
  },
  grid: (layers, heads) => `${layers} 层向下，${heads} 头向右。方向键选择头，Enter 显示其注意力。`,
  head: (layer, head) => `第 ${layer} 层第 ${head} 头`,
  choose: '选择一个头，查看其奇异值。',
  waiting: '尚未读取此层。',
  rank: (effective, size) => `有效秩 ${effective} / ${size}`,
  norm: (value) => `范数 ${value}`,
  circuits: { qk: 'W_Q·W_Kᵀ', ov: 'W_V·W_O' },
  findings: '失效的头与相似的头',
  none: '没有头的写入低于本层中位数的 5%，同层也没有两个头的余弦高于 0.5。',
  dead: (head, share) => `${head}的写入为本层中位数的 ${share}`,
  alike: (head, other, circuit, cosine) => `${head}与第 ${other} 头：${circuit} 的余弦 ${cosine}`,
  attention: '显示其注意力',
};
