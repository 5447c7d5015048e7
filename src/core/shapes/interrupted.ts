/** Thrown where an analysis asks whether it should go on, when something more urgent waits; it can be taken up again. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
