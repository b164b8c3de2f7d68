/** The convolutional network of examples/mnist.mjs, for `torsh` of any backend: inputs [n, 1, height, width] in 0..1, outputs [n, 10]. */
export function mnistNet(torsh, { height = 28, width = 28 } = {}) {
  const { nn } = torsh;
  class Net extends nn.Module {
    constructor() {
      super();
      this.conv1 = new nn.Conv2d(1, 16, 3, { padding: 1 });
      this.conv2 = new nn.Conv2d(16, 32, 3, { padding: 1 });
      this.pool = new nn.MaxPool2d(2);
      this.dropout = new nn.Dropout(0.25);
      this.fc1 = new nn.Linear(32 * Math.floor(height / 4) * Math.floor(width / 4), 128);
      this.fc2 = new nn.Linear(128, 10);
    }

    forward(x) {
      x = this.pool(this.conv1(x).relu());
      x = this.pool(this.conv2(x).relu());
      x = this.dropout(x.flatten(1));
      return this.fc2(this.fc1(x).relu());
    }
  }
  return new Net();
}
