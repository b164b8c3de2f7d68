/** A set whose samples cost far more to make than to hand over: images that are turned, cropped, recoloured and scaled. For the row of the DataLoader. */
import { createRequire } from 'node:module';

export class Images {
  constructor(backend, length) {
    const torsh = createRequire(import.meta.url)(`../../dist/${backend}.cjs`), { transforms: t } = torsh.utils.data;
    this.length = length;
    this.image = torsh.rand([3, 160, 160], { generator: new torsh.Generator().manualSeed(0) });
    this.transform = t.compose(t.randomRotation(20), t.randomResizedCrop(128), t.colorJitter(0.4, 0.4, 0.4), t.randomHorizontalFlip(), t.normalize([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]));
  }
  at(index) {
    return [this.transform(this.image), index % 10];
  }
}
