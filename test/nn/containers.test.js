// Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const names = (m) => [...m.namedParameters()].map(([name]) => name);

test('Sequential', () => {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
  expect(model.length).toBe(2);
  expect(model[0]).toBe(model.at(-2));
  expect([...model].map(String)).toEqual(['Linear(in_features=2, out_features=3, bias=True)', 'ReLU()']);
  expect(model(torsh.ones(4, 2)).shape).toEqual([4, 3]);
  expect(model.append(new nn.Tanh())).toBe(model);
  model.insert(1, new nn.Linear(3, 3));
  expect(names(model)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
  expect([...model].map((m) => m.constructor.name)).toEqual(['Linear', 'Linear', 'ReLU', 'Tanh']);
  expect(model.pop(1)).toBeInstanceOf(nn.Linear);
  expect(model.pop().constructor.name).toBe('Tanh');
  expect(Object.keys(model).filter((k) => k !== 'training')).toEqual(['0', '1']);
  model.extend([new nn.Sigmoid()]).set(0, new nn.Linear(2, 1));
  expect(model(torsh.ones(1, 2)).shape).toEqual([1, 1]);
  expect(model.slice(1).length).toBe(2);
  expect(() => model.at(3)).toThrow('index 3 is out of range');
  expect(() => model.append(3)).toThrow('is not a Module subclass');
  expect(() => new nn.Sequential(() => 1)).toThrow('is not a Module subclass');
  expect(new nn.Sequential()(5)).toBe(5);
});

test('Sequential with names', () => {
  const model = new nn.Sequential({ first: new nn.Linear(2, 2), act: new nn.ReLU() });
  expect(names(model)).toEqual(['first.weight', 'first.bias']);
  expect(model.first).toBe(model.at(0));
  expect([...new nn.Sequential(new Map([['b', new nn.Linear(1, 1)], ['a', new nn.ReLU()]])).namedChildren()].map(([name]) => name)).toEqual(['b', 'a']);
  expect(() => new nn.Sequential({ 'a.b': new nn.ReLU() })).toThrow('can\'t contain "."');
  expect(() => new nn.Sequential({ forward: new nn.ReLU() })).toThrow("attribute 'forward' already exists");
  expect([...model.slice(1).namedChildren()].map(([name]) => name)).toEqual(['act']);
});

test('ModuleList', () => {
  const list = new nn.ModuleList([new nn.Linear(1, 1), new nn.Linear(1, 2)]);
  expect(list.length).toBe(2);
  expect(list[1].outFeatures).toBe(2);
  list.insert(0, new nn.ReLU());
  list.append(new nn.Tanh());
  expect([...list].map((m) => m.constructor.name)).toEqual(['ReLU', 'Linear', 'Linear', 'Tanh']);
  expect(names(list)).toEqual(['1.weight', '1.bias', '2.weight', '2.bias']);
  expect(list.slice(1, 3).length).toBe(2);
  list[1] = new nn.Identity();
  expect(names(list)).toEqual(['2.weight', '2.bias']);
  expect(() => list(1)).toThrow('Module [ModuleList] is missing the required "forward" function');
  expect(() => list.extend(3)).toThrow('should be called with an iterable');
  expect(() => list.insert(9, new nn.ReLU())).toThrow('out of range');
});

test('ModuleDict', () => {
  const dict = new nn.ModuleDict({ conv: new nn.Conv1d(1, 1, 1), act: new nn.ReLU() });
  expect(dict.keys()).toEqual(['conv', 'act']);
  expect([...dict]).toEqual(['conv', 'act']);
  expect(dict.length).toBe(2);
  expect(dict.conv).toBe(dict.get('conv'));
  expect(dict.values()[1]).toBe(dict.items()[1][1]);
  expect([dict.has('conv'), dict.has('training'), dict.has('keys')]).toEqual([true, false, false]);
  dict.update([['act', new nn.Tanh()], ['new', new nn.Sigmoid()]]);
  expect(dict.keys()).toEqual(['conv', 'act', 'new']);
  dict.update(new nn.ModuleDict({ other: new nn.ReLU() }));
  expect(dict.pop('new')).toBeInstanceOf(nn.Sigmoid);
  expect(names(dict)).toEqual(['conv.weight', 'conv.bias']);
  expect(() => dict.get('gone')).toThrow("no module named 'gone'");
  expect(() => dict.set('keys', new nn.ReLU())).toThrow("attribute 'keys' already exists");
  expect(() => dict.update(3)).toThrow('iterable of key/value pairs');
  expect(() => dict.update([['a']])).toThrow('element #0 is not a [name, value] pair');
  dict.clear();
  expect(dict.length).toBe(0);
  expect(new nn.ModuleDict().length).toBe(0);
});

test('ParameterList and ParameterDict make parameters of tensors', () => {
  const list = new nn.ParameterList([torsh.ones(2), new nn.Parameter(torsh.zeros(1)), 'text']);
  expect(list.length).toBe(3);
  expect(list[0]).toBeInstanceOf(nn.Parameter);
  expect(names(list)).toEqual(['0', '1']);
  list.append(torsh.ones(3)).set(-2, torsh.ones(1));
  expect(names(list)).toEqual(['0', '1', '2', '3']);
  expect([...list].length).toBe(4);
  expect(() => list.at(7)).toThrow('out of range');
  const dict = new nn.ParameterDict({ a: torsh.ones(2), b: null });
  expect(dict.fromkeys(['x', 'y'], torsh.zeros(1)).items().map(([k, v]) => [k, v instanceof nn.Parameter])).toEqual([['x', true], ['y', true]]);
  dict.set('c', torsh.zeros(1));
  expect(dict.keys()).toEqual(['a', 'b', 'c']);
  expect(names(dict)).toEqual(['a', 'c']);
  expect(dict.get('none', 4)).toBe(4);
  expect(dict.setdefault('d', torsh.ones(1))).toBe(dict.d);
  expect(dict.copy().keys()).toEqual(['a', 'b', 'c', 'd']);
  expect(dict.popitem()[0]).toBe('d');
  expect(values(dict.pop('a'))).toEqual([1, 1]);
  expect(() => dict.set('keys', torsh.ones(1))).toThrow('cannot be used as a key');
  expect(Object.keys(new nn.Sequential(list).stateDict())).toEqual(['0.0', '0.1', '0.2', '0.3']);
});

test('a graph of modules that changes at run time', () => {
  class Grows extends nn.Module {
    constructor() {
      super();
      this.blocks = [];
    }
    forward(x, depth) {
      while (this.blocks.length < depth) this.blocks.push(new nn.Linear(2, 2));
      return this.blocks.slice(0, depth).reduce((h, block) => block(h), x);
    }
  }
  const net = new Grows();
  expect(names(net)).toEqual([]);
  net(torsh.ones(1, 2), 2);
  expect(names(net)).toEqual(['blocks.0.weight', 'blocks.0.bias', 'blocks.1.weight', 'blocks.1.bias']);
  net(torsh.ones(1, 2), 1).sum().backward();
  expect(net.blocks[1].weight.grad).toBe(null);
});

test('Container registers modules by name', () => {
  const both = new nn.Container({ a: new nn.Linear(2, 1), b: new nn.ReLU() });
  expect(names(both)).toEqual(['a.weight', 'a.bias']);
  expect(() => both(torsh.ones(2))).toThrow('Module [Container] is missing the required "forward" function');
  expect(() => new nn.Container({ a: 1 })).toThrow('registerModule: number is not a Module subclass');
});
