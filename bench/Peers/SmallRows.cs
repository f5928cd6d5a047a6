using TorchSharp;

namespace Ballast.Peers;

/// <summary>Forward and backward passes of small tensors, which take as long as calling an operation does.</summary>
static class SmallRows
{
    static readonly int[] Small = [2, 64];

    public static IEnumerable<Row> All { get; } =
    [
        Row.Layer("relu", [Small], static () => static x => x[0].Relu(), static () => static x => x[0].relu(), ("", "x.relu()")),
        Row.Layer("softmax", [Small], static () => static x => x[0].Softmax(), static () => static x => x[0].softmax(1), ("", "x.softmax(1)")),
        Row.Layer("add", [Small, Small], static () => static x => x[0] + x[1], static () => static x => x[0] + x[1], ("", "x + y")),
        Row.Layer("addrow", [Small, [64]], static () => static x => x[0] + x[1], static () => static x => x[0] + x[1], ("", "x + y")),
        Row.Layer("arithmetic", [Small, Small], static () => static x => (x[0] + x[1]) * x[0] - x[1],
            static () => static x => (x[0] + x[1]) * x[0] - x[1], ("", "(x + y) * x - y")),
        Row.Layer("layernorm", [Small], static () => One(new LayerNorm(64)), static () => One(torch.nn.LayerNorm(64)),
            ("m = torch.nn.LayerNorm(64)", "m(x)")),
        Row.Layer("linear+relu", [Small], static () => One(new Sequential(new Linear(64, 64), new ReLU())),
            static () => One(torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU())),
            ("m = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU())", "m(x)")),
    ];

    static Func<Tensor[], Tensor> One(Module module) => x => module.Forward(x[0]);

    static Func<torch.Tensor[], torch.Tensor> One(torch.nn.Module<torch.Tensor, torch.Tensor> module) => x => module.forward(x[0]);
}
