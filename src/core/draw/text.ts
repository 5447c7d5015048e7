/** Labels and numbers as every view writes them. */

/** Four significant digits, a real minus sign, words for what is no number. */
export function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    size >= 1e-4 && size < 1e6
      ? String(Number(size.toPrecision(4)).toFixed(Math.max(0, 3 - Math.floor(Math.log10(size)))))
      : size.toExponential(3).replace('e+', 'e').replace('e-', 'e−');
  return value < 0 ? `−${text}` : text;
}

/** The same without zeros that say nothing, for the ends of a scale: `0.5`, `1`. */
export function tick(value: number): string {
  const text = number(value);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

/** A share of 1 where room is short, `0.92`. */
export function share(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : number(value);
}

/** A whole number with thousands separated by commas, `50,257`. */
export function integer(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes with a binary unit, `1.34 MiB`. */
export function bytes(count: number): string {
  let unit = 0;
  let value = count;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? integer(value) : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** A count with a metric suffix, three digits, `124M`. */
export function compact(count: number): string {
  if (count < 1e4) return integer(count);
  const suffixes = ['', 'K', 'M', 'B', 'T'];
  const power = Math.min(suffixes.length - 1, Math.floor(Math.log10(count) / 3));
  return `${Number((count / 1000 ** power).toPrecision(3))}${suffixes[power]}`;
}

/** Makes a token visible: spaces, line breaks, tabs and control characters get a sign. */
export function visible(label: string): string {
  if (label === '') return '∅';
  let out = '';
  for (const character of label) {
    const code = character.charCodeAt(0);
    const control = code < 32 || code === 127;
    out += signs[character] ?? (control ? `\\x${code.toString(16).padStart(2, '0')}` : character);
  }
  return out;
}

// Spaces as editors show them.
const signs: Readonly<Record<string, string>> = { ' ': '·', '\n': '↵', '\t': '⇥' };

// East Asian wide and emoji, by block (Unicode Standard Annex 11, coarsely).
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a label takes in a monospaced font: 2 for wide characters. */
export function columnsOf(label: string): number {
  let columns = 0;
  for (const character of label) columns += wide.test(character) ? 2 : 1;
  return columns;
}

/** At most `most` columns, the middle replaced by an ellipsis; characters stay whole. */
export function middle(label: string, most: number): string {
  if (columnsOf(label) <= most) return label;
  const characters = [...label];
  const take = (from: readonly string[], room: number): string[] => {
    const out: string[] = [];
    for (const character of from) {
      room -= columnsOf(character);
      if (room < 0) break;
      out.push(character);
    }
    return out;
  };
  const head = take(characters, Math.ceil((most - 1) / 2));
  const tail = take([...characters].reverse(), Math.floor((most - 1) / 2));
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/**
 * Which places of an axis get a label: every n-th of `first`…`last` (inclusive), so that they lie at
 * least `gap` pixels apart when one place takes `size` pixels; n is 1 to 5 times a power of ten.
 */
export function thinned(first: number, last: number, size: number, gap: number): readonly number[] {
  const wanted = gap / size;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(wanted)));
  const stride = power * ([1, 2, 3, 4, 5].find((n) => n * power >= wanted) ?? 10);
  const out: number[] = [];
  for (let at = Math.ceil(first / stride) * stride; at <= last; at += stride) out.push(at);
  return out;
}
