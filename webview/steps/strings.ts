/** Words of the transport, in both languages. */
export const stepsEnglish = {
  transport: 'Steps',
  first: 'First step (Home)',
  back: 'One step back (,)',
  play: 'Play (Space)',
  pause: 'Pause (Space)',
  on: 'One step on (.)',
  last: 'Last step (End)',
  scrubber: 'Step',
  stepOf: (step: string, last: string) => `step ${step} of ${last}`,
  events: (count: string) => (count === '1' ? '1 event' : `${count} events`),
  previousEvent: 'Event before (Shift+N)',
  nextEvent: 'Next event (N)',
  debug: 'Step in Debugger',
  debugTitle: 'Steps through the equations in the debugger, forwards and backwards, from this step',
  leave: 'Stop Debugger',
  leaveTitle: 'Ends stepping in the debugger; the step stays',
  lineOf: (line: string) => `line ${line}`,
  ended: 'Debugger stopped',
  /** Added to the list of keys. */
  keys: [
    [', .', 'A step back and on; with Shift by ten'],
    ['Space', 'Play and pause'],
    ['n N', 'Event after and before'],
  ] as readonly (readonly [keys: string, what: string])[],
};

export type StepsStrings = typeof stepsEnglish;

export const stepsChinese: StepsStrings = {
  transport: '步',
  first: '第一步 (Home)',
  back: '后退一步 (,)',
  play: '播放 (空格)',
  pause: '暂停 (空格)',
  on: '前进一步 (.)',
  last: '最后一步 (End)',
  scrubber: '步',
  stepOf: (step, last) => `第 ${step} 步，最后为 ${last}`,
  events: (count) => `${count} 个事件`,
  previousEvent: '上一个事件 (Shift+N)',
  nextEvent: '下一个事件 (N)',
  debug: '在调试器中单步',
  debugTitle: '从这一步起，在调试器中沿方程逐步前进和后退',
  leave: '停止调试器',
  leaveTitle: '结束调试器中的单步；所在的步不变',
  lineOf: (line) => `第 ${line} 行`,
  ended: '调试器已停止',
  keys: [
    [', .', '后退和前进一步；按住 Shift 每次十步'],
    ['Space', '播放和暂停'],
    ['n N', '下一个和上一个事件'],
  ],
};
