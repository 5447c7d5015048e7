/** Names and values as a table; long values are folded. */
import type { ComponentChildren } from 'preact';
import { integer } from '../../src/core/draw/text';
import { t } from '../strings';

/** A rule may stand below a value. */
export type Row = readonly [name: string, value: ComponentChildren, rule?: string];

/** Beyond, a value is folded: chat templates, whole vocabularies. */
const longest = 300;
/** Beyond, the page would stall; the file itself is beside. */
const mostShown = 100_000;

function Value({ value }: { value: string }) {
  if (value.length <= longest) return <>{value}</>;
  return (
    <details class="long">
      <summary>
        <span class="start">{value.slice(0, longest / 2)}…</span>{' '}
        <span class="quiet">{t.modelPage.more(integer(value.length))}</span>
      </summary>
      <pre>{value.slice(0, mostShown)}</pre>
    </details>
  );
}

export function Facts({ title, rows }: { title: string; rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <table class="facts">
        <tbody>
          {rows.map(([name, value, rule], i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              <td>
                {typeof value === 'string' ? <Value value={value} /> : value}
                {rule !== undefined && <small class="rule">{rule}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
