/**
 * The engine's methods whose code is a bundle of its own, loaded with the first call of one of them: no first picture
 * needs it, and the time that reading it takes would be seen there.
 */
export const toolMethods = [
  'hubFiles',
  'saveTrace',
  'rollout',
  'tensorStatistics',
  'startSweep',
  'cancelSweep',
  'sweep',
  'weightTile',
  'weightGlance',
  'weightSurvey',
  'weightText',
  'weightLine',
  'weightSpectrum',
  'exportTensor',
  'seriesRange',
  'seriesTile',
  'seriesExtent',
  'settings',
  'example',
  'readInputs',
  'words',
  'textOf',
  'recordLive',
  'exactLive',
  'openComparison',
  'compareRows',
  'compareTile',
  'closeComparison',
  'triageLayer',
] as const;

export type ToolMethod = (typeof toolMethods)[number];
