using System.Globalization;
using TorchSharp;

namespace Ballast.Peers;

/// <summary>Training steps and inferences of whole networks.</summary>
static class NetworkRows
{
    const string PythonStep = "labels = torch.arange(len(x)) % 10";

    const string PythonRun = """
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(x), labels)
        loss.backward()
        optimizer.step()
        loss.item()
        """;

    public static IEnumerable<Row> All { get; } =
    [
        .. new[] { 10, 32, 100, 128, 320, 1000, 1024, 3200 }.Select(static batch => Mlp($"mlp {batch}", batch, 64, 32)),
        .. new[] { 64, 128, 256, 512, 1024, 2048, 4096 }.Select(static width => Mlp($"mlpw {width} 128", 128, width, width)),
        Train("net vgg train 128", static () => new VggSmall(), PeerNetworks.VggSmall, [128, 3, 32, 32]),
        Train("net vgg224 train 4", static () => new VggSmall(), PeerNetworks.VggSmall, [4, 3, 224, 224]),
        Train("net resnet20 train 128", static () => new ResNet20(), PeerNetworks.ResNet20, [128, 3, 32, 32]),
        Train("net resnet18 train 8", static () => new ResNet18(), null, [8, 3, 224, 224]),
        Infer("net vgg infer 1", static () => new VggSmall(), PeerNetworks.VggSmall, [1, 3, 32, 32]),
        Infer("net vgg infer 128", static () => new VggSmall(), PeerNetworks.VggSmall, [128, 3, 32, 32]),
        Infer("net resnet20 infer 1", static () => new ResNet20(), PeerNetworks.ResNet20, [1, 3, 32, 32]),
        Infer("net resnet20 infer 128", static () => new ResNet20(), PeerNetworks.ResNet20, [128, 3, 32, 32]),
        Infer("net resnet18 infer 1", static () => new ResNet18(), null, [1, 3, 224, 224]),
        Infer("net resnet18 infer 8", static () => new ResNet18(), null, [8, 3, 224, 224]),
    ];

    static Row Mlp(string name, int batch, int first, int second)
    {
        string layers = string.Create(CultureInfo.InvariantCulture,
            $"nn.Linear(3072, {first}), nn.BatchNorm1d({first}), nn.ReLU(), nn.Linear({first}, {second}), ")
            + string.Create(CultureInfo.InvariantCulture, $"nn.BatchNorm1d({second}), nn.ReLU(), nn.Linear({second}, 10)");
        return new(
            name,
            () => Ballasts.Step(
                new Sequential(
                    new Linear(3072, first), new BatchNorm1d(first), new ReLU(), new Linear(first, second), new BatchNorm1d(second),
                    new ReLU(), new Linear(second, 10)),
                static parameters => new Adam(parameters, 1e-4f), [batch, 3072]),
            [("ts", () => Torches.Step(
                torch.nn.Sequential(
                    torch.nn.Linear(3072, first), torch.nn.BatchNorm1d(first), torch.nn.ReLU(), torch.nn.Linear(first, second),
                    torch.nn.BatchNorm1d(second), torch.nn.ReLU(), torch.nn.Linear(second, 10)),
                static parameters => torch.optim.Adam(parameters, 1e-4), [batch, 3072], false))],
            new($"x = torch.rand({batch}, 3072)\n{PythonStep}\nnet = nn.Sequential({layers})\n"
                + "optimizer = torch.optim.Adam(net.parameters(), lr=1e-4, foreach=True)", PythonRun));
    }

    static Row Train(
        string name, Func<Module> ballast, Func<torch.nn.Module<torch.Tensor, torch.Tensor>>? peer, int[] shape)
    {
        return new(
            name,
            () => Ballasts.Step(ballast(), static parameters => new SGD(parameters, 0.01f, momentum: 0.9f), shape),
            peer is null ? [] : [("ts", () => Torch(false)), ("ts, ch. last", () => Torch(true))]);

        Action Torch(bool last) =>
            Torches.Step(peer(), static parameters => torch.optim.SGD(parameters, 0.01, momentum: 0.9), shape, last);
    }

    static Row Infer(
        string name, Func<Module> ballast, Func<torch.nn.Module<torch.Tensor, torch.Tensor>>? peer, int[] shape)
    {
        return new(
            name, () => Ballasts.Infer(ballast(), shape),
            peer is null ? [] : [("ts", () => Torch(false)), ("ts, ch. last", () => Torch(true))]);

        Action Torch(bool last)
        {
            var network = peer();
            network.eval();
            var x = Torches.Values(shape, last);
            return () => Torches.Forward(() => network.forward(x));
        }
    }
}
