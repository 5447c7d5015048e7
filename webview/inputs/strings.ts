/** Words about what a model over arrays is fed, in both languages. */
export const inputsEnglish = {
  settings: 'Settings',
  input: 'Input',
  example: 'Its own example',
  edit: 'Edit the example',
  file: 'From a file…',
  rows: 'rows',
  grid: 'grid of numbers',
  cell: (step: string, column: string, value: string) => `row ${step}, column ${column}: ${value}`,
  default: (value: string, found: string) => `Default ${value}: ${found}`,
  otherwise: (what: string) => `else ${what}`,
  progress: (done: string, total: string) => `step ${done} of ${total}`,
  tooLarge: (count: string) => `${count} numbers are too many to edit here.`,
  sentences: (count: string) => `${count} sentences`,
  sentenceALine: 'One sentence a line, in the order in which they happened.',
  vocabulary: (count: string) => `of ${count} words`,
  knownWords: 'Known words',
  tab: 'Tab takes it',
  unknown: (word: string) => `“${word}” is none of the model’s words.`,
  unknownInLine: (word: string, line: string) =>
    `“${word}” in line ${line} is none of the model’s words.`,
  didYouMean: (word: string) => `Put “${word}”`,
  problems: {
    number: (word: string) => `“${word}” is no number`,
    row: (line: string) => `line ${line} has another length than the first`,
    empty: () => 'there are no numbers',
  } as Readonly<Record<'number' | 'row' | 'empty', (at: string) => string>>,
};

export type InputsStrings = typeof inputsEnglish;

export const inputsChinese: InputsStrings = {
  settings: '设置',
  input: '输入',
  example: '自带示例',
  edit: '编辑示例',
  file: '从文件…',
  rows: '行数',
  grid: '数字网格',
  cell: (step, column, value) => `第 ${step} 行第 ${column} 列：${value}`,
  default: (value, found) => `默认 ${value}：${found}`,
  otherwise: (what) => `否则 ${what}`,
  progress: (done, total) => `第 ${done}/${total} 步`,
  tooLarge: (count) => `${count} 个数字过多，无法在此编辑。`,
  sentences: (count) => `${count} 句`,
  sentenceALine: '每行一句，按发生的先后。',
  vocabulary: (count) => `词表共 ${count} 个词`,
  knownWords: '已知的词',
  tab: 'Tab 键采用',
  unknown: (word) => `“${word}”不在模型的词表中。`,
  unknownInLine: (word, line) => `第 ${line} 行的“${word}”不在模型的词表中。`,
  didYouMean: (word) => `改为“${word}”`,
  problems: {
    number: (word) => `“${word}”不是数字`,
    row: (line) => `第 ${line} 行与第一行长度不同`,
    empty: () => '没有数字',
  },
};
