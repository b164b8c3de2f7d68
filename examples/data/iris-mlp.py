"""Trains the classifier that examples/server can serve, and writes iris-mlp.pt: python3 iris-mlp.py (PyTorch 1.13)."""
import csv
import os
import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, 'iris.csv')) as file:
    header, *rows = csv.reader(file)
classes = sorted({row[-1] for row in rows})
x = torch.tensor([[float(v) for v in row[:-1]] for row in rows])
y = torch.tensor([classes.index(row[-1]) for row in rows])
mean, std = x.mean(0), x.std(0, unbiased=False)

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.05)
for step in range(200):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model((x - mean) / std), y)
    loss.backward()
    optimizer.step()

torch.save({
    'state_dict': model.state_dict(), 'mean': mean, 'std': std, 'features': header[:-1], 'classes': classes,
}, os.path.join(here, 'iris-mlp.pt'))

with torch.no_grad():
    print(f'loss {loss.item():.4f}, accuracy {(model((x - mean) / std).argmax(1) == y).float().mean().item():.4f}')
    for row in ([5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 5.1, 1.6]):
        print(row, model((torch.tensor([row]) - mean) / std).softmax(1).tolist())
