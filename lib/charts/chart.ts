/** A chart: a Vega-Lite specification that can be drawn as SVG or PNG, saved, or put into a page, where it follows its data. */
import { TorshError } from '../errors';
import { laterPeer } from '../peers.node';
import { elementOf, store, svgToPng } from './draw.node';
import { configOf, type Json, type Theme } from './theme';

export interface ChartOptions {
  title?: string | null;
  subtitle?: string | null;
  theme?: Theme;
  /** A colour; 'transparent' lets the page show through. */
  background?: string | null;
}

/** What is used of Vega. */
interface View {
  toSVG(scale?: number): Promise<string>; runAsync(): Promise<unknown>; finalize(): void;
  data(name: string, rows: readonly Json[]): View; insert(name: string, rows: readonly Json[]): View;
}
interface Vega { View: new (runtime: unknown, options: object) => View; parse(spec: unknown): unknown; Error: unknown }
interface VegaLite { compile(spec: unknown, options: object): { spec: unknown } }

let given: { vega: Vega; vegaLite: VegaLite } | null = null;

/** In a page: the modules vega and vega-lite, where they do not stand in script tags. `import * as vega from 'vega'; import * as vegaLite from 'vega-lite'; charts.use({ vega, vegaLite })`. */
export function use(modules: { vega: unknown; vegaLite: unknown }): void {
  const { vega, vegaLite } = modules as { vega: Vega; vegaLite: VegaLite };
  if (typeof vega?.parse !== 'function' || typeof vegaLite?.compile !== 'function') throw new TorshError('ERR_ARGUMENT', 'use', 'use: takes { vega, vegaLite }, the modules of the packages vega and vega-lite');
  given = { vega, vegaLite };
}

async function viewOf(spec: Json, options: Json, op: string): Promise<View> {
  const { vega, vegaLite } = given ?? { vega: await laterPeer<Vega>('vega', op, 'charts are drawn by'), vegaLite: await laterPeer<VegaLite>('vega-lite', op, 'charts are drawn by') };
  const quiet = { level: () => quiet, error: (...args: unknown[]) => { throw new TorshError('ERR_ARGUMENT', op, `${op}: ${args.join(' ')}`); }, warn: () => quiet, info: () => quiet, debug: () => quiet };
  return new vega.View(vega.parse(vegaLite.compile(spec, { logger: quiet }).spec), { ...options, logger: quiet });
}

/** Vega marks the objects that it gets. */
const copies = (rows: readonly Json[]): Json[] => rows.map((row) => ({ ...row }));

/** The name of the rows that a chart shows. */
export const DATA = 'torsh';

export abstract class Drawing {
  /** SVG text. Errors: ERR_UNSUPPORTED when a package is not installed; it says which. */
  abstract toSVG(): Promise<string>;
  /** Puts it into an element of a page (or the one that a selector finds). */
  abstract mount(element: unknown): Promise<this>;
  abstract dispose(): void;

  /** A PNG file, with `scale` pixels for each unit of the drawing. In Node sharp draws it. */
  async toPNG(options: { scale?: number } = {}): Promise<Uint8Array> {
    const { scale = 2 } = options;
    if (!(typeof scale === 'number' && scale > 0 && scale <= 16)) throw new TorshError('ERR_ARGUMENT', 'toPNG', `toPNG: scale must be a number above 0 and up to 16, but got ${String(scale)}`);
    return svgToPng(await this.toSVG(), scale, 'toPNG');
  }
  /** Writes it as .svg or .png, by the ending; in a page it is downloaded. */
  async save(path: string, options: { scale?: number } = {}): Promise<void> {
    const ending = /\.(svg|png)$/i.exec(String(path))?.[1].toLowerCase();
    if (ending === undefined) throw new TorshError('ERR_ARGUMENT', 'save', `save: the path of a chart must end in .svg or .png, but got '${String(path)}'`);
    store(path, ending === 'svg' ? await this.toSVG() : await this.toPNG(options), 'save');
  }
}

/** A drawing of rows. spec is the whole specification, also for other programs: https://vega.github.io/vega-lite */
export class Chart extends Drawing {
  private view: View | null = null;
  private element: Element | null = null;
  /** One change after the other. */
  private pending: Promise<unknown> = Promise.resolve();

  constructor(protected rows: Json[], protected body: Json, protected readonly options: ChartOptions) {
    super();
    const { theme = 'light' } = options;
    if (theme !== 'light' && theme !== 'dark') throw new TorshError('ERR_ARGUMENT', 'charts', `charts: theme must be 'light' or 'dark', but got ${String(theme)}`);
  }
  get spec(): Json {
    const { title = null, subtitle = null, theme = 'light', background = null } = this.options;
    return {
      $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
      ...(title === null && subtitle === null ? {} : { title: { text: title ?? '', ...(subtitle === null ? {} : { subtitle }) } }),
      data: { name: DATA, values: copies(this.rows) }, ...this.body, config: { ...configOf(theme, background), ...(this.body.config as Json | undefined) },
    };
  }
  toJSON(): Json { return this.spec; }

  async toSVG(): Promise<string> {
    const view = await viewOf(this.spec, { renderer: 'none' }, 'toSVG');
    try {
      return await view.toSVG();
    } finally {
      view.finalize();
    }
  }
  async mount(element: unknown): Promise<this> {
    const place = elementOf(element, 'mount');
    this.dispose();
    this.element = place;
    await this.redraw();
    return this;
  }
  /** Takes it out of the page. */
  dispose(): void {
    this.view?.finalize();
    this.view = null;
    if (this.element) this.element.innerHTML = '';
    this.element = null;
  }

  /** Draws anew, where it is mounted. */
  protected async redraw(): Promise<void> {
    const { element } = this;
    if (element === null) return;
    this.view?.finalize();
    element.innerHTML = '';
    this.view = await viewOf(this.spec, { renderer: 'svg', container: element, hover: true }, 'mount');
    await this.view.runAsync();
  }
  /** Other rows; where it is mounted, the picture follows. Resolves when it is drawn. */
  protected change(rows: Json[], added: Json[] | null, anew: boolean): Promise<void> {
    this.rows = rows;
    const turn = this.pending.then(async () => {
      if (this.element === null) return;
      if (anew || this.view === null) { await this.redraw(); return; }
      if (added !== null) this.view.insert(DATA, copies(added));
      else this.view.data(DATA, copies(rows));
      await this.view.runAsync();
    });
    this.pending = turn.catch(() => undefined);
    return turn;
  }
}
