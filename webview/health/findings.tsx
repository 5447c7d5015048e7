/** What is unhealthy, the most serious first; a click shows the tensor. */
import { integer } from '../../src/core/draw/text';
import { type Finding, type FindingKind } from '../../src/core/statistics/findings';
import type { Unreadable as UnreadableTensor } from '../../src/protocol/statistics';
import { t } from '../strings';
import { openTensor } from '../weights/state';

/** More rows than anybody reads. */
const most = 200;

const icons: Readonly<Record<FindingKind, string>> = {
  notANumber: 'error',
  infinite: 'error',
  allZero: 'warning',
  constant: 'info',
  duplicate: 'info',
  deadRows: 'warning',
  outlierColumns: 'info',
};

export function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <section>
      <h2>{t.health.findings}</h2>
      <ul class="health-list">
        {findings.slice(0, most).map((finding) => (
          <Row key={`${finding.kind} ${finding.tensors[0]}`} finding={finding} />
        ))}
      </ul>
      <More count={findings.length - most} />
    </section>
  );
}

function Row({ finding: { kind, tensors, count, of, places } }: { finding: Finding }) {
  return (
    <li>
      <span class={`health-kind ${icons[kind]}`}>
        <span class={`codicon codicon-${icons[kind]}`} aria-hidden="true" />
        {t.health.kinds[kind]}
      </span>
      <span class="health-what">
        <span class="health-names">
          {tensors.slice(0, most).map((name) => (
            <Name key={name} name={name} />
          ))}
        </span>
        <span class="quiet">
          {t.health.says[kind](integer(count), integer(of))}
          {places && places.length > 0 && ` · ${placesText(kind, places, count)}`}
        </span>
      </span>
    </li>
  );
}

function placesText(kind: FindingKind, places: readonly number[], count: number): string {
  const text = `${places.join(', ')}${count > places.length ? ', …' : ''}`;
  return kind === 'deadRows' ? t.health.rows(text) : t.health.columns(text);
}

function Name({ name }: { name: string }) {
  return (
    <button class="link figure" title={t.health.open(name)} onClick={() => openTensor(name)}>
      {name}
    </button>
  );
}

export function Unreadable({ tensors }: { tensors: readonly UnreadableTensor[] }) {
  return (
    <section>
      <h2>{t.health.unreadable}</h2>
      <ul class="health-list">
        {tensors.slice(0, most).map(({ tensor, reason }) => (
          <li key={tensor}>
            <span class="health-what">
              <Name name={tensor} />
              <span class="quiet">{reason}</span>
            </span>
          </li>
        ))}
      </ul>
      <More count={tensors.length - most} />
    </section>
  );
}

function More({ count }: { count: number }) {
  return count > 0 ? <p class="quiet">{t.health.more(integer(count))}</p> : null;
}
