// lib/gen/batching.ts: what vmap does at each row.
export function batching(rows, banner) {
  const groups = new Map();
  const add = (kind, row) => groups.set(kind, [...(groups.get(kind) ?? []), `${row.name}=${row.id}`]);
  for (const row of rows) {
    const kind = row.system ? 'system' : row.batch.kind;
    if (kind !== 'slices') add(kind, row);
    if (row.batch.random) add('random', row);
  }
  return [banner, '/** Rows by kind (src/ops/batch.mjs), with their numbers; those that stand nowhere run slice by slice. */', 'export const batching: Readonly<Record<string, string>> = {',
    ...[...groups].map(([kind, names]) => `  '${kind}': '${names.join(' ')}',`), '};', ''].join('\n');
}
