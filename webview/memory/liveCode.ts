/** Of a debugged program: the line of the operation at the step, marked in its code while a person goes through the steps. */
import { choose, session } from '../session/state';
import { trace } from '../state';
import { whenWalked } from '../steps/state';
import { operationAt } from './operationAt';

whenWalked((step) => {
  const current = trace.peek();
  if (current?.source !== 'session') return;
  const operation = operationAt(step, current.events, session.peek()?.operations ?? []);
  if (operation) choose(operation);
});
