namespace Ballast;

// What values and positions choose, and what is drawn.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Choices => new()
    {
        ["Compress"] = One(Compress),
        ["NonZero"] = Map(static x => x.Shape.Rank == 0 ? x.Reshape(1).NonZero().Transpose(0, 1) : x.NonZero().Transpose(0, 1)),
        ["ReverseSequence"] = One(ReverseSequence),
        ["BitShift"] = One(BitShift),
        ["HannWindow"] = One(static call => Window(call, 0.5, 0.5)),
        ["HammingWindow"] = One(static call => Window(call, 25.0 / 46, 21.0 / 46)),
        ["BlackmanWindow"] = One(static call => Window(call, 0.42, 0.5, 0.08)),
        ["RandomNormal"] = One(static call => Normal(call, call.Shape(call.Ints("shape") ?? []))),
        ["RandomNormalLike"] = One(static call => Normal(call, call.X.Shape)),
        ["RandomUniform"] = One(static call => Uniform(call, call.Shape(call.Ints("shape") ?? []))),
        ["RandomUniformLike"] = One(static call => Uniform(call, call.X.Shape)),
        ["Bernoulli"] = One(static call => Drawn(call, Tensor.Rand(call.X.Shape, Seeded(call)) < call.X, call.X.ElementType)),
        ["Multinomial"] = One(static call => call.X.Softmax(-1).Multinomial(call.Int("sample_size", 1), replacement: true, Seeded(call))),
    };

    static Tensor Compress(OperatorCall call)
    {
        var x = call.Has("axis") ? call.X : call.X.Flatten();
        int axis = call.Axis(call.Long("axis", 0), x.Shape.Rank);
        var kept = call[1].NonZero();
        if (call[1].Shape.Rank != 1 || call[1].Length > x.Shape[axis])
            throw call.Fault($"a choice of {call[1].Shape} is none of the {x.Shape[axis]} positions");
        return x.IndexSelect(axis, kept.Reshape(kept.Length));
    }

    // The first positions of each sequence from the last of them to the first.
    static Tensor ReverseSequence(OperatorCall call)
    {
        var x = call.X;
        int batch = call.Axis(call.Long("batch_axis", 1), x.Shape.Rank), time = call.Axis(call.Long("time_axis", 0), x.Shape.Rank);
        long[] lengths = OperatorCall.Longs(call[1]);
        int steps = x.Shape[time];
        if (batch == time || lengths.Length != x.Shape[batch] || lengths.Any(length => length < 0 || length > steps))
            throw call.Fault($"lengths of {lengths.Length} sequences on axis {batch}, with steps on axis {time}, do not fit {x.Shape}");
        int[] sizes = Ones(x.Shape.Rank);
        (sizes[batch], sizes[time]) = (lengths.Length, steps);
        long[] places = new long[lengths.Length * steps];
        for (int sequence = 0; sequence < lengths.Length; sequence++)
        {
            for (int step = 0; step < steps; step++)
            {
                int at = batch < time ? sequence * steps + step : step * lengths.Length + sequence;
                places[at] = step < lengths[sequence] ? lengths[sequence] - 1 - step : step;
            }
        }

        return x.Gather(time, Tensor.FromInt64(places, new Shape(sizes)).Expand(x.Shape.ToArray()));
    }

    static Tensor BitShift(OperatorCall call)
    {
        if (call[0].ElementType.IsFloat() || call[1].ElementType.IsFloat())
            throw call.Fault("bits of floats are not moved");
        bool left = call.Text("direction", "") switch
        {
            "LEFT" => true,
            "RIGHT" => false,
            var other => throw call.Fault($"the direction {other} is none that there is"),
        };
        var shape = Tensor.Broadcast("BitShift", call[0], call[1]);
        long[] values = OperatorCall.Longs(call[0].Expand(shape.ToArray())), by = OperatorCall.Longs(call[1].Expand(shape.ToArray()));
        for (int i = 0; i < values.Length; i++)
            values[i] = by[i] is < 0 or > 63 ? 0 : left ? values[i] << (int)by[i] : (long)((ulong)values[i] >> (int)by[i]);
        var shifted = Tensor.FromInt64(values, shape);
        return call.X.ElementType == ElementType.UInt8 ? shifted.Remainder(256L).To(ElementType.UInt8) : shifted;
    }

    // a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N).
    static Tensor Window(OperatorCall call, params ReadOnlySpan<double> terms)
    {
        int size = (int)Math.Clamp(call.Number(0), -1, int.MaxValue);
        float[] values = new float[call.Shape(size).Length];
        double period = Math.Max(1, call.Int("periodic", 1) != 0 ? size : size - 1);
        for (int n = 0; n < size; n++)
        {
            double sum = 0;
            for (int k = 0; k < terms.Length; k++)
                sum += (k % 2 == 0 ? 1 : -1) * terms[k] * Math.Cos(2 * Math.PI * k * n / period);
            values[n] = (float)sum;
        }

        return Cast(call, Tensor.From(values, [size]), TypeOf(call.Long("output_datatype", 1)));
    }

    static Generator? Seeded(OperatorCall call) => call.Has("seed") ? new Generator(BitConverter.SingleToInt32Bits(call.Float("seed", 0))) : null;

    static Tensor Normal(OperatorCall call, Shape shape) =>
        Drawn(call, Tensor.Randn(shape, Seeded(call)) * call.Float("scale", 1) + call.Float("mean", 0), ElementType.Float32);

    static Tensor Uniform(OperatorCall call, Shape shape)
    {
        float low = call.Float("low", 0), high = call.Float("high", 1);
        return Drawn(call, Tensor.Rand(shape, Seeded(call)) * (high - low) + low, ElementType.Float32);
    }

    static Tensor Drawn(OperatorCall call, Tensor values, ElementType otherwise) =>
        Cast(call, values, call.Has("dtype") ? TypeOf(call.Long("dtype", 1)) : otherwise);
}
