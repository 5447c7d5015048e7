/** Names beside lines at their heights; lines too close for two names share one: `E T`, `17 +29`. */
export function levelLabels(
  levels: readonly { readonly at: number; readonly name: string }[],
  gap: number,
): readonly { readonly at: number; readonly label: string }[] {
  const groups: { at: number; names: string[] }[] = [];
  for (const { at, name } of [...levels].sort((a, b) => a.at - b.at)) {
    const group = groups.at(-1);
    if (group && at - group.at < gap) group.names.push(name);
    else groups.push({ at, names: [name] });
  }
  return groups.map(({ at, names }) => ({
    at,
    label: names.length > 3 ? `${names[0]} +${names.length - 1}` : names.join(' '),
  }));
}
