'use client';
import { useEffect, useState } from 'react';
import torsh, { nn, optim } from 'torsh';

function train() {
  torsh.manualSeed(0);
  const layer = new nn.Linear(2, 1), optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
  const x = torsh.randn(32, 2), y = x.sum(1, true), losses = [];
  for (let step = 0; step < 100; step++) {
    optimizer.zeroGrad();
    const loss = layer(x).sub(y).pow(2).mean();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return { name: torsh.backend.name, first: losses[0], last: losses.at(-1) };
}

export default function Training() {
  const [result, setResult] = useState('');
  useEffect(() => { setResult(JSON.stringify(train())); }, []);
  return <p id="page">{result}</p>;
}
