/** The nets of the bench, in torsh. Their parameters have PyTorch's names, by which every peer finds the same numbers. */
import { weight } from '../inputs.mjs';

/** Gives every parameter and buffer its numbers. */
export function fill(torsh, module) {
  torsh.noGrad(() => torsh.tidy(() => {
    for (const [name, t] of Object.entries(module.stateDict())) {
      if (t.dtype === 'float32') t.copy_(torsh.tensor(weight(name, t.shape)).reshape(t.shape));
    }
  }));
  return module;
}

export function models(torsh) {
  const { nn } = torsh;
  const F = nn.functional;
  const conv = (cin, cout, kernel, options = {}) => new nn.Conv2d(cin, cout, kernel, { bias: false, padding: kernel >> 1, ...options });

  class CNN extends nn.Module {
    conv1 = new nn.Conv2d(1, 32, 3);
    conv2 = new nn.Conv2d(32, 64, 3);
    fc1 = new nn.Linear(64 * 12 * 12, 128);
    fc2 = new nn.Linear(128, 10);
    forward(x) {
      x = F.relu(this.conv2(F.relu(this.conv1(x))));
      return this.fc2(F.relu(this.fc1(F.maxPool2d(x, 2).flatten(1))));
    }
  }

  class BasicBlock extends nn.Module {
    constructor(cin, cout, stride) {
      super();
      this.conv1 = conv(cin, cout, 3, { stride });
      this.bn1 = new nn.BatchNorm2d(cout);
      this.conv2 = conv(cout, cout, 3);
      this.bn2 = new nn.BatchNorm2d(cout);
      this.downsample = stride > 1 || cin !== cout ? new nn.Sequential(conv(cin, cout, 1, { stride }), new nn.BatchNorm2d(cout)) : null;
    }
    forward(x) {
      const y = this.bn2(this.conv2(F.relu(this.bn1(this.conv1(x)))));
      return F.relu(y.add(this.downsample ? this.downsample(x) : x));
    }
  }

  class ResNet18 extends nn.Module {
    constructor() {
      super();
      this.conv1 = conv(3, 64, 7, { stride: 2 });
      this.bn1 = new nn.BatchNorm2d(64);
      [64, 128, 256, 512].forEach((cout, i) => {
        this[`layer${i + 1}`] = new nn.Sequential(new BasicBlock(i === 0 ? 64 : cout / 2, cout, i === 0 ? 1 : 2), new BasicBlock(cout, cout, 1));
      });
      this.fc = new nn.Linear(512, 1000);
    }
    forward(x) {
      x = F.maxPool2d(F.relu(this.bn1(this.conv1(x))), 3, { stride: 2, padding: 1 });
      x = this.layer4(this.layer3(this.layer2(this.layer1(x))));
      return this.fc(F.adaptiveAvgPool2d(x, 1).flatten(1));
    }
  }

  class InvertedResidual extends nn.Module {
    constructor(cin, cout, stride, expand) {
      super();
      const hidden = cin * expand;
      this.expands = expand !== 1;
      this.shortcut = stride === 1 && cin === cout;
      if (this.expands) {
        this.conv1 = conv(cin, hidden, 1);
        this.bn1 = new nn.BatchNorm2d(hidden);
      }
      this.conv2 = conv(hidden, hidden, 3, { stride, groups: hidden });
      this.bn2 = new nn.BatchNorm2d(hidden);
      this.conv3 = conv(hidden, cout, 1);
      this.bn3 = new nn.BatchNorm2d(cout);
    }
    forward(x) {
      let y = this.expands ? F.relu6(this.bn1(this.conv1(x))) : x;
      y = this.bn3(this.conv3(F.relu6(this.bn2(this.conv2(y)))));
      return this.shortcut ? x.add(y) : y;
    }
  }

  class MobileNetV2 extends nn.Module {
    constructor() {
      super();
      this.conv1 = conv(3, 32, 3, { stride: 2 });
      this.bn1 = new nn.BatchNorm2d(32);
      const blocks = [];
      let cin = 32;
      for (const [expand, cout, repeat, first] of MOBILENET) {
        for (let i = 0; i < repeat; i++, cin = cout) blocks.push(new InvertedResidual(cin, cout, i === 0 ? first : 1, expand));
      }
      this.blocks = new nn.Sequential(...blocks);
      this.conv2 = conv(320, 1280, 1);
      this.bn2 = new nn.BatchNorm2d(1280);
      this.fc = new nn.Linear(1280, 1000);
    }
    forward(x) {
      x = this.blocks(F.relu6(this.bn1(this.conv1(x))));
      return this.fc(F.relu6(this.bn2(this.conv2(x))).mean([2, 3]));
    }
  }

  class Block extends nn.Module {
    constructor(width, heads) {
      super();
      this.heads = heads;
      this.ln1 = new nn.LayerNorm(width);
      this.qkv = new nn.Linear(width, 3 * width);
      this.proj = new nn.Linear(width, width);
      this.ln2 = new nn.LayerNorm(width);
      this.fc1 = new nn.Linear(width, 4 * width);
      this.fc2 = new nn.Linear(4 * width, width);
    }
    forward(x) {
      const [b, t, width] = x.shape;
      const [q, k, v] = this.qkv(this.ln1(x)).chunk(3, -1).map((y) => y.reshape(b, t, this.heads, width / this.heads).transpose(1, 2));
      const y = F.scaledDotProductAttention(q, k, v, { isCausal: true });
      x = x.add(this.proj(y.transpose(1, 2).reshape(b, t, width)));
      return x.add(this.fc2(F.gelu(this.fc1(this.ln2(x)))));
    }
  }

  class GPT extends nn.Module {
    constructor({ vocabulary, context, width, heads, layers }) {
      super();
      this.tokens = new nn.Embedding(vocabulary, width);
      this.places = new nn.Parameter(torsh.zeros(context, width));
      this.blocks = new nn.Sequential(...Array.from({ length: layers }, () => new Block(width, heads)));
      this.ln = new nn.LayerNorm(width);
      this.head = new nn.Linear(width, vocabulary);
    }
    forward(x) {
      return this.head(this.ln(this.blocks(this.tokens(x).add(this.places))));
    }
  }

  const mlp = (sizes) => new nn.Sequential(...sizes.slice(1).flatMap((out, i) => [new nn.Linear(sizes[i], out), ...(i < sizes.length - 2 ? [new nn.ReLU()] : [])]));
  return { CNN, ResNet18, MobileNetV2, GPT, mlp };
}

/** [expansion, channels, blocks, stride of the first] */
export const MOBILENET = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]];
