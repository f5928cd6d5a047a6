using TorchSharp;

namespace Ballast.Peers;

/// <summary>Forward and backward passes of recurrent layers and attention.</summary>
static class SequenceRows
{
    public static IEnumerable<Row> All { get; } =
    [
        .. new[] { 128, 1024 }.SelectMany(static width => new[] { Lstm(width), Gru(width), Attention(width, width == 128 ? 4 : 16) }),
    ];

    static Row Lstm(int width) => Row.Layer(
        "lstm", [[100, 32, width]],
        () =>
        {
            var layer = new LSTM(width, width);
            return x => Fresh(layer).Forward(x[0]);
        },
        () =>
        {
            var layer = torch.nn.LSTM(width, width);
            return x => Fresh(layer).forward(x[0]).Item1;
        },
        ($"layer = nn.LSTM({width}, {width})", "(layer.zero_grad(set_to_none=True), layer(x)[0])[1]"));

    static Row Gru(int width) => Row.Layer(
        "gru", [[100, 32, width]],
        () =>
        {
            var layer = new GRU(width, width);
            return x => Fresh(layer).Forward(x[0]);
        },
        () =>
        {
            var layer = torch.nn.GRU(width, width);
            return x => Fresh(layer).forward(x[0]).Item1;
        },
        ($"layer = nn.GRU({width}, {width})", "(layer.zero_grad(set_to_none=True), layer(x)[0])[1]"));

    static Row Attention(int width, int heads) => Row.Layer(
        $"attention{heads}", [[128, 32, width]],
        () =>
        {
            var layer = new MultiheadAttention(width, heads);
            return x => Fresh(layer).Forward(x[0]);
        },
        () =>
        {
            var layer = torch.nn.MultiheadAttention(width, heads);
            return x => Fresh(layer).forward(x[0], x[0], x[0], null, false, null).Item1;
        },
        ($"layer = nn.MultiheadAttention({width}, {heads})", "(layer.zero_grad(set_to_none=True), layer(x, x, x, need_weights=False)[0])[1]"));

    // Gradients of the weights are wanted anew in each step.
    static M Fresh<M>(M layer)
        where M : class
    {
        if (layer is Module module)
            Ballasts.Forget(module);
        else if (layer is torch.nn.Module peer)
        {
            foreach (var parameter in peer.parameters())
                parameter.grad = null;
        }

        return layer;
    }
}
