// Printed modules: the text is PyTorch 1.13's.
const torsh = require('torsh');
const { inspect } = require('node:util');

const { nn } = torsh;

test('layers with their options', () => {
  const model = new nn.Sequential(
    new nn.Linear(3, 4), new nn.ModuleList([new nn.ReLU({ inplace: true })]), new nn.ModuleDict({ x: new nn.GELU(), y: new nn.GELU('tanh') }),
    new nn.Softmax({ dim: 1 }), new nn.Conv2d(1, 2, 3, { padding: 'same', bias: false, paddingMode: 'reflect' }),
    new nn.Conv1d(1, 2, 3, { stride: 2, padding: 1, dilation: 2 }), new nn.Embedding(3, 4, { paddingIdx: 0, maxNorm: 2 }),
    new nn.LayerNorm([3, 4]), new nn.BatchNorm1d(3), new nn.MaxPool2d(2), new nn.AvgPool2d([2, 3], { stride: 1 }), new nn.Flatten(),
    new nn.Unflatten(1, [2, 3]), new nn.Dropout(), new nn.CrossEntropyLoss(), new nn.Identity(), new nn.LogSoftmax(-1), new nn.Sequential(), new nn.ModuleList([]));
  const text = `Sequential(
  (0): Linear(in_features=3, out_features=4, bias=True)
  (1): ModuleList(
    (0): ReLU(inplace=True)
  )
  (2): ModuleDict(
    (x): GELU(approximate='none')
    (y): GELU(approximate='tanh')
  )
  (3): Softmax(dim=1)
  (4): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=same, bias=False, padding_mode=reflect)
  (5): Conv1d(1, 2, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,))
  (6): Embedding(3, 4, padding_idx=0, max_norm=2)
  (7): LayerNorm((3, 4), eps=1e-05, elementwise_affine=True)
  (8): BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
  (9): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  (10): AvgPool2d(kernel_size=(2, 3), stride=1, padding=0)
  (11): Flatten(start_dim=1, end_dim=-1)
  (12): Unflatten(dim=1, unflattened_size=(2, 3))
  (13): Dropout(p=0.5, inplace=False)
  (14): CrossEntropyLoss()
  (15): Identity()
  (16): LogSoftmax(dim=-1)
  (17): Sequential()
  (18): ModuleList()
)`;
  expect(String(model)).toBe(text);
  expect(inspect(model)).toBe(text);
  expect(`${model}`).toBe(text);
});

test('own classes, several lines of extraRepr, plain containers, null', () => {
  class Net extends nn.Module {
    constructor() {
      super();
      this.registerModule('skip', null);
      this.layers = [new nn.ReLU(), [new nn.Tanh()]];
      this.named = { a: new nn.Sigmoid() };
      this.data = [1, 2];
    }
    extraRepr() { return 'one\ntwo'; }
  }
  expect(String(new Net())).toBe(`Net(
  one
  two
  (skip): None
  (layers): ModuleList(
    (0): ReLU()
    (1): ModuleList(
      (0): Tanh()
    )
  )
  (named): ModuleDict(
    (a): Sigmoid()
  )
)`);
});

test('parameter containers', () => {
  expect(String(new nn.ParameterList([torsh.zeros(2, 3), new nn.Parameter(torsh.zeros(2))]))).toBe(`ParameterList(
    (0): Parameter containing: [torch.float32 of size 2x3]
    (1): Parameter containing: [torch.float32 of size 2]
)`);
  expect(String(new nn.ParameterDict({ a: torsh.zeros(2, 3), b: new nn.Parameter(torsh.zeros(2).double()), n: null }))).toBe(`ParameterDict(
    (a): Parameter containing: [torch.FloatTensor of size 2x3]
    (b): Parameter containing: [torch.DoubleTensor of size 2]
    (n): Object of type: NoneType
)`);
  expect(String(new nn.ParameterDict({ a: torsh.zeros(2, 3) }))).toBe('ParameterDict(  (a): Parameter containing: [torch.FloatTensor of size 2x3])');
});

test('numbers as Python writes them', () => {
  const eps = (x) => /eps=([^,]+)/.exec(String(new nn.BatchNorm1d(1, { eps: x })))[1];
  expect([1e-5, 1e-4, 0.001, 1e-12, 1e16, 123.5].map(eps)).toEqual(['1e-05', '0.0001', '0.001', '1e-12', '10000000000000000', '123.5']);
  expect(String(new nn.BatchNorm1d(1, { momentum: null, affine: false }))).toContain('momentum=None, affine=False');
});
