namespace Ballast;

/// <summary>A value of a graph that is being recorded. Arithmetic with it adds nodes.</summary>
/// <param name="Recording">The graph.</param>
/// <param name="Tensor">What it is for the input at hand.</param>
/// <param name="Name">Its name, where it follows from the input; null where it is a constant.</param>
/// <param name="Origin">The key of the network's state that a constant has.</param>
/// <param name="IsComputed">Whether a constant was computed from the network's state.</param>
sealed record GraphTensor(GraphRecording Recording, Tensor Tensor, string? Name, string? Origin = null, bool IsComputed = false)
{
    /// <summary>How a constant lies in a tensor of the network's state that it is another view of; null where it is no view. Where a node reads it,
    /// the state's tensor is stored as it is, and a node makes the view.</summary>
    public StateView? View { get; init; }

    /// <summary>Whether it is the same for every input.</summary>
    public bool IsConstant => Name is null;

    /// <summary>Its shape for the input at hand.</summary>
    public Shape Shape => Tensor.Shape;

    /// <summary>How many axes it has.</summary>
    public int Rank => Tensor.Shape.Rank;

    /// <summary>The type of its elements.</summary>
    public ElementType Type => Tensor.ElementType;

    public static GraphTensor operator +(GraphTensor x, GraphTensor y) => x.Recording.Pair("Add", x, y);

    public static GraphTensor operator -(GraphTensor x, GraphTensor y) => x.Recording.Pair("Sub", x, y);

    public static GraphTensor operator *(GraphTensor x, GraphTensor y) => x.Recording.Pair("Mul", x, y);

    public static GraphTensor operator /(GraphTensor x, GraphTensor y) =>
        x.Recording.Pair("Div", x.To(ElementType.Float32), y.To(ElementType.Float32));

    public static GraphTensor operator +(GraphTensor x, double y) => x + x.Recording.Number(y);

    public static GraphTensor operator -(GraphTensor x, double y) => x - x.Recording.Number(y);

    public static GraphTensor operator -(double x, GraphTensor y) => y.Recording.Number(x) - y;

    public static GraphTensor operator *(GraphTensor x, double y) => x * x.Recording.Number(y);

    public static GraphTensor operator /(GraphTensor x, double y) => x / x.Recording.Number(y);

    /// <summary>The same constant, stored in the shape and order that it has here.</summary>
    public GraphTensor AsStored() => this with { View = null };

    /// <summary>A function of one input.</summary>
    public GraphTensor Then(string opType, params (string Name, object Value)[] attributes) => Recording.Add(opType, [this], attributes);

    /// <summary>The same values under another shape.</summary>
    public GraphTensor Reshape(params int[] sizes) =>
        Shape == new Shape(sizes) ? this : Recording.Add("Reshape", [this, Recording.Longs(sizes)]);

    /// <summary>The axes in another order.</summary>
    public GraphTensor Permute(params int[] axes) => axes.SequenceEqual(Enumerable.Range(0, Rank)) ? this
        : Then("Transpose", ("perm", Array.ConvertAll(axes, static axis => (long)axis)));

    /// <summary>The values in another type.</summary>
    public GraphTensor To(ElementType type)
    {
        type = type == ElementType.Float64 ? ElementType.Float32 : type;
        return Type == type ? this : Then("Cast", ("to", OnnxTypes.Code(type)));
    }

    /// <summary>Numbers of channels [C] as they stand beside [N, C, ...] of a rank.</summary>
    public GraphTensor Channels(int rank) => Reshape([Tensor.Length, .. Enumerable.Repeat(1, Math.Max(0, rank - 2))]);

    /// <summary>A reduction over axes, all of them where there are none.</summary>
    public GraphTensor Reduce(string opType, int[]? axes, bool keep)
    {
        axes ??= [.. Enumerable.Range(0, Rank)];
        if (axes.Length == 0)
            return this;
        long[] places = Array.ConvertAll(axes, static axis => (long)axis);
        (string, object) kept = ("keepdims", keep ? 1L : 0L);
        return Recording.Opset >= (opType == "ReduceSum" ? 13 : 18)
            ? Recording.Add(opType, [this, Recording.Longs(axes)], kept)
            : Then(opType, ("axes", places), kept);
    }

    /// <summary>A piece of an axis: from start on, so many positions, each step apart.</summary>
    public GraphTensor Slice(int axis, int start, int count, int step = 1)
    {
        int size = Shape[axis];
        if (start == 0 && count == size && step == 1)
            return this;
        // What reaches the end of an axis is written so that it still does with a larger batch.
        long end = step > 0 ? start + (long)count * step : start + (long)count * step < 0 ? long.MinValue + 1 : start + (long)count * step;
        if (step > 0 && end >= size)
            end = long.MaxValue;
        long from = start == size - 1 && start > 0 ? -1 : start;
        return Recording.Add("Slice", [this, Recording.Longs(from), Recording.Longs(end), Recording.Longs(axis), Recording.Longs(step)]);
    }
}

/// <summary>The node that makes another shape or order of a tensor of the network's state.</summary>
/// <param name="OpType">The operator.</param>
/// <param name="Inputs">What it reads, the state's tensor or a view of it first.</param>
/// <param name="Attributes">Its attributes.</param>
sealed record StateView(string OpType, GraphTensor?[] Inputs, (string Name, object Value)[] Attributes);
