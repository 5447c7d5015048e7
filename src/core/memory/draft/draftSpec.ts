/** A model spec drafted from names and shapes, for a checkpoint whose architecture is known but not its names. */
import type { Tensors } from '../../model/architecture';
import { assign, type Assignment } from './assign';
import { templates } from './templates';

export interface Draft {
  readonly architecture: string;
  /** `Neural Turing Machine, 1 read and 1 write head` */
  readonly sentence: string;
  /** What shapes and names do not decide; a person has to. */
  readonly notes: readonly string[];
  /** The file. */
  readonly text: string;
}

/** Below, too little fits to be called a draft. */
const leastScore = 0.5;
/** More than these are other models than this is for. */
const mostTensors = 200;

/** Undefined when no architecture fits. */
export function draftSpec(tensors: Tensors): Draft | undefined {
  const all = [...tensors.values()];
  if (all.length === 0 || all.length > mostTensors) return undefined;
  const found = templates
    .flatMap((template) => assign(template, all) ?? [])
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score);
  const [best, second] = found;
  return best && draftOf(best, second);
}

function draftOf(best: Assignment, second: Assignment | undefined): Draft {
  const { template, tensors, missing, unused, open } = best;
  const { architecture, config } = template;
  const notes = [
    ...missing.map((role) => `no tensor fits ${role}`),
    ...[...open].map(([role, others]) => `${role} could also be ${others.join(' or ')}`),
    ...unused.map(({ name, shape }) => `${name} [${shape.join(', ')}] has no role`),
    ...(second?.score === best.score ? [`${sentenceOf(second)} fits as well`] : []),
  ];
  const spec = {
    architecture,
    tensors: Object.fromEntries([...tensors].map(([role, { name }]) => [role, name])),
    ...(config ? { config } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
  return {
    architecture,
    sentence: sentenceOf(best),
    notes,
    text: `${JSON.stringify(spec, undefined, 2)}\n`,
  };
}

const sentenceOf = ({ template: { architecture, detail } }: Assignment): string =>
  `${architecture}, ${detail}`;
