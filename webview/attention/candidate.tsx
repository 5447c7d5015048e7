/** A predicted token or label with its probability. */
import { number, visible } from '../../src/core/draw/text';

interface Props {
  readonly label: string;
  readonly probability: number;
  /** Length of a bar, 0 … 1. */
  readonly share: number;
}

export function Candidate({ label, probability, share }: Props) {
  return (
    <>
      <span class="candidate">{visible(label)}</span>
      <span class="bar">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span class="figure">{number(probability)}</span>
    </>
  );
}
