using Ballast.Kernels;

namespace Ballast;

// Recurrent layers.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Sequences => new()
    {
        // ONNX's order of gates is input, output, forget, cell, and update, reset, hidden.
        ["LSTM"] = static call => Recurrent(call, [0, 2, 3, 1], ["Sigmoid", "Tanh", "Tanh"], static (call, x, w, h, c, layout) =>
            RecurrentOperation<LstmGates>.Run("lstm", x, w, h, c, layout)),
        ["GRU"] = static call => Recurrent(call, [1, 0, 2], ["Sigmoid", "Tanh"], static (call, x, w, h, _, layout) =>
            call.Int("linear_before_reset", 0) != 0 ? RecurrentOperation<GruGates>.Run("gru", x, w, h, null, layout) : ResetFirst(x, w, h, layout)),
        ["RNN"] = static call => Recurrent(call, [0], ["Tanh"], static (call, x, w, h, _, layout) => Activation(call) == "Relu"
            ? RecurrentOperation<RnnGates<ReluActivation>>.Run("rnn_relu", x, w, h, null, layout)
            : RecurrentOperation<RnnGates<TanhActivation>>.Run("rnn_tanh", x, w, h, null, layout)),
    };

    delegate Tensor[] RecurrentRun(OperatorCall call, Tensor x, RecurrentWeights weights, Tensor? h, Tensor? c, RecurrentLayout layout);

    static string Activation(OperatorCall call) =>
        call.Node.Attributes.TryGetValue("activations", out object? names) && names is string[] { Length: > 0 } all ? all[0] : "Tanh";

    static Tensor?[] Recurrent(OperatorCall call, int[] gates, string[] activations, RecurrentRun run)
    {
        bool batchFirst = call.Int("layout", 0) != 0;
        Tensor x = batchFirst ? call[0].Transpose(0, 1) : call[0], w = call[1], r = call[2];
        int count = gates.Length, directions = w.Shape[0];
        if (x.Shape.Rank != 3 || w.Shape.Rank != 3 || r.Shape.Rank != 3 || x.Length == 0 || r.Shape[1] != count * r.Shape[2]
            || w.Shape[1] != r.Shape[1] || r.Shape[0] != directions || w.Shape[2] != x.Shape[2] || directions is < 1 or > 2)
        {
            throw call.Fault($"the weights {w.Shape} and {r.Shape} do not fit {x.Shape}");
        }

        int steps = x.Shape[0], batch = x.Shape[1], hidden = r.Shape[2];
        if (call.Has("clip") || call.Int("input_forget", 0) != 0 || call.Optional(7) is not null || call.Optional(4) is { } lengths
            && OperatorCall.Longs(lengths).Any(length => length != steps))
        {
            throw call.Fault("it has clipped gates, coupled gates, peepholes or sequences of several lengths");
        }

        if (call.Node.Attributes.TryGetValue("activations", out object? named) && named is string[] names
            && !names.Chunk(activations.Length).All(each => each.SequenceEqual(activations)
                || (activations.Length == 1 && each[0] == Activation(call) && each[0] == "Relu")))
        {
            throw call.Fault($"the functions {string.Join(", ", names)} are none that layers here have");
        }

        if (call.Optional(3) is { } biases && biases.Length != directions * 2 * count * hidden)
            throw call.Fault($"the biases {biases.Shape} are not those of {count} gates");
        var order = Tensor.FromInt64([.. gates.SelectMany(gate => Enumerable.Range(gate * hidden, hidden))]);
        string direction = call.Text("direction", "forward");
        var layout = RecurrentLayout.Of(steps, batch, batchFirst: false);
        List<Tensor> all = [], last = [], lastCells = [];
        for (int d = 0; d < directions; d++)
        {
            Tensor? Part(int input) => call.Optional(input) is { } states ? (batchFirst ? states.Transpose(0, 1) : states).Select(0, d) : null;
            var bias = call.Optional(3)?.Reshape(directions, 2, count * hidden).Select(0, d);
            RecurrentWeights weights = new(
                Ordered(w.Select(0, d), order, count), Ordered(r.Select(0, d), order, count),
                bias is null ? null : Ordered(bias.Select(0, 0), order, count), bias is null ? null : Ordered(bias.Select(0, 1), order, count));
            var way = d == 1 || direction == "reverse" ? layout with { Reverse = true } : layout;
            var results = run(call, x, weights, Part(5), Part(6), way);
            all.Add(results[0]);
            last.Add(results[1]);
            if (results.Length > 2)
                lastCells.Add(results[2]);
        }

        int axis = batchFirst ? 1 : 0;
        Tensor y = Tensor.Stack(all.ToArray(), 1), h = Tensor.Stack(last.ToArray(), axis);
        y = batchFirst ? y.Permute(2, 0, 1, 3) : y;
        return lastCells.Count > 0 ? [y, h, Tensor.Stack(lastCells.ToArray(), axis)] : [y, h];
    }

    static Tensor Ordered(Tensor weights, Tensor order, int gates) => gates == 1 ? weights.Clone() : weights.IndexSelect(0, order);

    // A unit that is reset before the product with its state, and not after it.
    static Tensor[] ResetFirst(Tensor x, RecurrentWeights w, Tensor? first, RecurrentLayout layout)
    {
        int steps = x.Shape[0], hidden = w.Hidden.Shape[1];
        var h = first ?? Tensor.Zeros([x.Shape[1], hidden]);
        var outputs = new Tensor[steps];
        var b = w.InputBias is null ? null : w.InputBias + w.HiddenBias!;
        Tensor Part(Tensor values, int gate) => values.Narrow(values.Shape.Rank - 1, gate * hidden, hidden);
        Tensor Rows(int from, int count) => w.Hidden.Narrow(0, from * hidden, count * hidden);
        for (int i = 0; i < steps; i++)
        {
            int t = layout.Reverse ? steps - 1 - i : i;
            var input = Functional.Linear(x.Select(0, t), w.Input, b);
            var gates = (input.Narrow(1, 0, 2 * hidden) + Functional.Linear(h, Rows(0, 2))).Sigmoid();
            var (r, z) = (Part(gates, 0), Part(gates, 1));
            var n = (Part(input, 2) + Functional.Linear(r * h, Rows(2, 1))).Tanh();
            outputs[t] = h = (1 - z) * n + z * h;
        }

        return [Tensor.Stack(outputs, 0), h];
    }
}
