/** How charts look: one config for all of them, light or dark. */
export type Theme = 'light' | 'dark';
export type Json = Record<string, unknown>;

/** Of Observable's palette: told apart also by those who see few colours. */
export const palette = ['#4269d0', '#ff725c', '#3ca951', '#efb118', '#a463f2', '#6cc5b0', '#ff8ab7', '#97bbf5', '#9c6b4e', '#9498a0'];
/** The text fonts of systems; in pictures made by a program mostly the last one is there. */
const font = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif';

const inks = {
  light: { background: '#ffffff', ink: '#1f2430', muted: '#6b7280', grid: '#e9eaee', ramp: ['#f4f6fb', '#c9d5f3', '#8fa8e4', '#4269d0', '#223b83'] },
  dark: { background: '#14171f', ink: '#e8eaf0', muted: '#9aa1af', grid: '#2a2f3b', ramp: ['#1b2130', '#26365f', '#35529f', '#4f79e0', '#a9c1ff'] },
} as const;

export const inkOf = (theme: Theme): (typeof inks)[Theme] => inks[theme];

export function configOf(theme: Theme, background: string | null): Json {
  const { background: paper, ink, muted, grid, ramp } = inks[theme];
  return {
    background: background ?? paper, font, padding: 16,
    view: { stroke: null },
    title: { anchor: 'start', color: ink, fontSize: 15, fontWeight: 600, subtitleColor: muted, subtitleFontSize: 12, subtitlePadding: 4, offset: 14 },
    axis: { labelColor: muted, titleColor: muted, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', gridColor: grid, domainColor: grid, tickColor: grid, labelPadding: 6, titlePadding: 8, tickCount: 5 },
    axisX: { grid: false, ticks: true, tickSize: 4, domain: true },
    axisY: { domain: false, ticks: false },
    header: { labelColor: ink, labelFontSize: 12, labelFontWeight: 600, labelAnchor: 'start', labelPadding: 6, title: null },
    legend: { orient: 'top', title: null, labelColor: ink, labelFontSize: 12, symbolStrokeWidth: 3, symbolSize: 120, offset: 8, columnPadding: 18, rowPadding: 4 },
    range: { category: palette, ramp, heatmap: ramp },
    line: { strokeWidth: 2.25, strokeJoin: 'round', strokeCap: 'round' },
    text: { color: ink, fontSize: 11 },
    bar: { color: palette[0] },
  };
}

/** A heading of a panel at a fixed height: a title moves with the labels of the axis. */
export const heading = (text: string, y: number, mark: Json = {}): Json =>
  ({ data: { values: [{}] }, mark: { type: 'text', text, x: 0, y, align: 'left', baseline: 'bottom', fontSize: 12, fontWeight: 600, ...mark } });
