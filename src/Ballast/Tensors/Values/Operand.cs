namespace Ballast;

/// <summary>Values in memory with the layout that finds them there: what a loop over strides reads.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="Layout">Where the elements lie in it.</param>
readonly record struct Operand(Buffer Memory, Layout Layout)
{
    /// <summary>Where the elements lie in the memory: a field, so that whoever looks at it copies nothing.</summary>
    public readonly Layout Layout = Layout;

    /// <summary>The size of each axis.</summary>
    public Shape Shape => Layout.Shape;

    /// <summary>The type of the elements.</summary>
    public ElementType Type => Memory.Type;

    /// <summary>Refuses values that are no floats.</summary>
    /// <exception cref="ArgumentException">They are of another type.</exception>
    public void RequireFloat32()
    {
        if (Type != ElementType.Float32)
            Throw.Argument($"Expected float32 values, got {Type.Name()} {Shape}. Convert them with To(ElementType.Float32).");
    }

    /// <summary>The same memory under another layout.</summary>
    public Operand With(in Layout layout) => new(Memory, layout);

    /// <summary>The same values, with a hold of the caller's own on their memory.</summary>
    public Operand Hold()
    {
        Memory.Hold();
        return this;
    }

    /// <summary>Lets go of the memory.</summary>
    public void Release() => Memory.Release();

    /// <summary>These values as a tensor's, taking over the hold on them.</summary>
    public Values ToValues()
    {
        if (Layout.IsRowMajor)
            return new Values(Memory);
        var shape = Layout.Shape;
        if (shape.Rank > 2 && Type == ElementType.Float32 && Layout.Equals(Layout.ChannelsLast(shape)))
        {
            var channels = new Kernels.ChannelLayout(shape[0], shape[1],
                shape[0] * shape[1] == 0 ? 0 : shape.Length / shape[0] / shape[1], Last: true);
            return new MemoryOrder(channels).Values(Memory);
        }

        return new Values(new Strided(this));
    }
}
