"""Writes programs.json: the losses of 200 steps of whole programs in PyTorch 1.13.1 on CPU, in float64 from float32's weights and data,
and how far runs in float32 are from them: on one thread, on two, and four from nudged weights. Each is the usual program of its name,
small, with data drawn from the seed. Run by hand in this folder; arguments name the programs to record anew, and all others stay."""
import json
import math
import sys
import time
import warnings
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from golden import nudged, save

warnings.filterwarnings("ignore")
STEPS = 200
programs = {}


def program(function):
    programs[function.__name__] = function
    return function


def pictures(count, channels, size, classes):
    """Pictures of classes: each class has its pattern, each picture its noise."""
    patterns = torch.rand(classes, channels, size, size)
    labels = torch.randint(0, classes, (count,))
    return patterns[labels] * 0.6 + torch.rand(count, channels, size, size) * 0.4, labels


def batches(loader):
    while True:
        yield from loader


# mnist: two convolutions, dropout, Adadelta, StepLR.
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, 1)
        self.conv2 = nn.Conv2d(8, 16, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(400, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = self.dropout1(F.max_pool2d(x, 2))
        x = torch.flatten(x, 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


def train_classes(model, dataset, optimizer, scheduler, dtype):
    while True:
        model.train()
        for data, target in DataLoader(dataset, batch_size=16, shuffle=True):
            optimizer.zero_grad()
            loss = F.nll_loss(model(data.to(dtype)), target)
            loss.backward()
            optimizer.step()
            yield loss.item()
        scheduler.step()


@program
def mnist(dtype):
    dataset = TensorDataset(*pictures(160, 1, 14, 10))
    model = Net().to(dtype)
    optimizer = torch.optim.Adadelta(model.parameters(), lr=0.7)
    yield from train_classes(model, dataset, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.7), dtype)


# mnist_rnn: a picture read line by line.
class RnnNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(input_size=14, hidden_size=32, batch_first=True)
        self.batchnorm = nn.BatchNorm1d(32)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(32, 16)
        self.fc2 = nn.Linear(16, 10)

    def forward(self, input):
        input = input.reshape(-1, 14, 14)
        output, hidden = self.rnn(input)
        output = output[:, -1, :]
        output = self.batchnorm(output)
        output = self.dropout1(output)
        output = F.relu(self.fc1(output))
        output = self.dropout2(output)
        return F.log_softmax(self.fc2(output), dim=1)


@program
def mnist_rnn(dtype):
    dataset = TensorDataset(*pictures(160, 1, 14, 10))
    model = RnnNet().to(dtype)
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
    yield from train_classes(model, dataset, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, step_size=8, gamma=0.7), dtype)


# vae
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(144, 64)
        self.fc21 = nn.Linear(64, 8)
        self.fc22 = nn.Linear(64, 8)
        self.fc3 = nn.Linear(8, 64)
        self.fc4 = nn.Linear(64, 144)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn(std.shape).to(std.dtype)
        return mu + eps * std

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 144))
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def vae_loss(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 144), reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


@program
def vae(dtype):
    images = (pictures(128, 1, 12, 5)[0] > 0.5).float()
    model = VAE().to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for data, in batches(DataLoader(TensorDataset(images), batch_size=32, shuffle=True)):
        data = data.to(dtype)
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = vae_loss(recon_batch, data, mu, logvar)
        loss.backward()
        optimizer.step()
        yield loss.item() / len(data)


# dcgan
def weights_init(m):
    if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(m.weight, 0.0, 0.02)
    elif isinstance(m, nn.BatchNorm2d):
        nn.init.normal_(m.weight, 1.0, 0.02)
        nn.init.zeros_(m.bias)


@program
def dcgan(dtype):
    nz, ngf, ndf, nc = 16, 8, 8, 1
    netG = nn.Sequential(
        nn.ConvTranspose2d(nz, ngf * 2, 4, 1, 0, bias=False), nn.BatchNorm2d(ngf * 2), nn.ReLU(True),
        nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, bias=False), nn.BatchNorm2d(ngf), nn.ReLU(True),
        nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False), nn.Tanh())
    netG.apply(weights_init)
    netD = nn.Sequential(
        nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * 2), nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(ndf * 2, 1, 4, 1, 0, bias=False), nn.Sigmoid())
    netD.apply(weights_init)
    images, _ = pictures(64, nc, 16, 4)
    netG, netD = netG.to(dtype), netD.to(dtype)
    criterion = nn.BCELoss()
    optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-4, betas=(0.5, 0.999))
    for data, in batches(DataLoader(TensorDataset(images * 2 - 1), batch_size=16, shuffle=True)):
        netD.zero_grad()
        real = data.to(dtype)
        label = torch.ones(real.size(0), dtype=dtype)
        errD_real = criterion(netD(real).view(-1), label)
        errD_real.backward()
        noise = torch.randn(real.size(0), nz, 1, 1).to(dtype)
        fake = netG(noise)
        label = torch.zeros(real.size(0), dtype=dtype)
        errD_fake = criterion(netD(fake.detach()).view(-1), label)
        errD_fake.backward()
        errD = errD_real + errD_fake
        optimizerD.step()
        netG.zero_grad()
        label = torch.ones(real.size(0), dtype=dtype)
        errG = criterion(netD(fake).view(-1), label)
        errG.backward()
        optimizerG.step()
        yield errD.item() + errG.item()


# super_resolution
class SuperResolution(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 16, (5, 5), (1, 1), (2, 2))
        self.conv2 = nn.Conv2d(16, 16, (3, 3), (1, 1), (1, 1))
        self.conv3 = nn.Conv2d(16, 8, (3, 3), (1, 1), (1, 1))
        self.conv4 = nn.Conv2d(8, upscale_factor ** 2, (3, 3), (1, 1), (1, 1))
        self.pixel_shuffle = nn.PixelShuffle(upscale_factor)
        nn.init.orthogonal_(self.conv1.weight, nn.init.calculate_gain("relu"))
        nn.init.orthogonal_(self.conv2.weight, nn.init.calculate_gain("relu"))
        nn.init.orthogonal_(self.conv3.weight, nn.init.calculate_gain("relu"))
        nn.init.orthogonal_(self.conv4.weight)

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        x = self.relu(self.conv3(x))
        return self.pixel_shuffle(self.conv4(x))


@program
def super_resolution(dtype):
    target = F.avg_pool2d(torch.rand(32, 1, 24, 24), 5, 1, 2)
    input = F.avg_pool2d(target, 2)
    model = SuperResolution(upscale_factor=2).to(dtype)
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for low, high in batches(DataLoader(TensorDataset(input, target), batch_size=8, shuffle=True)):
        optimizer.zero_grad()
        loss = criterion(model(low.to(dtype)), high.to(dtype))
        loss.backward()
        optimizer.step()
        yield loss.item()


# time_sequence_prediction: two cells of LSTM, LBFGS. A loss is one evaluation of the closure.
class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTMCell(1, 16)
        self.lstm2 = nn.LSTMCell(16, 16)
        self.linear = nn.Linear(16, 1)

    def forward(self, input):
        outputs = []
        h_t = torch.zeros(input.size(0), 16, dtype=input.dtype)
        c_t = torch.zeros(input.size(0), 16, dtype=input.dtype)
        h_t2 = torch.zeros(input.size(0), 16, dtype=input.dtype)
        c_t2 = torch.zeros(input.size(0), 16, dtype=input.dtype)
        for input_t in input.split(1, dim=1):
            h_t, c_t = self.lstm1(input_t, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            outputs += [self.linear(h_t2)]
        return torch.cat(outputs, dim=1)


@program
def time_sequence(dtype):
    phase = torch.rand(6, 1) * 6
    waves = torch.sin(torch.arange(25) * 0.5 + phase).to(dtype)
    input, target = waves[:, :-1], waves[:, 1:]
    seq = Sequence().to(dtype)
    criterion = nn.MSELoss()
    optimizer = torch.optim.LBFGS(seq.parameters(), lr=0.3)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = criterion(seq(input), target)
        loss.backward()
        losses.append(loss.item())
        return loss

    while len(losses) < STEPS:
        optimizer.step(closure)
    yield from losses[:STEPS]


# word_language_model
def text(count, tokens):
    """Tokens of which the next one is one of three that follow from the last."""
    chosen = torch.randint(0, 3, (count,)).tolist()
    token, result = 0, []
    for choice in chosen:
        token = (token * 3 + 1 + choice) % tokens
        result.append(token)
    return torch.tensor(result)


class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp, nhid, nlayers, dropout, tie_weights):
        super().__init__()
        self.ntoken = ntoken
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.rnn = nn.LSTM(ninp, nhid, nlayers, dropout=dropout)
        self.decoder = nn.Linear(nhid, ntoken)
        if tie_weights:
            self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        self.nhid, self.nlayers = nhid, nlayers

    def forward(self, input, hidden):
        emb = self.drop(self.encoder(input))
        output, hidden = self.rnn(emb, hidden)
        decoded = self.decoder(self.drop(output)).view(-1, self.ntoken)
        return F.log_softmax(decoded, dim=1), hidden

    def init_hidden(self, bsz):
        weight = next(self.parameters())
        return weight.new_zeros(self.nlayers, bsz, self.nhid), weight.new_zeros(self.nlayers, bsz, self.nhid)


def batchify(data, bsz):
    nbatch = data.size(0) // bsz
    return data.narrow(0, 0, nbatch * bsz).view(bsz, -1).t().contiguous()


def get_batch(source, i, bptt):
    seq_len = min(bptt, len(source) - 1 - i)
    return source[i:i + seq_len], source[i + 1:i + 1 + seq_len].view(-1)


@program
def word_language_model(dtype):
    ntokens, bptt, lr = 30, 10, 20.0
    train_data = batchify(text(1608, ntokens), 8)
    model = RNNModel(ntokens, 32, 32, 2, 0.2, True).to(dtype)
    criterion = nn.NLLLoss()
    while True:
        hidden = model.init_hidden(8)
        for i in range(0, train_data.size(0) - 1, bptt):
            data, targets = get_batch(train_data, i, bptt)
            model.zero_grad()
            hidden = tuple(h.detach() for h in hidden)
            output, hidden = model(data, hidden)
            loss = criterion(output, targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
            for p in model.parameters():
                p.data.add_(p.grad, alpha=-lr)
            yield loss.item()


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout, max_len):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0).transpose(0, 1))

    def forward(self, x):
        return self.dropout(x + self.pe[:x.size(0), :])


class TransformerModel(nn.Module):
    def __init__(self, ntoken, ninp, nhead, nhid, nlayers, dropout):
        super().__init__()
        self.pos_encoder = PositionalEncoding(ninp, dropout, 64)
        encoder_layers = nn.TransformerEncoderLayer(ninp, nhead, nhid, dropout)
        self.transformer_encoder = nn.TransformerEncoder(encoder_layers, nlayers)
        self.encoder = nn.Embedding(ntoken, ninp)
        self.ninp = ninp
        self.decoder = nn.Linear(ninp, ntoken)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)

    def forward(self, src):
        mask = torch.triu(torch.full((len(src), len(src)), float("-inf"), dtype=self.encoder.weight.dtype), diagonal=1)
        src = self.pos_encoder(self.encoder(src) * math.sqrt(self.ninp))
        output = self.decoder(self.transformer_encoder(src, mask))
        return F.log_softmax(output, dim=-1)


@program
def transformer_language_model(dtype):
    ntokens, bptt = 30, 10
    train_data = batchify(text(1608, ntokens), 8)
    model = TransformerModel(ntokens, 32, 2, 64, 2, 0.2).to(dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    while True:
        for i in range(0, train_data.size(0) - 1, bptt):
            data, targets = get_batch(train_data, i, bptt)
            optimizer.zero_grad()
            loss = F.nll_loss(model(data).view(-1, ntokens), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
            optimizer.step()
            yield loss.item()


# nanoGPT
class CausalSelfAttention(nn.Module):
    def __init__(self, n_embd, n_head, block_size, dropout):
        super().__init__()
        self.c_attn = nn.Linear(n_embd, 3 * n_embd, bias=False)
        self.c_proj = nn.Linear(n_embd, n_embd, bias=False)
        self.attn_dropout = nn.Dropout(dropout)
        self.resid_dropout = nn.Dropout(dropout)
        self.n_head, self.n_embd = n_head, n_embd
        self.register_buffer("bias", torch.tril(torch.ones(block_size, block_size)).view(1, 1, block_size, block_size))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(self.n_embd, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
        att = self.attn_dropout(F.softmax(att, dim=-1))
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.resid_dropout(self.c_proj(y))


class GptMlp(nn.Module):
    def __init__(self, n_embd, dropout):
        super().__init__()
        self.c_fc = nn.Linear(n_embd, 4 * n_embd, bias=False)
        self.gelu = nn.GELU()
        self.c_proj = nn.Linear(4 * n_embd, n_embd, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(self.c_proj(self.gelu(self.c_fc(x))))


class Block(nn.Module):
    def __init__(self, n_embd, n_head, block_size, dropout):
        super().__init__()
        self.ln_1 = nn.LayerNorm(n_embd)
        self.attn = CausalSelfAttention(n_embd, n_head, block_size, dropout)
        self.ln_2 = nn.LayerNorm(n_embd)
        self.mlp = GptMlp(n_embd, dropout)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, vocab_size, block_size, n_layer, n_head, n_embd, dropout):
        super().__init__()
        self.transformer = nn.ModuleDict(dict(
            wte=nn.Embedding(vocab_size, n_embd), wpe=nn.Embedding(block_size, n_embd), drop=nn.Dropout(dropout),
            h=nn.ModuleList([Block(n_embd, n_head, block_size, dropout) for _ in range(n_layer)]), ln_f=nn.LayerNorm(n_embd)))
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)
        self.transformer.wte.weight = self.lm_head.weight
        self.apply(self._init_weights)
        for name, p in self.named_parameters():
            if name.endswith("c_proj.weight"):
                nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * n_layer))

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)

    def forward(self, idx, targets):
        pos = torch.arange(0, idx.size(1)).unsqueeze(0)
        x = self.transformer.drop(self.transformer.wte(idx) + self.transformer.wpe(pos))
        for block in self.transformer.h:
            x = block(x)
        logits = self.lm_head(self.transformer.ln_f(x))
        return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1)


@program
def nanogpt(dtype):
    vocab_size, block_size = 30, 16
    data = text(1000, vocab_size)
    model = GPT(vocab_size, block_size, 2, 2, 32, 0.1).to(dtype)
    decay = [p for p in model.parameters() if p.dim() >= 2]
    nodecay = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": decay, "weight_decay": 0.1}, {"params": nodecay, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95))

    def get_lr(it, warmup_iters=20, learning_rate=3e-3, min_lr=3e-4):
        if it < warmup_iters:
            return learning_rate * (it + 1) / (warmup_iters + 1)
        ratio = (it - warmup_iters) / (STEPS - warmup_iters)
        return min_lr + 0.5 * (1.0 + math.cos(math.pi * ratio)) * (learning_rate - min_lr)

    for it in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = get_lr(it)
        ix = torch.randint(len(data) - block_size, (8,))
        x = torch.stack([data[i:i + block_size] for i in ix])
        y = torch.stack([data[i + 1:i + 1 + block_size] for i in ix])
        loss = model(x, y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        yield loss.item()


# siamese_network
class SiameseNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.resnet = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(2))
        self.fc = nn.Sequential(nn.Linear(64 * 2, 32), nn.ReLU(inplace=True), nn.Linear(32, 1))
        self.sigmoid = nn.Sigmoid()
        self.resnet.apply(self.init_weights)
        self.fc.apply(self.init_weights)

    def init_weights(self, m):
        if isinstance(m, nn.Linear):
            nn.init.xavier_uniform_(m.weight)
            m.bias.data.fill_(0.01)

    def forward_once(self, x):
        output = self.resnet(x)
        return output.view(output.size()[0], -1)

    def forward(self, input1, input2):
        output = torch.cat((self.forward_once(input1), self.forward_once(input2)), 1)
        return self.sigmoid(self.fc(output)).squeeze()


@program
def siamese_network(dtype):
    images, labels = pictures(128, 1, 14, 3)
    other = torch.randperm(128)
    dataset = TensorDataset(images, images[other], (labels == labels[other]).float())
    model = SiameseNetwork().to(dtype)
    optimizer = torch.optim.Adadelta(model.parameters(), lr=0.5)
    criterion = nn.BCELoss()
    for images_1, images_2, targets in batches(DataLoader(dataset, batch_size=16, shuffle=True)):
        optimizer.zero_grad()
        loss = criterion(model(images_1.to(dtype), images_2.to(dtype)), targets.to(dtype))
        loss.backward()
        optimizer.step()
        yield loss.item()


# tabular: an embedding for each category, batch normalization of the numbers.
class TabularModel(nn.Module):
    def __init__(self, cardinalities, n_cont, layers):
        super().__init__()
        self.embeds = nn.ModuleList([nn.Embedding(c, min(50, (c + 1) // 2)) for c in cardinalities])
        n_emb = sum(e.embedding_dim for e in self.embeds)
        self.emb_drop = nn.Dropout(0.1)
        self.bn_cont = nn.BatchNorm1d(n_cont)
        parts, n_in = [], n_emb + n_cont
        for n in layers:
            parts += [nn.Linear(n_in, n), nn.ReLU(), nn.BatchNorm1d(n), nn.Dropout(0.2)]
            n_in = n
        self.layers = nn.Sequential(*parts, nn.Linear(n_in, 1))

    def forward(self, x_cat, x_cont):
        x = torch.cat([e(x_cat[:, i]) for i, e in enumerate(self.embeds)], 1)
        x = torch.cat([self.emb_drop(x), self.bn_cont(x_cont)], 1)
        return self.layers(x)


@program
def tabular(dtype):
    cardinalities = [7, 12, 3]
    categories = torch.stack([torch.randint(0, c, (256,)) for c in cardinalities], 1)
    numbers = torch.randn(256, 4)
    y = (torch.sin(categories[:, 0].float()) + categories[:, 1].float() / 6 + numbers[:, 0] * numbers[:, 1]).unsqueeze(1)
    model = TabularModel(cardinalities, 4, [32, 16]).to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=STEPS)
    steps = 0
    for x_cat, x_cont, target in batches(DataLoader(TensorDataset(categories, numbers, y), batch_size=32, shuffle=True)):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x_cat, x_cont.to(dtype)), target.to(dtype))
        loss.backward()
        optimizer.step()
        steps += 1
        if steps < STEPS:
            scheduler.step()
        yield loss.item()


# gcn and gat: two classes of a graph of communities.
def communities(count, classes, features):
    labels = torch.randint(0, classes, (count,))
    same = (labels.unsqueeze(0) == labels.unsqueeze(1)).float()
    edges = (torch.rand(count, count) < same * 0.25 + 0.02).float()
    adjacency = torch.maximum(torch.maximum(edges, edges.t()), torch.eye(count))
    x = F.one_hot(labels, features).float() * 0.5 + torch.randn(count, features)
    return x, adjacency, labels


class GraphConv(nn.Module):
    def __init__(self, input_dim, output_dim):
        super().__init__()
        self.kernel = nn.Parameter(torch.Tensor(input_dim, output_dim))
        nn.init.xavier_normal_(self.kernel)
        self.bias = nn.Parameter(torch.Tensor(output_dim))
        nn.init.zeros_(self.bias)

    def forward(self, input_tensor, adj_mat):
        return torch.mm(adj_mat, torch.mm(input_tensor, self.kernel)) + self.bias


class GCN(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim):
        super().__init__()
        self.gc1 = GraphConv(input_dim, hidden_dim)
        self.gc2 = GraphConv(hidden_dim, output_dim)
        self.dropout = nn.Dropout(0.5)

    def forward(self, input_tensor, adj_mat):
        x = F.relu(self.gc1(input_tensor, adj_mat))
        x = self.gc2(self.dropout(x), adj_mat)
        return F.log_softmax(x, dim=1)


@program
def gcn(dtype):
    x, adjacency, labels = communities(100, 4, 12)
    d = adjacency.sum(1).pow(-0.5)
    normalized = (d.unsqueeze(1) * adjacency * d.unsqueeze(0)).to(dtype)
    idx_train = torch.randperm(100)[:60]
    x = x.to(dtype)
    model = GCN(12, 16, 4).to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=5e-4)
    for _ in range(STEPS):
        optimizer.zero_grad()
        output = model(x, normalized)
        loss = F.nll_loss(output[idx_train], labels[idx_train])
        loss.backward()
        optimizer.step()
        yield loss.item()


class GraphAttentionLayer(nn.Module):
    def __init__(self, in_features, out_features, n_heads, concat, dropout):
        super().__init__()
        self.n_heads, self.concat = n_heads, concat
        self.n_hidden = out_features // n_heads if concat else out_features
        self.W = nn.Parameter(torch.empty(in_features, self.n_hidden * n_heads))
        self.a = nn.Parameter(torch.empty(n_heads, 2 * self.n_hidden, 1))
        self.leakyrelu = nn.LeakyReLU(0.2)
        self.softmax = nn.Softmax(dim=1)
        self.dropout = dropout
        nn.init.xavier_normal_(self.W)
        nn.init.xavier_normal_(self.a)

    def forward(self, h, adj_mat):
        n_nodes = h.shape[0]
        h_transformed = F.dropout(torch.mm(h, self.W), self.dropout, training=self.training)
        h_transformed = h_transformed.view(n_nodes, self.n_heads, self.n_hidden).permute(1, 0, 2)
        source = torch.matmul(h_transformed, self.a[:, :self.n_hidden, :])
        target = torch.matmul(h_transformed, self.a[:, self.n_hidden:, :])
        e = self.leakyrelu(source + target.mT)
        attention = torch.where(adj_mat > 0, e, torch.full_like(e, -9e16))
        attention = F.dropout(F.softmax(attention, dim=-1), self.dropout, training=self.training)
        h_prime = torch.matmul(attention, h_transformed)
        if self.concat:
            return h_prime.permute(1, 0, 2).contiguous().view(n_nodes, -1)
        return h_prime.mean(dim=0)


class GAT(nn.Module):
    def __init__(self, in_features, n_hidden, n_heads, num_classes):
        super().__init__()
        self.gat1 = GraphAttentionLayer(in_features, n_hidden, n_heads, True, 0.4)
        self.gat2 = GraphAttentionLayer(n_hidden, num_classes, 1, False, 0.4)

    def forward(self, x, adj_mat):
        return F.log_softmax(self.gat2(F.elu(self.gat1(x, adj_mat)), adj_mat), dim=1)


@program
def gat(dtype):
    x, adjacency, labels = communities(80, 4, 12)
    idx_train = torch.randperm(80)[:50]
    x, adjacency = x.to(dtype), adjacency.to(dtype)
    model = GAT(12, 16, 4, 4).to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, weight_decay=5e-4)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.nll_loss(model(x, adjacency)[idx_train], labels[idx_train])
        loss.backward()
        optimizer.step()
        yield loss.item()


# reinforce: balancing a pole on a cart. A loss is an episode of at most 60 steps.
class CartPole:
    def reset(self):
        self.state = [v * 0.1 - 0.05 for v in torch.rand(4).tolist()]
        return self.state

    def step(self, action):
        x, x_dot, theta, theta_dot = self.state
        force = 10.0 if action == 1 else -10.0
        temp = (force + 0.05 * theta_dot * theta_dot * math.sin(theta)) / 1.1
        theta_acc = (9.8 * math.sin(theta) - math.cos(theta) * temp) / (0.5 * (4.0 / 3.0 - 0.1 * math.cos(theta) * math.cos(theta) / 1.1))
        x_acc = temp - 0.05 * theta_acc * math.cos(theta) / 1.1
        self.state = [x + 0.02 * x_dot, x_dot + 0.02 * x_acc, theta + 0.02 * theta_dot, theta_dot + 0.02 * theta_acc]
        done = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 12 * 2 * math.pi / 360
        return self.state, 1.0, done


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(4, 32)
        self.dropout = nn.Dropout(p=0.6)
        self.affine2 = nn.Linear(32, 2)

    def forward(self, x):
        x = F.relu(self.dropout(self.affine1(x)))
        return F.softmax(self.affine2(x), dim=1)


@program
def reinforce(dtype):
    env, policy = CartPole(), Policy().to(dtype)
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
    eps = torch.finfo(torch.float32).eps
    for _ in range(STEPS):
        state = env.reset()
        saved_log_probs, rewards = [], []
        for _ in range(60):
            probs = policy(torch.tensor(state).unsqueeze(0).to(dtype))
            action = probs.detach().float().multinomial(1)
            saved_log_probs.append(probs.gather(1, action).log().view(1))
            state, reward, done = env.step(action.item())
            rewards.append(reward)
            if done:
                break
        R, returns = 0.0, []
        for r in rewards[::-1]:
            R = r + 0.99 * R
            returns.insert(0, R)
        returns = torch.tensor(returns).to(dtype)
        returns = (returns - returns.mean()) / (returns.std() + eps)
        policy_loss = torch.cat([-log_prob * R for log_prob, R in zip(saved_log_probs, returns)])
        optimizer.zero_grad()
        loss = policy_loss.sum()
        loss.backward()
        optimizer.step()
        yield loss.item()


# word2vec: skip-grams, and words that do not stand there.
class SkipGram(nn.Module):
    def __init__(self, words, size):
        super().__init__()
        self.u = nn.Embedding(words, size)
        self.v = nn.Embedding(words, size)
        nn.init.uniform_(self.u.weight, -0.5 / size, 0.5 / size)
        nn.init.zeros_(self.v.weight)

    def forward(self, center, context, negatives):
        u = self.u(center)
        positive = F.logsigmoid((u * self.v(context)).sum(1))
        negative = F.logsigmoid(-torch.bmm(self.v(negatives), u.unsqueeze(2)).squeeze(2)).sum(1)
        return -(positive + negative).mean()


@program
def word2vec(dtype):
    words = text(800, 40)
    frequency = torch.bincount(words, minlength=40).float() ** 0.75
    model = SkipGram(40, 24).to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(STEPS):
        place = torch.randint(0, 799, (64,))
        negatives = torch.multinomial(frequency, 64 * 5, replacement=True).view(64, 5)
        optimizer.zero_grad()
        loss = model(words[place], words[place + 1], negatives)
        loss.backward()
        optimizer.step()
        yield loss.item()


# autoencoder of convolutions
@program
def autoencoder(dtype):
    images, _ = pictures(64, 3, 16, 4)
    encoder = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 12, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(12, 16, 4))
    decoder = nn.Sequential(
        nn.ConvTranspose2d(16, 12, 4), nn.ReLU(), nn.ConvTranspose2d(12, 8, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(8, 3, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid())
    model = nn.Sequential(encoder, decoder).to(dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-5)
    for data, in batches(DataLoader(TensorDataset(images), batch_size=16, shuffle=True)):
        data = data.to(dtype)
        loss = F.mse_loss(model(data), data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


# mnist_forward_forward: each layer learns by itself.
class Layer(nn.Linear):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        self.relu = torch.nn.ReLU()
        self.threshold = 2.0

    def forward(self, x):
        x_direction = x / (x.norm(2, 1, keepdim=True) + 1e-4)
        return self.relu(torch.mm(x_direction, self.weight.T) + self.bias.unsqueeze(0))

    def train_once(self, x_pos, x_neg):
        g_pos = self.forward(x_pos).pow(2).mean(1)
        g_neg = self.forward(x_neg).pow(2).mean(1)
        loss = torch.log(1 + torch.exp(torch.cat([-g_pos + self.threshold, g_neg - self.threshold]))).mean()
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        return self.forward(x_pos).detach(), self.forward(x_neg).detach(), loss.item()


def overlay_y_on_x(x, y):
    x_ = x.clone()
    x_[:, :5] *= 0.0
    x_[range(x.shape[0]), y] = x.max()
    return x_


@program
def forward_forward(dtype):
    images, labels = pictures(64, 1, 10, 5)
    x = images.view(64, -1)
    shift = torch.randint(1, 5, (64,))
    x_pos = overlay_y_on_x(x, labels).to(dtype)
    x_neg = overlay_y_on_x(x, (labels + shift) % 5).to(dtype)
    layers = [Layer(100, 48).to(dtype), Layer(48, 48).to(dtype)]
    for layer in layers:
        layer.opt = torch.optim.Adam(layer.parameters(), lr=0.02)
    for _ in range(STEPS):
        h_pos, h_neg, total = x_pos, x_neg, 0.0
        for layer in layers:
            h_pos, h_neg, loss = layer.train_once(h_pos, h_neg)
            total += loss
        yield total


# fast_neural_style: reflection, instance normalization, upsampling, Gram matrices of a network that does not learn.
class ConvLayer(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride):
        super().__init__()
        self.reflection_pad = nn.ReflectionPad2d(kernel_size // 2)
        self.conv2d = nn.Conv2d(in_channels, out_channels, kernel_size, stride)

    def forward(self, x):
        return self.conv2d(self.reflection_pad(x))


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = ConvLayer(channels, channels, kernel_size=3, stride=1)
        self.in1 = nn.InstanceNorm2d(channels, affine=True)
        self.conv2 = ConvLayer(channels, channels, kernel_size=3, stride=1)
        self.in2 = nn.InstanceNorm2d(channels, affine=True)
        self.relu = nn.ReLU()

    def forward(self, x):
        out = self.relu(self.in1(self.conv1(x)))
        return self.in2(self.conv2(out)) + x


class UpsampleConvLayer(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride, upsample):
        super().__init__()
        self.upsample = upsample
        self.reflection_pad = nn.ReflectionPad2d(kernel_size // 2)
        self.conv2d = nn.Conv2d(in_channels, out_channels, kernel_size, stride)

    def forward(self, x):
        return self.conv2d(self.reflection_pad(F.interpolate(x, mode="nearest", scale_factor=self.upsample)))


class TransformerNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = ConvLayer(3, 8, kernel_size=5, stride=1)
        self.in1 = nn.InstanceNorm2d(8, affine=True)
        self.conv2 = ConvLayer(8, 12, kernel_size=3, stride=2)
        self.in2 = nn.InstanceNorm2d(12, affine=True)
        self.res1 = ResidualBlock(12)
        self.deconv1 = UpsampleConvLayer(12, 8, kernel_size=3, stride=1, upsample=2)
        self.in4 = nn.InstanceNorm2d(8, affine=True)
        self.deconv3 = ConvLayer(8, 3, kernel_size=5, stride=1)
        self.relu = nn.ReLU()

    def forward(self, X):
        y = self.relu(self.in1(self.conv1(X)))
        y = self.relu(self.in2(self.conv2(y)))
        y = self.res1(y)
        y = self.relu(self.in4(self.deconv1(y)))
        return self.deconv3(y)


class Features(nn.Module):
    def __init__(self):
        super().__init__()
        self.slice1 = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU())
        self.slice2 = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU())
        for param in self.parameters():
            param.requires_grad = False

    def forward(self, X):
        h1 = self.slice1(X)
        return h1, self.slice2(h1)


def gram_matrix(y):
    (b, ch, h, w) = y.size()
    features = y.view(b, ch, w * h)
    return features.bmm(features.transpose(1, 2)) / (ch * h * w)


@program
def fast_neural_style(dtype):
    images, _ = pictures(32, 3, 16, 4)
    style = F.avg_pool2d(torch.rand(1, 3, 16, 16), 3, 1, 1).to(dtype)
    transformer, vgg = TransformerNet().to(dtype), Features().to(dtype)
    optimizer = torch.optim.Adam(transformer.parameters(), 1e-3)
    gram_style = [gram_matrix(y) for y in vgg(style.repeat(4, 1, 1, 1))]
    for x, in batches(DataLoader(TensorDataset(images), batch_size=4)):
        x = x.to(dtype)
        optimizer.zero_grad()
        y = transformer(x)
        features_y, features_x = vgg(y), vgg(x)
        content_loss = 10 * F.mse_loss(features_y[1], features_x[1])
        style_loss = 0.0
        for ft_y, gm_s in zip(features_y, gram_style):
            style_loss += F.mse_loss(gram_matrix(ft_y), gm_s)
        total_loss = content_loss + 100 * style_loss
        total_loss.backward()
        optimizer.step()
        yield total_loss.item()


# language_translation: an encoder and a decoder; the target is the source backwards. 0 is padding, 1 begins, 2 ends.
class Seq2SeqTransformer(nn.Module):
    def __init__(self, vocab, emb_size):
        super().__init__()
        self.transformer = nn.Transformer(d_model=emb_size, nhead=2, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=64, dropout=0.1)
        self.generator = nn.Linear(emb_size, vocab)
        self.src_tok_emb = nn.Embedding(vocab, emb_size)
        self.tgt_tok_emb = nn.Embedding(vocab, emb_size)
        self.positional_encoding = PositionalEncoding(emb_size, 0.1, 64)
        self.emb_size = emb_size

    def forward(self, src, trg, tgt_mask, src_padding_mask, tgt_padding_mask):
        src_emb = self.positional_encoding(self.src_tok_emb(src) * math.sqrt(self.emb_size))
        tgt_emb = self.positional_encoding(self.tgt_tok_emb(trg) * math.sqrt(self.emb_size))
        outs = self.transformer(src_emb, tgt_emb, None, tgt_mask, None, src_padding_mask, tgt_padding_mask, src_padding_mask)
        return self.generator(outs)


@program
def language_translation(dtype):
    vocab, longest = 12, 6
    words = torch.randint(3, vocab, (64, longest))
    lengths = torch.randint(3, longest + 1, (64,)).tolist()
    src = torch.zeros(longest, 64, dtype=torch.int64)
    tgt = torch.zeros(longest + 2, 64, dtype=torch.int64)
    for n, length in enumerate(lengths):
        src[:length, n] = words[n, :length]
        tgt[:length + 2, n] = torch.tensor([1] + words[n, :length].tolist()[::-1] + [2])
    transformer = Seq2SeqTransformer(vocab, 32)
    for p in transformer.parameters():
        if p.dim() > 1:
            nn.init.xavier_uniform_(p)
    transformer = transformer.to(dtype)
    loss_fn = nn.CrossEntropyLoss(ignore_index=0)
    optimizer = torch.optim.Adam(transformer.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9)
    for step in range(STEPS):
        chosen = slice(16 * (step % 4), 16 * (step % 4) + 16)
        source, target = src[:, chosen], tgt[:, chosen]
        tgt_input = target[:-1, :]
        tgt_mask = torch.triu(torch.ones(len(tgt_input), len(tgt_input)), diagonal=1).bool()
        logits = transformer(source, tgt_input, tgt_mask, (source == 0).t(), (tgt_input == 0).t())
        optimizer.zero_grad()
        loss = loss_fn(logits.reshape(-1, logits.shape[-1]), target[1:, :].reshape(-1))
        loss.backward()
        optimizer.step()
        yield loss.item()


# Speech: a convolution over time, a GRU in both directions, CTC.
class SpeechModel(nn.Module):
    def __init__(self, features, hidden, classes):
        super().__init__()
        self.conv = nn.Conv1d(features, hidden, 3, padding=1)
        self.norm = nn.LayerNorm(hidden)
        self.gru = nn.GRU(hidden, hidden, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, classes)

    def forward(self, x):
        x = F.relu(self.conv(x)).permute(2, 0, 1)
        x, _ = self.gru(self.norm(x))
        return F.log_softmax(self.fc(x), dim=2)


@program
def speech_ctc(dtype):
    sounds = torch.randn(5, 8)
    spoken = torch.randint(1, 6, (16, 4))
    frames = sounds[(spoken - 1).repeat_interleave(4, dim=1)] + torch.randn(16, 16, 8) * 0.3
    frames = frames.transpose(1, 2).to(dtype)
    model = SpeechModel(8, 24, 6).to(dtype)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    criterion = nn.CTCLoss(blank=0)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = criterion(model(frames), spoken, torch.full((16,), 16), torch.full((16,), 4))
        loss.backward()
        optimizer.step()
        yield loss.item()


# regression: a polynomial by its powers.
@program
def regression(dtype):
    W_target, b_target = torch.randn(4, 1) * 5, torch.randn(1) * 5
    fc = nn.Linear(4, 1).to(dtype)
    for _ in range(STEPS):
        random = torch.randn(32).unsqueeze(1)
        batch_x = torch.cat([random ** i for i in range(1, 5)], 1)
        batch_y = (batch_x.mm(W_target) + b_target).to(dtype)
        fc.zero_grad()
        output = F.smooth_l1_loss(fc(batch_x.to(dtype)), batch_y)
        output.backward()
        for param in fc.parameters():
            param.data.add_(-0.1 * param.grad)
        yield output.item()


# pytorch-cifar's MobileNetV2: channel by channel, SGD with momentum and a cosine.
class MobileBlock(nn.Module):
    def __init__(self, in_planes, out_planes, expansion, stride):
        super().__init__()
        self.stride = stride
        planes = expansion * in_planes
        self.conv1 = nn.Conv2d(in_planes, planes, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, kernel_size=3, stride=stride, padding=1, groups=planes, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, out_planes, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_planes)
        self.shortcut = nn.Sequential()
        if stride == 1 and in_planes != out_planes:
            self.shortcut = nn.Sequential(nn.Conv2d(in_planes, out_planes, kernel_size=1, bias=False), nn.BatchNorm2d(out_planes))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return out + self.shortcut(x) if self.stride == 1 else out


class MobileNetV2(nn.Module):
    cfg = [(1, 8, 1, 1), (4, 12, 2, 2), (4, 16, 1, 2)]

    def __init__(self, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        layers, in_planes = [], 8
        for expansion, out_planes, num_blocks, stride in self.cfg:
            for s in [stride] + [1] * (num_blocks - 1):
                layers.append(MobileBlock(in_planes, out_planes, expansion, s))
                in_planes = out_planes
        self.layers = nn.Sequential(*layers)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)
        self.linear = nn.Linear(32, num_classes)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(self.layers(out))))
        out = F.avg_pool2d(out, 2)
        return self.linear(out.view(out.size(0), -1))


def cifar(net, dtype, lr):
    images, labels = pictures(64, 3, 8, 10)
    net = net.to(dtype)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    for inputs, targets in batches(DataLoader(TensorDataset(images, labels), batch_size=8, shuffle=True)):
        optimizer.zero_grad()
        loss = criterion(net(inputs.to(dtype)), targets)
        loss.backward()
        optimizer.step()
        scheduler.step()
        yield loss.item()


@program
def mobilenet(dtype):
    yield from cifar(MobileNetV2(10), dtype, lr=0.01)


# pytorch-cifar's DenseNet
class Bottleneck(nn.Module):
    def __init__(self, in_planes, growth_rate):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_planes)
        self.conv1 = nn.Conv2d(in_planes, 4 * growth_rate, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4 * growth_rate)
        self.conv2 = nn.Conv2d(4 * growth_rate, growth_rate, kernel_size=3, padding=1, bias=False)

    def forward(self, x):
        out = self.conv1(F.relu(self.bn1(x)))
        out = self.conv2(F.relu(self.bn2(out)))
        return torch.cat([out, x], 1)


class Transition(nn.Module):
    def __init__(self, in_planes, out_planes):
        super().__init__()
        self.bn = nn.BatchNorm2d(in_planes)
        self.conv = nn.Conv2d(in_planes, out_planes, kernel_size=1, bias=False)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.bn(x))), 2)


class DenseNet(nn.Module):
    def __init__(self, nblocks, growth_rate, num_classes):
        super().__init__()
        num_planes = 2 * growth_rate
        self.conv1 = nn.Conv2d(3, num_planes, kernel_size=3, padding=1, bias=False)
        self.stages = nn.ModuleList()
        for i, nblock in enumerate(nblocks):
            for _ in range(nblock):
                self.stages.append(Bottleneck(num_planes, growth_rate))
                num_planes += growth_rate
            if i < len(nblocks) - 1:
                self.stages.append(Transition(num_planes, num_planes // 2))
                num_planes //= 2
        self.bn = nn.BatchNorm2d(num_planes)
        self.linear = nn.Linear(num_planes, num_classes)

    def forward(self, x):
        out = self.conv1(x)
        for stage in self.stages:
            out = stage(out)
        out = F.avg_pool2d(F.relu(self.bn(out)), 2)
        return self.linear(out.view(out.size(0), -1))


@program
def densenet(dtype):
    yield from cifar(DenseNet([2, 2, 2], 6, 10), dtype, lr=0.01)


# pytorch-cifar's ShuffleNetV2
class ShuffleBlock(nn.Module):
    def forward(self, x, g=2):
        N, C, H, W = x.size()
        return x.view(N, g, C // g, H, W).permute(0, 2, 1, 3, 4).reshape(N, C, H, W)


class ShuffleBasic(nn.Module):
    def __init__(self, in_channels):
        super().__init__()
        half = in_channels // 2
        self.conv1 = nn.Conv2d(half, half, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(half)
        self.conv2 = nn.Conv2d(half, half, kernel_size=3, padding=1, groups=half, bias=False)
        self.bn2 = nn.BatchNorm2d(half)
        self.conv3 = nn.Conv2d(half, half, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(half)
        self.shuffle = ShuffleBlock()

    def forward(self, x):
        c = x.size(1) // 2
        x1, x2 = x[:, :c, :, :], x[:, c:, :, :]
        out = F.relu(self.bn1(self.conv1(x2)))
        out = self.bn2(self.conv2(out))
        out = F.relu(self.bn3(self.conv3(out)))
        return self.shuffle(torch.cat([x1, out], 1))


class ShuffleDown(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        mid = out_channels // 2
        self.conv1 = nn.Conv2d(in_channels, in_channels, kernel_size=3, stride=2, padding=1, groups=in_channels, bias=False)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv2 = nn.Conv2d(in_channels, mid, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(mid)
        self.conv3 = nn.Conv2d(in_channels, mid, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(mid)
        self.conv4 = nn.Conv2d(mid, mid, kernel_size=3, stride=2, padding=1, groups=mid, bias=False)
        self.bn4 = nn.BatchNorm2d(mid)
        self.conv5 = nn.Conv2d(mid, mid, kernel_size=1, bias=False)
        self.bn5 = nn.BatchNorm2d(mid)
        self.shuffle = ShuffleBlock()

    def forward(self, x):
        out1 = self.bn1(self.conv1(x))
        out1 = F.relu(self.bn2(self.conv2(out1)))
        out2 = F.relu(self.bn3(self.conv3(x)))
        out2 = self.bn4(self.conv4(out2))
        out2 = F.relu(self.bn5(self.conv5(out2)))
        return self.shuffle(torch.cat([out1, out2], 1))


class ShuffleNetV2(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(ShuffleDown(8, 16), ShuffleBasic(16))
        self.layer2 = nn.Sequential(ShuffleDown(16, 32), ShuffleBasic(32))
        self.conv2 = nn.Conv2d(32, 48, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(48)
        self.linear = nn.Linear(48, num_classes)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer2(self.layer1(out))
        out = F.avg_pool2d(F.relu(self.bn2(self.conv2(out))), 2)
        return self.linear(out.view(out.size(0), -1))


@program
def shufflenet_v2(dtype):
    yield from cifar(ShuffleNetV2(10), dtype, lr=0.01)


# The usual UNet: cross entropy and Dice, RMSprop, clipped gradients. 18 pixels halved twice are 4, so that what comes up is padded.
class DoubleConv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True))

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.up = nn.ConvTranspose2d(in_channels, in_channels // 2, kernel_size=2, stride=2)
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        diffY, diffX = x2.size()[2] - x1.size()[2], x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [diffX // 2, diffX - diffX // 2, diffY // 2, diffY - diffY // 2])
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    def __init__(self, n_channels, n_classes):
        super().__init__()
        self.inc = DoubleConv(n_channels, 8)
        self.down1 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(8, 16))
        self.down2 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(16, 32))
        self.up1 = Up(32, 16)
        self.up2 = Up(16, 8)
        self.outc = nn.Conv2d(8, n_classes, kernel_size=1)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        return self.outc(self.up2(self.up1(x3, x2), x1))


def dice_loss(probabilities, target, epsilon=1e-6):
    inter = 2 * (probabilities * target).sum(dim=(2, 3))
    sets_sum = probabilities.sum(dim=(2, 3)) + target.sum(dim=(2, 3))
    return 1 - ((inter + epsilon) / (sets_sum + epsilon)).mean()


@program
def unet(dtype):
    smooth = F.avg_pool2d(torch.rand(32, 1, 18, 18), 5, 1, 2)
    masks = (smooth > smooth.mean()).long().squeeze(1)
    images = smooth + torch.rand(32, 1, 18, 18) * 0.3
    model = UNet(1, 2).to(dtype)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=3e-5, weight_decay=1e-8, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    for inputs, target in batches(DataLoader(TensorDataset(images, masks), batch_size=8, shuffle=True)):
        pred = model(inputs.to(dtype))
        loss = criterion(pred, target)
        loss += dice_loss(F.softmax(pred, dim=1), F.one_hot(target, 2).permute(0, 3, 1, 2).to(dtype))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        yield loss.item()


# The usual ViT: patches as tokens, one token more that is classified.
class ViTAttention(nn.Module):
    def __init__(self, dim, heads, dim_head, dropout):
        super().__init__()
        self.heads, self.scale = heads, dim_head ** -0.5
        self.norm = nn.LayerNorm(dim)
        self.to_qkv = nn.Linear(dim, heads * dim_head * 3, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.to_out = nn.Sequential(nn.Linear(heads * dim_head, dim), nn.Dropout(dropout))

    def forward(self, x):
        b, n, _ = x.shape
        qkv = self.to_qkv(self.norm(x)).chunk(3, dim=-1)
        q, k, v = (t.reshape(b, n, self.heads, -1).transpose(1, 2) for t in qkv)
        attn = self.dropout((torch.matmul(q, k.transpose(-1, -2)) * self.scale).softmax(dim=-1))
        return self.to_out(torch.matmul(attn, v).transpose(1, 2).reshape(b, n, -1))


class ViT(nn.Module):
    def __init__(self, image_size, patch_size, num_classes, dim, depth, heads, mlp_dim, channels, dim_head, dropout):
        super().__init__()
        self.patch_size = patch_size
        patch_dim = channels * patch_size ** 2
        self.to_patch_embedding = nn.Sequential(nn.LayerNorm(patch_dim), nn.Linear(patch_dim, dim), nn.LayerNorm(dim))
        self.pos_embedding = nn.Parameter(torch.randn(1, (image_size // patch_size) ** 2 + 1, dim))
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList()
        for _ in range(depth):
            self.layers.append(nn.ModuleList([
                ViTAttention(dim, heads, dim_head, dropout),
                nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, mlp_dim), nn.GELU(), nn.Dropout(dropout), nn.Linear(mlp_dim, dim), nn.Dropout(dropout))]))
        self.norm = nn.LayerNorm(dim)
        self.mlp_head = nn.Linear(dim, num_classes)

    def forward(self, img):
        b, c, h, w = img.shape
        p = self.patch_size
        x = img.reshape(b, c, h // p, p, w // p, p).permute(0, 2, 4, 3, 5, 1).reshape(b, (h // p) * (w // p), p * p * c)
        x = self.to_patch_embedding(x)
        x = torch.cat((self.cls_token.expand(b, -1, -1), x), dim=1)
        x = self.dropout(x + self.pos_embedding)
        for attn, ff in self.layers:
            x = attn(x) + x
            x = ff(x) + x
        return self.mlp_head(self.norm(x)[:, 0])


@program
def vit(dtype):
    net = ViT(image_size=16, patch_size=4, num_classes=10, dim=32, depth=2, heads=2, mlp_dim=64, channels=3, dim_head=16, dropout=0.1)
    images, labels = pictures(64, 3, 16, 10)
    net = net.to(dtype)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for inputs, targets in batches(DataLoader(TensorDataset(images, labels), batch_size=8, shuffle=True)):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(inputs.to(dtype)), targets)
        loss.backward()
        optimizer.step()
        yield loss.item()


# Where an activation is 0 but for rounding, correct runs part. With 42 this one does at its ninth loss.
seeds = {"densenet": 5}


def losses(function, dtype, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(seeds.get(function.__name__, 42))
    run = function(dtype)
    return [next(run) for _ in range(STEPS)]


def short(values, digits):
    return [float(f"{value:.{digits}g}") for value in values]


if __name__ == "__main__":
    cases = {}
    if len(sys.argv) > 1:
        with open("programs.json") as file:
            cases = {case["name"]: case for case in json.load(file)["cases"]}
    for name in sys.argv[1:] or programs:
        start = time.perf_counter()
        single = losses(programs[name], torch.float32, 1)
        taken = time.perf_counter() - start
        double = losses(programs[name], torch.float64, 1)
        runs = [single, losses(programs[name], torch.float32, 2)]
        for seed in range(4):
            with nudged(seed):
                runs.append(losses(programs[name], torch.float32, 1))
        apart = [max(abs(run[step] - double[step]) for run in runs) for step in range(STEPS)]
        last = max(abs(sum(run[-20:]) - sum(double[-20:])) / 20 for run in runs)
        parts = next((i for i, d in enumerate(apart) if d > 1e-4 * max(1, abs(double[i]))), STEPS)
        print(f"{name:28} {taken:5.2f} s  first {double[0]:8.4f}  last 20 {sum(double[-20:]) / 20:8.4f} +- {last:.1e}"
              f"  20: {max(apart[:20]):.1e}  200: {max(apart):.1e}  parts {parts}", flush=True)
        cases[name] = {"name": name, "seed": seeds.get(name, 42), "losses": short(double, 8),
                       "apart": short(apart, 2), "last_apart": float(f"{last:.2g}")}
    save("programs.json", cases=[cases[name] for name in programs if name in cases])
