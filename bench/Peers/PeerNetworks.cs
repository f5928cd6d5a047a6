using TorchSharp;
using static TorchSharp.torch;

namespace Ballast.Peers;

/// <summary>Ballast's small convolutional networks in TorchSharp.</summary>
static class PeerNetworks
{
    public static nn.Module<torch.Tensor, torch.Tensor> VggSmall() => nn.Sequential(
        Normalized(3, 32), Normalized(32, 32), nn.MaxPool2d(2), Normalized(32, 64), Normalized(64, 64), nn.MaxPool2d(2),
        Normalized(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10));

    public static nn.Module<torch.Tensor, torch.Tensor> ResNet20() => nn.Sequential(
        Normalized(3, 16), new Block(16, 16, 1), new Block(16, 16, 1), new Block(16, 16, 1),
        new Block(16, 32, 2), new Block(32, 32, 1), new Block(32, 32, 1),
        new Block(32, 64, 2), new Block(64, 64, 1), new Block(64, 64, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10));

    static TorchSharp.Modules.Sequential Normalized(int inputs, int outputs, int stride = 1, bool active = true)
    {
        var convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias: false);
        return active
            ? nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace: true))
            : nn.Sequential(convolution, nn.BatchNorm2d(outputs));
    }

    sealed class Block : nn.Module<torch.Tensor, torch.Tensor>
    {
        readonly nn.Module<torch.Tensor, torch.Tensor> layers;
        readonly nn.Module<torch.Tensor, torch.Tensor> shortcut;

        public Block(int inputs, int outputs, int stride) : base(nameof(Block))
        {
            layers = nn.Sequential(Normalized(inputs, outputs, stride), Normalized(outputs, outputs, active: false));
            shortcut = stride == 1
                ? nn.Identity()
                : nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias: false), nn.BatchNorm2d(outputs));
            RegisterComponents();
        }

        public override torch.Tensor forward(torch.Tensor input) =>
            nn.functional.relu(layers.forward(input) + shortcut.forward(input), inplace: true);
    }
}
