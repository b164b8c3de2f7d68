// The API reference (one page a family) and ops.json from the rows.
import { signatureText } from './ts.mjs';

export function opsJson(rows, hash) {
  return JSON.stringify({
    format: 'torsh-ops/1', hash,
    ops: rows.filter((r) => !r.twinOf).map((r) => ({
      name: r.name, jsName: r.jsName, id: r.id, family: r.file.replace('.ops.mjs', ''), system: r.system || undefined,
      args: r.args.map((a) => ({ name: a.name, type: a.type, ...(a.optional ? { default: a.default } : {}), keywordOnly: a.keywordOnly })),
      returns: r.returns.kind === 'TENSORS' ? (r.returns.names.length === 1 ? 'Tensor' : r.returns.names) : r.returns.type,
      variants: r.as, namespaces: r.namespaces, aliases: [...r.aliases, ...r.elsewhere], flags: r.flags, dtypes: r.dtypes, gradient: r.gradient, batch: r.system ? undefined : r.batch.kind,
      tolerance: r.tolerance, samples: r.samples, errors: r.errors, doc: r.doc,
    })),
  }, null, 1) + '\n';
}

/** What vmap makes of a row, where it is not one call for the batch. */
const VMAP = { slices: 'slice by slice', data: 'refused (depends on values)', refused: 'refused' };

/** One page a family, headed by what the table's first comment says (titles). examples: JavaScript by the row's name, as `npm run docs:examples` has written it down. */
export function reference(rows, banner, titles, examples) {
  const pages = new Map();
  for (const r of rows) {
    if (r.twinOf || r.system || r.name.startsWith('_')) continue;
    const page = r.file.replace('.ops.mjs', '');
    if (!pages.has(page)) pages.set(page, [`<!-- ${banner} -->`, `# ${titles.get(page)}`, '']);
    const where = r.as.map((v) => ({ function: r.namespaces.map((n) => `\`${n === 'torsh' ? 'torsh' : `torsh.${n}`}.${r.jsName}\``).join(', '), method: `\`x.${r.jsName}()\``, property: `\`x.${r.jsName}\``, inplace: r.as.includes('method') && `\`x.${r.jsName}_()\``, 'inplace function': `\`${r.jsName}_(x)\``, 'inplace argument': '`{ inplace }`', out: '`{ out }`' }[v])).filter(Boolean);
    pages.get(page).push(`## ${r.title}`, '', `\`${r.jsName}(${signatureText(r)}) -> ${r.returns.names.length > 1 ? r.returns.names.join(', ') : r.returns.type}\``, '', r.doc, '',
      `${where.join(' · ')}  `, `dtypes: ${r.dtypes}. Gradient: ${r.gradient === 'formula' ? 'yes' : r.gradient}.${r.args.some((a) => /^(Tensor|Operand)/.test(a.type)) ? ` vmap: ${VMAP[r.batch.kind] ?? 'one call'}.` : ''}${r.aliases.length + r.elsewhere.length ? ` Also: ${[...r.aliases, ...r.elsewhere].join(', ')}.` : ''}`, '',
      ...(examples[r.name] ? ['```js', examples[r.name], '```', ''] : []));
  }
  return pages;
}
