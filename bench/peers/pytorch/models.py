"""The nets of peers/torsh/models.mjs, in PyTorch."""
import math

import torch
from torch import nn
from torch.nn import functional as F


def conv(cin, cout, kernel, **options):
    return nn.Conv2d(cin, cout, kernel, bias=False, padding=kernel // 2, **options)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(64 * 12 * 12, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        return self.fc2(F.relu(self.fc1(F.max_pool2d(x, 2).flatten(1))))


class BasicBlock(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = conv(cin, cout, 3, stride=stride)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = conv(cout, cout, 3)
        self.bn2 = nn.BatchNorm2d(cout)
        self.downsample = nn.Sequential(conv(cin, cout, 1, stride=stride), nn.BatchNorm2d(cout)) if stride > 1 or cin != cout else None

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if self.downsample is not None else x))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv(3, 64, 7, stride=2)
        self.bn1 = nn.BatchNorm2d(64)
        for i, cout in enumerate([64, 128, 256, 512]):
            first = BasicBlock(64 if i == 0 else cout // 2, cout, 1 if i == 0 else 2)
            setattr(self, f"layer{i + 1}", nn.Sequential(first, BasicBlock(cout, cout, 1)))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class InvertedResidual(nn.Module):
    def __init__(self, cin, cout, stride, expand):
        super().__init__()
        hidden = cin * expand
        self.expands = expand != 1
        self.shortcut = stride == 1 and cin == cout
        if self.expands:
            self.conv1 = conv(cin, hidden, 1)
            self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = conv(hidden, hidden, 3, stride=stride, groups=hidden)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.conv3 = conv(hidden, cout, 1)
        self.bn3 = nn.BatchNorm2d(cout)

    def forward(self, x):
        y = x
        if self.expands:
            y = F.relu6(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(F.relu6(self.bn2(self.conv2(y)))))
        return x + y if self.shortcut else y


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv(3, 32, 3, stride=2)
        self.bn1 = nn.BatchNorm2d(32)
        blocks, cin = [], 32
        for expand, cout, repeat, first in [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]:
            for i in range(repeat):
                blocks.append(InvertedResidual(cin, cout, first if i == 0 else 1, expand))
                cin = cout
        self.blocks = nn.Sequential(*blocks)
        self.conv2 = conv(320, 1280, 1)
        self.bn2 = nn.BatchNorm2d(1280)
        self.fc = nn.Linear(1280, 1000)

    def forward(self, x):
        x = self.blocks(F.relu6(self.bn1(self.conv1(x))))
        return self.fc(F.relu6(self.bn2(self.conv2(x))).mean([2, 3]))


class Block(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.heads = heads
        self.ln1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.ln2 = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)
        self.register_buffer("mask", torch.ones(context, context).tril() == 0, persistent=False)

    def attention(self, q, k, v):
        """PyTorch's own where it has it (from 2.0 on), else the way GPTs were written before."""
        if hasattr(F, "scaled_dot_product_attention"):
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)
        scores = (q @ k.transpose(-2, -1)) * (1 / math.sqrt(q.shape[-1]))
        return F.softmax(scores.masked_fill(self.mask, float("-inf")), dim=-1) @ v

    def forward(self, x):
        b, t, width = x.shape
        q, k, v = (y.reshape(b, t, self.heads, width // self.heads).transpose(1, 2) for y in self.qkv(self.ln1(x)).chunk(3, -1))
        x = x + self.proj(self.attention(q, k, v).transpose(1, 2).reshape(b, t, width))
        return x + self.fc2(F.gelu(self.fc1(self.ln2(x))))


class GPT(nn.Module):
    def __init__(self, vocabulary, context, width, heads, layers):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Parameter(torch.zeros(context, width))
        self.blocks = nn.Sequential(*(Block(width, heads, context) for _ in range(layers)))
        self.ln = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, x):
        return self.head(self.ln(self.blocks(self.tokens(x) + self.places)))


def mlp(sizes):
    layers = []
    for i in range(len(sizes) - 1):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)
