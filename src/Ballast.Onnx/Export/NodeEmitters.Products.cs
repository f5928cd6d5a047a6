using Ballast.Kernels;

namespace Ballast;

// Products of matrices, convolutions, attention, recurrent layers.
static partial class NodeEmitters
{
    static Dictionary<string, NodeEmitter> Products => new()
    {
        ["matmul"] = One(static e => e.Graph.Add("MatMul", [e.X, e[1]])),
        ["linear"] = One(Linear),
        ["conv1d"] = One(Convolution),
        ["conv2d"] = One(Convolution),
        ["conv3d"] = One(Convolution),
        ["conv_transpose1d"] = One(TransposedConvolution),
        ["conv_transpose2d"] = One(TransposedConvolution),
        ["conv_transpose3d"] = One(TransposedConvolution),
    };

    static GraphTensor Linear(Emission e)
    {
        var (x, w, b) = (e.X, e[1]!, e[2]);
        if (x.Rank == 2)
            return e.Graph.Add("Gemm", [x, w, b], ("transB", 1L));
        var y = e.Graph.Add("MatMul", [x, w.Permute(1, 0)]);
        return b is null ? y : y + b;
    }

    // The sizes of the last axes.
    static long[] Last(int axes, int d, int h, int w) => [.. new long[] { d, h, w }.AsSpan(3 - axes)];

    static (string, object)[] Sizes(ConvolutionShape s, int axes)
    {
        long[] pads = Last(axes, s.PadD, s.PadH, s.PadW);
        return
        [
            ("kernel_shape", Last(axes, s.KernelD, s.KernelH, s.KernelW)), ("strides", Last(axes, s.StrideD, s.StrideH, s.StrideW)),
            ("pads", (long[])[.. pads, .. pads]), ("dilations", Last(axes, s.DilationD, s.DilationH, s.DilationW)), ("group", (long)s.Groups),
        ];
    }

    static GraphTensor Convolution(Emission e) => e.Graph.Add("Conv", [e.X, e[1], e[2]], Sizes(e.Node.Get<ConvolutionShape>("shape"), e.X.Rank - 2));

    // The result is what the convolution that it is the transpose of reads.
    static GraphTensor TransposedConvolution(Emission e)
    {
        var s = e.Node.Get<ConvolutionShape>("shape");
        int axes = e.X.Rank - 2;
        int d = s.D - (s.StrideD * (s.OutD - 1) + s.DilationD * (s.KernelD - 1) + 1 - 2 * s.PadD);
        int h = s.H - (s.StrideH * (s.OutH - 1) + s.DilationH * (s.KernelH - 1) + 1 - 2 * s.PadH);
        int w = s.W - (s.StrideW * (s.OutW - 1) + s.DilationW * (s.KernelW - 1) + 1 - 2 * s.PadW);
        return e.Graph.Add("ConvTranspose", [e.X, e[1]], [.. Sizes(s, axes), ("output_padding", Last(axes, d, h, w))]);
    }

    static Dictionary<string, NodeEmitter> Sequences => new()
    {
        ["attention"] = One(Attention),
        ["lstm"] = static e => Recurrent(e, "LSTM", [0, 3, 1, 2]),
        ["gru"] = static e => Recurrent(e, "GRU", [1, 0, 2], ("linear_before_reset", 1L)),
        ["rnn_tanh"] = static e => Recurrent(e, "RNN", [0], ("activations", (string[])["Tanh"])),
        ["rnn_relu"] = static e => Recurrent(e, "RNN", [0], ("activations", (string[])["Relu"])),
    };

    static GraphTensor Attention(Emission e)
    {
        var (q, k, v, mask) = (e.X, e[1]!, e[2]!, e[3]);
        int rank = k.Rank, queries = q.Shape[^2], keys = k.Shape[^2];
        var turned = k.Permute([.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]);
        var products = e.Graph.Add("MatMul", [q, turned]) * e.Number("scale");
        if (mask is not null)
            products += mask;
        if (e.Node.Get<bool>("causal"))
        {
            float[] hidden = [.. Enumerable.Range(0, queries * keys).Select(i => i % keys > i / keys ? float.NegativeInfinity : 0)];
            products += e.Graph.Constant(Tensor.From(hidden, [queries, keys]));
        }

        return e.Graph.Add("MatMul", [products.Then("Softmax", ("axis", (long)products.Rank - 1)), v]);
    }

    // One direction of a recurrent layer over sequences of one length. ONNX has the gates in an order of its own.
    static GraphTensor[] Recurrent(Emission e, string opType, int[] gates, params (string, object)[] attributes)
    {
        int[] counts = e.Node.Get<int[]>("counts"), offsets = e.Node.Get<int[]>("offsets");
        int steps = counts.Length, batch = counts[0], hidden = e[2]!.Shape[1], inputs = e.X.Shape[^1];
        if (counts.Any(count => count != batch))
            throw e.Refusal("has packed sequences of several lengths, whose shapes a graph does not know");
        bool batchFirst = e.Node.Get<int>("stride") == steps && steps != 1 && offsets[^1] == steps - 1;
        var x = batchFirst ? e.X.Reshape(batch, steps, inputs).Permute(1, 0, 2) : e.X.Reshape(steps, batch, inputs);
        var order = e.Graph.Constant(Tensor.FromInt64([.. gates.SelectMany(gate => Enumerable.Range(gate * hidden, hidden))]));
        GraphTensor Ordered(GraphTensor weights) => gates.Length == 1 ? weights : e.Graph.Add("Gather", [weights, order], ("axis", 0L));
        GraphTensor Front(GraphTensor values) => values.Reshape([1, .. values.Shape.ToArray()]);
        GraphTensor Weights(GraphTensor values) => Front(Ordered(values)).AsStored();
        GraphTensor? bias = null;
        if (e[3] is not null || e[4] is not null)
        {
            GraphTensor Bias(GraphTensor? values) => values is null ? e.Graph.Constant(Tensor.Zeros([gates.Length * hidden])) : Ordered(values);
            bias = Front(e.Graph.Add("Concat", [Bias(e[3]), Bias(e[4])], ("axis", 0L)) with { Origin = (e[3] ?? e[4])!.Origin });
        }

        GraphTensor? First(GraphTensor? states) => states is null
            || (states.IsConstant && states.Tensor.AsSpan().IndexOfAnyExcept(0f) < 0) ? null : Front(states);
        bool reverse = e.Node.Get<bool>("reverse");
        var results = e.Graph.Add(opType,
            [x, Weights(e[1]!), Weights(e[2]!), bias?.AsStored(), null, First(e[5]), opType == "LSTM" ? First(e[6]) : null],
            opType == "LSTM" ? 3 : 2, fold: true,
            [("hidden_size", (long)hidden), ("direction", reverse ? "reverse" : "forward"), .. attributes]);
        var y = results[0].Reshape(steps, batch, hidden);
        y = batchFirst ? y.Permute(1, 0, 2) : y;
        y = y.Reshape([.. e.X.Shape.ToArray()[..^1], hidden]);
        return [y, .. results[1..].Select(state => state.Reshape(batch, hidden))];
    }
}
