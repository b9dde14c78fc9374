"""The PyTorch baseline of `bench step --against torch`: the same networks, objective and optimizer.

Takes steps on demand: a line `N` on stdin is answered by the milliseconds that one of N steps took, on the clock and of
the processor. The first line it writes says its version and how many parameters it trains, so that the two sides can be seen to be the same.

    python torch_baseline.py --network small-unets|ladder-5|default-64|auto-28 [--layout nchw|channels_last] [--compile [--graphs]] [--bf16] [--cuda]
"""

import argparse
import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

conv3 = lambda cin, cout: nn.Conv2d(cin, cout, 3, padding=1)
over_pixels = lambda v: v[:, :, None, None]


class SmallBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv1, self.norm1 = conv3(cin, cout), nn.GroupNorm(1, cout)
        self.time = nn.Linear(1, cout)
        self.conv2, self.norm2 = conv3(cout, cout), nn.GroupNorm(1, cout)

    def forward(self, x, t):
        h = F.relu(self.norm1(self.conv1(x) + over_pixels(self.time(t))))
        return F.relu(self.norm2(self.conv2(h)))


class SmallUnet(nn.Module):
    def __init__(self, cin, cout, hidden=32, levels=3):
        super().__init__()
        self.down = nn.ModuleList([SmallBlock(cin if i == 0 else hidden, hidden) for i in range(levels)])
        self.middle = SmallBlock(hidden, hidden)
        self.up = nn.ModuleList([SmallBlock(2 * hidden, hidden) for _ in range(levels)])
        self.last = nn.Conv2d(hidden, cout, 1)

    def forward(self, x, t):
        skips = []
        for block in self.down:
            x = block(x, t)
            skips.append(x)
            x = F.max_pool2d(x, 2, 2, ceil_mode=True)
        x = self.middle(x, t)
        for block in self.up:
            skip = skips.pop()
            x = block(torch.cat([F.interpolate(x, size=skip.shape[2:], mode="nearest"), skip], 1), t)
        return self.last(x)


class SmallUnets(nn.Module):
    batch, shape, clip, ema = 32, (1, 28, 28), 0.0, 0.0

    def __init__(self):
        super().__init__()
        self.velocity, self.posterior = SmallUnet(1, 1), SmallUnet(1, 2)

    def forward(self, x):
        t = torch.rand(x.shape[0], 1, device=x.device)
        time_ = over_pixels(t)
        mean, logvar = self.posterior(x, t).chunk(2, 1)
        std, eps = torch.exp(logvar * 0.5), torch.randn_like(x)
        v = self.velocity((1 - time_) * x + time_ * mean + time_ * std * eps, t)
        kl = (0.5 * (logvar.exp() + mean**2 - 1 - logvar)).mean()
        return ((v - (mean - x + std * eps)) ** 2).mean() + 0.02 * kl


class Stage(nn.Module):
    """Convolution, shift by the time, normalisation, relu: what the reference's U-Nets are made of."""

    def __init__(self, cin, cout, timed):
        super().__init__()
        self.conv, self.norm = conv3(cin, cout), nn.GroupNorm(1, cout)
        self.time = nn.Linear(1, cout) if timed else None

    def forward(self, x, t):
        h = self.conv(x)
        if self.time is not None:
            h = h + over_pixels(self.time(t))
        return F.relu(self.norm(h))


class ReferenceUnet(nn.Module):
    def __init__(self, channels, hidden, levels, timed):
        super().__init__()
        width = lambda level: hidden if level <= 3 else 2 * hidden
        self.timed = timed
        self.enc = nn.ModuleList(
            [Stage(channels if i == 0 else width(i), width(i + 1), timed) for i in range(levels)]
        )
        last = 2 if timed else 1
        self.dec = nn.ModuleList(
            [
                Stage(2 * width(level), 2 * hidden if level >= 5 else hidden, timed)
                for level in range(levels, last - 1, -1)
            ]
        )
        deep = 2 * hidden
        if timed:
            self.time6 = nn.Linear(1, deep)
            self.norm = nn.GroupNorm(1, deep)
            self.squeeze, self.expand = nn.Linear(deep, deep), nn.Conv2d(deep, deep, 1)
            self.out = conv3(2 * hidden, channels)
        else:
            self.bottom = Stage(width(levels), width(levels), False)
            self.mean, self.logvar = nn.Conv2d(hidden, channels, 1), nn.Conv2d(hidden, channels, 1)

    def join(self, h, skip):
        resize = lambda x, size: F.interpolate(x, size=size, mode="bilinear", align_corners=True)
        doubled = resize(h, (h.shape[2] * 2, h.shape[3] * 2))
        if doubled.shape[2:] != skip.shape[2:]:
            doubled = resize(doubled, skip.shape[2:])
        return torch.cat([doubled, skip], 1)

    def forward(self, x, t=None):
        skips = []
        for stage in self.enc:
            skips.append(stage(x, t))
            x = F.max_pool2d(skips[-1], 2)
        if self.timed:
            bottom = F.relu(self.norm(over_pixels(self.time6(t))))
            x = self.expand(over_pixels(F.relu(self.squeeze(bottom.mean((2, 3)))))) + bottom
        else:
            x = self.bottom(x, None)
        for stage in self.dec:
            x = stage(self.join(x, skips.pop()), t)
        return self.out(self.join(x, skips.pop())) if self.timed else (self.mean(x), self.logvar(x))


class Ladder5(nn.Module):
    batch, shape, clip, ema = 64, (1, 28, 28), 1.0, 0.0

    def __init__(self):
        super().__init__()
        self.velocity = ReferenceUnet(1, 128, 4, True)
        self.posterior = ReferenceUnet(1, 128, 4, False)
        self.prior_mean = nn.Parameter(torch.zeros(self.shape))
        self.prior_logvar = nn.Parameter(torch.zeros(self.shape))

    def forward(self, x):
        t = torch.rand(x.shape[0], 1, device=x.device)
        time_ = over_pixels(t)
        mean, logvar = self.posterior(x)
        p_logvar = F.relu(self.prior_logvar)
        std, eps = torch.exp(logvar * 0.5), torch.randn_like(x)
        z = mean + std * eps
        v = self.velocity(time_ * z + (1 - time_) * x, t)
        target = z - x + (0.1 / std) * (z - mean)
        spread = logvar.exp() + (mean - self.prior_mean.detach()) ** 2
        kl = (0.5 * (spread / p_logvar.detach().exp() - 1 - logvar + p_logvar)).sum()
        nll = (0.5 * ((x - self.prior_mean) ** 2 / p_logvar.exp() + p_logvar)).sum()
        return ((v - target) ** 2).mean() + kl + nll


groups_of = lambda channels: 8 if channels % 8 == 0 else 4 if channels % 4 == 0 else 1


class ResBlock(nn.Module):
    def __init__(self, cin, cout, time):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups_of(cin), cin), conv3(cin, cout)
        self.norm2, self.conv2 = nn.GroupNorm(groups_of(cout), cout), conv3(cout, cout)
        self.film = nn.Linear(time, 2 * cout) if time else None
        self.short = nn.Conv2d(cin, cout, 1) if cin != cout else None

    def forward(self, x, t):
        h = self.norm2(self.conv1(F.relu(self.norm1(x))))
        if self.film is not None:
            scale, shift = self.film(t).chunk(2, 1)
            h = h * (over_pixels(scale) + 1) + over_pixels(shift)
        return self.conv2(F.relu(h)) + (x if self.short is None else self.short(x))


class ResUnet(nn.Module):
    """`mapped`: length of a code and side of the coarsest level, to which the code is mapped."""

    def __init__(self, cin, cout, hidden, patch, levels, time, mapped=None):
        super().__init__()
        widths = [hidden * min(2**i, 4) for i in range(levels + 1)]
        self.levels, self.patch = levels, patch
        self.first = conv3(cin * patch**2, hidden)
        self.down = nn.ModuleList([ResBlock(widths[max(0, i - 1)], c, time) for i, c in enumerate(widths)])
        self.mapped = (-1, widths[-1], mapped[1], mapped[1]) if mapped else None
        self.code_map = nn.Linear(mapped[0], widths[-1] * mapped[1] ** 2) if mapped else None
        self.middle = ResBlock(widths[-1], widths[-1], time)
        self.up = nn.ModuleList(
            [ResBlock(c + widths[min(levels, i + 1)], c, time) for i, c in enumerate(widths)]
        )
        self.norm = nn.GroupNorm(groups_of(hidden), hidden)
        self.last = conv3(hidden, cout * patch**2)

    def forward(self, x, t=None, code=None):
        h = self.first(F.pixel_unshuffle(x, self.patch))
        skips = []
        for i, block in enumerate(self.down):
            h = block(h if i == 0 else F.avg_pool2d(h, 2), t)
            skips.append(h)
        if code is not None:
            h = h + self.code_map(code).view(self.mapped)
        h = self.middle(h, t)
        for i in range(self.levels, -1, -1):
            if i < self.levels:
                h = F.interpolate(h, scale_factor=2, mode="nearest")
            h = self.up[i](torch.cat([h, skips[i]], 1), t)
        return F.pixel_shuffle(self.last(F.relu(self.norm(h))), self.patch)


frequencies = 16


def embedded_time(t, time1):
    rates = 1000 * torch.exp(-math.log(10_000) / frequencies * torch.arange(frequencies, device=t.device))
    phase = t * rates
    return F.relu(time1(torch.cat([phase.sin(), phase.cos()], 1)))


def image_velocity(network, x_t, time_):
    """v of the image that `network` predicts from the scaled input, and the weight of its error."""
    spread = torch.sqrt(((1 - time_) * 0.35) ** 2 + time_**2)
    image = network((x_t - (1 - time_) * 0.5) / spread) * 0.35 + 0.5
    return (x_t - image) / time_.clamp(min=0.02), time_.clamp(min=0.02) / time_.clamp(min=0.15)


def spread_uniform(n, device):
    return (torch.rand(1, device=device) + torch.arange(n, device=device)) / n


class CodeEncoder(nn.Module):
    """q(c|x) of `auto` for 28 × 28: blocks on patches of 2 × 2, then every position is connected to the code."""

    def __init__(self, hidden, code):
        super().__init__()
        self.first, self.block0 = conv3(4, hidden), ResBlock(hidden, hidden, 0)
        self.block1, self.norm = ResBlock(hidden, 2 * hidden, 0), nn.GroupNorm(groups_of(2 * hidden), 2 * hidden)
        self.last = nn.Linear(7 * 7 * 2 * hidden, 2 * code)

    def forward(self, x):
        h = self.block0(self.first(F.pixel_unshuffle(x, 2)), None)
        h = self.block1(F.avg_pool2d(h, 2), None)
        mean, logvar = self.last(F.relu(self.norm(h)).flatten(1)).chunk(2, 1)
        return mean, logvar.clamp(-8, 2)


class Auto28(nn.Module):
    batch, shape, clip, ema = 32, (1, 28, 28), 1.0, 0.999

    def __init__(self):
        super().__init__()
        self.time1, self.time2 = nn.Linear(2 * frequencies, 128), nn.Linear(128, 128)
        self.encoder, self.code = CodeEncoder(32, 32), nn.Linear(32, 128)
        self.velocity = ResUnet(1, 1, 32, 1, 2, 128, mapped=(32, 7))

    def forward(self, x):
        t = torch.sigmoid(torch.special.ndtri(spread_uniform(x.shape[0], x.device)))[:, None]
        time_, eps = over_pixels(t), torch.randn_like(x)
        mean, logvar = self.encoder(x)
        code = mean + torch.exp(logvar * 0.5) * torch.randn_like(mean)
        condition = F.relu(self.time2(embedded_time(t, self.time1)) + self.code(code))
        x_t = (1 - time_) * x + time_ * eps
        v, weight = image_velocity(lambda h: self.velocity(h, condition, code), x_t, time_)
        kl = (0.5 * (logvar.exp() + mean**2 - 1 - logvar)).sum(1).mean()
        return ((weight * (v - (eps - x))) ** 2).mean() + 0.15 * kl * x.shape[0] / x.numel()


class Default64(nn.Module):
    batch, shape, clip, ema = 32, (3, 64, 64), 1.0, 0.999

    def __init__(self):
        super().__init__()
        self.time1, self.time2 = nn.Linear(32, 128), nn.Linear(128, 128)
        self.velocity = ResUnet(3, 3, 64, 4, 2, 128)
        self.posterior = ResUnet(3, 6, 32, 4, 2, 0)

    def forward(self, x):
        u = spread_uniform(x.shape[0], x.device)
        t = (2 * u / (1 + u))[:, None]
        time_ = over_pixels(t)
        mean, logvar = self.posterior(x).chunk(2, 1)
        std, eps = torch.exp(logvar * 0.5), torch.randn_like(x)
        x_t = (1 - time_) * x + time_ * mean + time_ * std * eps
        embedded = F.relu(self.time2(embedded_time(t, self.time1)))
        v, weight = image_velocity(lambda h: self.velocity(h, embedded), x_t, time_)
        kl = (0.5 * (logvar.exp() + mean**2 - 1 - logvar)).mean()
        return ((weight * (v - (mean - x + std * eps))) ** 2).mean() + kl


def orthogonalized(x):
    """Five Newton-Schulz steps in fp32: in bf16, as torch.optim.Muon takes them, they are many times slower on a processor."""
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = torch.addmm(x, -4.775 * gram + 2.0315 * gram @ gram, x, beta=3.4445)
    return x.T if tall else x


class MuonAndAdam:
    """Muon for the matrices inside the network, and Adam for the rest."""

    rate, momentum = 1e-3, 0.95

    def __init__(self, model):
        hidden = lambda name: name.split(".")[-2] in ("conv1", "conv2", "film", "short", "code_map")
        named = list(model.named_parameters())
        self.matrices = [p for name, p in named if p.ndim > 1 and hidden(name)]
        self.moments = [torch.zeros_like(p) for p in self.matrices]
        inside = set(map(id, self.matrices))
        self.adam = torch.optim.Adam([p for _, p in named if id(p) not in inside], self.rate)

    def zero_grad(self, set_to_none):
        self.adam.zero_grad(set_to_none=set_to_none)
        for p in self.matrices:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, moment in zip(self.matrices, self.moments):
            moment.mul_(self.momentum).add_(p.grad)
            update = orthogonalized((p.grad + self.momentum * moment).reshape(p.shape[0], -1))
            p.add_(update.view(p.shape), alpha=-self.rate * 0.2 * max(update.shape) ** 0.5)
        self.adam.step()


networks = {"small-unets": SmallUnets, "ladder-5": Ladder5, "default-64": Default64, "auto-28": Auto28}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=networks, required=True)
    parser.add_argument("--layout", choices=["nchw", "channels_last"], default="nchw")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--graphs", action="store_true", help="with --compile: CUDA graphs")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--cuda", action="store_true")
    options = parser.parse_args()
    device = "cuda" if options.cuda else "cpu"
    torch.manual_seed(1)
    model = networks[options.network]().to(device)
    x = torch.rand(model.batch, *model.shape, device=device)
    if options.layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    parameters = list(model.parameters())
    average = [p.detach().clone() for p in parameters] if model.ema else []
    optimizer = MuonAndAdam(model) if isinstance(model, Auto28) else torch.optim.Adam(parameters, 1e-3)
    loss_of = torch.compile(model, mode="reduce-overhead" if options.graphs else None) if options.compile else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=options.bf16):
            loss = loss_of(x)
        loss.backward()
        if model.clip:
            torch.nn.utils.clip_grad_norm_(parameters, model.clip)
        optimizer.step()
        if average:
            with torch.no_grad():
                torch._foreach_lerp_(average, parameters, 1 - model.ema)
        return loss.item()

    for _ in range(3):
        step()
    about = {"torch": torch.__version__, "parameters": sum(p.numel() for p in parameters), "threads": torch.get_num_threads()}
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        calls = int(line)
        begun, worked = time.perf_counter(), time.process_time()
        for _ in range(calls):
            step()
        timing = {
            "ms": (time.perf_counter() - begun) / calls * 1000,
            "processorMs": (time.process_time() - worked) / calls * 1000,
        }
        print(json.dumps(timing), flush=True)


main()
