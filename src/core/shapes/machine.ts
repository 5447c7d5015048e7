/** The state of an analysis, and what is learnt of it. */
export * from './refine';
export * from './state';
