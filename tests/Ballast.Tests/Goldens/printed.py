"""Writes printed.json: networks as PyTorch 1.13.1 prints them. Run by hand in this folder."""
import json
import torch
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm
from torchvision.ops import StochasticDepth


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm([4, 6])
        self.inner = nn.Sequential(nn.Linear(6, 6), nn.GELU())
        self.scale = nn.ParameterList([])


networks = {
    "empty": nn.Sequential(),
    "mlp": nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 3, bias=False)),
    "nested": nn.Sequential(
        nn.Sequential(nn.BatchNorm2d(3, eps=1e-3, momentum=None, affine=False), nn.LeakyReLU(0.1), nn.ELU(0.7)),
        nn.ModuleList([nn.GroupNorm(2, 4), nn.InstanceNorm1d(5), nn.LayerNorm(7, eps=1e-6), nn.LocalResponseNorm(5)]),
        nn.ModuleDict({"first": nn.Identity(), "second": nn.Sequential(nn.Softmax(dim=1), nn.LogSoftmax(dim=-1))})),
    "activations": nn.Sequential(
        nn.CELU(1.5), nn.GLU(), nn.Hardshrink(0.3), nn.Softshrink(), nn.Hardtanh(-2.0, 2.5), nn.PReLU(4), nn.RReLU(), nn.Softplus(),
        nn.Threshold(0.5, 20), nn.SELU(), nn.SiLU(), nn.Mish(), nn.Tanh(), nn.Sigmoid(), nn.Hardswish(), nn.GELU(approximate="tanh"),
        nn.BatchNorm3d(2, eps=1e-10, track_running_stats=False)),
    "convolutions": nn.Sequential(
        nn.Conv1d(3, 4, 5), nn.Conv1d(4, 4, 3, stride=2, padding=1, dilation=2, groups=2, bias=False, padding_mode="circular"),
        nn.Conv2d(3, 4, 3), nn.Conv2d(4, 6, (3, 5), (1, 2), (1, 2), 1, 2), nn.Conv2d(3, 4, 3, padding="same", padding_mode="reflect"),
        nn.Conv2d(3, 4, 1, padding="valid"), nn.Conv3d(1, 2, (1, 2, 3), padding=(0, 1, 1), padding_mode="replicate"),
        nn.ConvTranspose1d(3, 4, 3, 2, 1, 1), nn.ConvTranspose2d(4, 6, (3, 4), 2, output_padding=(1, 0), groups=2, dilation=2),
        nn.ConvTranspose3d(1, 2, 3, bias=False)),
    "pools": nn.Sequential(
        nn.MaxPool1d(3), nn.MaxPool2d(3, 2, 1), nn.MaxPool2d((3, 2), dilation=(1, 2), ceil_mode=True), nn.MaxPool3d((1, 2, 3)),
        nn.AvgPool1d(2), nn.AvgPool2d(2), nn.AvgPool2d((2, 3), 1, (1, 0)), nn.AvgPool3d(3, 2, 1, count_include_pad=False),
        nn.AdaptiveAvgPool1d(4), nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d((7, None)), nn.AdaptiveAvgPool3d((5, None, 3)),
        nn.LPPool1d(2, 3), nn.LPPool2d(1.5, (3, 2), stride=(2, 1), ceil_mode=True), nn.FractionalMaxPool2d(3, output_ratio=0.5),
        nn.MaxUnpool1d(2), nn.MaxUnpool2d(3, 2, 1), nn.MaxUnpool3d((3, 2, 2), stride=(2, 1, 2))),
    "shapes": nn.Sequential(
        nn.ConstantPad1d(2, 3.5), nn.ConstantPad2d((1, 2, 0, 3), 0), nn.ReflectionPad1d(1), nn.ReflectionPad2d((1, 2, 3, 0)),
        nn.ReplicationPad3d(1), nn.ZeroPad2d(2), nn.Upsample(scale_factor=2), nn.Upsample(7, mode="linear"),
        nn.Upsample((7, 5), mode="bicubic", align_corners=True), nn.Upsample(scale_factor=(2, 1.5), mode="nearest-exact"),
        nn.UpsamplingNearest2d(scale_factor=3), nn.UpsamplingBilinear2d((4, 5)), nn.PixelShuffle(2), nn.PixelUnshuffle(3),
        nn.ChannelShuffle(4), nn.Unfold(3), nn.Unfold((2, 3), dilation=(1, 2), padding=1, stride=2), nn.Fold((4, 5), 2),
        nn.Unflatten(1, (3, 4)), nn.Unflatten(-1, (4,))),
    "dropouts": nn.Sequential(
        nn.Dropout1d(), nn.Dropout2d(0.25), nn.Dropout3d(1e-5), nn.AlphaDropout(0.3), nn.FeatureAlphaDropout(), StochasticDepth(0.2, "row"),
        StochasticDepth(0.4, "batch"), nn.CosineSimilarity(dim=2), nn.PairwiseDistance(p=1.0), nn.Bilinear(3, 4, 5),
        nn.Bilinear(1, 2, 3, bias=False)),
    "sequences": nn.Sequential(
        nn.Embedding(10, 4), nn.Embedding(10, 4, padding_idx=-1, max_norm=1.5, norm_type=1.0, scale_grad_by_freq=True), nn.EmbeddingBag(5, 3),
        nn.EmbeddingBag(5, 3, max_norm=2.0, norm_type=3.0, scale_grad_by_freq=True, mode="sum", padding_idx=2), nn.RNN(3, 4, nonlinearity="relu"),
        nn.LSTM(3, 4, 2, bias=False, batch_first=True, dropout=0.5, bidirectional=True), nn.GRU(3, 4, batch_first=True), nn.RNNCell(2, 3),
        nn.RNNCell(2, 3, bias=False, nonlinearity="relu"), nn.LSTMCell(2, 3), nn.GRUCell(2, 3, bias=False)),
    "attention": nn.Sequential(
        nn.MultiheadAttention(4, 2), nn.MultiheadAttention(4, 2, bias=False, kdim=3), nn.TransformerEncoderLayer(4, 2, 8, batch_first=True),
        nn.TransformerDecoderLayer(4, 2, 8, 0.25),
        nn.TransformerEncoder(nn.TransformerEncoderLayer(2, 1, 3, norm_first=True), 2)),
    "cropping": nn.Sequential(
        nn.ConstantPad1d(-1, -2.5), nn.ConstantPad2d((-1, 2, 0, -3), 0), nn.ZeroPad2d(-2), nn.ReplicationPad2d((0, -1, 1, 0)),
        nn.ReflectionPad1d((-1, 2))),
    "lazy": nn.Sequential(
        nn.LazyConv1d(4, 3), nn.LazyConv2d(4, (3, 5), stride=2, padding=1, dilation=2, groups=2, bias=False, padding_mode="circular"),
        nn.LazyConv3d(4, 3, padding="same"), nn.LazyConvTranspose1d(4, 3), nn.LazyConvTranspose2d(4, 3, stride=2, output_padding=1),
        nn.LazyConvTranspose3d(4, 3, bias=False, dilation=2), nn.LazyLinear(4), nn.LazyLinear(5, bias=False), nn.LazyBatchNorm1d(1e-3, None),
        nn.LazyBatchNorm2d(), nn.LazyBatchNorm3d(affine=False), nn.LazyInstanceNorm1d(), nn.LazyInstanceNorm2d(affine=False),
        nn.LazyInstanceNorm3d(track_running_stats=False)),
    "parameters": nn.ModuleList([
        nn.ParameterList([nn.Parameter(torch.zeros(2, 3)), nn.Parameter(torch.zeros(()))]), nn.ParameterList([nn.Parameter(torch.zeros(3))]),
        nn.ParameterList(), nn.ParameterDict({"a": nn.Parameter(torch.zeros(2)), "b": nn.Parameter(torch.zeros(1, 2, 3))}),
        nn.ParameterDict({"a": nn.Parameter(torch.zeros(2))}), nn.ParameterDict()]),
    "list": nn.ParameterList([nn.Parameter(torch.zeros(2, 3)), nn.Parameter(torch.zeros(4))]),
    "reparametrized": nn.Sequential(weight_norm(nn.Linear(2, 3)), spectral_norm(nn.Conv2d(2, 3, 3))),
    "transformer": nn.Transformer(4, 2, 1, 1, 8, layer_norm_eps=1e-6),
}
with open("printed.json", "w") as file:
    json.dump({name: str(network) for name, network in networks.items()}, file, indent=1)
    file.write("\n")
