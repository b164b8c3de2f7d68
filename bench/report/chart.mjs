/** A picture of the ratios: a line for each row, a mark for each backend, at torsh's time over that of its fastest peer. */
import { BACKENDS, standings } from './standing.mjs';

const COLOURS = ['#4269d0', '#ff725c', '#efb118'];
const STEP = 15, WIDTH = 330;
const names = Object.values(BACKENDS);

export function points(results) {
  return results.filter((r) => r.unit === 'us').flatMap((r) => standings(r).map((s) => ({
    group: r.group, name: r.name.replace('forward + backward', 'fwd + bwd'), threads: r.threads, backend: BACKENDS[s.backend], ratio: s.ratio, most: s.most ?? null,
  })));
}

/** A Chart of torsh.charts. */
export function chart(torsh, results) {
  const all = points(results), groups = [...new Set(all.map((p) => p.group))], threads = [...new Set(all.map((p) => p.threads))];
  const low = Math.min(0.1, ...all.map((p) => p.ratio)) / 1.2, high = Math.max(4, ...all.map((p) => p.ratio)) * 1.2;
  const ticks = [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30].filter((x) => x > low && x < high);
  const panel = (group, count, first, last, left) => {
    const rows = [...new Set(all.filter((p) => p.group === group).map((p) => p.name))];
    const axis = { values: ticks, grid: true, gridColor: '#eceef2', labels: first || last, ticks: false, domain: false, orient: last && !first ? 'bottom' : 'top', title: null, labelOverlap: false, format: '~g', labelExpr: "datum.label + '×'" };
    const x = { field: 'ratio', type: 'quantitative', scale: { type: 'log', domain: [low, high], nice: false }, axis };
    const y = {
      field: 'name', type: 'nominal', sort: rows, scale: { domain: rows },
      axis: left ? { title: group, titleAngle: 0, titleAlign: 'left', titleAnchor: 'start', titleY: -10, titleX: -390, titleFontWeight: 600, titleFontSize: 12, titleColor: '#1f2430', grid: true, gridColor: '#f4f5f8' }
        : { title: null, labels: false, grid: true, gridColor: '#f4f5f8' },
    };
    const color = { field: 'backend', type: 'nominal', scale: { domain: names, range: COLOURS }, legend: null };
    return {
      ...(first ? { title: { text: `${count} thread${count === 1 ? '' : 's'}`, anchor: 'middle', fontSize: 12, offset: 12, frame: 'group' } } : {}),
      width: WIDTH, height: { step: STEP },
      transform: [{ filter: { and: [{ field: 'group', equal: group }, { field: 'threads', equal: count }] } }],
      layer: [
        { data: { values: [{}] }, transform: [], mark: { type: 'rect', color: '#3ca951', opacity: 0.06 }, encoding: { x: { datum: low, type: 'quantitative', scale: x.scale }, x2: { datum: 1 } } },
        { data: { values: [{}] }, transform: [], mark: { type: 'rule', color: '#9aa1af', strokeWidth: 1.25 }, encoding: { x: { datum: 1, type: 'quantitative', scale: x.scale } } },
        { transform: [{ filter: 'datum.most !== null' }], mark: { type: 'tick', thickness: 1.5, size: 10, opacity: 0.7 }, encoding: { x: { ...x, field: 'most' }, y, color } },
        {
          mark: { type: 'point', filled: true, size: 46, opacity: 0.9 },
          encoding: { x, y, color, shape: { field: 'backend', type: 'nominal', scale: { domain: names, range: ['circle', 'square', 'diamond'] }, legend: null } },
        },
      ],
    };
  };
  const legend = {
    data: { values: names.map((backend) => ({ backend })) }, width: 480, height: 16,
    layer: [
      { mark: { type: 'point', filled: true, size: 80 }, encoding: { shape: { field: 'backend', type: 'nominal', scale: { domain: names, range: ['circle', 'square', 'diamond'] }, legend: null } } },
      { mark: { type: 'text', align: 'left', dx: 10 }, encoding: { text: { field: 'backend' } } },
    ],
    encoding: { x: { field: 'backend', type: 'nominal', sort: names, axis: null }, color: { field: 'backend', type: 'nominal', scale: { domain: names, range: COLOURS }, legend: null } },
  };
  return new torsh.charts.Chart(all, {
    spacing: 14, config: { axisY: { domain: false, ticks: false, labelLimit: 500, maxExtent: 500 } },
    vconcat: [legend, ...groups.map((group, i) => ({ spacing: 22, hconcat: threads.map((count, j) => panel(group, count, i === 0, i === groups.length - 1, j === 0)) }))],
  }, { title: 'Time of torsh over that of its fastest peer', subtitle: 'to the left of 1×, torsh is faster; a small tick is the goal' });
}
