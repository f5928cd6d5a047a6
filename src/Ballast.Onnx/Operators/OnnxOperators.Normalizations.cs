using Ballast.Kernels;

namespace Ballast;

// Normalizations.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Normalizations => new()
    {
        ["BatchNormalization"] = BatchNormalization,
        ["InstanceNormalization"] = One(static call => Grouped(call, call.X.Shape[1], perGroup: false)),
        ["GroupNormalization"] = One(static call => Grouped(call, call.Int("num_groups", 0), perGroup: call.Opset < 21)),
        ["LayerNormalization"] = LayerNormalization,
        ["RMSNormalization"] = One(static call => Rows(call, centered: false)),
        ["SimplifiedLayerNormalization"] = One(static call => Rows(call, centered: false)),
        ["LRN"] = One(ResponseNormalization),
        ["LpNormalization"] = One(LpNormalization),
        ["MeanVarianceNormalization"] = One(MeanVariance),
        ["Softmax"] = One(static call => Normalized(call, static (x, axis) => x.Softmax(axis))),
        ["LogSoftmax"] = One(static call => Normalized(call, static (x, axis) => x.LogSoftmax(axis))),
        ["Hardmax"] = One(static call => Normalized(call, static (x, axis) =>
            x.ArgMax(axis, keepAxis: true).EqualTo(Along(x.Shape, axis)).To(ElementType.Float32))),
    };

    // 0, 1, 2, ... along an axis.
    static Tensor Along(Shape shape, int axis)
    {
        int[] sizes = Ones(shape.Rank);
        sizes[axis] = shape[axis];
        return Tensor.Arange(shape[axis]).Reshape(new Shape(sizes));
    }

    // A number for each channel of [N, C, ...].
    static Tensor Channels(Tensor values, Shape input) =>
        values.Reshape(new Shape([values.Length, .. Ones(Math.Max(0, input.Rank - 2))]));

    static Tensor?[] BatchNormalization(OperatorCall call)
    {
        var x = call.X;
        var (scale, shift, mean, variance) = (call[1], call[2], call[3], call[4]);
        if (x.Shape.Rank < 2 || new[] { scale, shift, mean, variance }.Any(values => values.Length != x.Shape[1]))
            throw call.Fault($"{x.Shape} has not a scale, shift, mean and variance for each channel");
        if (call.Int("spatial", 1) == 0)
            throw call.Fault("it has statistics of its own for each position (spatial is 0)");
        double eps = call.Float("epsilon", 1e-5f);
        if (call.Int("training_mode", 0) != 0)
            return OfBatch(call, eps);
        if (IsElsewhere(mean) || IsElsewhere(variance) || x.Length == 0)
        {
            var centered = (x - Channels(mean, x.Shape)) / (Channels(variance, x.Shape) + eps).Sqrt();
            return [centered * Channels(scale, x.Shape) + Channels(shift, x.Shape)];
        }

        bool learns = scale.RequiresGrad || shift.RequiresGrad, own = scale is Parameter && shift is Parameter;
        var layout = ChannelInput.LayoutOf(x.Shape);
        var chunks = new ChannelChunks(MemoryOrder.Of(x, layout).Layout, 1);
        double[] statistics = new double[2 * layout.C];
        var observer = call.Observer;
        if (call.Training || observer is not null)
        {
            if (layout.PerChannel < 2)
                throw new ArgumentException($"a batch of {x.Shape} has one value a channel, which has no variance. Train with larger batches.");
            NormalizationOperation.Statistics(x, chunks, statistics);
            if (observer is not null)
                observer.Observe(statistics, layout.PerChannel);
            else
                new RunningMoments(mean, variance).Track(
                    statistics.AsSpan(0, layout.C), statistics.AsSpan(layout.C), layout.PerChannel, 1 - call.Float("momentum", 0.9f));
        }
        else
        {
            new RunningMoments(mean, variance).CopyTo(statistics);
        }

        bool plain = !own && learns;
        var y = NormalizationOperation.Run(x, new NormalizationPlan
        {
            Chunks = chunks,
            Statistics = statistics,
            Epsilon = eps,
            OfBatch = call.Training || observer is not null,
            Gamma = own ? (Parameter)scale : null,
            Beta = own ? (Parameter)shift : null,
            FixedScales = own || plain ? default : scale.AsSpan(),
            FixedShifts = own || plain ? default : shift.AsSpan(),
        });
        return [plain ? y * Channels(scale, x.Shape) + Channels(shift, x.Shape) : y];
    }

    // With the statistics of the batch in any mode: the running ones are results.
    static Tensor?[] OfBatch(OperatorCall call, double eps)
    {
        var x = call.X;
        int[] axes = [0, .. Enumerable.Range(2, x.Shape.Rank - 2)];
        Tensor mean = x.Mean(axes), variance = x.Var(axes, 0);
        double kept = call.Float("momentum", 0.9f);
        var y = (x - Channels(mean, x.Shape)) / (Channels(variance, x.Shape) + eps).Sqrt();
        return
        [
            y * Channels(call[1], x.Shape) + Channels(call[2], x.Shape),
            call[3] * kept + mean * (1 - kept), call[4] * kept + variance * (1 - kept),
        ];
    }

    static Tensor Grouped(OperatorCall call, int groups, bool perGroup)
    {
        var x = call.X;
        if (x.Shape.Rank < 2 || groups < 1 || x.Shape[1] % groups != 0 || call[1].Length != (perGroup ? groups : x.Shape[1]))
            throw call.Fault($"{groups} groups, scales {call[1].Shape} and {x.Shape} do not go together");
        var (gamma, beta) = (call[1], call[2]);
        bool own = !perGroup && gamma is Parameter && beta is Parameter;
        var layout = ChannelInput.LayoutOf(x.Shape);
        double eps = call.Float("epsilon", 1e-5f);
        var y = layout.L == 1
            ? RowNormalizationOperation.Run(x, own ? (Parameter)gamma : null, own ? (Parameter)beta : null,
                new RowLayout(layout.N, groups, layout.C / groups), centered: true, eps)
            : GroupNormalizationOperation.Run(x, own ? (Parameter)gamma : null, own ? (Parameter)beta : null, layout, groups, eps);
        if (own)
            return y;
        if (perGroup)
            (gamma, beta) = (gamma.RepeatInterleave(layout.C / groups, 0), beta.RepeatInterleave(layout.C / groups, 0));
        return y * Channels(gamma, x.Shape) + Channels(beta, x.Shape);
    }

    static Tensor?[] LayerNormalization(OperatorCall call)
    {
        var y = Rows(call, centered: true);
        if (call.Node.Outputs.Length < 2)
            return [y];
        int[] axes = Trailing(call);
        var mean = call.X.Mean(axes, keepAxes: true);
        return [y, mean, 1 / (call.X.Var(axes, 0, keepAxes: true) + call.Float("epsilon", 1e-5f)).Sqrt()];
    }

    static int[] Trailing(OperatorCall call)
    {
        int rank = call.X.Shape.Rank, axis = call.Axis(call.Long("axis", -1), rank);
        return [.. Enumerable.Range(axis, rank - axis)];
    }

    static Tensor Rows(OperatorCall call, bool centered)
    {
        var x = call.X;
        int width = Trailing(call).Aggregate(1, (product, axis) => product * x.Shape[axis]);
        var (gamma, beta) = (call.Optional(1), call.Optional(2));
        if (width == 0)
            return x;
        bool own = gamma is null or Parameter && beta is null or Parameter && (gamma?.Length ?? width) == width && (beta?.Length ?? width) == width;
        var y = RowNormalizationOperation.Run(x, own ? (Parameter?)gamma : null, own ? (Parameter?)beta : null,
            new RowLayout(x.Length / width, 1, width), centered, call.Float("epsilon", 1e-5f));
        if (own)
            return y;
        y = gamma is null ? y : y * gamma;
        return beta is null ? y : y + beta;
    }

    static Tensor ResponseNormalization(OperatorCall call)
    {
        var x = call.X;
        int size = call.Int("size", 0);
        if (size < 1 || x.Shape.Rank < 2)
            throw call.Fault($"windows of {size} channels of {x.Shape} are none");
        ResponseNormalization rule = new(size, call.Float("alpha", 1e-4f), call.Float("beta", 0.75f), call.Float("bias", 1));
        // Of an even number of channels the larger half comes after its own, where Ballast and PyTorch have it before.
        bool turned = size % 2 == 0;
        var y = ResponseNormalizationOperation.Run(turned ? x.Flip(1) : x, ChannelInput.LayoutOf(x.Shape), rule);
        return turned ? y.Flip(1) : y;
    }

    static Tensor LpNormalization(OperatorCall call)
    {
        int axis = call.Axis(call.Long("axis", -1), call.X.Shape.Rank);
        return call.X / call.X.Norm(call.Int("p", 2), [axis], keepAxes: true);
    }

    static Tensor MeanVariance(OperatorCall call)
    {
        int[] axes = call.Axes(call.Ints("axes") ?? [0, 2, 3], call.X.Shape.Rank);
        var mean = call.X.Mean(axes, keepAxes: true);
        return (call.X - mean) / (call.X.Var(axes, 0, keepAxes: true) + 1e-9).Sqrt();
    }

    // Before version 13 all axes from one on count as one.
    static Tensor Normalized(OperatorCall call, Func<Tensor, int, Tensor> compute)
    {
        var s = call.X.Shape;
        int axis = call.Axis(call.Long("axis", call.Opset < 13 ? 1 : -1), s.Rank);
        return call.Opset >= 13 || axis == s.Rank - 1 ? compute(call.X, axis) : compute(call.X.Flatten(axis), axis).Reshape(s);
    }
}
