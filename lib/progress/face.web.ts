/** Where progress is shown in a page: an element; in a worker, lines of the console. */
import type { Face, FaceOptions } from './face.node';
import { details, plainLine, share, type Shown } from './text';

export type { Face, FaceOptions };

const styles = {
  box: 'display:flex;align-items:center;gap:.75em;margin:.25em 0;font:13px/1.4 system-ui,sans-serif;font-variant-numeric:tabular-nums;color:inherit',
  bar: 'flex:0 1 16em;min-width:6em;height:.75em;accent-color:#4269d0',
  details: 'opacity:.75;white-space:nowrap',
};

function inElement(parent: Element): Face {
  const box = document.createElement('div'), label = document.createElement('span'), bar = document.createElement('progress'), text = document.createElement('span');
  box.className = 'torsh-progress';
  box.setAttribute('role', 'status');
  box.style.cssText = styles.box;
  bar.style.cssText = styles.bar;
  text.style.cssText = styles.details;
  box.append(label, bar, text);
  const draw = (shown: Shown): void => {
    if (!box.isConnected) parent.append(box);
    label.textContent = shown.desc;
    label.hidden = shown.desc === '';
    // Without a value the element shows that something is going on.
    if (shown.total === null) bar.removeAttribute('value');
    else bar.value = share(shown);
    text.textContent = details(shown);
  };
  return {
    interval: 0.05,
    draw,
    close(shown, leave) {
      if (!leave) { box.remove(); return; }
      draw(shown);
      bar.value = shown.total === null ? 1 : share(shown);
    },
    pause: () => new Promise((resolve) => {
      // Pages in the background are not painted.
      if (document.visibilityState === 'visible') requestAnimationFrame(() => { resolve(); });
      else setTimeout(resolve, 0);
    }),
  };
}

const lines = (): Face => ({
  interval: 10, draw: (shown) => { console.info(plainLine(shown)); }, close: (shown, leave) => { if (leave) console.info(plainLine(shown)); },
  pause: () => new Promise((resolve) => { setTimeout(resolve, 0); }),
});

export function openFace(options: FaceOptions): Face {
  if (typeof document === 'undefined') return lines();
  const { element } = options;
  const parent = typeof element === 'string' ? document.querySelector(element) : (element as Element | null | undefined) ?? document.body;
  return parent === null ? lines() : inElement(parent);
}

export function writeLine(text: string, _options: FaceOptions): void { console.info(text); }

export const isStream = (_x: unknown): boolean => false;
