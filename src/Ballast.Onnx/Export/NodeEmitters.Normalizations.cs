using Ballast.Kernels;

namespace Ballast;

// Normalizations.
static partial class NodeEmitters
{
    static Dictionary<string, NodeEmitter> Normalizations => new()
    {
        ["batch_norm"] = One(BatchNorm),
        ["channel_moments"] = One(ChannelMoments),
        ["group_norm"] = One(GroupNorm),
        ["rms_norm"] = One(RootMeanSquare),
        ["filter_response_norm"] = One(FilterResponse),
        ["evo_norm_b0"] = One(EvoNormB0),
        ["evo_norm_s0"] = One(EvoNormS0),
        ["local_response_norm"] = One(LocalResponse),
    };

    static GraphTensor Filled(Emission e, int length, double value) => e.Graph.Constant(Tensor.Full([length], value));

    // The axes behind the channels.
    static int[] Positions(GraphTensor x) => [.. Enumerable.Range(2, Math.Max(0, x.Rank - 2))];

    static GraphTensor Squares(GraphTensor x, int[] axes) => (x * x).Reduce("ReduceMean", axes, true);

    static GraphTensor Spread(GraphTensor x, int[] axes) => axes.Length == 0 ? x - x : Squares(x - x.Reduce("ReduceMean", axes, true), axes);

    // Statistics that a layer looks at while it runs. A normalization by them computes them anew, of whatever goes in.
    static GraphTensor ChannelMoments(Emission e)
    {
        int chunks = e.Node.Get<int>("chunks");
        var layout = ChannelInput.LayoutOf(e.X.Shape);
        double[] moments = new double[2 * layout.C * chunks];
        NormalizationOperation.Statistics(e.X.Tensor, new ChannelChunks(layout, chunks), moments);
        return e.Graph.Constant(Tensor.From(Array.ConvertAll(moments, static value => (float)value), [chunks, 2 * layout.C]));
    }

    static GraphTensor BatchNorm(Emission e)
    {
        double[]? statistics = e.Node.Get<double[]?>("statistics");
        int chunks = e.Node.Get<int>("chunks"), channels = e.X.Shape[1];
        double eps = e.Number("eps");
        if (chunks != 1 || e.Node.Get<double[]?>("correction") is not null || e.Node.Get<ICommunicator?>("communicator") is not null)
            throw e.Refusal("normalizes parts of a batch by themselves, or with corrections or statistics of several workers");
        if (statistics is null)
        {
            int[] axes = [0, .. Positions(e.X)];
            var y = (e.X - e.X.Reduce("ReduceMean", axes, true)) / (Spread(e.X, axes) + eps).Then("Sqrt");
            y = e[1] is null ? y : y * e[1]!.Channels(e.X.Rank);
            return e[2] is null ? y : y + e[2]!.Channels(e.X.Rank);
        }

        GraphTensor mean = e.Recorder.Statistics(statistics.AsSpan(0, channels)), variance = e.Recorder.Statistics(statistics.AsSpan(channels));
        return e.Graph.Add("BatchNormalization",
            [e.X, e[1] ?? Filled(e, channels, 1), e[2] ?? Filled(e, channels, 0), mean, variance], ("epsilon", (float)eps));
    }

    // Rows of the last axes, or groups of the channels of each sample.
    static bool AreRows(Emission e, out int axis)
    {
        int rows = e.Node.Get<int>("samples"), width = e.Node.Get<int>("channels");
        axis = e.X.Rank;
        if (e.Node.Get<int>("groups") != 1)
            return false;
        int values = 1;
        while (axis > 0 && values < width)
            values *= e.X.Shape[--axis];
        while (axis > 0 && e.X.Tensor.Length / values != rows)
            values *= e.X.Shape[--axis];
        return values == width && (long)rows * width == e.X.Tensor.Length && axis < e.X.Rank;
    }

    static GraphTensor GroupNorm(Emission e)
    {
        int groups = e.Node.Get<int>("groups"), channels = groups * e.Node.Get<int>("channels");
        float eps = (float)e.Number("eps");
        var (x, gamma, beta) = (e.X, e[1], e[2]);
        if (AreRows(e, out int axis))
        {
            int[] shape = x.Shape.ToArray()[axis..];
            var scale = (gamma ?? Filled(e, channels, 1)).Reshape(shape);
            return e.Graph.Add("LayerNormalization", [x, scale, beta?.Reshape(shape)], ("axis", (long)axis), ("epsilon", eps));
        }

        if (groups == channels && x.Rank > 2)
        {
            return e.Graph.Add("InstanceNormalization",
                [x, gamma ?? Filled(e, channels, 1), beta ?? Filled(e, channels, 0)], ("epsilon", eps));
        }

        if (e.Graph.Opset >= 21 && x.Rank > 2)
        {
            return e.Graph.Add("GroupNormalization",
                [x, gamma ?? Filled(e, channels, 1), beta ?? Filled(e, channels, 0)], ("epsilon", eps), ("num_groups", (long)groups));
        }

        var grouped = x.Reshape(x.Shape[0], groups, x.Tensor.Length / Math.Max(1, x.Shape[0] * groups));
        var y = e.Graph.Add("InstanceNormalization", [grouped, Filled(e, groups, 1), Filled(e, groups, 0)], ("epsilon", eps))
            .Reshape(x.Shape.ToArray());
        y = gamma is null ? y : y * gamma.Channels(x.Rank);
        return beta is null ? y : y + beta.Channels(x.Rank);
    }

    static GraphTensor RootMeanSquare(Emission e)
    {
        var (x, gamma, beta) = (e.X, e[1], e[2]);
        double eps = e.Number("eps");
        if (!AreRows(e, out int axis))
            throw e.Refusal("has groups");
        int[] axes = [.. Enumerable.Range(axis, x.Rank - axis)], shape = x.Shape.ToArray()[axis..];
        if (e.Graph.Opset >= 23 && beta is null)
        {
            return e.Graph.Add("RMSNormalization",
                [x, (gamma ?? Filled(e, e.Node.Get<int>("channels"), 1)).Reshape(shape)], ("axis", (long)axis), ("epsilon", (float)eps));
        }

        var y = x / (Squares(x, axes) + eps).Then("Sqrt");
        y = gamma is null ? y : y * gamma.Reshape(shape);
        return beta is null ? y : y + beta.Reshape(shape);
    }

    static GraphTensor FilterResponse(Emission e)
    {
        var (x, rank) = (e.X, e.X.Rank);
        var eps = e[4] is { } learned ? learned.Then("Abs").Channels(rank) : e.Graph.Number(e.Number("eps"));
        var squares = rank > 2 ? Squares(x, Positions(x)) : x * x;
        var y = x / (squares + eps).Then("Sqrt") * e[1]!.Channels(rank) + e[2]!.Channels(rank);
        return e[3] is { } threshold ? e.Graph.Pair("Max", y, threshold.Channels(rank)) : y;
    }

    static GraphTensor EvoNormB0(Emission e)
    {
        var (x, rank) = (e.X, e.X.Rank);
        double eps = e.Number("eps");
        double[]? statistics = e.Node.Get<double[]?>("statistics");
        var ofBatch = statistics is null ? Spread(x, [0, .. Positions(x)])
            : e.Recorder.Statistics(statistics.AsSpan(statistics.Length / 2)).Channels(rank);
        var right = x * e[3]!.Channels(rank) + (Spread(x, Positions(x)) + eps).Then("Sqrt");
        return x / e.Graph.Pair("Max", (ofBatch + eps).Then("Sqrt"), right) * e[1]!.Channels(rank) + e[2]!.Channels(rank);
    }

    static GraphTensor EvoNormS0(Emission e)
    {
        var (x, rank) = (e.X, e.X.Rank);
        int n = x.Shape[0], c = x.Shape[1], groups = e.Node.Get<int>("groups");
        var deviation = (Spread(x.Reshape(n, groups, x.Tensor.Length / Math.Max(1, n * groups)), [2]) + e.Number("eps")).Then("Sqrt");
        // Each channel has its group's.
        long[] ofChannel = [.. Enumerable.Range(0, c).Select(channel => (long)(channel / (c / groups)))];
        var each = e.Graph.Add("Gather", [deviation, e.Graph.Constant(Tensor.FromInt64(ofChannel))], ("axis", 1L));
        each = each.Reshape([n, c, .. Enumerable.Repeat(1, rank - 2)]);
        return x * (x * e[3]!.Channels(rank)).Then("Sigmoid") / each * e[1]!.Channels(rank) + e[2]!.Channels(rank);
    }

    static GraphTensor LocalResponse(Emission e)
    {
        var rule = e.Node.Get<ResponseNormalization>("rule");
        var s = e.X.Shape;
        if (rule.Size % 2 == 1)
        {
            var x = e.X.Rank == 4 ? e.X : e.X.Reshape(s[0], s[1], 1, s.Length / Math.Max(1, s[0] * s[1]));
            return x.Then("LRN", ("size", (long)rule.Size), ("alpha", rule.Alpha), ("beta", rule.Beta), ("bias", rule.K)).Reshape(s.ToArray());
        }

        // ONNX Runtime takes no even number of channels: their squares are added up, with zeros before the first and behind the last.
        long[] pads = new long[2 * s.Rank];
        (pads[1], pads[s.Rank + 1]) = (rule.Size / 2, rule.Size / 2 - 1);
        var squares = e.Graph.Add("Pad", [e.X * e.X, e.Graph.Constant(Tensor.FromInt64(pads))]);
        var sum = squares.Slice(1, 0, s[1]);
        for (int i = 1; i < rule.Size; i++)
            sum += squares.Slice(1, i, s[1]);
        return e.X / e.Graph.Pair("Pow", sum * (rule.Alpha / (double)rule.Size) + rule.K, e.Graph.Number(rule.Beta));
    }
}
