/** How a model's summary prints. */
import type { LayerSummary, ModelSummary, Shapes } from './summary';

export const commas = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');

export function shapeText(shapes: Shapes): string {
  if (shapes === null) return '--';
  if (!Array.isArray(shapes)) return `{${Object.entries(shapes).map(([name, s]) => `${name}: ${shapeText(s)}`).join(', ')}}`;
  return `[${(shapes as unknown[]).map((s) => (typeof s === 'number' ? String(s) : shapeText(s as Shapes))).join(', ')}]`;
}

const unit = (bytes: number): string => (bytes / 1e6).toFixed(2);

function countText(n: number): string {
  const [scale, name] = n >= 1e12 ? [1e12, 'T'] : n >= 1e9 ? [1e9, 'G'] : n >= 1e6 ? [1e6, 'M'] : [1, ''];
  return scale === 1 ? commas(n) : `${(n / scale).toFixed(2)} (${name})`;
}

function paramsText(layer: LayerSummary): string {
  if (layer.recursive) return '(recursive)';
  if (layer.params === 0) return '--';
  return layer.trainable === false ? `(${commas(layer.params)})` : commas(layer.params);
}

export function table(summary: ModelSummary, depth: number): string {
  const head = ['Layer (type:depth-idx)', 'Input Shape', 'Output Shape', 'Param #', 'Mult-Adds', 'Trainable'];
  const rows: string[][] = [];
  const counts: number[] = [];
  const visit = (layer: LayerSummary, margin: string, last: boolean): void => {
    if (layer.depth > depth) return;
    counts[layer.depth] = (counts[layer.depth] ?? 0) + 1;
    const branch = layer.depth === 0 ? '' : `${margin}${last ? '└─' : '├─'}`;
    const index = layer.depth === 0 ? '' : `: ${layer.depth}-${counts[layer.depth]}`;
    const name = layer.name === '' || layer.depth === 0 ? layer.className : `${layer.className} (${layer.name})`;
    rows.push([
      `${branch}${name}${index}`, shapeText(layer.inputShape), shapeText(layer.outputShape), paramsText(layer),
      layer.multAdds === 0 ? '--' : commas(layer.multAdds),
      layer.trainable === null ? '--' : layer.trainable === 'partial' ? 'Partial' : layer.trainable ? 'True' : 'False',
    ]);
    const inside = layer.depth === 0 ? '' : `${margin}${last ? '   ' : '│  '}`;
    layer.children.forEach((child, i) => { visit(child, inside, i === layer.children.length - 1); });
  };
  visit(summary.root, '', true);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: string[]): string => cells.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd();
  const rule = '='.repeat(widths.reduce((a, b) => a + b + 2, -2));
  return [
    rule, line(head), rule, ...rows.map(line), rule,
    `Total params: ${commas(summary.totalParams)}`,
    `Trainable params: ${commas(summary.trainableParams)}`,
    `Non-trainable params: ${commas(summary.nonTrainableParams)}`,
    `Total mult-adds: ${countText(summary.totalMultAdds)}`,
    rule,
    `Input size (MB): ${unit(summary.inputBytes)}`,
    `Forward/backward pass size (MB): ${unit(summary.forwardBackwardBytes)}`,
    `Params size (MB): ${unit(summary.paramBytes)}`,
    `Buffers size (MB): ${unit(summary.bufferBytes)}`,
    `Estimated total size (MB): ${unit(summary.totalBytes)}`,
    rule,
  ].join('\n');
}
