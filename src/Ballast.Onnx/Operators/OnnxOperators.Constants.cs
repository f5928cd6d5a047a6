namespace Ballast;

// Values that come from sizes and numbers.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Constants => new()
    {
        ["Constant"] = One(Constant),
        ["ConstantOfShape"] = One(ConstantOfShape),
        ["EyeLike"] = One(EyeLike),
        ["Range"] = One(Range),
        ["Shape"] = One(ShapeOf),
        ["Size"] = Map(static x => Tensor.FromInt64([(long)x.Length], Shape.Scalar)),
    };

    static Tensor Constant(OperatorCall call)
    {
        foreach (var (name, value) in call.Node.Attributes)
        {
            switch (name, value)
            {
                case ("value", Tensor tensor):
                    return tensor;
                case ("value_float", float number):
                    return number;
                case ("value_int", long number):
                    return number;
                case ("value_floats", float[] numbers):
                    return Tensor.From(numbers, [numbers.Length]);
                case ("value_ints", long[] numbers):
                    return Tensor.FromInt64(numbers, [numbers.Length]);
            }
        }

        throw call.Fault("it has no value that is a tensor of numbers");
    }

    static Tensor ConstantOfShape(OperatorCall call)
    {
        var shape = call.Shape(call.IntsAt(0) ?? []);
        if (!call.Node.Attributes.TryGetValue("value", out object? found))
            return Tensor.Zeros(shape);
        if (found is not Tensor { Length: 1 } value)
            throw call.Fault("its value should be a tensor of one number");
        return value.Reshape(Shape.Scalar).Expand(shape.ToArray()).Clone();
    }

    static Tensor EyeLike(OperatorCall call)
    {
        var shape = call.X.Shape;
        if (shape.Rank != 2)
            throw call.Fault($"expected a matrix, got {shape}");
        int k = call.Int("k", 0);
        float[] values = new float[call.Shape(shape.ToArray()).Length];
        for (int i = 0; i < shape[0]; i++)
        {
            if ((long)i + k >= 0 && (long)i + k < shape[1])
                values[i * shape[1] + i + k] = 1;
        }

        return Cast(call, Tensor.From(values, shape), call.Has("dtype") ? TypeOf(call.Long("dtype", 1)) : call.X.ElementType);
    }

    static Tensor Range(OperatorCall call)
    {
        double start = call.Number(0), limit = call.Number(1), step = call.Number(2);
        double count = Math.Max(0, Math.Ceiling((limit - start) / step));
        if (!(count <= OperatorCall.MostValues))
            throw call.Fault($"the numbers from {start} to {limit} by {step} are too many");
        if (call.X.ElementType != ElementType.Int64)
            return Tensor.From([.. Enumerable.Range(0, (int)count).Select(i => (float)(start + i * step))], [(int)count]);
        return Tensor.FromInt64([.. Enumerable.Range(0, (int)count).Select(i => (long)(start + i * step))], [(int)count]);
    }

    static Tensor ShapeOf(OperatorCall call)
    {
        var sizes = call.X.Shape.ToArray();
        int start = Clamped(call.Int("start", 0), sizes.Length), end = Clamped(call.Int("end", sizes.Length), sizes.Length);
        return Tensor.FromInt64(end > start ? sizes[start..end] : []);
    }

    static int Clamped(int position, int size) => Math.Clamp(position < 0 ? position + size : position, 0, size);
}
