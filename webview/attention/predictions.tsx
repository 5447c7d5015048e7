/** The likeliest next tokens with their probabilities. */
import { number, visible } from '../../src/core/draw/text';
import { predictions } from '../state';
import { t } from '../strings';

export function Predictions() {
  const most = predictions.value[0]?.probability ?? 1;
  return (
    <div class="predictions">
      <h3>{t.attention.next}</h3>
      <ol>
        {predictions.value.map(({ id, label, probability }) => (
          <li key={id} title={t.attention.tokenId(id)}>
            <span class="candidate">{visible(label)}</span>
            <span class="bar">
              <i style={{ width: `${(probability / most) * 100}%` }} />
            </span>
            <span class="figure">{number(probability)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
