namespace Ballast;

/// <summary>One sample: what goes into a network, and what is to come out. PyTorch: what <c>Dataset.__getitem__</c> returns.</summary>
/// <param name="Inputs">The inputs, without a batch axis: one tensor, or several.</param>
/// <param name="Targets">The targets: one tensor, several, or none (<c>[]</c>). A class is an int64 tensor without axes,
/// <see cref="Class"/>.</param>
public sealed record Sample(TensorList Inputs, TensorList Targets)
{
    /// <summary>A class as a target: an int64 tensor without axes.</summary>
    public static Tensor Class(long label) => Tensor.FromInt64([label], []);

    /// <summary>A number as a target: a float tensor without axes.</summary>
    public static Tensor Number(double value) => Tensor.From([(float)value], []);
}

/// <summary>What one input or target of a dataset's samples is.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Shape">Its shape, without a batch axis: none for a number or a class, <c>[H, W]</c> for a mask.</param>
/// <param name="ElementType">The type of its elements: int64 for classes, tokens and masks.</param>
public sealed record SampleField(string Name, Shape Shape, ElementType ElementType = ElementType.Float32)
{
    /// <summary>Whether it is one class of each sample: int64, without axes.</summary>
    public bool IsClass => ElementType == ElementType.Int64 && Shape.Rank == 0;

    /// <summary>What a tensor is.</summary>
    internal static SampleField Of(string name, Tensor tensor) => new(name, tensor.Shape, tensor.ElementType);

    /// <summary>What the tensors of a list are; those without a name are called by <paramref name="name"/>, from the second on with their
    /// number: <c>input</c>, <c>input1</c>.</summary>
    internal static SampleField[] Of(TensorList tensors, string name) =>
        [.. tensors.Select((tensor, i) => Of(tensors.Names.Count > 0 ? tensors.Names[i] : i == 0 ? name : $"{name}{i}", tensor))];

    /// <summary>Zeros for a batch of samples.</summary>
    internal Tensor Zeros(int count)
    {
        var shape = Shape.Batched(count);
        return ElementType == ElementType.Float32 ? Tensor.Zeros(shape) : Tensor.Zeros(shape).To(ElementType);
    }
}
