/** Numbers that a person reads at a glance: what is short is exact, the rest has three digits and a unit. */

/** As large a unit of 1000 as leaves a number before it: `4.19 M`. */
function scaled(amount: number, units: readonly string[]): string {
  let value = amount;
  let unit = 0;
  // Rounded first: 999,950 is 1 M, not 1000 k.
  while (Number(value.toPrecision(3)) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`.trimEnd();
}

/** A count: `7200`, `1.77 M`, `50.3 G`. */
export function countText(count: number): string {
  return count < 10_000 ? String(count) : scaled(count, ['', 'k', 'M', 'G', 'T', 'P', 'E']);
}

/** Decimal units, as memory of models is quoted: `50.3 MB`. */
export const byteText = (bytes: number): string =>
  scaled(bytes, ['B', 'KB', 'MB', 'GB', 'TB', 'PB']);
